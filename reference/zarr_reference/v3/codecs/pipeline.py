"""The codec pipeline: the codecs of an array, one after the other.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#chunk-encoding

Encoding applies the codecs from the first to the last, decoding from the last to the first. Both
need the type of what enters and leaves each codec, which follows from the type of the chunk and the
codecs alone, never from the elements.
"""

from dataclasses import dataclass
from typing import Any

from zarr_reference.errors import InvalidMetadata, LimitExceeded, MalformedChunk, UnknownExtension
from zarr_reference.representation import ArrayType, ByteStringType, Elements
from zarr_reference.v3.codecs.codec import (
    ArrayToArrayCodec,
    ArrayToBytesCodec,
    BytesToBytesCodec,
    Codec,
)
from zarr_reference.v3.extensions import parse_extension
from zarr_reference.v3.json_documents import shown

# Every codec that the reference knows, by its name. The package fills it: a codec such as
# sharding_indexed is in it, and needs it for the codecs that it holds itself.
CODECS: dict[str, type[Codec]] = {}

# Registered codecs that are not implemented here, and why not.
NOT_IMPLEMENTED = {"zfp": "what its streams mean is known to the C library zfp alone"}

# NumPy 1 allows no more. The specification has no limit.
MAX_RANK = 32


@dataclass(frozen=True)
class CodecPipeline:
    """Codecs of which exactly one turns an array into bytes."""

    codecs: tuple[Codec, ...]

    @property
    def array_to_array(self) -> tuple[ArrayToArrayCodec, ...]:
        """The codecs before the array-to-bytes codec."""
        return tuple(codec for codec in self.codecs if isinstance(codec, ArrayToArrayCodec))

    @property
    def array_to_bytes(self) -> ArrayToBytesCodec:
        """The one codec that turns the array into bytes."""
        return next(codec for codec in self.codecs if isinstance(codec, ArrayToBytesCodec))

    @property
    def bytes_to_bytes(self) -> tuple[BytesToBytesCodec, ...]:
        """The codecs after the array-to-bytes codec."""
        return tuple(codec for codec in self.codecs if isinstance(codec, BytesToBytesCodec))

    def encoded_representation_type(
        self, decoded: ArrayType, place: str = "codecs"
    ) -> ByteStringType:
        """The type of what is stored for a chunk of type ``decoded``.

        Raises ``InvalidMetadata`` if a codec does not support the type that reaches it, and
        ``LimitExceeded`` for more dimensions than NumPy has.
        """
        return self._representations(decoded, place)[1][-1]

    def encode(self, elements: Elements, array_type: ArrayType) -> bytes:
        """The bytes to store for a chunk with these elements ("Encoding procedure")."""
        array_types, _ = self._representations(array_type, "codecs")
        for array_codec, decoded_type in zip(self.array_to_array, array_types[:-1], strict=True):
            elements = array_codec.encode(elements, decoded_type)
        data = self.array_to_bytes.encode(elements, array_types[-1])
        for bytes_codec in self.bytes_to_bytes:
            data = bytes_codec.encode(data)
        return data

    def decode(self, data: bytes, array_type: ArrayType, limit: int) -> Elements:
        """The elements of the chunk stored as ``data`` ("Decoding procedure").

        Raises ``MalformedChunk`` if no chunk of type ``array_type`` is stored like that, and
        ``LimitExceeded`` before any one value takes more than ``limit`` bytes.
        """
        if array_type.byte_size > limit:
            raise LimitExceeded.of("decoded chunk", array_type.byte_size, limit)
        array_types, bytes_types = self._representations(array_type, "codecs")
        decoded_types = reversed(bytes_types[:-1])
        for codec, decoded_type in zip(reversed(self.bytes_to_bytes), decoded_types, strict=True):
            data = codec.decode(data, decoded_type, limit)
            _check_size(data, decoded_type, codec.name)
        elements = self.array_to_bytes.decode(data, array_types[-1], limit)
        arrays = reversed(array_types[:-1])
        for array_codec, decoded in zip(reversed(self.array_to_array), arrays, strict=True):
            elements = array_codec.decode(elements, decoded, limit)
        return elements

    def _representations(
        self, decoded: ArrayType, place: str
    ) -> tuple[list[ArrayType], list[ByteStringType]]:
        """``decoded_representation`` of the spec: the arrays, then the byte strings.

        The first array is the chunk, the last enters the array-to-bytes codec; the first byte
        string leaves it, and the last is stored.
        """
        if len(decoded.shape) > MAX_RANK:
            sentence = f"{len(decoded.shape)} dimensions are too many for NumPy"
            raise LimitExceeded("limit", place, sentence)
        array_types = [decoded]
        for i, array_codec in enumerate(self.array_to_array):
            array_types.append(
                array_codec.compute_encoded_representation_type(array_types[-1], f"{place}[{i}]")
            )
        first = len(array_types)
        bytes_types = [
            self.array_to_bytes.compute_encoded_representation_type(
                array_types[-1], f"{place}[{first - 1}]"
            )
        ]
        for i, bytes_codec in enumerate(self.bytes_to_bytes, first):
            bytes_types.append(
                bytes_codec.compute_encoded_representation_type(bytes_types[-1], f"{place}[{i}]")
            )
        return array_types, bytes_types


