"""The registered types with parameters, those of less than a byte, and their elements."""

import base64
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zarr_reference.errors import (
    InvalidMetadata,
    InvalidRequest,
    LimitExceeded,
    MalformedChunk,
    Refusal,
)
from zarr_reference.representation import (
    ArrayType,
    DataType,
    elements_from_bytes,
    elements_to_bytes,
)
from zarr_reference.stores import MemoryStore
from zarr_reference.v3.codecs.bytes import BytesCodec
from zarr_reference.v3.data_types import UNPARAMETRISED_DATA_TYPES, parse_data_type
from zarr_reference.v3.extension_data_types.integers import INTEGERS
from zarr_reference.v3.fill_values import fill_value_to_json, parse_fill_value
from zarr_reference.v3.hierarchy import create_array, open_array


def named(name: str, **configuration: Any) -> dict[str, Any]:
    return {"name": name, "configuration": configuration}


def time(unit: Any = "ns", scale_factor: Any = 1, name: str = "datetime64") -> dict[str, Any]:
    return named(f"numpy.{name}", unit=unit, scale_factor=scale_factor)


def utf32(length_bytes: Any) -> dict[str, Any]:
    return named("fixed_length_utf32", length_bytes=length_bytes)


def struct(*fields: Any, name: str = "struct") -> dict[str, Any]:
    documents = [
        {"name": field[0], "data_type": field[1]} if isinstance(field, tuple) else field
        for field in fields
    ]
    return named(name, fields=documents)


POINT = struct(("x", "float32"), ("y", "int16"))

MIXED = struct(
    ("flag", "bool"),
    ("when", time("s")),
    ("p", struct(("z", "complex64"), ("n", "int4"))),
    ("s", utf32(8)),
    ("r", "r24"),
)


def requirement_of(document: Any) -> str:
    with pytest.raises(InvalidMetadata) as caught:
        parse_data_type(document, "$")
    return caught.value.requirement


@pytest.mark.parametrize(
    ("document", "name", "item_size"),
    [
        (time(), "numpy.datetime64[ns]", 8),
        (time("us", 10), "numpy.datetime64[10us]", 8),
        (time("μs", 10), "numpy.datetime64[10us]", 8),
        (time("generic", name="timedelta64"), "numpy.timedelta64[generic]", 8),
        (time("Y", 2**31 - 1, "timedelta64"), "numpy.timedelta64[2147483647Y]", 8),
        (utf32(4), "fixed_length_utf32[4]", 4),
        (utf32(48), "fixed_length_utf32[48]", 48),
        (POINT, 'struct["x":float32,"y":int16]', 6),
        (struct(["a", "bool"], ("b", "r8"), name="structured"), 'struct["a":bool,"b":r8]', 2),
        (struct(('"', {"name": "int8"})), 'struct["\\"":int8]', 1),
        (
            MIXED,
            'struct["flag":bool,"when":numpy.datetime64[s],'
            '"p":struct["z":complex64,"n":int4],"s":fixed_length_utf32[8],"r":r24]',
            29,
        ),
    ],
)
def test_parameters_are_in_the_name(document: Any, name: str, item_size: int) -> None:
    """dtype.struct.bytes.size, dtype.numpy.datetime64.unit.us_mu, dtype.structured.tuples"""
    data_type = parse_data_type(document, "$")
    assert (data_type.name, data_type.item_size) == (name, item_size)


def test_the_fields_of_a_struct_follow_each_other() -> None:
    """dtype.struct.bytes.packed, dtype.struct.fields.order, dtype.struct.nested"""
    data_type = parse_data_type(MIXED, "$")
    assert [(field.name, field.offset) for field in data_type.fields] == [
        ("flag", 0), ("when", 1), ("p", 9), ("s", 18), ("r", 26)
    ]  # fmt: skip
    assert [(offset, leaf.name) for offset, leaf in data_type.leaves()] == [
        (0, "bool"), (1, "numpy.datetime64[s]"), (9, "complex64"), (17, "int4"),
        (18, "fixed_length_utf32[8]"), (26, "r24"),
    ]  # fmt: skip
    assert data_type.component_size == 8


