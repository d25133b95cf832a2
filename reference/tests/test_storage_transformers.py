"""No storage transformer is known, and only those that can be ignored are."""

from typing import Any

import pytest

from zarr_reference.errors import InvalidMetadata, Refusal, UnknownExtension
from zarr_reference.v3.storage_transformers import check_storage_transformers


@pytest.mark.parametrize("document", [[], [{"name": "cache", "must_understand": False}]])
def test_nothing_to_understand(document: Any) -> None:
    """core.metadata.array.storage_transformers.empty_is_absent,
    ext.must_understand.transformer_false_skipped"""
    check_storage_transformers(document, "$")


@pytest.mark.parametrize(
    ("document", "kind", "requirement"),
    [
        (None, InvalidMetadata, "core.metadata.array.storage_transformers.list"),
        ({}, InvalidMetadata, "core.metadata.array.storage_transformers.list"),
        ([3], InvalidMetadata, "core.metadata.array.storage_transformers.extension_form"),
        (
            ["sharding"],
            UnknownExtension,
            "core.metadata.array.storage_transformers.unknown_rejected",
        ),
        (
            [{"name": "a", "must_understand": False}, {"name": "b", "must_understand": True}],
            UnknownExtension,
            "core.metadata.array.storage_transformers.unknown_rejected",
        ),
    ],
)
def test_other_lists_are_refused(document: Any, kind: type[Refusal], requirement: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_storage_transformers(document, "$.storage_transformers")
    assert (type(caught.value), caught.value.requirement) == (kind, requirement)
