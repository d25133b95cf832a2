"""Byte formats that codecs stand on: each module decodes one, and knows nothing of Zarr.

They are written to be learned from, and so that the reference shares no decoder with the C
libraries that other implementations share. Only DEFLATE itself is left to the standard library.
"""