@pytest.mark.parametrize("name", ["datetime64", "timedelta64"])
@pytest.mark.parametrize(
    ("document", "rule"),
    [
        ({"name": "{}"}, "configuration.required"),
        ("{}", "configuration.required"),
        (named("{}"), "unit.required"),
        (named("{}", unit="s"), "scale_factor.required"),
        (named("{}", scale_factor=1), "unit.required"),
        (named("{}", unit="s", scale_factor=1, endian="little"), "no_extra"),
        *((named("{}", unit=unit, scale_factor=1), "unit.values")
          for unit in ("S", "", "minute", "\u00b5s", None, 1, [])),
        *((named("{}", unit="s", scale_factor=factor), "scale_factor.range")
          for factor in (0, -1, 2**31, True, "1", None, Decimal("1.0"))),
    ],
)  # fmt: skip
def test_other_times_are_refused(document: Any, rule: str, name: str) -> None:
    """dtype.numpy.datetime64.configuration.required, .unit.values, .scale_factor.range"""
    full = f"numpy.{name}"
    filled = full if isinstance(document, str) else {**document, "name": full}
    assert requirement_of(filled) == f"dtype.{full}.{rule}"


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        ("fixed_length_utf32", "object"),
        ({"name": "fixed_length_utf32"}, "object"),
        (named("fixed_length_utf32"), "length_bytes.required"),
        *((utf32(length), "length_bytes.multiple") for length in (0, -4, 5, "8", None, True)),
    ],
)
def test_other_string_lengths_are_refused(document: Any, rule: str) -> None:
    assert requirement_of(document) == f"dtype.fixed_length_utf32.{rule}"


@pytest.mark.parametrize(
    ("document", "rule"),
    [
        ("struct", "configuration.required"),
        (named("struct"), "fields.required"),
        (named("struct", fields={}), "fields.required"),
        (struct(), "fields.nonempty"),
        (struct("x"), "fields.required"),
        (struct(["x", "int8"]), "fields.required"),
        (struct({"name": "x"}), "fields.required"),
        (struct({"data_type": "int8"}), "fields.required"),
        (struct(("", "int8")), "fields.name.nonempty"),
        (struct((1, "int8")), "fields.name.nonempty"),
        (struct(("x", "int8"), ("x", "int16")), "fields.name.duplicates_rejected"),
        (struct(("x", "string")), "fields.data_type.no_variable"),
        (struct(("x", {"name": "bytes"})), "fields.data_type.no_variable"),
        (struct(["x"], name="structured"), "fields.required"),
        (struct([1, "int8"], name="structured"), "fields.name.nonempty"),
    ],
)
def test_other_structs_are_refused(document: Any, rule: str) -> None:
    assert requirement_of(document) == f"dtype.struct.{rule}"


@pytest.mark.parametrize(
    ("document", "requirement"),
    [
        (named("bfloat16", bits=16), "ext.object.unknown_members"),
        ({**utf32(4), "must_understand": False}, "ext.must_understand.not_for_data_type"),
        (named("fixed_length_utf32", length_bytes=4, more=1), "ext.object.unknown_members"),
        (named("struct", fields=[], more=1), "ext.object.unknown_members"),
        (struct({"name": "x", "data_type": "int8", "more": 1}), "ext.object.unknown_members"),
        (struct(("x", "r7")), "core.dtype.raw.multiple_of_8"),
    ],
)
def test_what_is_not_defined_is_refused(document: Any, requirement: str) -> None:
    """dtype.bfloat16.no_config"""
    assert requirement_of(document) == requirement


