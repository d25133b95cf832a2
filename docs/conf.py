"""How Sphinx builds the site; every warning is an error there."""

project = "zarr-conformance"
author = "The zarr-conformance authors"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
html_theme = "furo"
html_title = "zarr-conformance"
myst_heading_anchors = 3
exclude_patterns = ["tests"]
