"""The filter ``categorize``: strings out of a short list, each stored as its number in the list.

https://numcodecs.readthedocs.io/en/stable/filter/categorize.html
"""

from dataclasses import dataclass
from typing import Any, ClassVar, Self

import numpy as np

from zarr_reference.errors import InvalidMetadata, MalformedChunk
from zarr_reference.representation import (
    ArrayType,
    ByteStringType,
    DataType,
    Elements,
    byte_swapped,
    elements_from_bytes,
    elements_from_items,
    items_of,
)
from zarr_reference.v2.data_types import StoredType, parse_type_string
from zarr_reference.v3.codecs.codec import ArrayToBytesCodec, Configuration
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.json_documents import shown

REQUIREMENT = "v2.filters.no_registry"

ENCODINGS = {"string": "utf-8", "utf32": "utf-32-le"}


@dataclass(frozen=True)
class CategorizeCodec(ArrayToBytesCodec):
    """Strings as numbers of type ``astype``: 1 is the first of ``labels``, and 0 no label."""

    name: ClassVar[str] = "categorize"
    labels: tuple[str, ...]
    astype: StoredType

    @classmethod
    def from_configuration(cls, configuration: Configuration, place: str) -> Self:
        """Raises ``InvalidMetadata`` unless labels are strings and ``astype`` is an integer type.

        ``dtype``, the library's type of the decoded strings, adds nothing to that of the array.
        """
        required = dict.fromkeys(("labels", "dtype"), REQUIREMENT)
        expect_members(configuration, place, required, optional=("id", "astype"))
        labels = configuration["labels"]
        if not isinstance(labels, list) or not all(map(_is_text, labels)):
            sentence = f"this must be an array of strings, not {shown(labels)}"
            raise InvalidMetadata(REQUIREMENT, f"{place}.labels", sentence)
        astype, place = configuration.get("astype", "|u1"), f"{place}.astype"
        stored = parse_type_string(astype, place) if isinstance(astype, str) else None
        if stored is None or stored.data_type.kind not in ("int", "uint"):
            sentence = f"this must be the type string of an integer, not {shown(astype)}"
            raise InvalidMetadata(REQUIREMENT, place, sentence)
        return cls(tuple(labels), stored)

    def compute_encoded_representation_type(self, decoded: ArrayType, place: str) -> ByteStringType:
        """A number for each string; raises ``InvalidMetadata`` for a type without room for them."""
        data_type = decoded.data_type
        if data_type.kind not in ENCODINGS:
            sentence = f"only strings are put into categories, not {shown(data_type.name)}"
            raise InvalidMetadata(REQUIREMENT, place, sentence)
        if len(self.labels) > np.iinfo(self._numpy_type()).max:
            sentence = f"{self.astype.data_type.name} cannot count {len(self.labels)} labels"
            raise InvalidMetadata(REQUIREMENT, place, sentence)
        for label in self.labels:
            if data_type.kind == "utf32" and 4 * len(label) > data_type.item_size:
                sentence = f"the label {shown(label)} has more characters than an element"
                raise InvalidMetadata(REQUIREMENT, place, sentence)
        return ByteStringType(decoded.element_count * self.astype.data_type.item_size)

    def encode(self, decoded: Elements, decoded_type: ArrayType) -> bytes:
        """The number of each string; 0 for one that is no label."""
        items = self._items(decoded_type.data_type)
        numbers = {item: number for number, item in reversed(list(enumerate(items, 1)))}
        if decoded_type.data_type.has_variable_length:
            found = [numbers.get(item, 0) for item in items_of(decoded)]
        else:
            found = [numbers.get(item.tobytes(), 0) for item in decoded.flat]
        return byte_swapped(
            np.array(found).astype(self._numpy_type()).tobytes(),
            self.astype.data_type,
            self.astype.big_endian,
        )

    def decode(self, encoded: bytes, decoded_type: ArrayType, limit: int) -> Elements:
        """The strings; raises ``MalformedChunk`` for a number that is too large."""
        size = self.compute_encoded_representation_type(decoded_type, "filter").size
        if len(encoded) != size:
            sentence = f"{len(encoded)} bytes are here, {size} are due"
            raise MalformedChunk(REQUIREMENT, f"byte {len(encoded)}", sentence)
        numbers = np.frombuffer(
            byte_swapped(encoded, self.astype.data_type, self.astype.big_endian), self._numpy_type()
        )
        wrong = np.flatnonzero((numbers < 0) | (numbers > len(self.labels)))
        if wrong.size > 0:
            sentence = f"{numbers[wrong[0]]} is no number of one of {len(self.labels)} labels"
            raise MalformedChunk(REQUIREMENT, f"element {wrong[0]}", sentence)
        # What is in no category was another string, which is lost.
        items = [self._item("", decoded_type.data_type), *self._items(decoded_type.data_type)]
        decoded = [items[number] for number in numbers.tolist()]
        if decoded_type.data_type.has_variable_length:
            return elements_from_items(decoded, decoded_type)
        return elements_from_bytes(b"".join(decoded), decoded_type)

    def _items(self, data_type: DataType) -> list[bytes]:
        """The labels as elements."""
        return [self._item(label, data_type) for label in self.labels]

    def _item(self, label: str, data_type: DataType) -> bytes:
        encoded = label.encode(ENCODINGS[data_type.kind])
        return (
            encoded if data_type.has_variable_length else encoded.ljust(data_type.item_size, b"\0")
        )

    def _numpy_type(self) -> np.dtype[Any]:
        code = "i" if self.astype.data_type.kind == "int" else "u"
        return np.dtype(f"<{code}{self.astype.data_type.item_size}")


def _is_text(label: Any) -> bool:
    """Whether it is a string without half of a surrogate pair."""
    return isinstance(label, str) and not any("\ud800" <= each <= "\udfff" for each in label)
