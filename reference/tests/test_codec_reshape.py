"""The ``reshape`` codec."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata, LimitExceeded
from zarr_reference.representation import ArrayType, elements_from_bytes
from zarr_reference.v3.codecs.reshape import ReshapeCodec
from zarr_reference.v3.data_types import CORE_DATA_TYPES

UINT8 = CORE_DATA_TYPES["uint8"]


def codec(shape: Any) -> ReshapeCodec:
    return ReshapeCodec.from_configuration({"shape": shape}, "$")


def encoded_shape(shape: Any, decoded: tuple[int, ...]) -> tuple[int, ...]:
    decoded_type = ArrayType(decoded, UINT8, b"\7")
    encoded_type = codec(shape).compute_encoded_representation_type(decoded_type, "$[0]")
    assert (encoded_type.data_type, encoded_type.fill_value) == (UINT8, b"\7")
    return encoded_type.shape


@pytest.mark.parametrize(
    ("shape", "decoded", "encoded"),
    [
        ([[0, 1], [2], 3], (100, 50, 64, 3), (5000, 64, 3)),
        ([6, 4], (2, 3, 4), (6, 4)),
        ([-1, 4], (2, 3, 4), (6, 4)),
        ([-1], (), (1,)),
        ([], (1, 1), ()),
        ([[], 2], (2,), (1, 2)),
        ([[0], [], [1]], (2, 3), (2, 1, 3)),
        ([[0, 1], 10, [3, 4]], (2, 3, 10, 4, 5), (6, 10, 20)),
        ([[0], -1, [3]], (2, 3, 4, 5), (2, 12, 5)),
        # An input dimension of length 1 may be left out.
        ([[0, 2]], (2, 1, 4), (8,)),
        ([[0], 6], (2, 3, 2), (2, 6)),
        ([[0], [1], [2]], (2, 3, 4), (2, 3, 4)),
    ],
)
def test_the_shape_follows_the_text(
    shape: Any, decoded: tuple[int, ...], encoded: tuple[int, ...]
) -> None:
    """codec.reshape.shape.size, .input_dims, .minus_one, .empty_dims, codec.reshape.rank"""
    assert encoded_shape(shape, decoded) == encoded


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 4), max_size=4), st.integers(0, 3))
def test_the_order_of_the_elements_stays(lengths: list[int], split: int) -> None:
    """codec.reshape.order_kept: ravel(B) == ravel(A)"""
    decoded_type = ArrayType(tuple(lengths), UINT8, b"\7")
    decoded = elements_from_bytes(bytes(range(decoded_type.element_count)), decoded_type)
    dimensions = list(range(len(lengths)))
    reshape = codec([dimensions[:split], -1, *([d] for d in dimensions[split:])])
    encoded = reshape.encode(decoded, decoded_type)
    assert encoded.tobytes() == decoded.tobytes()
    assert np.array_equal(reshape.decode(encoded, decoded_type, 999), decoded)


def test_it_is_the_logical_order_that_stays() -> None:
    """codec.reshape.order_kept: also behind a codec that transposes"""
    decoded_type = ArrayType((3, 2), UINT8, b"\7")
    decoded = elements_from_bytes(bytes(range(6)), ArrayType((2, 3), UINT8, b"\7")).transpose()
    encoded = codec([[0, 1]]).encode(decoded, decoded_type)
    assert encoded.tobytes() == bytes([0, 3, 1, 4, 2, 5])


@pytest.mark.parametrize(
    ("configuration", "requirement"),
    [
        ({}, "codec.reshape.shape.required"),
        ({"shape": 6}, "codec.reshape.shape.required"),
        ({"shape": None}, "codec.reshape.shape.required"),
        ({"shape": [0]}, "codec.reshape.shape.zero"),
        ({"shape": [-2]}, "codec.reshape.shape.size"),
        ({"shape": ["2"]}, "codec.reshape.shape.size"),
        ({"shape": [True]}, "codec.reshape.shape.size"),
        ({"shape": [None]}, "codec.reshape.shape.size"),
        ({"shape": [[0, "1"]]}, "codec.reshape.shape.input_dims"),
        ({"shape": [[-1]]}, "codec.reshape.shape.input_dims"),
        ({"shape": [-1, 2, -1]}, "codec.reshape.shape.one_minus_one"),
        ({"shape": [[1], [0]]}, "codec.reshape.dims_increasing"),
        ({"shape": [[1, 0], 10, [3, 4]]}, "codec.reshape.dims_increasing"),
        ({"shape": [[3, 4], 10, [0, 1]]}, "codec.reshape.dims_increasing"),
        ({"shape": [[0], [0]]}, "codec.reshape.dims_increasing"),
        ({"shape": [6], "order": "C"}, "ext.object.unknown_members"),
    ],
)
def test_other_configurations_are_refused(configuration: Any, requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        ReshapeCodec.from_configuration(configuration, "$")
    assert refusal.value.requirement == requirement


@pytest.mark.parametrize(
    ("shape", "decoded", "requirement"),
    [
        ([5], (2, 3), "codec.reshape.product"),
        ([-1, 4], (2, 3), "codec.reshape.product"),
        ([-1, [0]], (0, 3), "codec.reshape.dims_aligned"),
        ([[0, 1, 2]], (2, 3), "codec.reshape.shape.input_dims"),
        # The same sizes, but dimension 1 of the input is not what becomes dimension 0.
        ([[1], 2], (2, 3), "codec.reshape.dims_aligned"),
        ([3, [0]], (2, 3), "codec.reshape.dims_aligned"),
        ([[0, 2], 3], (2, 3, 4), "codec.reshape.dims_aligned"),
        ([4, [1]], (2, 2), "codec.reshape.product"),
    ],
)
def test_what_does_not_fit_is_refused(
    shape: Any, decoded: tuple[int, ...], requirement: str
) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        encoded_shape(shape, decoded)
    assert refusal.value.requirement == requirement
    assert refusal.value.place == "$[0].configuration.shape"


def test_numpy_has_so_many_dimensions() -> None:
    with pytest.raises(LimitExceeded):
        encoded_shape([1] * 33, ())
    assert encoded_shape([1] * 32, ()) == (1,) * 32
