"""The ``conditional`` codec: codecs that are applied to some chunks and skipped for others.

https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/conditional

A header in front of each chunk has one bit for each codec: whether it was applied. Which codecs a
writer applies is its own affair; this one applies those of its runtime bitmask.
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

from zarr_reference.errors import InvalidMetadata, LimitExceeded, MalformedChunk
from zarr_reference.representation import ByteStringType
from zarr_reference.v3.codecs.codec import BytesToBytesCodec, Configuration
from zarr_reference.v3.codecs.configuration import parse_integer
from zarr_reference.v3.codecs.pipeline import parse_codec
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.json_documents import shown

# A header is as long in every chunk as the metadata says, so that this bounds what one can take.
MAX_HEADER_BITS = 8 * 2**16


@dataclass(frozen=True)
class ConditionalCodec(BytesToBytesCodec):
    """The codecs, of which bit ``i`` of the header is for the one at position ``i``.

    A codec that is unknown, but need not be understood, is None: it changes nothing. The runtime
    bitmask is no part of the metadata; "with no mask set" all codecs are skipped.
    """

    name: ClassVar[str] = "conditional"
    codecs: tuple[BytesToBytesCodec | None, ...]
    header_bits: int
    runtime_bitmask: int = 0

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` for a missing, unknown or malformed parameter."""
        required = {"codecs": "codec.conditional.codecs.required"}
        expect_members(configuration, place, required, optional=("header_bits",))
        documents = configuration["codecs"]
        if not isinstance(documents, list):
            sentence = f"this must be a list of codecs, not {shown(documents)}"
            raise InvalidMetadata("codec.conditional.codecs.required", f"{place}.codecs", sentence)
        codecs = tuple(
            _parse_bytes_to_bytes(document, f"{place}.codecs[{position}]")
            for position, document in enumerate(documents)
        )
        return cls(codecs, _parse_header_bits(configuration, len(codecs), place))

    def compute_encoded_representation_type(
        self, decoded: ByteStringType, place: str
    ) -> ByteStringType:
        """A byte string of no fixed size: which codecs are applied is not known."""
        for position, codec in enumerate(self.codecs):
            if codec is not None:
                nested = f"{place}.configuration.codecs[{position}]"
                decoded = codec.compute_encoded_representation_type(decoded, nested)
        return ByteStringType()

    def encode(self, decoded: bytes) -> bytes:
        """The header, and the bytes as the codecs of the runtime bitmask encode them."""
        for codec in self._applied(self.runtime_bitmask):
            decoded = codec.encode(decoded)
        # "Using a little-endian bit order": so that the first byte has the first eight bits.
        return self.runtime_bitmask.to_bytes(self.header_bits // 8, "little") + decoded

    def decode(self, encoded: bytes, decoded_type: ByteStringType, limit: int) -> bytes:
        """The bytes as the codecs of the header's bitmask decode them, the last of them first."""
        size = self.header_bits // 8
        if len(encoded) < size:
            sentence = f"{len(encoded)} bytes are here, the header alone has {size}"
            raise MalformedChunk("codec.conditional.header.size", "byte 0", sentence)
        bitmask = int.from_bytes(encoded[:size], "little")
        # "Any reserved bits [...] must be set to 0": nothing says what a 1 would mean.
        if bitmask >> len(self.codecs):
            sentence = f"the header {encoded[:size].hex()} has a bit for more than all codecs"
            raise MalformedChunk("codec.conditional.header.reserved_zero", "byte 0", sentence)
        applied = self._applied(bitmask)
        types = [decoded_type]
        for codec in applied:
            types.append(codec.compute_encoded_representation_type(types[-1], "codecs"))
        data = encoded[size:]
        for codec, before in zip(reversed(applied), reversed(types[:-1]), strict=True):
            data = codec.decode(data, before, limit)
        return data

    def _applied(self, bitmask: int) -> list[BytesToBytesCodec]:
        return [
            codec
            for position, codec in enumerate(self.codecs)
            if codec is not None and bitmask >> position & 1
        ]


def _parse_bytes_to_bytes(document: Any, place: str) -> BytesToBytesCodec | None:
    codec = parse_codec(document, place)
    # "They MUST all be bytes -> bytes codecs."
    if codec is not None and not isinstance(codec, BytesToBytesCodec):
        sentence = f'"{codec.name}" takes an array, where there are only bytes'
        raise InvalidMetadata("codec.conditional.codecs.b2b_only", place, sentence)
    return codec


def _parse_header_bits(configuration: Configuration, count: int, place: str) -> int:
    # "It defaults to the smallest multiple of 8 that is greater than or equal to the number of
    # configured codecs."
    if "header_bits" not in configuration:
        return -(-count // 8) * 8
    header_bits = parse_integer(
        configuration,
        "header_bits",
        place,
        minimum=count,
        type_requirement="codec.conditional.header_bits.multiple8",
        range_requirement="codec.conditional.header_bits.ge_len",
    )
    place = f"{place}.header_bits"
    if header_bits % 8:
        sentence = f"this must be a multiple of 8, not {header_bits}"
        raise InvalidMetadata("codec.conditional.header_bits.multiple8", place, sentence)
    if header_bits > MAX_HEADER_BITS:
        raise LimitExceeded.of(place, header_bits // 8, MAX_HEADER_BITS // 8)
    return header_bits
