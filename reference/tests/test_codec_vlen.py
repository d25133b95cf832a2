"""The vlen codecs and the data types ``string`` and ``bytes``, from metadata to arrays."""

import json
import struct
from collections.abc import Mapping
from typing import Any

import numcodecs
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_reference.errors import (
    InvalidMetadata,
    InvalidRequest,
    LimitExceeded,
    MalformedChunk,
    Refusal,
)
from zarr_reference.representation import ArrayType, Elements, elements_from_items, items_of
from zarr_reference.stores import MemoryStore
from zarr_reference.v3.codecs.vlen import VlenBytesCodec, VlenUtf8Codec
from zarr_reference.v3.data_types import parse_data_type
from zarr_reference.v3.extension_data_types.variable_length import BYTES, STRING
from zarr_reference.v3.fill_values import fill_value_to_json, parse_fill_value
from zarr_reference.v3.hierarchy import create_array, open_array

LIMIT = 2**20
CODECS = {STRING: VlenUtf8Codec(), BYTES: VlenBytesCodec()}
SHARDED = {
    "name": "sharding_indexed",
    "configuration": {
        "chunk_shape": [2, 1],
        "codecs": [{"name": "vlen-utf8"}, {"name": "gzip", "configuration": {"level": 1}}],
        "index_codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
    },
}


def chunk(*items: bytes, count: int | None = None) -> bytes:
    """The encoded chunk with these elements, and perhaps another count than theirs."""
    parts = [struct.pack("<I", len(items) if count is None else count)]
    return b"".join(parts + [struct.pack("<I", len(item)) + item for item in items])


def decoded(data: bytes, count: int, data_type: Any = STRING) -> list[bytes]:
    array_type = ArrayType((count,), data_type, b"")
    return list(items_of(CODECS[data_type].decode(data, array_type, LIMIT)))


def document(data_type: Any = "string", codecs: Any = None, **members: Any) -> dict[str, Any]:
    return {
        "zarr_format": 3,
        "node_type": "array",
        "shape": [4, 2],
        "data_type": data_type,
        "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [4, 2]}},
        "chunk_key_encoding": {"name": "default"},
        "fill_value": "",
        "codecs": codecs or [{"name": "vlen-utf8"}],
        **members,
    }


def elements(items: list[bytes], shape: tuple[int, ...] = (4, 2)) -> Elements:
    return elements_from_items(items, ArrayType(shape, STRING, b""))


ITEMS = [b"a", b"", "ü".encode(), "\U0001f600".encode(), b"\0", b"a\0\0", b"x" * 300, b"b"]


class TestEncoding:
    def test_number_of_elements_then_each_after_its_length(self) -> None:
        """codec.vlen-utf8.count, codec.vlen-utf8.items, codec.vlen-utf8.length_in_bytes"""
        array_type = ArrayType((2,), STRING, b"")
        encoded = VlenUtf8Codec().encode(elements(["ü".encode(), b""], (2,)), array_type)
        assert encoded == bytes.fromhex("02000000 02000000c3bc 00000000")

    @given(st.lists(st.text(), max_size=8))
    def test_strings_as_numcodecs_has_them(self, texts: list[str]) -> None:
        items = [text.encode() for text in texts]
        array_type = ArrayType((len(items),), STRING, b"")
        encoded = VlenUtf8Codec().encode(elements(items, (len(items),)), array_type)
        assert encoded == bytes(numcodecs.VLenUTF8().encode(np.array(texts, dtype=object)))
        assert decoded(encoded, len(items)) == items

    @given(st.lists(st.binary(), max_size=8))
    def test_byte_strings_as_numcodecs_has_them(self, items: list[bytes]) -> None:
        array_type = ArrayType((len(items),), BYTES, b"")
        encoded = VlenBytesCodec().encode(elements(items, (len(items),)), array_type)
        objects = np.empty(len(items), object)
        objects[:] = items
        assert encoded == bytes(numcodecs.VLenBytes().encode(objects))
        assert decoded(encoded, len(items), BYTES) == items

    def test_c_order_whatever_the_order_in_memory(self) -> None:
        turned = elements([b"a", b"b", b"c", b"d", b"e", b"f"], (3, 2)).T
        encoded = VlenBytesCodec().encode(turned, ArrayType((2, 3), BYTES, b""))
        assert encoded == chunk(b"a", b"c", b"e", b"b", b"d", b"f")

    def test_what_is_no_text_cannot_be_written(self) -> None:
        with pytest.raises(InvalidRequest):
            VlenUtf8Codec().encode(elements([b"\xff"], (1,)), ArrayType((1,), STRING, b""))

    def test_an_element_needs_a_length_of_32_bits(self) -> None:
        """codec.vlen-bytes.limits"""

        class Long(bytes):
            def __len__(self) -> int:
                return 2**32

        with pytest.raises(InvalidRequest):
            VlenBytesCodec().encode(elements([Long()], (1,)), ArrayType((1,), BYTES, b""))


