"""Zstandard frames (RFC 8878, section 3.1): a header, blocks, and perhaps a checksum."""

from dataclasses import dataclass

from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.compression.zstandard.block import (
    LARGEST_BLOCK,
    FrameState,
    decode_block,
)
from zarr_reference.v3.codecs.compression.zstandard.xxhash64 import xxhash64

MAGIC_NUMBER = 0xFD2FB528
SKIPPABLE_MAGIC_NUMBERS = range(0x184D2A50, 0x184D2A60)

# The bits of Frame_Header_Descriptor (section 3.1.1.1.1); its highest two and lowest two bits are
# Frame_Content_Size_flag and Dictionary_ID_flag.
SINGLE_SEGMENT, RESERVED, CONTENT_CHECKSUM = 32, 8, 4


@dataclass(frozen=True)
class FrameHeader:
    """What Frame_Header says. Sizes are in bytes; the content size is None if it is not given."""

    window_size: int
    content_size: int | None
    has_checksum: bool


def decompress(reader: ByteReader, output: BoundedOutput) -> None:
    """Decode one frame after another, at least one, until ``reader`` is at its end.

    Raises ``MalformedChunk`` where they break RFC 8878.
    """
    _decode_frame(reader, output)
    while reader.remaining:
        _decode_frame(reader, output)


def _decode_frame(reader: ByteReader, output: BoundedOutput) -> None:
    magic_number = reader.uint(4)
    # Section 3.1.2: skippable frames hold anything, and are no part of the content.
    if magic_number in SKIPPABLE_MAGIC_NUMBERS:
        reader.take(reader.uint(4))
        return
    if magic_number != MAGIC_NUMBER:
        raise reader.malformed("does not begin with the Magic_Number 28 b5 2f fd")
    header = _read_frame_header(reader)
    if header.content_size is not None:
        output.check_room(header.content_size)
    output.start = len(output.data)
    state = FrameState(header.window_size)
    is_last = False
    while not is_last:
        is_last = decode_block(reader, output, state)
    _check_content(reader, header, bytes(output.data[output.start :]))


def _read_frame_header(reader: ByteReader) -> FrameHeader:
    descriptor = reader.uint(1)
    # It "must be zero", for a later version may give it a meaning that matters.
    if descriptor & RESERVED:
        raise reader.malformed("sets the Reserved_bit of its header")
    is_single_segment = bool(descriptor & SINGLE_SEGMENT)
    window_size = None if is_single_segment else _window_size(reader.uint(1))
    if reader.uint((0, 1, 2, 4)[descriptor & 0b11]) != 0:
        raise reader.malformed("needs a dictionary, and there is none", "codec.zstd.dictionary")
    size_of_content_size = (int(is_single_segment), 2, 4, 8)[descriptor >> 6]
    content_size = reader.uint(size_of_content_size) if size_of_content_size else None
    if content_size is not None and size_of_content_size == 2:
        content_size += 256
    return FrameHeader(
        # Single_Segment_flag: the content as a whole is the window.
        (content_size or 0) if window_size is None else window_size,
        content_size,
        bool(descriptor & CONTENT_CHECKSUM),
    )


def _window_size(window_descriptor: int) -> int:
    """Section 3.1.1.1.2: an exponent of 5 bits and a mantissa of 3."""
    exponent, mantissa = window_descriptor >> 3, window_descriptor & 0b111
    window_base = 1 << 10 + exponent
    return window_base + window_base // 8 * mantissa


def _check_content(reader: ByteReader, header: FrameHeader, content: bytes) -> None:
    if header.content_size not in (None, len(content)):
        sentence = f"decodes to {len(content)} bytes, but announces {header.content_size}"
        raise reader.malformed(sentence)
    # The lower half of the XXH64 of the content.
    if header.has_checksum and reader.uint(4) != xxhash64(content) & 0xFFFF_FFFF:
        sentence = "has a Content_Checksum that does not fit its content"
        raise reader.malformed(sentence, "codec.zstd.checksum.verified")


def compress(data: bytes, checksum: bool) -> bytes:
    """``data`` as one frame of raw blocks: the same bytes on every machine."""
    content_size_flag, content_size = encode_content_size(len(data))
    descriptor = content_size_flag << 6 | SINGLE_SEGMENT | (CONTENT_CHECKSUM if checksum else 0)
    parts = [MAGIC_NUMBER.to_bytes(4, "little"), bytes([descriptor]), content_size]
    starts = range(0, len(data), LARGEST_BLOCK) or range(1)
    for start in starts:
        block = data[start : start + LARGEST_BLOCK]
        block_header = len(block) << 3 | (start == starts[-1])  # Block_Type 0 and Last_Block
        parts += [block_header.to_bytes(3, "little"), block]
    if checksum:
        parts.append((xxhash64(data) & 0xFFFF_FFFF).to_bytes(4, "little"))
    return b"".join(parts)


def encode_content_size(size: int) -> tuple[int, bytes]:
    """Frame_Content_Size_flag and Frame_Content_Size, in the shortest form (3.1.1.1.4)."""
    if size < 256:
        return 0, size.to_bytes(1, "little")
    if size < 256 + 2**16:
        return 1, (size - 256).to_bytes(2, "little")
    if size < 2**32:
        return 2, size.to_bytes(4, "little")
    return 3, size.to_bytes(8, "little")
