"""The ``transpose`` codec."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import InvalidMetadata
from zarr_reference.representation import ArrayType, DataType, elements_from_bytes
from zarr_reference.v3.codecs.transpose import TransposeCodec

UINT8 = DataType("uint8", "uint", 1, 1)
FILL = b"\7"


def codec(order: Any) -> TransposeCodec:
    return TransposeCodec.from_configuration({"order": order}, "$")


@settings(max_examples=40, deadline=None)
@given(st.permutations(range(4)), st.integers(0, 4))
def test_positions_follow_the_formula(permutation: list[int], rank: int) -> None:
    """codec.transpose.shape, codec.transpose.values, codec.transpose.type_kept"""
    order = [axis for axis in permutation if axis < rank]
    decoded_type = ArrayType((2, 3, 4, 5)[:rank], UINT8, FILL)
    decoded = elements_from_bytes(bytes(range(decoded_type.element_count)), decoded_type)
    transpose = codec(order)
    encoded_type = transpose.compute_encoded_representation_type(decoded_type, "$")
    encoded = transpose.encode(decoded, decoded_type)
    assert encoded_type.shape == encoded.shape == tuple(decoded.shape[axis] for axis in order)
    assert (encoded_type.data_type, encoded_type.fill_value) == (UINT8, FILL)
    for position in itertools.product(*map(range, decoded.shape)):
        assert encoded[tuple(position[axis] for axis in order)] == decoded[position]
    assert np.array_equal(transpose.decode(encoded, decoded_type, 999), decoded)


def test_a_cycle_is_not_its_own_inverse() -> None:
    """codec.transpose.values: [1, 2, 0] tells a permutation from its inverse."""
    decoded_type = ArrayType((2, 3, 5), UINT8, FILL)
    decoded = elements_from_bytes(bytes(range(30)), decoded_type)
    encoded = codec([1, 2, 0]).encode(decoded, decoded_type)
    assert encoded.shape == (3, 5, 2)
    assert encoded.tobytes()[:4] == bytes([0, 15, 1, 16])


@pytest.mark.parametrize(
    ("configuration", "requirement"),
    [
        ({}, "codec.transpose.order.required"),
        ({"order": "C"}, "codec.transpose.order.no_CF"),
        ({"order": "F"}, "codec.transpose.order.no_CF"),
        ({"order": None}, "codec.transpose.order.integers"),
        ({"order": "K"}, "codec.transpose.order.integers"),
        ({"order": 0}, "codec.transpose.order.integers"),
        ({"order": {"0": 0}}, "codec.transpose.order.integers"),
        ({"order": [False, True]}, "codec.transpose.order.integers"),
        ({"order": [0, "1"]}, "codec.transpose.order.integers"),
        ({"order": [0, 0]}, "codec.transpose.order.permutation"),
        ({"order": [1, 2]}, "codec.transpose.order.permutation"),
        ({"order": [0, -1]}, "codec.transpose.order.permutation"),
        ({"order": [0, 2]}, "codec.transpose.order.permutation"),
        ({"order": [0], "axes": 1}, "codec.transpose.schema"),
    ],
)
def test_other_configurations_are_refused(configuration: Any, requirement: str) -> None:
    with pytest.raises(InvalidMetadata) as refusal:
        TransposeCodec.from_configuration(configuration, "$")
    assert refusal.value.requirement == requirement


def test_the_rank_of_the_input_counts() -> None:
    """codec.transpose.order.rank"""
    with pytest.raises(InvalidMetadata) as refusal:
        codec([1, 0]).compute_encoded_representation_type(ArrayType((2,), UINT8, FILL), "$[0]")
    assert refusal.value.requirement == "codec.transpose.order.rank"
    assert refusal.value.place == "$[0].configuration.order"
