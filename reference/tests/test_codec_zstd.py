"""The ``zstd`` codec, and each part of RFC 8878 by itself."""

import struct
from typing import Any

import numcodecs
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, LimitExceeded, MalformedChunk, Refusal
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.compression.zstandard import fse, huffman, sequences
from zarr_reference.v3.codecs.compression.zstandard.bit_readers import BackwardBitReader
from zarr_reference.v3.codecs.compression.zstandard.block import (
    LARGEST_BLOCK,
    FrameState,
    decode_block,
    resolve_offset,
)
from zarr_reference.v3.codecs.compression.zstandard.frame import encode_content_size
from zarr_reference.v3.codecs.compression.zstandard.literals import decode_literals
from zarr_reference.v3.codecs.compression.zstandard.sequences import (
    SequenceTables,
    ZstandardSequence,
    decode_sequences,
)
from zarr_reference.v3.codecs.compression.zstandard.xxhash64 import xxhash64
from zarr_reference.v3.codecs.zstd import ZstdCodec

CODEC = ZstdCodec.from_configuration({"level": 3}, "$")
CHECKED = ZstdCodec.from_configuration({"level": 3, "checksum": True}, "$")

MAGIC = bytes.fromhex("28b52ffd")
SKIPPABLE = bytes.fromhex("502a4d18 03000000") + b"abc"

CONTENT = b"to be or not to be, that is the question: " * 20 + bytes(range(256))
FRAME = bytes(numcodecs.Zstd(level=5, checksum=True).encode(CONTENT))


def decode(encoded: bytes, size: int | None = None, limit: int = 2**22) -> bytes:
    return CODEC.decode(encoded, ByteStringType(size), limit)


def refused(encoded: bytes, sentence: str, requirement: str = "codec.zstd.format") -> None:
    with pytest.raises(MalformedChunk, match=sentence) as refusal:
        decode(encoded)
    assert refusal.value.requirement == requirement


def reader(data: bytes) -> ByteReader:
    return ByteReader(data, "codec.zstd.format", "Zstandard frame")


