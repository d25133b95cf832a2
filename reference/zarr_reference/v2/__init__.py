"""Zarr v2: only what it does differently from v3."""
