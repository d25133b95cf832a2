"""Zarr v3, one module per chapter of the core specification.

In the order of the chapters: ``node_names`` (also for "Stored representation"), ``json_documents``
and ``metadata``, ``data_types``, ``fill_values`` with the arithmetic in ``ieee754``,
``chunk_grids``, ``chunk_key_encodings``, ``codecs``, ``storage_transformers`` and ``extensions``.
``array`` and ``hierarchy`` put them together, for the chapter "Storage": start there to follow a
read or a write from the question to the bytes.

https://zarr-specs.readthedocs.io/en/latest/v3/core/
"""
