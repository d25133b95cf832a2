"""Zstandard, RFC 8878: https://www.rfc-editor.org/rfc/rfc8878

One module for each part of the RFC, from the outside in: ``frame`` (section 3.1.1), ``block``
(3.1.1.2 and the execution of sequences), ``literals`` (3.1.1.3.1), ``sequences`` (3.1.1.3.2), and
the two entropy codings that these are written in, ``fse`` (4.1) and ``huffman`` (4.2), on top of
``bit_readers``. ``xxhash64`` is the checksum. Names are those of the RFC.

Encoding writes raw blocks only, which are the same bytes on every machine.
"""

from zarr_reference.v3.codecs.compression.zstandard.frame import compress, decompress

__all__ = ["compress", "decompress"]
