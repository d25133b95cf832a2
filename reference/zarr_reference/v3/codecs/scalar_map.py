"""The member ``scalar_map`` of the codec ``cast_value``: scalars that become certain others.

https://github.com/zarr-developers/zarr-extensions/tree/main/codecs/cast_value#scalar_map
"""

from collections.abc import Mapping
from typing import Any, TypeAlias

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import DataType
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.fill_values import parse_fill_value
from zarr_reference.v3.json_documents import shown
from zarr_reference.v3.numbers import Number, number_from_bits

# For each key the bits of the element that it becomes. "If the same input scalar is repeated,
# readers MUST use the first occurrence": so that the order counts.
ScalarMap: TypeAlias = list[tuple[Number, int]]

DIRECTIONS = ("encode", "decode")

_FORM = "codec.cast_value.scalar_map.form"


def parse_scalar_maps(document: Any, place: str) -> Mapping[str, list[list[Any]]]:
    """The pairs under "encode" and "decode", as far as they are pairs.

    Raises ``InvalidMetadata`` for anything else.
    """
    if not isinstance(document, dict):
        sentence = f"this must be an object, not {shown(document)}"
        raise InvalidMetadata(_FORM, place, sentence)
    expect_members(document, place, optional=DIRECTIONS, unknown=_FORM)
    for direction, pairs in document.items():
        if not isinstance(pairs, list):
            sentence = f"this must be an array of pairs, not {shown(pairs)}"
            raise InvalidMetadata(_FORM, f"{place}.{direction}", sentence)
        for position, pair in enumerate(pairs):
            if not isinstance(pair, list) or len(pair) != 2:
                sentence = f"this must be an input and an output, not {shown(pair)}"
                raise InvalidMetadata(_FORM, f"{place}.{direction}[{position}]", sentence)
    return document


def parse_scalar_map(
    pairs: list[list[Any]], source: DataType, target: DataType, place: str
) -> ScalarMap:
    """The numbers of ``source`` with the elements of ``target`` that they become.

    "Input scalars are encoded to JSON using the Zarr V3 fill value encoding for the input data
    type; output scalars [...] for the output data type." Raises ``InvalidMetadata`` otherwise.
    """
    return [
        (
            number_from_bits(_parse_scalar(key, source, f"{place}[{position}][0]"), source),
            _parse_scalar(mapped, target, f"{place}[{position}][1]"),
        )
        for position, (key, mapped) in enumerate(pairs)
    ]


def _parse_scalar(document: Any, data_type: DataType, place: str) -> int:
    try:
        return int.from_bytes(parse_fill_value(document, data_type, place), "little")
    except InvalidMetadata as refusal:
        requirement = "codec.cast_value.scalar_map.scalars"
        raise InvalidMetadata(requirement, refusal.place, refusal.sentence) from refusal
