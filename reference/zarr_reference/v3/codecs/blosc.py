"""The ``blosc`` codec: bytes in a Blosc frame, shuffled and compressed block by block.

https://zarr-specs.readthedocs.io/en/latest/v3/codecs/blosc/

The configuration says how to encode. To decode, only the header of the frame counts, which need not
agree with it. The format is described in ``compression.blosc_frame``.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from zarr_reference.errors import InvalidMetadata, InvalidRequest
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.codec import BytesToBytesCodec, Configuration
from zarr_reference.v3.codecs.compression import blosc_frame
from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.json_documents import shown

COMPRESSORS = ("lz4", "lz4hc", "blosclz", "zstd", "snappy", "zlib")
SHUFFLES = ("noshuffle", "shuffle", "bitshuffle")

# c-blosc counts in 32-bit integers with a sign, and the header has 16 bytes.
LARGEST_INPUT = 2**31 - 1 - blosc_frame.HEADER_SIZE


@dataclass(frozen=True)
class BloscCodec(BytesToBytesCodec):
    """Bytes as a Blosc frame. ``typesize`` is None if nothing is shuffled."""

    name: ClassVar[str] = "blosc"
    cname: str
    clevel: int
    shuffle: str
    typesize: int | None
    blocksize: int

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` for a missing, unknown or malformed parameter."""
        # The page calls only typesize required, but gives no default for the others either.
        required = dict.fromkeys(
            ("cname", "clevel", "shuffle", "blocksize"), "codec.blosc.required_params"
        )
        expect_members(configuration, place, required, optional=("typesize",))
        shuffle = _one_of(
            SHUFFLES, configuration["shuffle"], f"{place}.shuffle", "codec.blosc.shuffle.values"
        )
        return cls(
            _one_of(COMPRESSORS, configuration["cname"], f"{place}.cname", "codec.blosc.cname"),
            parse_integer(
                configuration,
                "clevel",
                place,
                minimum=0,
                maximum=9,
                type_requirement="codec.blosc.clevel",
                range_requirement="codec.blosc.clevel",
            ),
            shuffle,
            # "Required unless shuffle is noshuffle, in which case the value is ignored."
            None if shuffle == "noshuffle" else _parse_typesize(configuration, place),
            parse_integer(
                configuration,
                "blocksize",
                place,
                minimum=0,
                type_requirement="codec.blosc.blocksize",
                range_requirement="codec.blosc.blocksize",
            ),
        )

    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """A byte string of no fixed size, as of any compressor."""
        return ByteStringType()

    def encode(self, decoded: bytes) -> bytes:
        """A frame without compression and shuffle: the same bytes on every machine.

        That is what clevel 0 asks for, and what Blosc itself makes of data that it cannot compress.
        Raises ``InvalidRequest`` for more bytes than a frame can hold.
        """
        if len(decoded) > LARGEST_INPUT:
            sentence = f"{len(decoded)} bytes are too many for a Blosc frame; use smaller chunks"
            raise InvalidRequest("request", "chunk", sentence)
        typesize = self.typesize or 1
        # c-blosc as well takes elements to be single bytes where one byte cannot hold their size.
        return blosc_frame.memcpy_frame(
            decoded, typesize if typesize <= blosc_frame.LARGEST_TYPESIZE else 1
        )

    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """What the frame holds, whatever the configuration says."""
        output = BoundedOutput(limit, decoded_type.size)
        blosc_frame.decompress(encoded, output)
        return bytes(output.data)


def _parse_typesize(configuration: Configuration, place: str) -> int:
    expect_members(
        configuration,
        place,
        required={"typesize": "codec.blosc.typesize.required"},
        optional=tuple(configuration),
    )
    return parse_integer(
        configuration,
        "typesize",
        place,
        minimum=1,
        type_requirement="codec.blosc.typesize.positive",
        range_requirement="codec.blosc.typesize.positive",
    )


def _one_of(allowed: tuple[str, ...], value: Any, place: str, requirement: str) -> str:
    if value not in allowed:
        names = ", ".join(f'"{name}"' for name in allowed)
        sentence = f"this must be one of {names}, not {shown(value)}"
        raise InvalidMetadata(requirement, place, sentence)
    return str(value)
