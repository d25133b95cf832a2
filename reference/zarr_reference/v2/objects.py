"""Arrays of Python objects, dtype ``|O``: the first filter says what the objects are.

The specification does not know them, and yet they are how strings are stored in Zarr v2: its own
types have a fixed length. Here the objects are strings or byte strings, and the filter that makes
bytes of them is the array-to-bytes codec. What other objects a filter can hold has no form here.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#filters
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Self

from zarr_reference.errors import InvalidMetadata, MalformedChunk, MalformedMetadata
from zarr_reference.representation import (
    ArrayType,
    ByteStringType,
    Elements,
    elements_from_items,
    items_of,
)
from zarr_reference.v3.codecs.codec import ArrayToBytesCodec, Configuration
from zarr_reference.v3.codecs.vlen import VlenBytesCodec, VlenUtf8Codec
from zarr_reference.v3.extension_data_types.variable_length import BYTES, STRING
from zarr_reference.v3.json_documents import parse_json, shown

# No text specifies these filters: https://numcodecs.readthedocs.io/ describes them.
REQUIREMENT = "v2.filters.no_registry"

PLAIN_OBJECTS = "|O"


@dataclass(frozen=True)
class Json2Codec(ArrayToBytesCodec):
    """Strings as JSON text: nested arrays of them, then the data type and the shape.

    https://numcodecs.readthedocs.io/en/stable/other/json.html
    """

    name: ClassVar[str] = "json2"

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` for another encoding than UTF-8.

        The other parameters are for encoders, and for the JSON of other objects.
        """
        encoding = configuration.get("encoding", "utf-8")
        if encoding not in ("utf-8", "utf8", "ascii"):
            sentence = f"{shown(encoding)} is not read here, JSON is encoded in UTF-8"
            raise InvalidMetadata(REQUIREMENT, f"{place}.encoding", sentence)
        return cls()

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ByteStringType:
        """Bytes of no fixed size."""
        return ByteStringType()

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> bytes:
        """JSON in ASCII, without white space."""
        strings = iter([item.decode() for item in items_of(decoded)])
        # An array without dimensions is written like one of length 1.
        nested = _nested(strings, decoded_type.shape or (1,))
        document = [*nested, PLAIN_OBJECTS, list(decoded_type.shape)]
        return json.dumps(document, separators=(",", ":")).encode("ascii")

    def decode(self, encoded: bytes, decoded_type: ArrayType, limit: int) -> Elements:
        """The strings; raises ``MalformedChunk`` for another shape, and for other objects."""
        try:
            document = parse_json(encoded, "JSON text")
        except MalformedMetadata as refusal:
            raise MalformedChunk(REQUIREMENT, refusal.place, refusal.sentence) from refusal
        shape = list(decoded_type.shape)
        if not isinstance(document, list) or document[-2:] != [PLAIN_OBJECTS, shape]:
            sentence = f'this must be a JSON array that ends in "|O", {shape}'
            raise MalformedChunk(REQUIREMENT, "JSON text", sentence)
        items = list(_flattened(document[:-2], decoded_type.shape or (1,), "JSON text"))
        return elements_from_items(items, decoded_type)


def _nested(strings: Iterator[str], shape: Sequence[int]) -> list[Any]:
    """The next strings as an array of this shape, which has at least one dimension."""
    length, *inner = shape
    return [_nested(strings, inner) if inner else next(strings) for _ in range(length)]


def _flattened(document: Any, shape: Sequence[int], place: str) -> Iterator[bytes]:
    """The strings in nested arrays of this shape, in UTF-8 and C order."""
    length, *inner = shape
    if not isinstance(document, list) or len(document) != length:
        sentence = f"an array of {length} is due here, not {shown(document)}"
        raise MalformedChunk(REQUIREMENT, place, sentence)
    for position, each in enumerate(document):
        if inner:
            yield from _flattened(each, inner, f"{place}[{position}]")
        else:
            yield _encoded(each, f"{place}[{position}]")


def _encoded(document: Any, place: str) -> bytes:
    if not isinstance(document, str):
        sentence = f"the reference reads objects that are strings, and not {shown(document)}"
        raise MalformedChunk(REQUIREMENT, place, sentence)
    try:
        return document.encode()
    except UnicodeEncodeError as error:
        sentence = f"{shown(document)} has a surrogate without its pair, which is no character"
        raise MalformedChunk(REQUIREMENT, place, sentence) from error


# The filters that make bytes of objects, and what the objects are.
OBJECT_CODECS = {
    "json2": (STRING, Json2Codec),
    "vlen-bytes": (BYTES, VlenBytesCodec),
    "vlen-utf8": (STRING, VlenUtf8Codec),
}
