"""The Blosc 1 chunk format: a header, and blocks that were shuffled and compressed separately.

https://github.com/Blosc/c-blosc/blob/main/README_CHUNK_FORMAT.rst

The cited document is the format that the codec's page points to. In one place it is wrong: it lets
the starts of the blocks count "from the end of this bstarts section". In every frame that c-blosc
writes or reads, they count from the first byte of the frame. And it leaves out when a block is
split into one stream for each byte of an element; ``_stream_count`` says it.
"""

from collections.abc import Callable
from dataclasses import dataclass

from zarr_reference.errors import MalformedChunk, Refusal
from zarr_reference.v3.codecs.compression import blosclz, lz4, snappy, zlib_stream, zstandard
from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.compression.shuffle import bit_unshuffle, byte_unshuffle

HEADER_SIZE = 16
FORMAT_VERSION = 2
COMPRESSOR_FORMAT_VERSION = 1
LARGEST_TYPESIZE = 255

# The bits of the flags; bits 5 to 7 number the compressor.
BYTE_SHUFFLE, MEMCPY, BIT_SHUFFLE, RESERVED, NO_SPLIT = 1, 2, 4, 8, 16

# A block is split only if each stream gets at least 128 bytes, and into at most 16 streams.
MOST_STREAMS = 16
SMALLEST_STREAM = 128

_FORMAT = "codec.blosc.format"


@dataclass(frozen=True)
class Compressor:
    """One of the inner compressors: its name in messages, and what is broken if it fails."""

    name: str
    requirement: str
    decompress: Callable[[ByteReader, BoundedOutput], None]


COMPRESSORS = (
    Compressor("BloscLZ stream", "codec.blosc.cname.blosclz", blosclz.decompress),
    Compressor("LZ4 block", "codec.blosc.cname.lz4", lz4.decompress),  # lz4hc too
    Compressor("Snappy stream", "codec.blosc.cname.snappy", snappy.decompress),
    Compressor("zlib stream", "codec.blosc.cname.zlib", zlib_stream.decompress),
    Compressor("Zstandard frame", "codec.blosc.cname.zstd", zstandard.decompress),
)


@dataclass(frozen=True)
class Header:
    """The first 16 bytes of a frame. Sizes are in bytes; ``nbytes`` is the decoded one."""

    flags: int
    typesize: int
    nbytes: int
    blocksize: int


def decompress(frame: bytes, output: BoundedOutput) -> None:
    """Decode the one frame that ``frame`` is; the header alone governs, not any metadata.

    Raises ``MalformedChunk`` if it is no Blosc 1 frame, or not only one.
    """
    reader = ByteReader(frame, _FORMAT, "Blosc frame")
    header = _read_header(reader)
    output.check_room(header.nbytes)
    if header.flags & MEMCPY:
        # Incompressible or too short: the bytes just follow. A flag for shuffling may be set, but
        # these bytes are not shuffled.
        if reader.remaining != header.nbytes:
            raise reader.malformed(f"has {reader.remaining} bytes, and not {header.nbytes}")
        output.append(reader.take(header.nbytes))
        return
    if header.nbytes:
        _decode_blocks(reader, header, output)


def _read_header(reader: ByteReader) -> Header:
    version, compressor_version, flags, typesize = reader.take(4)
    # c-blosc2 writes higher versions; the reserved bit is part of its extended header too.
    if version != FORMAT_VERSION or flags & RESERVED:
        requirement = "codec.blosc.blosc2_frames"
        raise reader.malformed("has a header that is not that of Blosc 1", requirement)
    header = Header(flags, typesize, reader.uint(4), reader.uint(4))
    cbytes = reader.uint(4)
    if cbytes > reader.end:
        raise reader.malformed(f"has {reader.end} bytes, but announces {cbytes}")
    if cbytes < reader.end:
        sentence = f"ends at byte {cbytes}, but more bytes follow"
        raise reader.malformed(sentence, "codec.blosc.trailing_bytes")
    if header.nbytes and not 1 <= header.blocksize <= header.nbytes:
        raise reader.malformed(f"has blocks of {header.blocksize} of {header.nbytes} bytes")
    if header.nbytes and typesize == 0:
        raise reader.malformed("has a typesize of 0")
    if not flags & MEMCPY and (
        flags >> 5 >= len(COMPRESSORS) or compressor_version != COMPRESSOR_FORMAT_VERSION
    ):
        sentence = f"names no known compressor ({flags >> 5}, version {compressor_version})"
        raise reader.malformed(sentence, "codec.blosc.cname")
    return header


