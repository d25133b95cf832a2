"""Extension definitions: objects and short-hand names, and the members of configurations."""

from typing import Any

import pytest

from zarr_reference.errors import InvalidMetadata
from zarr_reference.v3.extensions import Extension, expect_members, parse_extension


@pytest.mark.parametrize(
    ("document", "extension"),
    [
        ("zstd", Extension("zstd", {}, True)),
        ({"name": "zstd"}, Extension("zstd", {}, True)),
        ({"name": "zstd", "configuration": {}}, Extension("zstd", {}, True)),
        (
            {"name": "a.b-c_1", "configuration": {"x": 1}, "must_understand": False},
            Extension("a.b-c_1", {"x": 1}, False),
        ),
        ({"name": "zstd", "must_understand": True}, Extension("zstd", {}, True)),
        ("c", Extension("c", {}, True)),
        ("https://example.com/Codec", Extension("https://example.com/Codec", {}, True)),
        ("urn:example:datetime", Extension("urn:example:datetime", {}, True)),
    ],
)
def test_objects_and_short_hand_names_are_read(document: Any, extension: Extension) -> None:
    """ext.shorthand.equivalent, ext.must_understand.default_true, ext.name.uri_tolerated"""
    assert parse_extension(document, "$") == extension


@pytest.mark.parametrize(
    ("document", "requirement", "place"),
    [
        (None, "ext.shorthand.allowed", "$"),
        (3, "ext.shorthand.allowed", "$"),
        (["bytes"], "ext.shorthand.allowed", "$"),
        ({}, "ext.object.name_required", "$"),
        ({"name": None}, "ext.object.name_string", "$.name"),
        ({"name": 3}, "ext.object.name_string", "$.name"),
        ("", "ext.name.regex_first", "$"),
        ("Zstd", "ext.name.regex_first", "$"),
        ("1zstd", "ext.name.regex_first", "$"),
        ("_zstd", "ext.name.regex_first", "$"),
        ("foo/bar", "ext.name.regex_rest", "$"),
        ("foo bar", "ext.name.regex_rest", "$"),
        ("zStd", "ext.name.regex_rest", "$"),
        ("zstd\n", "ext.name.regex_rest", "$"),
        ("zstd\u0661", "ext.name.regex_rest", "$"),
        (
            {"name": "a", "configuration": None},
            "ext.object.configuration_object",
            "$.configuration",
        ),
        ({"name": "a", "configuration": []}, "ext.object.configuration_object", "$.configuration"),
        (
            {"name": "a", "must_understand": "false"},
            "ext.must_understand.type",
            "$.must_understand",
        ),
        ({"name": "a", "must_understand": None}, "ext.must_understand.type", "$.must_understand"),
        ({"name": "a", "must_understand": 0}, "ext.must_understand.type", "$.must_understand"),
        ({"name": "a", "level": 3}, "ext.object.unknown_members", "$"),
    ],
)
def test_what_is_no_extension_is_refused(document: Any, requirement: str, place: str) -> None:
    with pytest.raises(InvalidMetadata) as caught:
        parse_extension(document, "$")
    assert (caught.value.requirement, caught.value.place) == (requirement, place)


def test_the_extension_point_can_name_its_own_requirement() -> None:
    with pytest.raises(InvalidMetadata) as caught:
        parse_extension(3, "$", "core.metadata.array.codecs.extension_form")
    assert caught.value.requirement == "core.metadata.array.codecs.extension_form"


def test_members_are_required_optional_or_unknown() -> None:
    expect_members({}, "$")
    expect_members({"a": 1}, "$", required={"a": "r"}, optional=("b",))
    expect_members({"a": 1, "b": 2}, "$", required={"a": "r"}, optional=("b",))
    with pytest.raises(InvalidMetadata) as caught:
        expect_members({"b": 2}, "$", required={"a": "r"}, optional=("b",))
    assert caught.value.requirement == "r"
    with pytest.raises(InvalidMetadata) as caught:
        expect_members({"c": 2}, "$", optional=("b",), unknown="u")
    assert caught.value.requirement == "u"
