"""The checksum of HDF5, against its author's vectors and against numcodecs."""

from typing import Any

import numcodecs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, MalformedChunk
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.numcodecs.jenkins_lookup3 import JenkinsLookup3Codec, lookup3

FOUR_SCORE = b"Four score and seven years ago"
ANY_SIZE = ByteStringType()


@pytest.mark.parametrize(
    ("data", "initval", "expected"),
    [
        (b"", 0, 0xDEADBEEF),
        (b"", 0xDEADBEEF, 0xBD5B7DDE),
        (FOUR_SCORE, 0, 0x17770551),
        (FOUR_SCORE, 1, 0xCD628161),
    ],
)
def test_the_vectors_of_the_author(data: bytes, initval: int, expected: int) -> None:
    """The comments in lookup3.c, function driver5."""
    assert lookup3(data, initval) == expected


@given(st.binary(max_size=60), st.integers(0, 2**32 - 1))
def test_it_is_what_the_library_makes(data: bytes, initval: int) -> None:
    codec = JenkinsLookup3Codec.from_configuration({"initval": initval}, "$")
    encoded = codec.encode(data)
    library = numcodecs.get_codec({"id": "jenkins_lookup3", "initval": initval})
    assert encoded == bytes(library.encode(data))
    assert codec.decode(encoded, ANY_SIZE, 2**20) == data


@pytest.mark.parametrize("data", [b"", b"abc", b"abcd\0\0\0\0"])
def test_damage_is_found(data: bytes) -> None:
    with pytest.raises(MalformedChunk):
        JenkinsLookup3Codec("end").decode(data, ANY_SIZE, 2**20)


@pytest.mark.parametrize(
    "configuration", [{"initval": -1}, {"initval": 2**32}, {"initval": "0"}, {"prefix": [1]}]
)
def test_malformed_parameters_are_refused(configuration: dict[str, Any]) -> None:
    with pytest.raises(InvalidMetadata):
        JenkinsLookup3Codec.from_configuration(configuration, "$")