@pytest.mark.parametrize(
    "document",
    [utf32(2**31), utf32(2**40), struct(("a", utf32(2**30)), ("b", utf32(2**30)))],
)
def test_elements_beyond_what_numpy_holds_are_refused(document: Any) -> None:
    with pytest.raises(LimitExceeded):
        parse_data_type(document, "$")


FILL_VALUES: list[tuple[Any, Any, str]] = [
    ("int2", -2, "02"),
    ("int2", 1, "01"),
    ("int4", -1, "0f"),
    ("int4", -8, "08"),
    ("uint2", 3, "03"),
    ("uint4", 15, "0f"),
    (time(), "NaT", "0000000000000080"),
    (time(), -(2**63), "0000000000000080"),
    (time(), 258, "0201000000000000"),
    (time(), -1, "ffffffffffffffff"),
    (utf32(12), "Hi", "480000006900000000000000"),
    (utf32(8), "\U0001f600", "00f6010000000000"),
    (utf32(8), "", "0000000000000000"),
    (utf32(8), "a\0", "6100000000000000"),
    (utf32(8), "\0a", "0000000061000000"),
    (POINT, {"y": 258, "x": 1}, "0000803f0201"),
    (POINT, {"x": "NaN", "y": -1}, "0000c07fffff"),
    (
        MIXED,
        {"r": [1, 2, 3], "s": "é", "p": {"n": -1, "z": [0, 1]}, "when": "NaT", "flag": True},
        "010000000000000080000000000000803f0fe900000000000000010203",
    ),
]


@pytest.mark.parametrize(("document", "value", "element"), FILL_VALUES)
def test_fill_values(document: Any, value: Any, element: str) -> None:
    """dtype.int4.fill, dtype.numpy.datetime64.fill.nat_equivalent, dtype.struct.fill.nested ..."""
    data_type = parse_data_type(document, "$")
    parsed = parse_fill_value(value, data_type, "$")
    assert parsed.hex() == element
    written = _as_parsed(fill_value_to_json(parsed, data_type))
    assert parse_fill_value(written, data_type, "$") == parsed


@pytest.mark.parametrize(
    ("document", "value", "requirement"),
    [
        ("int2", 2, "dtype.int2.fill"),
        ("int2", -3, "dtype.int2.fill"),
        ("int4", 8, "dtype.int4.fill"),
        ("uint2", -1, "dtype.uint2.fill"),
        ("uint4", 16, "dtype.uint4.fill"),
        ("int4", "1", "dtype.integer.fill.number"),
        ("int4", Decimal("1.0"), "dtype.integer.fill.no_fraction"),
        (time(), 2**63, "dtype.numpy.datetime64.fill.number"),
        (time(), "NAT", "dtype.numpy.datetime64.fill.number"),
        (time(), "2020-01-01", "dtype.numpy.datetime64.fill.number"),
        (time(), Decimal("1.0"), "dtype.numpy.datetime64.fill.number"),
        (time(name="timedelta64"), True, "dtype.numpy.timedelta64.fill.number"),
        (time(), None, "core.metadata.array.fill_value.null_core"),
        (utf32(8), 0, "dtype.fixed_length_utf32.fill"),
        (utf32(8), "abc", "dtype.fixed_length_utf32.json.too_long"),
        (utf32(8), "\ud800", "dtype.fixed_length_utf32.invalid_code_units"),
        (POINT, 0, "dtype.struct.fill.object"),
        (POINT, [0, 0], "dtype.struct.fill.object"),
        (POINT, "AAAAAAAA", "dtype.struct.fill.object"),
        (POINT, {"x": 0}, "dtype.struct.fill.complete"),
        (POINT, {"x": 0, "y": 0, "z": 0}, "dtype.struct.fill.extra"),
        (POINT, {"x": 0, "y": 2**15}, "dtype.struct.fill.valid"),
        (struct(("p", POINT)), {"p": {"x": 0}}, "dtype.struct.fill.valid"),
    ],
)
def test_other_fill_values_are_refused(document: Any, value: Any, requirement: str) -> None:
    data_type = parse_data_type(document, "$")
    with pytest.raises(InvalidMetadata) as caught:
        parse_fill_value(value, data_type, "$")
    assert caught.value.requirement == requirement


