"""Which names and paths nodes have, and under which keys they are."""

import pytest

from zarr_reference.errors import MissingNode
from zarr_reference.v3.node_names import (
    ancestor_paths,
    fault_of_node_name,
    key_prefix,
    metadata_key,
    parse_path,
)


@pytest.mark.parametrize(
    "name", ["foo", "FOO", "c", "0", "0.0", ".hidden", "_x", "a__b", "...a", "ä ö", "zarr.json2"]
)
def test_most_names_are_allowed(name: str) -> None:
    """core.name.unicode_readable, core.name.numeric_and_c, core.name.case_sensitive"""
    assert fault_of_node_name(name) is None
    assert parse_path(f"/{name}/{name}") == (name, name)


@pytest.mark.parametrize(
    ("name", "requirement"),
    [
        ("", "core.name.nonempty"),
        ("a/b", "core.name.no_slash"),
        (".", "core.name.not_all_periods"),
        ("..", "core.name.not_all_periods"),
        ("....", "core.name.not_all_periods"),
        ("__", "core.name.no_dunder_prefix"),
        ("__zarr", "core.name.no_dunder_prefix"),
        ("zarr.json", "core.name.not_zarr_json"),
    ],
)
def test_some_names_are_not(name: str, requirement: str) -> None:
    fault = fault_of_node_name(name)
    assert fault is not None
    assert fault[0] == requirement


@pytest.mark.parametrize(
    ("path", "requirement"),
    [
        ("", "core.path.leading_slash"),
        ("a", "core.path.leading_slash"),
        ("a/b", "core.path.leading_slash"),
        ("/a/", "core.path.no_trailing_slash"),
        ("//", "core.path.no_trailing_slash"),
        ("/a//b", "core.name.nonempty"),
        ("/../b", "core.name.not_all_periods"),
        ("/a/__b/c", "core.name.no_dunder_prefix"),
        ("/zarr.json", "core.name.not_zarr_json"),
    ],
)
def test_a_path_of_no_node_is_refused(path: str, requirement: str) -> None:
    with pytest.raises(MissingNode) as caught:
        parse_path(path)
    assert caught.value.requirement == requirement
    assert repr(path) in str(caught.value)


def test_keys_are_those_of_the_specification() -> None:
    """core.keys.metadata.root, core.keys.metadata.nonroot, core.keys.data.*"""
    assert parse_path("/") == ()
    assert metadata_key("/") == "zarr.json"
    assert metadata_key("/foo/bar") == "foo/bar/zarr.json"
    assert key_prefix("/") == ""
    assert key_prefix("/foo/baz") + "c/1/0" == "foo/baz/c/1/0"


def test_ancestors_are_from_the_root_inwards() -> None:
    """core.path.composition"""
    assert ancestor_paths("/") == ()
    assert ancestor_paths("/foo") == ("/",)
    assert ancestor_paths("/foo/bar/baz") == ("/", "/foo", "/foo/bar")
