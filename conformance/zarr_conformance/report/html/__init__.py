"""The report as static pages: one for the matrix, and one for each case and implementation."""
