"""The published JSON Schema of ``zarr.json``, and what it finds in a document.

``zarr.schema.json``, beside this module, is for people who want to check a document without this
library: it needs nothing but a validator for JSON Schema, draft 2020-12. It says the same as the
modules of the reference, except for the rules in ``NOT_EXPRESSIBLE``.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#metadata
"""

import json
from functools import cache
from importlib.resources import files
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError

SCHEMA_NAME = "zarr.schema.json"

# The requirements that a document can break without the schema's seeing it.
NOT_EXPRESSIBLE = frozenset(
    {
        # A schema sees values, not the text that they are written in.
        "core.metadata.json.rfc8259",
        "core.metadata.json.no_bare_nan",
        "core.metadata.json.no_bom_written",
        "core.metadata.json.no_trailing_comma",
        "core.metadata.json.unique_member_names",
        "core.metadata.json.utf8",
        # To JSON Schema 3.0 is the integer 3, unless it is a Decimal, as from ``parse_json``.
        "codec.bitround.keepbits.integer",
        "codec.conditional.header_bits.multiple8",
        "codec.gzip.level.integer",
        "codec.packbits.first_bit",
        "codec.packbits.last_bit",
        "codec.reshape.shape.size",
        "codec.sharding_indexed.chunk_shape.integers",
        "codec.transpose.order.integers",
        "codec.zstd.level.integer",
        "core.metadata.array.chunk_grid.regular.chunk_shape.integers",
        "core.metadata.array.shape.integers",
        "core.metadata.array.zarr_format.integer",
        "dtype.bytes.fill.array",
        "dtype.fixed_length_utf32.length_bytes.multiple",
        "dtype.integer.fill.no_exponent",
        "dtype.integer.fill.no_fraction",
        "dtype.numpy.datetime64.fill.number",
        "dtype.numpy.datetime64.scale_factor.range",
        "dtype.numpy.timedelta64.fill.number",
        "dtype.numpy.timedelta64.scale_factor.range",
        "dtype.raw.fill.array_of_ints",
        "grid.rectilinear.edges.only_two_kinds",
        "grid.rectilinear.rle.pair",
        # One value has to fit another: two lengths, or a number and the length of a list.
        "codec.sharding_indexed.chunk_shape.divides",
        "codec.sharding_indexed.chunk_shape.rank",
        "codec.transpose.order.permutation",
        "codec.transpose.order.rank",
        "core.metadata.array.chunk_grid.regular.chunk_shape.rank",
        "core.metadata.array.dimension_names.length",
        "dtype.fixed_length_utf32.json.too_long",
        "dtype.raw.fill.length",
        "dtype.struct.fields.name.duplicates_rejected",
        "dtype.struct.fill.complete",
        "dtype.struct.fill.extra",
        "dtype.struct.fill.valid",
        "dtype.structured.fill_base64",
        "grid.rectilinear.chunk_shapes.rank",
        "grid.rectilinear.edges.sum_covers",
        # A string of JSON can hold half a surrogate pair, which is no character.
        "dtype.fixed_length_utf32.invalid_code_units",
        "dtype.string.fill",
        "codec.conditional.header_bits.ge_len",
        "codec.n5_default.codecs.first_transpose",
        "codec.packbits.last_ge_first",
        "codec.reshape.dims_aligned",
        "codec.reshape.dims_increasing",
        "codec.reshape.product",
        "codec.reshape.shape.input_dims",
        # The order of a list whose items are of three kinds, or where some can be ignored.
        "codec.n5_default.codecs.endian_big",
        "codec.n5_default.codecs.max_one_more",
        "codec.n5_default.codecs.second_bytes",
        "codec.pipeline.a2a_first",
        "codec.pipeline.b2b_last",
        # What reaches a codec follows from all codecs before it.
        "codec.bytes.endian.required_multibyte",
        "codec.cast_value.fill.roundtrip_error",
        "codec.cast_value.real_types_only",
        "codec.cast_value.scalar_map.scalars",
        "codec.packbits.bit_range",
        "codec.pipeline.unsupported_input_error",
        "codec.scale_offset.offset.form",
        "codec.scale_offset.scale.form",
        "codec.scale_offset.scale.zero",
        "codec.scale_offset.types",
        "codec.scale_offset.unrepresentable_error",
        "codec.numcodecs.fixedscaleoffset.fields",
        "codec.vlen-bytes.dtype",
        "codec.vlen-utf8.dtype",
        "dtype.bytes.codecs",
        "dtype.string.codec",
        "v2.filter.astype",
        "v2.filter.delta",
        "v2.filter.packbits",
        "v2.filters.no_registry",
        # Which filters there are, and how they go together, is known to LZMA alone.
        "v2.compressor.lzma",
        # The schema lets through every name that an extension can have; a reader knows some.
        "core.metadata.array.chunk_grid.unknown_rejected",
        "core.metadata.array.chunk_key_encoding.unknown_rejected",
        "core.metadata.array.codecs.unknown_rejected",
        "core.metadata.array.data_type.unknown_rejected",
        "core.metadata.array.storage_transformers.unknown_rejected",
    }
)


def load_schema() -> dict[str, Any]:
    """The schema as a JSON value."""
    text = files(__package__).joinpath(SCHEMA_NAME).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def validate(document: Any) -> list[tuple[str, str]]:
    """What the schema finds wrong with ``document``, a JSON value: JSON paths and sentences.

    The list is empty for a valid document. It is sorted by path.
    """
    errors = _validator().iter_errors(document)
    return sorted({(error.json_path, _sentence(error)) for error in errors})


@cache
def _validator() -> Draft202012Validator:
    return Draft202012Validator(load_schema())


def _sentence(error: ValidationError) -> str:
    """What the document has, and what this part of the schema describes as due."""
    due = error.schema.get("description") if isinstance(error.schema, dict) else None
    # Where a member is missing or is one too many, the validator's message names it.
    if due is None or error.validator in ("required", "additionalProperties"):
        return error.message
    return f"{json.dumps(error.instance, default=str):.60} does not fit. {due}"