class TestDecoding:
    @pytest.mark.parametrize(
        ("data", "requirement"),
        [
            (b"", "codec.vlen-utf8.truncated"),
            (b"\x02\0\0", "codec.vlen-utf8.truncated"),
            (chunk(b"a"), "codec.vlen-utf8.count_matches"),
            (chunk(b"a", b"b", b"c"), "codec.vlen-utf8.count_matches"),
            (chunk(count=2**32 - 1), "codec.vlen-utf8.count_matches"),
            (chunk(b"a", count=2), "codec.vlen-utf8.truncated"),
            (chunk(b"a", b"b")[:-1], "codec.vlen-utf8.truncated"),
            (chunk(b"a", b"b")[:-2], "codec.vlen-utf8.truncated"),
            (chunk(b"a", count=2) + b"\xff\xff\xff\xff", "codec.vlen-utf8.truncated"),
            (chunk(b"a", b"b") + b"\0", "codec.vlen-utf8.truncated"),
            (chunk(b"a", b"\xff"), "codec.vlen-utf8.invalid_utf8"),
            (chunk(b"a", b"\xed\xa0\x80"), "codec.vlen-utf8.invalid_utf8"),
            (chunk(b"a", b"\xc0\x80"), "codec.vlen-utf8.invalid_utf8"),
            (chunk(b"a", b"\xf4\x90\x80\x80"), "codec.vlen-utf8.invalid_utf8"),
            (chunk(b"\xc3", b"\xbc"), "codec.vlen-utf8.invalid_utf8"),
        ],
    )
    def test_anything_else_is_refused(self, data: bytes, requirement: str) -> None:
        with pytest.raises(MalformedChunk) as refused:
            decoded(data, 2)
        assert refused.value.requirement == requirement

    def test_bytes_need_not_be_utf8(self) -> None:
        assert decoded(chunk(b"\xff", b"\xed\xa0\x80"), 2, BYTES) == [b"\xff", b"\xed\xa0\x80"]

    @given(st.binary(max_size=40), st.integers(0, 3))
    def test_nothing_but_a_refusal_escapes(self, data: bytes, count: int) -> None:
        for data_type in (STRING, BYTES):
            try:
                items = decoded(data, count, data_type)
            except Refusal:
                continue
            assert chunk(*items) == data


class TestMetadata:
    def test_the_types_are_known_by_name(self) -> None:
        """dtype.string.variable, dtype.bytes.variable"""
        assert parse_data_type("string", "$") == STRING
        assert parse_data_type({"name": "bytes", "configuration": {}}, "$") == BYTES

    @pytest.mark.parametrize(
        ("fill_value", "data_type", "expected"),
        [
            ("", STRING, b""),
            ("ü\0", STRING, b"\xc3\xbc\0"),
            ([], BYTES, b""),
            ([0, 255], BYTES, b"\0\xff"),
            ("", BYTES, b""),
            ("AP8=", BYTES, b"\0\xff"),
        ],
    )
    def test_fill_values(self, fill_value: Any, data_type: Any, expected: bytes) -> None:
        """dtype.string.fill, dtype.bytes.fill.array, dtype.bytes.fill.base64"""
        parsed = parse_fill_value(fill_value, data_type, "$")
        assert parsed == expected
        assert parse_fill_value(fill_value_to_json(parsed, data_type), data_type, "$") == parsed

    @pytest.mark.parametrize(
        ("fill_value", "data_type", "requirement"),
        [
            (0, STRING, "dtype.string.fill"),
            ([97], STRING, "dtype.string.fill"),
            ("\ud800", STRING, "dtype.string.fill"),
            (None, STRING, "core.metadata.array.fill_value.null_core"),
            (0, BYTES, "dtype.bytes.fill.array"),
            ([256], BYTES, "dtype.bytes.fill.array"),
            ([0, -1], BYTES, "dtype.bytes.fill.array"),
            ("AQI", BYTES, "dtype.bytes.fill.base64"),
            ("AQ_=", BYTES, "dtype.bytes.fill.base64"),
            ("AQ I=", BYTES, "dtype.bytes.fill.base64"),
            ("ü", BYTES, "dtype.bytes.fill.base64"),
        ],
    )
    def test_other_fill_values_are_refused(
        self, fill_value: Any, data_type: Any, requirement: str
    ) -> None:
        with pytest.raises(InvalidMetadata) as refused:
            parse_fill_value(fill_value, data_type, "$")
        assert refused.value.requirement == requirement

    @pytest.mark.parametrize(
        ("data_type", "codec", "requirement"),
        [
            ("string", {"name": "bytes"}, "dtype.string.codec"),
            ("bytes", {"name": "bytes"}, "dtype.bytes.codecs"),
            ("string", {"name": "vlen-bytes"}, "codec.vlen-bytes.dtype"),
            ("bytes", {"name": "vlen-utf8"}, "codec.vlen-utf8.dtype"),
            ("uint8", {"name": "vlen-utf8"}, "codec.vlen-utf8.dtype"),
            (
                "string",
                {"name": "vlen-utf8", "configuration": {"a": 1}},
                "codec.vlen-utf8.no_config",
            ),
        ],
    )
    def test_codec_and_data_type_must_fit(
        self, data_type: str, codec: Mapping[str, Any], requirement: str
    ) -> None:
        fill_value = 0 if data_type == "uint8" else ""
        with pytest.raises(InvalidMetadata) as refused:
            create_array(MemoryStore(), "/", document(data_type, [codec], fill_value=fill_value))
        assert refused.value.requirement == requirement