def backward(*fields: tuple[int, int]) -> bytes:
    """A bit stream from which these values, each of so many bits, are read backwards."""
    number = 1  # the final-bit flag
    for value, width in fields:
        number = number << width | value
    return number.to_bytes(-(-number.bit_length() // 8), "little")


def forward(*fields: tuple[int, int]) -> bytes:
    """A bit stream from which these values, each of so many bits, are read forwards."""
    number = position = 0
    for value, width in fields:
        number |= value << position
        position += width
    return number.to_bytes(-(-position // 8), "little")


def block(block_type: int, content: bytes, size: int | None = None, is_last: bool = True) -> bytes:
    size = len(content) if size is None else size
    return (size << 3 | block_type << 1 | is_last).to_bytes(3, "little") + content


def decode_compressed_block(content: bytes, window_size: int = 2**20) -> bytes:
    output = BoundedOutput(2**22)
    assert decode_block(reader(block(2, content)), output, FrameState(window_size))
    return bytes(output.data)


# --- The codec ---------------------------------------------------------------------------------


def contents(size: int) -> list[bytes]:
    """Data that compress well, badly, in runs, from far back, and not at all."""
    random = np.random.default_rng(11)
    words = [b"alpha ", b"beta ", b"gamma ", b"delta, ", b"epsilon;"]
    skewed = random.choice(np.frombuffer(b"abcdefgh", "u1"), size, p=[0.5, *[0.1] * 3, *[0.05] * 4])
    return [
        random.integers(0, 256, size, "u1").tobytes(),
        np.arange(size // 4 + 1, dtype="<u4").tobytes()[:size],
        random.normal(size=size // 8 + 1).round(2).tobytes()[:size],
        bytes(size),
        skewed.tobytes(),
        b"".join(words[i] for i in random.integers(0, 5, size // 6 + 1))[:size],
    ]


@pytest.mark.parametrize("level", [-50, 1, 3, 9, 22])
@pytest.mark.parametrize("size", [0, 1, 20, 300, 2000, 20000])
def test_frames_of_libzstd_are_decoded(size: int, level: int) -> None:
    """codec.zstd.format, codec.zstd.level.no_effect_on_decode"""
    for content in contents(size):
        encoded = bytes(numcodecs.Zstd(level=level, checksum=size % 3 == 0).encode(content))
        assert decode(encoded, len(content)) == content


def test_frames_of_several_blocks_are_decoded() -> None:
    """codec.zstd.format: tables and offsets of one block are used again in the next"""
    content = b"".join(contents(45_000))
    for level in (1, 19):
        assert decode(bytes(numcodecs.Zstd(level=level).encode(content))) == content


@settings(max_examples=40, deadline=None)
@given(
    st.binary(min_size=1, max_size=300) | st.binary(min_size=1, max_size=9).map(lambda d: d * 99)
)
def test_what_is_encoded_is_a_frame_to_libzstd_too(data: bytes) -> None:
    """codec.zstd.format, codec.zstd.checksum.written"""
    for codec in (CODEC, CHECKED):
        encoded = codec.encode(data)
        assert bytes(numcodecs.Zstd().decode(encoded)) == data
        assert codec.decode(encoded, ByteStringType(len(data)), 2**20) == data


@pytest.mark.parametrize("size", [0, 255, 256, 65791, 65792, LARGEST_BLOCK, LARGEST_BLOCK + 1])
def test_the_content_size_is_written_in_its_shortest_form(size: int) -> None:
    """codec.zstd.format"""
    encoded = CODEC.encode(bytes(size))
    width = 1 if size < 256 else 2 if size < 65792 else 4
    blocks = -(-size // LARGEST_BLOCK) or 1
    assert len(encoded) == 4 + 1 + width + 3 * blocks + size
    assert decode(encoded, size) == bytes(size)
    if size:
        assert bytes(numcodecs.Zstd().decode(encoded)) == bytes(size)


def test_a_content_size_of_eight_bytes_is_read_and_written() -> None:
    """codec.zstd.format"""
    eight = struct.pack("<Q", 3)
    assert decode(MAGIC + b"\xe0" + eight + block(0, b"abc")) == b"abc"
    with pytest.raises(LimitExceeded):
        decode(MAGIC + b"\xe0" + struct.pack("<Q", 2**64 - 1) + block(0, b"abc"))
    assert encode_content_size(2**32) == (3, struct.pack("<Q", 2**32))


def test_what_is_encoded_is_the_same_on_every_machine() -> None:
    assert CODEC.encode(b"abc") == bytes.fromhex("28b52ffd 20 03 190000 616263")
    assert CHECKED.encode(b"abc") == bytes.fromhex("28b52ffd 24 03 190000 616263 990977ad")


@pytest.mark.parametrize(
    ("configuration", "requirement"),
    [
        ({}, "codec.zstd.level.required"),
        ({"level": "1"}, "codec.zstd.level.integer"),
        ({"level": True}, "codec.zstd.level.integer"),
        ({"level": 23}, "codec.zstd.level.range"),
        ({"level": -131073}, "codec.zstd.level.range"),
        ({"level": 1, "checksum": 0}, "codec.zstd.checksum.boolean"),
        ({"level": 1, "checksum": None}, "codec.zstd.checksum.boolean"),
        ({"level": 1, "dictionary": ""}, "ext.object.unknown_members"),
    ],
)
def test_other_configurations_are_refused(configuration: Any, requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        ZstdCodec.from_configuration(configuration, "$")
    assert refusal.value.requirement == requirement


def test_the_size_is_not_fixed() -> None:
    """codec.api.encoded_size"""
    assert CODEC.compute_encoded_representation_type(ByteStringType(5), "$") == ByteStringType()


# --- Frames (RFC 8878, section 3.1) ------------------------------------------------------------


def test_frames_without_content_size_are_decoded() -> None:
    """codec.zstd.no_content_size"""
    assert (
        decode(MAGIC + b"\x00\x00" + block(0, b"ab", is_last=False) + block(1, b"c", 3)) == b"abccc"
    )


def test_frames_are_decoded_one_after_the_other() -> None:
    """codec.zstd.multi_frame, codec.zstd.skippable"""
    assert decode(FRAME + SKIPPABLE + FRAME) == CONTENT * 2
    assert decode(SKIPPABLE + FRAME + bytes.fromhex("5f2a4d18 00000000")) == CONTENT
    assert decode(SKIPPABLE) == b""


def test_a_frame_does_not_reach_back_into_the_one_before() -> None:
    """codec.zstd.multi_frame"""
    # No literals; one sequence, whose Offset_Value 4 is the distance 1.
    content = b"\x00" + bytes([1, RLE_MODES, 0, 2, 0]) + backward((0, 2))
    frame = MAGIC + b"\x00\x00" + block(2, content)
    refused(FRAME + frame, "copies from 1 bytes back")


@pytest.mark.parametrize(
    ("frame", "sentence"),
    [
        (b"", "ends here"),
        (MAGIC[:3], "ends here"),
        (b"\x27" + FRAME[1:], "Magic_Number"),
        (SKIPPABLE[:-1], "ends here"),
        (FRAME + b"\0", "ends here"),
        (FRAME + b"junk", "Magic_Number"),
        (MAGIC, "ends here"),
        (MAGIC + b"\x28\x03" + block(0, b"abc"), "Reserved_bit"),
        (MAGIC + b"\x20\x03", "ends here"),
        (MAGIC + b"\x20\x03" + block(0, b"abc")[:-1], "ends here"),
        (MAGIC + b"\x20\x03" + block(0, b"abc", is_last=False), "ends here"),
        (MAGIC + b"\x20\x03" + block(0, b"ab"), "decodes to 2 bytes, but announces 3"),
        (MAGIC + b"\x20\x03" + block(1, b"a", 4), "beyond its Block_Maximum_Size"),
        (MAGIC + b"\x00\x00" + block(1, b"a", 1025), "beyond its Block_Maximum_Size"),
        (MAGIC + b"\x00\x78" + block(1, b"a", 2**17 + 1), "beyond its Block_Maximum_Size"),
        (MAGIC + b"\x20\x03" + block(3, b"abc"), "reserved type"),
    ],
)
def test_frames_that_are_none_are_refused(frame: bytes, sentence: str) -> None:
    """codec.zstd.format"""
    refused(frame, sentence)


def test_window_sizes_have_an_exponent_and_a_mantissa() -> None:
    """codec.zstd.window: 1 KiB and one eighth"""
    assert decode(MAGIC + b"\x00\x01" + block(1, b"a", 1152)) == b"a" * 1152
    refused(MAGIC + b"\x00\x01" + block(1, b"a", 1153), "beyond its Block_Maximum_Size")


def test_a_dictionary_is_refused_and_the_number_0_is_none() -> None:
    """codec.zstd.dictionary"""
    assert decode(MAGIC + b"\x22\x00\x00\x03" + block(0, b"abc")) == b"abc"
    with_dictionary = MAGIC + b"\x23\x00\x00\x00\x01\x03" + block(0, b"abc")
    refused(with_dictionary, "needs a dictionary", "codec.zstd.dictionary")


def test_a_checksum_in_the_frame_is_verified() -> None:
    """codec.zstd.checksum.verified, codec.zstd.checksum.absent_in_frame"""
    broken = FRAME[:-1] + bytes([FRAME[-1] ^ 1])
    refused(broken, "Content_Checksum", "codec.zstd.checksum.verified")
    assert CHECKED.decode(CODEC.encode(b"abc"), ByteStringType(), 9) == b"abc"


def test_no_more_than_allowed_is_decoded() -> None:
    """codec.decode.length_mismatch"""
    bomb = bytes(numcodecs.Zstd().encode(bytes(2**22)))
    endless = MAGIC + b"\x00\x78" + block(1, b"a", 2**17, is_last=False) * 999
    for frame in (bomb, endless):
        with pytest.raises(LimitExceeded):
            decode(frame, limit=2**20)
        with pytest.raises(MalformedChunk) as refusal:
            decode(frame, size=1000)
        assert refusal.value.requirement == "codec.decode.length_mismatch"


@pytest.mark.parametrize(
    ("data", "digest"),
    [
        # From the tables of the xxHash project and the sanity checks of its implementations.
        (b"", 0xEF46DB3751D8E999),
        (b"a", 0xD24EC4F1A98C6E5B),
        (b"abc", 0x44BC2CF5AD770999),
        (b"Nobody inspects the spammish repetition", 0xFBCEA83C8A378BF1),
    ],
)
def test_xxh64(data: bytes, digest: int) -> None:
    """codec.zstd.checksum.verified"""
    assert xxhash64(data) == digest


@pytest.mark.parametrize("size", [4, 5, 7, 8, 12, 31, 32, 33, 63, 64, 77, 200])
def test_xxh64_of_every_remainder(size: int) -> None:
    """codec.zstd.checksum.written: libzstd agrees, since it refuses another checksum"""
    data = bytes(range(size))
    assert bytes(numcodecs.Zstd().decode(CHECKED.encode(data))) == data


# --- Bits and FSE (section 4.1) ----------------------------------------------------------------


def test_bits_are_read_backwards() -> None:
    bits = BackwardBitReader(reader(backward((5, 3), (0, 1), (0x1FF, 9))))
    assert bits.remaining == 13
    assert (bits.read(3), bits.read(1), bits.peek(9), bits.read(9)) == (5, 0, 0x1FF, 0x1FF)
    assert (bits.remaining, bits.read(4), bits.remaining, bits.peek(3)) == (0, 0, -4, 0)
    beyond = BackwardBitReader(reader(backward((3, 2))))
    assert (beyond.read(5), beyond.remaining) == (0b11000, -3)


@pytest.mark.parametrize("data", [b"", b"\x01\x00"])
def test_a_bit_stream_needs_its_final_bit_flag(data: bytes) -> None:
    with pytest.raises(MalformedChunk, match="final-bit flag"):
        BackwardBitReader(reader(data))


def test_the_predefined_tables_are_those_of_appendix_a() -> None:
    """Rows of RFC 8878, appendix A: state, symbol, number of bits, baseline."""
    tables = {
        sequences.LITERALS_LENGTH: {4: (4, 5, 0), 22: (0, 4, 32), 39: (25, 4, 16), 60: (35, 6, 0)},
        sequences.MATCH_LENGTH: {1: (1, 4, 0), 45: (2, 4, 16), 57: (52, 6, 0), 63: (46, 6, 0)},
        sequences.OFFSET: {1: (6, 4, 0), 15: (7, 4, 16), 27: (28, 5, 0), 31: (24, 5, 0)},
    }
    for kind, rows in tables.items():
        for state, (symbol, number_of_bits, baseline) in rows.items():
            cell = kind.predefined_table.cells[state]
            assert cell == fse.Cell(symbol, number_of_bits, baseline)


def test_the_codes_are_those_of_the_tables() -> None:
    """Section 3.1.1.3.2.1.1: the last codes, and some on the way."""
    assert sequences.LITERALS_LENGTH_CODES[24:26] == ((48, 4), (64, 6))
    assert sequences.LITERALS_LENGTH_CODES[35:] == ((65536, 16),)
    assert sequences.MATCH_LENGTH_CODES[42:44] == ((99, 5), (131, 7))
    assert sequences.MATCH_LENGTH_CODES[52:] == ((65539, 16),)
    assert sequences.OFFSET_CODES[31:] == ((2**31, 31),)


def describe(accuracy_log: int, probabilities: list[int]) -> bytes:
    """A table description of these probabilities; of several zeros only the first is listed."""
    fields = [(accuracy_log - 5, 4)]
    points = 1 << accuracy_log
    zeros = 0
    for i, probability in enumerate(probabilities):
        if zeros:
            zeros -= 1
            continue
        largest = points + 1
        width = largest.bit_length()
        left_over = (1 << width) - 1 - largest
        value = probability + 1
        if value < left_over:
            fields.append((value, width - 1))
        else:
            fields.append((value + (left_over if value >> width - 1 else 0), width))
        points -= abs(probability)
        if probability == 0:
            rest = probabilities[i + 1 :]
            zeros = next((k for k, p in enumerate(rest) if p), len(rest))
            fields += [(3, 2)] * (zeros // 3) + [(zeros % 3, 2)]
    return forward(*fields)


@pytest.mark.parametrize(
    ("accuracy_log", "probabilities"),
    [
        (5, [16, 16]),
        (5, [31, -1]),
        (5, [-1] * 32),
        (5, [1, 0, 30, 0, 0, 0, 0, 1]),
        (6, [0, 0, 0, 0, 20, 0, 0, 0, 43, -1]),
        (8, [100, 156]),
        (9, [2, 200, 0, 100, -1, 9, 200]),
    ],
)
def test_fse_tables_are_read_from_their_description(
    accuracy_log: int, probabilities: list[int]
) -> None:
    """Section 4.1.1"""
    description = reader(describe(accuracy_log, probabilities) + b"rest")
    table = fse.read_table(description, 9, 35)
    assert table == fse.build_table(probabilities, accuracy_log)
    assert description.take(description.remaining) == b"rest"
    for symbol, probability in enumerate(probabilities):
        cells = [cell for cell in table.cells if cell.symbol == symbol]
        assert len(cells) == abs(probability)
        # From the states of one symbol, every state can be reached in one way.
        ranges = [range(c.baseline, c.baseline + (1 << c.number_of_bits)) for c in cells]
        if cells:
            assert sorted(state for r in ranges for state in r) == list(range(1 << accuracy_log))


@pytest.mark.parametrize(
    ("description", "sentence"),
    [
        (forward((5, 4)), "Accuracy_Log of 10"),
        (describe(5, [32]), "a single symbol"),
        (describe(5, [0, 32]), "a single symbol"),
        (describe(5, [*[1] * 31, 1]), "symbols beyond 2"),
        (describe(5, [16, 0, 0, 0, 16]), "symbols beyond 2"),
        (describe(5, [16, 16])[:1], "ends here"),
        (b"", "ends here"),
    ],
)
def test_fse_tables_that_are_none_are_refused(description: bytes, sentence: str) -> None:
    """Section 4.1.1"""
    with pytest.raises(MalformedChunk, match=sentence):
        fse.read_table(reader(description), 9, 40 if "ends" in sentence else 2)


# --- Huffman (section 4.2) and literals (section 3.1.1.3.1) ------------------------------------

# The example of sections 4.2.1 and 4.2.2: codes of 1, 2, 3, 4 and 4 bits for 0, 1, 2, 4 and 5. The
# text says that the stream holds 0, 1, 4, 5, with the code 0000 for 5; but in the table before it
# 0000 is the code for 4, and so it is to libzstd. So these are 0, 1, 5, 4.
TREE = bytes([127 + 5, 0x43, 0x20, 0x10])
STREAM = bytes([0b0001_0000, 0b0000_1101])


def test_the_example_of_the_rfc_is_decoded() -> None:
    """Section 4.2.2"""
    description = reader(TREE)
    table = huffman.read_table(description)
    assert description.remaining == 0
    assert table.max_number_of_bits == 4
    assert table.decode_stream(reader(STREAM), 4) == bytes([0, 1, 5, 4])
    for size in (3, 5):
        with pytest.raises(MalformedChunk, match="not consumed exactly"):
            table.decode_stream(reader(STREAM), size)


def test_an_odd_number_of_weights_leaves_half_a_byte() -> None:
    table = huffman.read_table(reader(bytes([127 + 1, 0x1F])))
    assert table.cells == ((0, 1), (1, 1))


def compressed_weights(*fields: tuple[int, int]) -> bytes:
    """Weights in FSE: symbols 0 to 2, of which 1 has half of 32 states."""
    body = describe(5, [8, 16, 8]) + backward(*fields)
    return bytes([len(body)]) + body


def test_weights_in_fse_are_decoded_until_no_bits_are_left() -> None:
    """Section 4.2.1.2"""
    table = fse.build_table([8, 16, 8], 5)
    one = next(i for i, cell in enumerate(table.cells) if cell.symbol == 1)
    two = next(i for i, cell in enumerate(table.cells) if cell.symbol == 2)
    assert huffman.read_table(reader(compressed_weights((one, 5), (one, 5)))).cells == (
        (0, 2),
        (1, 2),
        (2, 1),
        (2, 1),
    )
    assert huffman.read_table(reader(compressed_weights((two, 5), (one, 5)))).cells == (
        (1, 2),
        (2, 2),
        (0, 1),
        (0, 1),
    )


@pytest.mark.parametrize(
    ("description", "sentence"),
    [
        (b"", "ends here"),
        (bytes([127 + 3, 0x11]), "ends here"),
        (bytes([127 + 2, 0x00]), "make no tree"),
        (bytes([127 + 3, 0x22, 0x10]), "make no tree"),
        (bytes([127 + 2, 0xC1]), "make no tree"),
        (bytes([127 + 2, 0x22]), "none is 1"),
        (bytes([127 + 1, 0x20]), "none is 1"),
        (bytes([0]), "ends here"),
        (bytes([9]) + bytes(8), "ends here"),
        (compressed_weights((1, 1)), "too few bits"),
        (compressed_weights((0, 5)), "too few bits"),
        (compressed_weights(*[(0, 1)] * 1000)[:1], "ends here"),
    ],
)
def test_huffman_trees_that_are_none_are_refused(description: bytes, sentence: str) -> None:
    """Section 4.2.1"""
    with pytest.raises(MalformedChunk, match=sentence):
        huffman.read_table(reader(description))


def test_no_more_than_255_weights_are_read() -> None:
    """Section 4.2.1.2: a state with probability 31 of 32 mostly takes no bits"""
    body = describe(5, [31, 1]) + backward((0, 5), (0, 5), *[(0, 1)] * 700)
    with pytest.raises(MalformedChunk, match="more than 255 Huffman weights"):
        huffman.read_table(reader(bytes([len(body)]) + body))


def literals(data: bytes, maximum_size: int = 2**17) -> bytes:
    return decode_literals(reader(data), None, maximum_size)[0]


@pytest.mark.parametrize(
    ("section", "expected"),
    [
        (bytes([0b00011_0_00]) + b"abc", b"abc"),
        (bytes([0b0011_01_00, 0]) + b"abc", b"abc"),
        (bytes([0b0011_11_00, 0, 0]) + b"abc", b"abc"),
        (bytes([0b0100_01_00, 0b1111]) + b"ab" * 122, b"ab" * 122),
        (bytes([0b11111_0_01]) + b"a", b"a" * 31),
        (bytes([0b0000_01_01, 0x10]) + b"a", b"a" * 256),
        (bytes([0b0000_11_01, 0x00, 0x10]) + b"a", b"a" * 65536),
    ],
)
def test_literals_as_they_are_and_repeated(section: bytes, expected: bytes) -> None:
    """Section 3.1.1.3.1.1"""
    assert literals(section) == expected


def compressed(
    size_format: int, size: int, body: bytes, literals_block_type: int = 2, width: int = 10
) -> bytes:
    number = literals_block_type | size_format << 2 | size << 4 | len(body) << 4 + width
    return number.to_bytes((4 + 2 * width) // 8, "little") + body


@pytest.mark.parametrize(("size_format", "width"), [(1, 10), (2, 14), (3, 18)])
def test_literals_in_one_stream_and_in_four(size_format: int, width: int) -> None:
    """Section 3.1.1.3.1.6"""
    assert literals(compressed(0, 4, TREE + STREAM)) == bytes([0, 1, 5, 4])
    jump_table = struct.pack("<3H", 2, 2, 2)
    last = backward((1, 1), (1, 1))
    body = TREE + jump_table + STREAM * 3 + last
    section = compressed(size_format, 14, body, width=width)
    assert literals(section) == bytes([0, 1, 5, 4] * 3 + [0, 0])


def test_a_tree_is_used_again() -> None:
    """Section 3.1.1.3.1.1: Treeless_Literals_Block"""
    table = huffman.read_table(reader(TREE))
    section = compressed(0, 4, STREAM, literals_block_type=3)
    assert decode_literals(reader(section), table, 99) == (bytes([0, 1, 5, 4]), table)
    assert decode_literals(reader(b"\x08a"), table, 99) == (b"a", table)


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        (b"", "ends here"),
        (bytes([0b00011_0_00]) + b"ab", "ends here"),
        (bytes([0b00011_0_01]), "ends here"),
        (bytes([0b11111_0_01]) + b"a", "31 literals in a block of at most 30 bytes"),
        (compressed(0, 31, TREE + STREAM), "31 literals in a block of at most 30 bytes"),
        (compressed(0, 4, TREE + STREAM)[:-1], "ends here"),
        (compressed(0, 4, STREAM, literals_block_type=3), "before any Huffman tree"),
        (compressed(1, 5, TREE + bytes(6) + STREAM), "four streams of 5 literals"),
        (compressed(1, 8, TREE + bytes(5)), "ends here"),
        (compressed(1, 16, TREE + struct.pack("<3H", 2, 2, 0) + STREAM * 2), "final-bit flag"),
        (compressed(1, 16, TREE + struct.pack("<3H", 2, 2, 2) + STREAM * 3), "final-bit flag"),
        (compressed(1, 16, TREE + struct.pack("<3H", 2, 2, 9) + STREAM * 4), "ends here"),
    ],
)
def test_literals_sections_that_are_none_are_refused(section: bytes, sentence: str) -> None:
    """Section 3.1.1.3.1"""
    with pytest.raises(MalformedChunk, match=sentence):
        literals(section, maximum_size=30)


# --- Sequences (sections 3.1.1.3.2 to 3.1.1.5) -------------------------------------------------

RLE_MODES = 0b01_01_01_00
REPEAT_MODES = 0b11_11_11_00


def rle_section(count: int, codes: tuple[int, int, int], *fields: tuple[int, int]) -> bytes:
    """Sequences that all have the same codes: literals length, offset, match length."""
    return bytes([count, RLE_MODES, *codes]) + backward(*fields)


def read_sequences(section: bytes, tables: SequenceTables | None = None) -> list[Any]:
    return list(decode_sequences(reader(section), tables or SequenceTables()))


def test_sequences_of_one_code_each() -> None:
    """Section 3.1.1.3.2.1: RLE_Mode; extra bits come as offset, match length, literals length"""
    section = rle_section(2, (16, 2, 32), (3, 2), (1, 1), (0, 1), (0, 2), (0, 1), (1, 1))
    assert read_sequences(section) == [(16, 7, 36), (17, 4, 35)]


def test_tables_are_used_again() -> None:
    """Section 3.1.1.3.2.1: Repeat_Mode"""
    tables = SequenceTables()
    read_sequences(rle_section(1, (5, 0, 0)), tables)
    assert read_sequences(bytes([1, REPEAT_MODES]) + backward(), tables) == [(5, 1, 3)]
    assert read_sequences(b"\x00", tables) == []
    assert read_sequences(bytes([1, REPEAT_MODES]) + backward(), tables) == [(5, 1, 3)]


def test_sequences_with_predefined_and_described_tables() -> None:
    """Section 3.1.1.3.2.1: Predefined_Mode, FSE_Compressed_Mode"""
    predefined = bytes([1, 0]) + backward((2, 6), (0, 5), (0, 6))
    assert read_sequences(predefined) == [(1, 1, 3)]
    described = bytes([2, 0b10_10_10_00]) + describe(5, [16, 16]) * 3
    table = fse.build_table([16, 16], 5)
    state, first = next(
        (state, cell)
        for state, cell in enumerate(table.cells)
        if cell.symbol == 0 and [table.cells[cell.baseline + i].symbol for i in (0, 1)] == [0, 1]
    )
    assert first.number_of_bits == 1
    # Literals length, match length and offset take a step each, the offset has an extra bit.
    section = described + backward(*[(state, 5)] * 3, (1, 1), (0, 1), (1, 1), (1, 1))
    assert read_sequences(section) == [(0, 1, 3), (1, 3, 3)]


@pytest.mark.parametrize("count", [1, 127, 128, 254 - 128 << 8, 0x7EFF, 0x7F00, 0x7F00 + 300])
def test_numbers_of_sequences(count: int) -> None:
    """Section 3.1.1.3.2.1: one, two or three bytes"""
    if count < 128:
        header = bytes([count])
    elif count < 0x7F00:
        header = bytes([128 + (count >> 8), count & 0xFF])
    else:
        header = b"\xff" + struct.pack("<H", count - 0x7F00)
    section = header + bytes([RLE_MODES, 0, 0, 0]) + backward()
    assert len(read_sequences(section)) == count


@pytest.mark.parametrize(
    ("section", "sentence"),
    [
        (b"", "ends here"),
        (b"\x00\x00", "after a section of no sequences"),
        (b"\x80", "ends here"),
        (b"\xff\x00", "ends here"),
        (b"\x01", "ends here"),
        (b"\x01\x01\x01", "reserved bits"),
        (b"\x01\x40", "ends here"),
        (b"\x01\x40\x24", "a code 36, which does not exist"),
        (b"\x01\x50\x00\x20", "a code 32, which does not exist"),
        (b"\x01\x54\x00\x00\x35", "a code 53, which does not exist"),
        (b"\x01\xc0", "before there is any"),
        (b"\x01\x54\x00\x00\x00", "final-bit flag"),
        (rle_section(1, (0, 5, 0), (0, 4)), "ends within its sequences"),
        (rle_section(1, (0, 5, 0), (0, 6)), "1 bits after its last sequence"),
        (bytes([1, 0]) + backward((0, 6), (0, 5), (0, 5)), "ends within its sequences"),
    ],
)
def test_sequences_sections_that_are_none_are_refused(section: bytes, sentence: str) -> None:
    """Section 3.1.1.3.2"""
    with pytest.raises(MalformedChunk, match=sentence):
        read_sequences(section)


def test_repeated_offsets_follow_the_example_of_the_rfc() -> None:
    """Section 3.1.1.5: every row is a sequence and the three offsets after it."""
    rows = [
        (1114, 11, [1111, 1, 4]),
        (1, 22, [1111, 1, 4]),
        (2225, 22, [2222, 1111, 1]),
        (1114, 111, [1111, 2222, 1111]),
        (3336, 33, [3333, 1111, 2222]),
        (2, 22, [1111, 3333, 2222]),
        (3, 33, [2222, 1111, 3333]),
        (3, 0, [2221, 2222, 1111]),
        (1, 0, [2222, 2221, 1111]),
        (2, 0, [1111, 2222, 2221]),
    ]
    repeated_offsets = [1, 4, 8]
    for offset_value, literals_length, expected in rows:
        sequence = ZstandardSequence(literals_length, offset_value, 3)
        assert resolve_offset(sequence, repeated_offsets) == expected[0]
        assert repeated_offsets == expected


def test_sequences_take_literals_and_repeat_bytes() -> None:
    """Section 3.1.1.4: what is left of the literals comes last"""
    content = b"\x28abcde" + rle_section(1, (3, 1, 2), (1, 1))
    # Offset_Value 3 stands for Repeated_Offset3, 8, which is too far back here.
    with pytest.raises(MalformedChunk, match="copies from 8 bytes back"):
        decode_compressed_block(content)
    content = b"\x28abcde" + rle_section(1, (3, 2, 2), (2, 2))
    assert decode_compressed_block(content) == b"abc" + b"abcab" + b"de"
    assert decode_compressed_block(b"\x28abcde\x00") == b"abcde"


@pytest.mark.parametrize(
    ("content", "window_size", "sentence"),
    [
        (b"\x10ab" + rle_section(1, (3, 2, 2), (0, 2)), 2**20, "takes 3 literals, but has 2"),
        (
            b"\x18abc" + rle_section(1, (3, 2, 52), (0, 2), (0xFFFF, 16)),
            2**20,
            "Block_Maximum_Size",
        ),
        (b"\x28abcde" + rle_section(1, (3, 2, 14), (2, 2)), 20, "Block_Maximum_Size"),
        (b"\x48abcdefghi" + rle_section(1, (0, 3, 0), (0, 3)), 20, "copies from 5 bytes back"),
        (b"\x08a" + rle_section(1, (1, 4, 0), (9, 4)), 20, "beyond its Window_Size"),
        (b"\x08a" + rle_section(2, (0, 1, 0), (1, 1), (1, 1)), 20, "copies from 0 bytes back"),
        (b"\xa0" + bytes(20) + rle_section(1, (9, 2, 0), (0, 2)), 31, None),
    ],
)
def test_sequences_that_cannot_be_executed_are_refused(
    content: bytes, window_size: int, sentence: str | None
) -> None:
    """Section 3.1.1.4"""
    if sentence is None:
        assert decode_compressed_block(content, window_size) == bytes(23)
        sentence = "Block_Maximum_Size"
        content = b"\xe0" + bytes(28) + rle_section(1, (9, 2, 1), (0, 2))
    with pytest.raises(MalformedChunk, match=sentence):
        decode_compressed_block(content, window_size)


# --- Hostile bytes -----------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=80), st.sampled_from([b"", MAGIC, MAGIC + b"\x00\x38"]), st.booleans())
def test_any_bytes_are_decoded_or_refused(data: bytes, start: bytes, as_block: bool) -> None:
    encoded = start + (block(2, data) if as_block else data)
    try:
        decoded = decode(encoded, limit=1000)
    except Refusal:
        return
    assert len(decoded) <= 1000


@settings(max_examples=300, deadline=None)
@given(
    st.integers(0, 2),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4),
)
def test_a_changed_frame_is_decoded_or_refused(which: int, changes: list[tuple[int, int]]) -> None:
    content = (CONTENT, contents(1000)[4], contents(1000)[5])[which]
    changed = bytearray(numcodecs.Zstd(level=9).encode(content))
    for position, byte in changes:
        changed[position % len(changed)] = byte
    try:
        decoded = decode(bytes(changed), limit=5000)
    except Refusal:
        return
    assert len(decoded) <= 5000