def test_code_points_are_counted_not_code_units() -> None:
    """dtype.fixed_length_utf32.fill: one character beyond U+FFFF is one"""
    data_type = parse_data_type(utf32(4), "$")
    assert parse_fill_value("\U0001f600", data_type, "$") == b"\x00\xf6\x01\x00"


@pytest.mark.parametrize(("endian", "element"), [("big", "010002"), (None, "000102")])
def test_packed_fill_values_have_the_byte_order_of_the_chunks(
    endian: str | None, element: str
) -> None:
    """dtype.structured.fill_base64"""
    data_type = parse_data_type(struct(["a", "uint16"], ["b", "int4"], name="structured"), "$")
    text = base64.b64encode(b"\x00\x01\xf2").decode()
    assert parse_fill_value(text, data_type, "$", endian).hex() == element
    assert parse_fill_value({"a": 1, "b": 2}, data_type, "$", endian).hex() == "010002"


@pytest.mark.parametrize("text", ["", "AAA", "AAAA AAAA", "AAAAAA==", "é", "_-__", "AQID"])
def test_other_base64_is_refused(text: str) -> None:
    data_type = parse_data_type(struct(["a", "bool"], ["b", "int16"], name="structured"), "$")
    assert parse_fill_value("AQEA", data_type, "$") == b"\1\1\0"
    if text != "AQID":
        with pytest.raises(InvalidMetadata, match=r"base64|bytes"):
            parse_fill_value(text, data_type, "$")
    # 2 is no bool.
    with pytest.raises(InvalidMetadata) as caught:
        parse_fill_value("AgEA", data_type, "$")
    assert caught.value.requirement == "dtype.structured.fill_base64"


