"""The sections "Chunks" and "Filters": what is done to the elements of a chunk.

The text names compressors and filters only by example, and leaves to the library numcodecs what
they are. A chunk of Zarr v2 is a chunk of Zarr v3 with these codecs: ``transpose`` if the order is
F, what makes bytes of the elements, the filters, and the compressor.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#chunks
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from zarr_reference.errors import InvalidMetadata, UnknownExtension
from zarr_reference.representation import (
    ArrayType,
    Elements,
    Leaf,
    byte_swapped,
)
from zarr_reference.v2.categorize import CategorizeCodec
from zarr_reference.v2.compressors import BYTES_CODECS, create_bytes_codec
from zarr_reference.v2.data_types import StoredType, is_object
from zarr_reference.v2.filters import FILTERS, create_filter
from zarr_reference.v2.objects import OBJECT_CODECS, Json2Codec
from zarr_reference.v2.structured_types import parse_data_type
from zarr_reference.v3.codecs.bytes import BytesCodec
from zarr_reference.v3.codecs.codec import (
    ArrayToBytesCodec,
    BytesToBytesCodec,
    Configuration,
)
from zarr_reference.v3.codecs.pipeline import CodecPipeline
from zarr_reference.v3.codecs.transpose import TransposeCodec
from zarr_reference.v3.extension_data_types.variable_length import STRING
from zarr_reference.v3.json_documents import shown

# Codecs of numcodecs that are not implemented here, and why not.
NOT_IMPLEMENTED = {
    "msgpack2": "the reference does not read MessagePack",
    "pcodec": "what its streams mean is known to its library alone",
    "pickle": "to read it is to run whatever program is stored",
    "vlen-array": "elements that are arrays themselves have no form here",
    "zfpy": "what its streams mean is known to the C library zfp alone",
}


@dataclass(frozen=True)
class MixedBytesCodec(BytesCodec):
    """Elements as bytes, of which some leaves are big-endian (v2.dtype.struct.mixed_endian)."""

    endian: str | None = "little"
    big_endian: tuple[Leaf, ...] = ()

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> bytes:
        """As ``BytesCodec`` does."""
        data = super().encode(decoded, decoded_type)
        return byte_swapped(data, decoded_type.data_type, self.big_endian)

    def decode(self, encoded: bytes, decoded_type: ArrayType, limit: int) -> Elements:
        """As ``BytesCodec`` does."""
        if len(encoded) == decoded_type.byte_size:
            encoded = byte_swapped(encoded, decoded_type.data_type, self.big_endian)
        return super().decode(encoded, decoded_type, limit)


@dataclass(frozen=True)
class _Entry:
    """One of the filters, or the compressor: its document, and the JSON path of that."""

    document: Configuration
    place: str
    # What is broken if nobody knows its id.
    unknown: str

    @property
    def name(self) -> str:
        return str(self.document["id"])


def parse_codecs(
    document: Mapping[str, Any], rank: int, place: str
) -> tuple[StoredType, CodecPipeline]:
    """The type of the elements, and how a chunk of them is encoded.

    The members ``dtype``, ``order``, ``filters`` and ``compressor`` say it. ``rank`` is the number
    of dimensions, ``place`` the JSON path of ``document``. Raises ``InvalidMetadata``,
    ``UnknownExtension`` or ``LimitExceeded``.
    """
    order = _parse_order(document["order"], rank, f"{place}.order")
    entries = _parse_filters(document["filters"], f"{place}.filters")
    stored, array_to_bytes, used = _parse_elements(document["dtype"], entries, place)
    entries = [*entries[used:], *_parse_compressor(document["compressor"], f"{place}.compressor")]
    # The nested arrays of JSON have the order of the dimensions, whatever that in memory.
    if isinstance(array_to_bytes, Json2Codec):
        order = ()
    # v2.filters.encode_order: "filters are applied in the order specified in array metadata to
    # encode data, then the encoded data are passed to the primary compressor."
    bytes_codecs = _parse_bytes_codecs(entries, None if used else stored)
    return stored, CodecPipeline((*order, array_to_bytes, *bytes_codecs))


def _parse_order(order: Any, rank: int, place: str) -> tuple[TransposeCodec, ...]:
    # v2.array.order.values: "Either "C" or "F""
    if order not in ("C", "F"):
        sentence = f'this must be "C" or "F", not {shown(order)}'
        raise InvalidMetadata("v2.array.order.values", place, sentence)
    # v2.array.order.C: "the last dimension varies fastest", which is what the bytes codec does.
    if order == "C":
        return ()
    # v2.array.order.F: "the first dimension varies fastest". The layout is one "within each chunk":
    # neither the grid nor the keys of the chunks are turned round.
    return (TransposeCodec(tuple(reversed(range(rank)))),)


def _parse_filters(filters: Any, place: str) -> list[_Entry]:
    # v2.array.filters.null: "or null if no filters are to be applied". An empty list has none
    # either (v2.array.filters.empty_list).
    if filters is None:
        return []
    if not isinstance(filters, list):
        sentence = f"this must be a list of filters or null, not {shown(filters)}"
        raise InvalidMetadata("v2.array.filters.required", place, sentence)
    return [
        _parse_entry(document, f"{place}[{i}]", "v2.array.filters.id", "v2.filters.no_registry")
        for i, document in enumerate(filters)
    ]


def _parse_compressor(document: Any, place: str) -> list[_Entry]:
    # v2.array.compressor.null: "or null if no compressor is to be used"
    if document is None:
        return []
    unknown = "v2.array.compressor.unknown"
    return [_parse_entry(document, place, "v2.array.compressor.id", unknown)]


def _parse_entry(document: Any, place: str, requirement: str, unknown: str) -> _Entry:
    # "Each codec configuration object MUST contain a "id" key identifying the codec to be used."
    if not isinstance(document, dict):
        sentence = f'this must be an object with an "id", not {shown(document)}'
        raise InvalidMetadata(requirement, place, sentence)
    if not isinstance(document.get("id"), str):
        sentence = 'the member "id" must be there and be a string'
        raise InvalidMetadata(requirement, place, sentence)
    return _Entry(document, place, unknown)


def _parse_elements(
    dtype: Any, filters: Sequence[_Entry], place: str
) -> tuple[StoredType, ArrayToBytesCodec, int]:
    """The type of the elements, what makes bytes of them, and how many filters that takes."""
    first = filters[0].name if filters else None
    if is_object(dtype):
        # v2.dtype.object_kind: the dtype says nothing, the first filter knows.
        if not filters:
            sentence = "no filter says what the objects are"
            raise UnknownExtension("v2.dtype.object_kind", f"{place}.filters", sentence)
        if first == CategorizeCodec.name:
            return StoredType(STRING), _categorize(filters[0]), 1
        if first not in OBJECT_CODECS:
            raise _unknown(filters[0])
        data_type, codec = OBJECT_CODECS[first]
        parameters = {key: value for key, value in filters[0].document.items() if key != "id"}
        return StoredType(data_type), codec.from_configuration(parameters, filters[0].place), 1
    stored = parse_data_type(dtype, f"{place}.dtype")
    if first == CategorizeCodec.name:
        return stored, _categorize(filters[0]), 1
    return stored, _bytes_codec(stored), 0


def _categorize(entry: _Entry) -> CategorizeCodec:
    return CategorizeCodec.from_configuration(entry.document, entry.place)


def _bytes_codec(stored: StoredType) -> BytesCodec:
    leaves = [leaf for leaf in stored.data_type.leaves() if leaf[1].component_size > 1]
    if not stored.big_endian:
        return BytesCodec("little" if leaves else None)
    if len(stored.big_endian) == len(leaves):
        return BytesCodec("big")
    return MixedBytesCodec(big_endian=stored.big_endian)


def _parse_bytes_codecs(
    entries: Sequence[_Entry], elements: StoredType | None
) -> list[BytesToBytesCodec]:
    """The codecs from bytes to bytes; ``elements`` is the type of what the first of them gets."""
    codecs: list[BytesToBytesCodec] = []
    for entry in entries:
        if entry.name in FILTERS:
            number_filter = create_filter(entry.document, elements, entry.place)
            codecs.append(number_filter)
            elements = number_filter.encoded
        elif entry.name in BYTES_CODECS:
            item_size = elements.data_type.item_size if elements else 1
            codecs.append(create_bytes_codec(entry.name, entry.document, item_size, entry.place))
            elements = None
        else:
            raise _unknown(entry)
    return codecs


def _unknown(entry: _Entry) -> UnknownExtension:
    # v2.filters.no_registry, v2.array.compressor.unknown: the text specifies none of them.
    sentence = f"the codec {shown(entry.name)} is not known here"
    if entry.name in NOT_IMPLEMENTED:
        sentence = f"{entry.name} is not decoded here: {NOT_IMPLEMENTED[entry.name]}"
    return UnknownExtension(entry.unknown, entry.place, sentence)
