"""Logical storage paths: how they are normalised, and which are an error."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_reference.errors import MissingNode
from zarr_reference.v2.paths import ancestor_paths, key_prefix, normalise_path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("", ""),
        ("/", ""),
        ("///", ""),
        ("foo/bar", "foo/bar"),
        ("/foo/bar", "foo/bar"),  # v2.path.normalise.leading
        ("foo/bar//", "foo/bar"),  # v2.path.normalise.trailing
        ("foo///bar", "foo/bar"),  # v2.path.normalise.collapse
        ("\\foo\\\\bar/", "foo/bar"),  # v2.path.normalise.backslash
        ("...", "..."),
        ("__x/zarr.json", "__x/zarr.json"),  # reserved in v3 only
    ],
)
def test_normalisation(path: str, expected: str) -> None:
    assert normalise_path(path) == expected


@pytest.mark.parametrize("path", [".", "..", "foo/..", "./foo", "a/../b", "a\\..\\b"])
def test_dot_segments_are_an_error(path: str) -> None:
    with pytest.raises(MissingNode) as caught:
        normalise_path(path)
    assert caught.value.requirement == "v2.path.dot_segments_error"


def test_a_path_is_ascii() -> None:
    with pytest.raises(MissingNode) as caught:
        key_prefix("größe")
    assert caught.value.requirement == "v2.path.ascii"


def test_prefixes_and_ancestors() -> None:
    """v2.path.key_prefix"""
    assert key_prefix("/") == ""
    assert key_prefix("/foo/bar/") == "foo/bar/"
    assert ancestor_paths("/") == ()
    assert ancestor_paths("foo") == ("",)
    assert ancestor_paths("/foo/bar/baz") == ("", "foo", "foo/bar")


@given(path=st.text(alphabet="ab/\\", max_size=12))
def test_normalising_twice_changes_nothing(path: str) -> None:
    once = normalise_path(path)
    assert normalise_path(once) == once
    assert "\\" not in once
    assert "" not in once.split("/") or once == ""