def coded(data_type: DataType, data: bytes, endian: str | None = None) -> bytes:
    """What the ``bytes`` codec decodes from ``data``."""
    array_type = ArrayType((len(data) // data_type.item_size,), data_type, b"")
    codec = BytesCodec(endian)
    codec.compute_encoded_representation_type(array_type, "$")
    return elements_to_bytes(codec.decode(data, array_type, 2**20))


@pytest.mark.parametrize("endian", [None, "little", "big"])
@pytest.mark.parametrize(
    ("name", "stored", "elements"),
    [
        ("int2", "00 ff 7e 81", "00 03 02 01"),
        ("uint2", "00 ff 7e 81", "00 03 02 01"),
        ("int4", "10 ff 78 8f", "00 0f 08 0f"),
        ("uint4", "10 ff 78 8f", "00 0f 08 0f"),
        ("float4_e2m1fn", "f1 0f", "01 0f"),
        ("float6_e2m3fn", "c1 3f ff", "01 3f 3f"),
        ("float6_e3m2fn", "c1 3f ff", "01 3f 3f"),
        ("complex_float6_e3m2fn", "c1 ff", "01 3f"),
        ("float8_e5m2", "c1 ff", "c1 ff"),
    ],
)
def test_upper_bits_are_ignored(name: str, stored: str, elements: str, endian: str | None) -> None:
    """dtype.int4.bytes.high_bits_ignored and its siblings; endian has no effect"""
    data_type = parse_data_type(name, "$")
    assert coded(data_type, bytes.fromhex(stored), endian) == bytes.fromhex(elements)
    # dtype.int4.bytes.high_bits_consistent: zero is what is written.
    array_type = ArrayType((len(bytes.fromhex(stored)) // data_type.item_size,), data_type, b"")
    given = elements_from_bytes(bytes.fromhex(stored), array_type)
    assert BytesCodec(endian).encode(given, array_type) == bytes.fromhex(elements)


def test_small_integers_are_what_ml_dtypes_says() -> None:
    """dtype.int4.domain and its siblings, by their fill values"""
    import ml_dtypes

    for name, data_type in INTEGERS.items():
        stored = np.arange(1 << data_type.value_bits, dtype=np.uint8)
        numbers = stored.view(getattr(ml_dtypes, name)).astype(int).tolist()
        for bits, number in enumerate(numbers):
            assert parse_fill_value(number, data_type, "$") == bytes([bits])
            assert fill_value_to_json(bytes([bits]), data_type) == number


@pytest.mark.parametrize(
    ("document", "big", "little"),
    [
        ("bfloat16", "3f80", "803f"),
        ("complex_bfloat16", "3f80 4000", "803f 0040"),
        (time(), "0000000000000102", "0201000000000000"),
        (utf32(8), "0001f600 00000041", "00f60100 41000000"),
        (
            MIXED,
            "01 0000000000000002 3f800000 40000000 ff 00000041 00000000 010203",
            "01 0200000000000000 0000803f 00000040 0f 41000000 00000000 010203",
        ),
    ],
)
def test_each_component_has_the_byte_order(document: Any, big: str, little: str) -> None:
    """dtype.bfloat16.bytes.big, dtype.fixed_length_utf32.bytes.big, .struct.endian.all_fields"""
    data_type = parse_data_type(document, "$")
    expected = bytes.fromhex(little)
    assert coded(data_type, bytes.fromhex(big), "big") == expected
    assert coded(data_type, expected, "little") == expected
    array_type = ArrayType((1,), data_type, b"")
    encoded = BytesCodec("big").encode(elements_from_bytes(expected, array_type), array_type)
    assert coded(data_type, encoded, "big") == expected


def test_struct_of_numpy() -> None:
    """dtype.struct.bytes.packed: as NumPy's structured types without alignment"""
    theirs = np.dtype([("id", ">i4"), ("flags", "u1"), ("value", ">f8")])
    data_type = parse_data_type(
        struct(("id", "int32"), ("flags", "uint8"), ("value", "float64")), "$"
    )
    records = np.array([(1, 2, 3.5), (-4, 255, -0.0)], dtype=theirs)
    assert data_type.item_size == theirs.itemsize == 13
    decoded = coded(data_type, records.tobytes(), "big")
    assert decoded == records.astype(theirs.newbyteorder("<")).tobytes()


@pytest.mark.parametrize("document", [time(), utf32(4), POINT, "bfloat16", "complex_float16"])
def test_an_order_that_matters_has_to_be_given(document: Any) -> None:
    """dtype.struct.endian.required, dtype.fixed_length_utf32.endian.required"""
    with pytest.raises(InvalidMetadata) as caught:
        coded(parse_data_type(document, "$"), b"")
    assert caught.value.requirement == "codec.bytes.endian.required_multibyte"


def test_only_the_older_struct_is_little_endian_without_saying_so() -> None:
    """dtype.structured.endian_missing, dtype.struct.endian.optional"""
    assert (
        coded(parse_data_type(struct(["a", "int16"], name="structured"), "$"), b"\1\2") == b"\1\2"
    )
    assert coded(parse_data_type(struct(("a", "int8"), ("b", "bool")), "$"), b"\1\1") == b"\1\1"


@pytest.mark.parametrize(
    ("document", "stored", "requirement", "place"),
    [
        (struct(("a", "int8"), ("b", "bool")), "01 00 01 02", "codec.bytes.bool.other_values", 3),
        (utf32(8), "41000000 00001100", "dtype.fixed_length_utf32.invalid_code_units", 4),
        (utf32(4), "41000000 00d80000", "dtype.fixed_length_utf32.invalid_code_units", 4),
        (
            struct(("a", "int8"), ("s", utf32(8))),
            "01 4100000000000000 02 42000000ffdf0000",
            "dtype.fixed_length_utf32.invalid_code_units",
            14,
        ),
    ],
)
def test_what_is_no_element_is_refused(
    document: Any, stored: str, requirement: str, place: int
) -> None:
    data_type = parse_data_type(document, "$")
    data = bytes.fromhex(stored)
    with pytest.raises(MalformedChunk) as caught:
        coded(data_type, data, "little")
    assert (caught.value.requirement, caught.value.place) == (requirement, f"byte {place}")
    array_type = ArrayType((len(data) // data_type.item_size,), data_type, b"")
    with pytest.raises(InvalidRequest, match=f"byte {place}"):
        BytesCodec("little").encode(elements_from_bytes(data, array_type), array_type)


def array_document(data_type: Any, fill_value: Any, codecs: list[Any]) -> dict[str, Any]:
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": [3],
        "data_type": data_type,
        "chunk_grid": named("regular", chunk_shape=[2]),
        "chunk_key_encoding": "default",
        "fill_value": fill_value,
        "codecs": codecs,
    }


INDEX_CODECS = [named("bytes", endian="little")]


@pytest.mark.parametrize(
    ("codecs", "element"),
    [
        ([named("bytes", endian="big")], b"\2\1"),
        ([named("bytes", endian="little")], b"\1\2"),
        (["bytes"], b"\1\2"),
        (
            [
                named(
                    "sharding_indexed",
                    chunk_shape=[1],
                    codecs=[named("bytes", endian="big")],
                    index_codecs=INDEX_CODECS,
                )
            ],
            b"\2\1",
        ),
    ],
)
def test_arrays_of_the_older_struct(codecs: list[Any], element: bytes) -> None:
    """dtype.structured.read, .fill_base64, .endian_missing, also within shards"""
    data_type = struct(["a", "uint16"], name="structured")
    store = MemoryStore()
    array = create_array(store, "/", array_document(data_type, "AQI=", codecs))
    assert elements_to_bytes(open_array(store).read()) == 3 * element
    stop = elements_from_bytes(b"\7\0", array.metadata.array_type((1,)))
    array.write_region((1,), stop)
    assert elements_to_bytes(array.read()) == element + b"\7\0" + element


DATA_TYPES = [time(), utf32(8), POINT, MIXED]
DATA_TYPES += [
    name for name, data_type in UNPARAMETRISED_DATA_TYPES.items() if data_type.dtype.kind == "V"
]


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(DATA_TYPES), st.binary(max_size=60), st.sampled_from(["little", "big"]))
def test_any_bytes_are_elements_or_refused(document: Any, data: bytes, endian: str) -> None:
    """What is decoded is encoded again as the same elements."""
    data_type = parse_data_type(document, "$")
    array_type = ArrayType((len(data) // data_type.item_size,), data_type, b"")
    codec = BytesCodec(endian)
    try:
        elements = codec.decode(data, array_type, 2**20)
    except Refusal:
        return
    encoded = codec.encode(elements, array_type)
    assert elements_to_bytes(codec.decode(encoded, array_type, 2**20)) == elements.tobytes()
    if not any(leaf.padding_bits for _, leaf in data_type.leaves()):
        assert encoded == data


@settings(deadline=None, max_examples=150)
@given(st.sampled_from(DATA_TYPES), st.data())
def test_every_element_can_be_a_fill_value(document: Any, data: st.DataObject) -> None:
    """As JSON it denotes the same bits, whatever they are."""
    data_type = parse_data_type(document, "$")
    stored = data.draw(st.binary(min_size=data_type.item_size, max_size=data_type.item_size))
    try:
        element = coded(data_type, stored, "little")
    except Refusal:
        return
    value = fill_value_to_json(element, data_type)
    assert parse_fill_value(_as_parsed(value), data_type, "$") == element


def _as_parsed(value: Any) -> Any:
    """Numbers as ``parse_json`` has them."""
    match value:
        case float():
            return Decimal(repr(value))
        case list():
            return [_as_parsed(each) for each in value]
        case dict():
            return {name: _as_parsed(each) for name, each in value.items()}
    return value