def _decode_blocks(reader: ByteReader, header: Header, output: BoundedOutput) -> None:
    """``bstarts``, and the blocks, which can stand in any order."""
    count = -(-header.nbytes // header.blocksize)
    starts = reader.part(4 * count)
    blocks_start = reader.position
    for i in range(count):
        reader.position = starts.uint(4)
        size = min(header.blocksize, header.nbytes - i * header.blocksize)
        try:
            if not blocks_start <= reader.position <= reader.end:
                raise reader.malformed("has a block that starts outside of it")
            output.append(_decode_block(reader, header, size))
        except Refusal as refusal:
            raise refusal.within(f"block {i}") from refusal


def _decode_block(reader: ByteReader, header: Header, size: int) -> bytes:
    """One block of ``size`` decoded bytes: its streams decompressed, joined and unshuffled."""
    count = _stream_count(header, size)
    if size % count:
        raise reader.malformed(f"splits a block of {size} bytes into {count} streams")
    block = b"".join(_decode_stream(reader, header, size // count) for _ in range(count))
    if header.flags & BYTE_SHUFFLE:
        return byte_unshuffle(block, header.typesize)
    if header.flags & BIT_SHUFFLE:
        return bit_unshuffle(block, header.typesize)
    return block


def _stream_count(header: Header, size: int) -> int:
    """How many streams a block has.

    After a byte shuffle, the first bytes of all elements stand together, then the second bytes, and
    so on. Compressing each of these parts by itself can pay, so a block has one stream for each
    byte of an element, unless a flag says otherwise, they would be too small or too many, or it is
    the last block and shorter than the others.
    """
    if (
        header.flags & NO_SPLIT
        or header.typesize > MOST_STREAMS
        or size // header.typesize < SMALLEST_STREAM
        or size < header.blocksize
    ):
        return 1
    return header.typesize


def _decode_stream(reader: ByteReader, header: Header, size: int) -> bytes:
    """One stream of ``size`` decoded bytes, after its compressed size."""
    compressed_size = reader.uint(4)
    stream = reader.part(compressed_size)
    # A stream that compression would not make shorter is stored as it is.
    if compressed_size == size:
        return stream.take(size)
    compressor = COMPRESSORS[header.flags >> 5]
    stream.what, stream.requirement = compressor.name, compressor.requirement
    output = BoundedOutput(size, size, _FORMAT)
    compressor.decompress(stream, output)
    if stream.remaining:
        raise stream.malformed("has bytes after its end")
    if output.room:
        sentence = f"the {compressor.name} decodes to {len(output.data)} bytes, {size} are due"
        raise MalformedChunk(_FORMAT, f"byte {stream.position}", sentence)
    return bytes(output.data)


def memcpy_frame(data: bytes, typesize: int) -> bytes:
    """``data`` as a frame without compression: the same bytes on every machine.

    ``data`` is at most 2^31 - 17 bytes long: c-blosc counts in 32-bit integers with a sign.
    """
    header = bytes([FORMAT_VERSION, COMPRESSOR_FORMAT_VERSION, MEMCPY, typesize])
    sizes = (len(data), len(data), HEADER_SIZE + len(data))  # nbytes, one block, cbytes
    return header + b"".join(size.to_bytes(4, "little") for size in sizes) + data
