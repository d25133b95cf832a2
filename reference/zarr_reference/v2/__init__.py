"""Zarr v2: only what it does differently.

An array of Zarr v2 is read into the metadata of an array of Zarr v3, with codecs that do the same
to its chunks. The grid, the codecs, the reading and writing of regions and the refusals are those
of ``zarr_reference.v3``.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html
"""
