"""The Zarr specification in executable form: one module per chapter, written to be read.

Nothing here is fast. Values are immutable, nothing is cached, and every rule stands next to the
requirement that it enforces. Start at ``v3/__init__.py``, or at ``reference/README.md``, which
maps each chapter of the specification to its module.
"""
