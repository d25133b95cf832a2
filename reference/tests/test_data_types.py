"""The identifiers of data types."""

from typing import Any

import pytest

from zarr_reference.errors import InvalidMetadata, LimitExceeded, Refusal, UnknownExtension
from zarr_reference.representation import DataType
from zarr_reference.v3.data_types import CORE_DATA_TYPES, parse_data_type


@pytest.mark.parametrize("name", CORE_DATA_TYPES)
def test_core_types_are_known_by_name(name: str) -> None:
    """core.metadata.array.data_type.core_as_string, ext.shorthand.equivalent"""
    data_type = parse_data_type(name, "$")
    assert data_type.name == name
    assert parse_data_type({"name": name, "configuration": {}}, "$") == data_type


def test_sizes_are_in_the_names() -> None:
    """dtype.core.should_implement"""
    for name, data_type in CORE_DATA_TYPES.items():
        bits = int("".join(filter(str.isdigit, name)) or "8")
        assert data_type.item_size * 8 == bits
        components = 2 if data_type.kind == "complex" else 1
        assert data_type.component_size * components == data_type.item_size


@pytest.mark.parametrize(("name", "size"), [("r8", 1), ("r16", 2), ("r24", 3), ("r128", 16)])
def test_raw_types_have_their_bits(name: str, size: int) -> None:
    """core.dtype.raw.byte_length, dtype.raw.fill.no_byteswap"""
    assert parse_data_type(name, "$") == DataType(name, "raw", size, 1)


@pytest.mark.parametrize(
    ("document", "kind", "requirement"),
    [
        ("r7", InvalidMetadata, "core.dtype.raw.multiple_of_8"),
        ("r12", InvalidMetadata, "core.dtype.raw.multiple_of_8"),
        ("r0", InvalidMetadata, "core.dtype.raw.positive"),
        ("r08", InvalidMetadata, "core.dtype.raw.positive"),
        ("r17179869184", LimitExceeded, "limit"),
        ("r" + "8" * 10_000, LimitExceeded, "limit"),
        ("r", UnknownExtension, "core.metadata.array.data_type.unknown_rejected"),
        ("r-8", UnknownExtension, "core.metadata.array.data_type.unknown_rejected"),
        ("rx", UnknownExtension, "core.metadata.array.data_type.unknown_rejected"),
        ("float", UnknownExtension, "core.metadata.array.data_type.unknown_rejected"),
        ("urn:x:y", UnknownExtension, "core.metadata.array.data_type.unknown_rejected"),
        ({"name": "strings"}, UnknownExtension, "core.metadata.array.data_type.unknown_rejected"),
        ("<i2", InvalidMetadata, "ext.name.regex_first"),
        (None, InvalidMetadata, "core.metadata.array.data_type.extension_form"),
        (["int8"], InvalidMetadata, "core.metadata.array.data_type.extension_form"),
        (
            {"name": "int8", "must_understand": False},
            InvalidMetadata,
            "ext.must_understand.not_for_data_type",
        ),
        (
            {"name": "int8", "configuration": {"endian": "big"}},
            InvalidMetadata,
            "ext.object.unknown_members",
        ),
    ],
)
def test_other_types_are_refused(document: Any, kind: type[Refusal], requirement: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_data_type(document, "$.data_type")
    assert (type(caught.value), caught.value.requirement) == (kind, requirement)