@pytest.mark.parametrize(
    "codecs",
    [
        [{"name": "vlen-utf8"}],
        [{"name": "vlen-utf8"}, {"name": "crc32c"}],
        [{"name": "transpose", "configuration": {"order": [1, 0]}}, {"name": "vlen-utf8"}],
        [SHARDED],
    ],
)
class TestArrays:
    def test_what_is_written_is_read(self, codecs: list[Any]) -> None:
        store = MemoryStore()
        array = create_array(store, "/", document(codecs=codecs))
        array.write_region((0, 0), elements(ITEMS))
        assert list(items_of(open_array(store).read())) == ITEMS
        region = open_array(store).read_region((1, 1), (3, 2))
        assert list(items_of(region)) == [ITEMS[3], ITEMS[5]]

    def test_what_is_not_stored_is_the_fill_value(self, codecs: list[Any]) -> None:
        array = create_array(MemoryStore(), "/", document(codecs=codecs, fill_value="ü\0"))
        assert set(items_of(array.read())) == {"ü\0".encode()}
        array.write_region((2, 0), elements([b"x", b"y"], (1, 2)))
        items = list(items_of(array.read()))
        assert items[4:6] == [b"x", b"y"]
        assert set(items[:4] + items[6:]) == {"ü\0".encode()}


def test_inner_chunks_of_the_fill_value_are_left_out() -> None:
    store = MemoryStore()
    array = create_array(store, "/", document(codecs=[SHARDED], fill_value="x"))
    array.write_region((0, 0), elements([b"x"] * 8))
    assert store.get("c/0/0") == b"\xff" * 64


def test_the_number_of_elements_is_checked_before_memory_is_taken() -> None:
    array = create_array(
        MemoryStore(), "/", document(shape=[2**40, 2**20], fill_value="long enough to be seen")
    )
    with pytest.raises(LimitExceeded):
        array.read()


def test_elements_of_one_region_are_limited_together() -> None:
    store = MemoryStore()
    grid = {"name": "regular", "configuration": {"chunk_shape": [1, 2]}}
    array = create_array(store, "/", document(chunk_grid=grid))
    array.write_region((0, 0), elements([b"x" * 500] * 8))
    assert open_array(store, limit=4000).read().size == 8
    with pytest.raises(LimitExceeded):
        open_array(store, limit=3999).read()


def test_inner_chunks_that_share_their_bytes_are_limited_together() -> None:
    store = MemoryStore()
    sharding = json.loads(json.dumps(SHARDED))
    sharding["configuration"]["codecs"] = [{"name": "vlen-utf8"}]
    create_array(store, "/", document(codecs=[sharding]))
    inner_chunk = chunk(b"x" * 500, b"y" * 500)
    store.set("c/0/0", inner_chunk + struct.pack("<QQ", 0, len(inner_chunk)) * 4)
    assert open_array(store, limit=4000).read().size == 8
    with pytest.raises(LimitExceeded):
        open_array(store, limit=3999).read()
