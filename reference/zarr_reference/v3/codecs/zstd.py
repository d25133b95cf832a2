"""The ``zstd`` codec: bytes as Zstandard frames, RFC 8878.

https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/zstd

It is no codec of the core specification, but a registered one, and the format is needed anyway:
inside Blosc frames, and as a compressor of Zarr v2.
"""

from dataclasses import dataclass
from typing import ClassVar, Self

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.codec import BytesToBytesCodec, Configuration
from zarr_reference.v3.codecs.compression import zstandard
from zarr_reference.v3.codecs.compression.bounded_output import BoundedOutput
from zarr_reference.v3.codecs.compression.byte_reader import ByteReader
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.json_documents import shown

LOWEST_LEVEL, HIGHEST_LEVEL = -131072, 22


@dataclass(frozen=True)
class ZstdCodec(BytesToBytesCodec):
    """Bytes as a Zstandard frame. ``checksum`` says whether to write one; one there is verified."""

    name: ClassVar[str] = "zstd"
    level: int
    checksum: bool = False

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` for a missing, unknown or malformed parameter."""
        expect_members(
            configuration,
            place,
            required={"level": "codec.zstd.level.required"},
            optional=("checksum",),
        )
        level = parse_integer(
            configuration,
            "level",
            place,
            minimum=LOWEST_LEVEL,
            maximum=HIGHEST_LEVEL,
            type_requirement="codec.zstd.level.integer",
            range_requirement="codec.zstd.level.range",
        )
        checksum = configuration.get("checksum", False)
        if not isinstance(checksum, bool):
            sentence = f"this must be true or false, not {shown(checksum)}"
            raise InvalidMetadata("codec.zstd.checksum.boolean", f"{place}.checksum", sentence)
        return cls(level, checksum)

    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """A byte string of no fixed size, as of any compressor."""
        return ByteStringType()

    def encode(self, decoded: bytes) -> bytes:
        """A frame of raw blocks: the same bytes on every machine. ``level`` is a hint only."""
        return zstandard.compress(decoded, self.checksum)

    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """The content of all frames, one after the other."""
        reader = ByteReader(encoded, "codec.zstd.format", "Zstandard frame")
        output = BoundedOutput(limit, decoded_type.size)
        zstandard.decompress(reader, output)
        return bytes(output.data)
