"""The sections "Chunks" and "Filters": what is done to the bytes of a chunk.

The text names compressors only by example, and leaves to the library numcodecs what they are. A
chunk of Zarr v2 is a chunk of Zarr v3 with these codecs: ``transpose`` if the order is F, then
``bytes``, then the compressor.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#chunks
"""

from collections.abc import Mapping
from typing import Any

from zarr_reference.errors import InvalidMetadata, UnknownExtension
from zarr_reference.representation import DataType
from zarr_reference.v2.compressors import CODECS, create_compressor
from zarr_reference.v3.codecs.bytes import BytesCodec
from zarr_reference.v3.codecs.codec import BytesToBytesCodec
from zarr_reference.v3.codecs.pipeline import CodecPipeline
from zarr_reference.v3.codecs.transpose import TransposeCodec
from zarr_reference.v3.json_documents import shown


def parse_codecs(
    document: Mapping[str, Any],
    rank: int,
    data_type: DataType,
    byte_order: str | None,
    place: str,
) -> CodecPipeline:
    """The codecs that the members ``order``, ``filters`` and ``compressor`` of an array mean.

    ``rank`` is the number of dimensions, ``byte_order`` is ``"little"``, ``"big"`` or None, and
    ``place`` the JSON path of ``document``. Raises ``InvalidMetadata`` or ``UnknownExtension``.
    """
    _check_filters(document["filters"], f"{place}.filters")
    return CodecPipeline(
        (
            *_parse_order(document["order"], rank, f"{place}.order"),
            BytesCodec(byte_order),
            *_parse_compressor(document["compressor"], data_type, f"{place}.compressor"),
        )
    )


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


def _check_filters(filters: Any, place: str) -> None:
    # v2.array.filters.null: "or null if no filters are to be applied". An empty list has none
    # either (v2.array.filters.empty_list).
    if filters is None:
        return
    if not isinstance(filters, list):
        sentence = f"this must be a list of filters or null, not {shown(filters)}"
        raise InvalidMetadata("v2.array.filters.required", place, sentence)
    for position, document in enumerate(filters):
        name = _parse_id(document, f"{place}[{position}]", "v2.array.filters.id")
        # v2.filters.no_registry: the text specifies no filter.
        sentence = f"the filter {shown(name)} is not known"
        raise UnknownExtension("v2.filters.no_registry", f"{place}[{position}]", sentence)


def _parse_compressor(
    document: Any, data_type: DataType, place: str
) -> tuple[BytesToBytesCodec, ...]:
    # v2.array.compressor.null: "or null if no compressor is to be used"
    if document is None:
        return ()
    name = _parse_id(document, place, "v2.array.compressor.id")
    if name not in CODECS:
        sentence = f"the compressor {shown(name)} is not known"
        raise UnknownExtension("v2.array.compressor.unknown", place, sentence)
    return (create_compressor(name, document, data_type, place),)


def _parse_id(document: Any, place: str, requirement: str) -> str:
    """The ``id`` of a codec: "Each codec configuration object MUST contain a "id" key"."""
    if not isinstance(document, dict):
        sentence = f'this must be an object with an "id", not {shown(document)}'
        raise InvalidMetadata(requirement, place, sentence)
    name = document.get("id")
    if not isinstance(name, str):
        sentence = 'the member "id" must be there and be a string'
        raise InvalidMetadata(requirement, place, sentence)
    return name