def _check_size(data: bytes, expected: ByteStringType, codec: str) -> None:
    """Refuse bytes that are not as many as the codecs before them make."""
    if expected.size is not None and len(data) != expected.size:
        raise MalformedChunk(
            "codec.decode.length_mismatch",
            f"output of {codec}",
            f"{len(data)} bytes are here, {expected.size} are due",
        )


def parse_codecs(document: Any, place: str) -> CodecPipeline:
    """The pipeline that the JSON value ``document``, at ``place``, describes.

    Raises ``InvalidMetadata`` or ``UnknownExtension``. Codecs can hold codecs: ``parse_json`` has
    bounded how deep.
    """
    if not isinstance(document, list):
        sentence = f"the codecs must be an array, not {shown(document)}"
        raise InvalidMetadata("core.metadata.array.codecs.list", place, sentence)
    # An array-to-bytes codec is always needed, so an empty list says too little.
    if not document:
        raise InvalidMetadata("core.metadata.array.codecs.nonempty", place, "the list is empty")
    parsed = (parse_codec(entry, f"{place}[{i}]") for i, entry in enumerate(document))
    codecs = tuple(codec for codec in parsed if codec is not None)
    _check_order(codecs, place)
    return CodecPipeline(codecs)


def parse_codec(document: Any, place: str) -> Codec | None:
    """The codec that a JSON value describes; None if it is unknown, but need not be understood."""
    extension = parse_extension(document, place, "core.metadata.array.codecs.extension_form")
    codec = CODECS.get(extension.name)
    if codec is not None:
        return codec.from_configuration(extension.configuration, f"{place}.configuration")
    # "An implementation MUST fail to open" what it does not recognize, unless told that it can be
    # ignored. To ignore a codec is to leave it out.
    if extension.must_understand:
        sentence = f"there is no codec named {shown(extension.name)} here"
        if extension.name in NOT_IMPLEMENTED:
            sentence = f"{extension.name} is not decoded here: {NOT_IMPLEMENTED[extension.name]}"
        raise UnknownExtension("core.metadata.array.codecs.unknown_rejected", place, sentence)
    return None


def _check_order(codecs: tuple[Codec, ...], place: str) -> None:
    """Array-to-array codecs, then exactly one array-to-bytes codec, then bytes-to-bytes codecs."""
    positions = [i for i, codec in enumerate(codecs) if isinstance(codec, ArrayToBytesCodec)]
    if len(positions) != 1:
        sentence = f"one array-to-bytes codec is due, {len(positions)} are listed"
        raise InvalidMetadata("codec.pipeline.exactly_one_a2b", place, sentence)
    for codec in codecs[: positions[0]]:
        if isinstance(codec, BytesToBytesCodec):
            sentence = f'"{codec.name}" takes bytes, but stands where an array still is'
            raise InvalidMetadata("codec.pipeline.b2b_last", place, sentence)
    for codec in codecs[positions[0] :]:
        if isinstance(codec, ArrayToArrayCodec):
            sentence = f'"{codec.name}" takes an array, but stands where bytes already are'
            raise InvalidMetadata("codec.pipeline.a2a_first", place, sentence)
