"""Zarr v3, one module per chapter of the core specification."""
