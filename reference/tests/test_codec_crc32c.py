"""The ``crc32c`` codec, against RFC 3720 and Google's implementation."""

import google_crc32c
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, MalformedChunk
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.crc32c import Crc32cCodec, crc32c

CODEC = Crc32cCodec.from_configuration({}, "$")


@pytest.mark.parametrize(
    ("data", "checksum"),
    [
        # RFC 3720, appendix B.4, where the checksums are printed lowest byte first.
        (bytes(32), "aa36918a"),
        (b"\xff" * 32, "43aba862"),
        (bytes(range(32)), "4e79dd46"),
        (bytes(range(31, -1, -1)), "5cdb3f11"),
        # The check value that catalogues of CRCs give.
        (b"123456789", "839206e3"),
        (b"", "00000000"),
    ],
)
def test_the_examples_of_rfc_3720(data: bytes, checksum: str) -> None:
    """codec.crc32c.polynomial, codec.crc32c.little_endian, codec.crc32c.appended"""
    assert CODEC.encode(data) == data + bytes.fromhex(checksum)
    assert CODEC.decode(data + bytes.fromhex(checksum), ByteStringType(), 99) == data


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=300))
def test_the_checksum_is_that_of_another_implementation(data: bytes) -> None:
    """codec.crc32c.polynomial"""
    assert crc32c(data) == google_crc32c.value(data)


@settings(max_examples=50, deadline=None)
@given(st.binary(max_size=20), st.data())
def test_every_single_changed_bit_is_found(data: bytes, draw: st.DataObject) -> None:
    """codec.crc32c.verified_on_read"""
    encoded = bytearray(CODEC.encode(data))
    bit = draw.draw(st.integers(0, 8 * len(encoded) - 1))
    encoded[bit // 8] ^= 1 << bit % 8
    with pytest.raises(MalformedChunk) as refusal:
        CODEC.decode(bytes(encoded), ByteStringType(), 99)
    assert refusal.value.requirement == "codec.crc32c.verified_on_read"
    assert refusal.value.place == f"byte {len(data)}"


@pytest.mark.parametrize("size", range(4))
def test_fewer_than_four_bytes_hold_no_checksum(size: int) -> None:
    """codec.crc32c.verified_on_read"""
    with pytest.raises(MalformedChunk) as refusal:
        CODEC.decode(bytes(size), ByteStringType(), 99)
    assert refusal.value.requirement == "codec.crc32c.verified_on_read"


def test_the_size_is_fixed_where_that_of_the_input_is() -> None:
    """codec.api.encoded_size"""
    compute = CODEC.compute_encoded_representation_type
    assert compute(ByteStringType(12), "$") == ByteStringType(16)
    assert compute(ByteStringType(), "$") == ByteStringType()


def test_there_are_no_parameters() -> None:
    """codec.crc32c.no_config"""
    with pytest.raises(InvalidMetadata) as refusal:
        Crc32cCodec.from_configuration({"endian": "little"}, "$")
    assert refusal.value.requirement == "codec.crc32c.no_config"
