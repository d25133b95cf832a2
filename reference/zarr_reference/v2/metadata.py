"""The documents ``.zarray``, ``.zgroup`` and ``.zattrs``, read into what Zarr v3 knows.

An array of Zarr v2 is an array of Zarr v3 that is written down differently: the same grid of
chunks, the chunk keys of the ``v2`` encoding, and a short list of codecs. So the metadata of both
versions is one class, and what reads chunks does not have to know the version.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#metadata
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from zarr_reference.errors import InvalidMetadata, LimitExceeded, MalformedMetadata
from zarr_reference.v2.codecs import parse_codecs
from zarr_reference.v2.fill_values import parse_fill_value
from zarr_reference.v3.chunk_grids import RegularGrid
from zarr_reference.v3.chunk_key_encodings import V2ChunkKeyEncoding
from zarr_reference.v3.codecs.pipeline import MAX_RANK
from zarr_reference.v3.json_documents import is_integer, parse_json, parse_lengths, shown
from zarr_reference.v3.metadata import ArrayMetadata, GroupMetadata

REQUIRED = (
    "zarr_format", "shape", "chunks", "dtype", "compressor", "fill_value", "order", "filters",
)  # fmt: skip
OPTIONAL = ("dimension_separator",)

NO_ATTRIBUTES: Mapping[str, Any] = MappingProxyType({})


def parse_array_metadata(
    data: bytes, place: str = ".zarray", attributes: Mapping[str, Any] = NO_ATTRIBUTES
) -> ArrayMetadata:
    """The metadata in the document ``data``; ``place`` is its key, for messages.

    ``attributes`` come from another document. Raises ``MalformedMetadata`` if ``data`` is no JSON
    object, ``InvalidMetadata`` if a member breaks a rule, ``UnknownExtension`` if it needs
    something that is not known here, ``LimitExceeded`` for sizes that NumPy cannot have.
    """
    document = _parse_object(data, place, "v2.array.object")
    root = f"{place}: $"
    # "The following keys MUST be present". What else is there "SHOULD be ignored"
    # (v2.array.other_keys.ignored), unlike in Zarr v3.
    for name in REQUIRED:
        if name not in document:
            sentence = f"the member {name!r} is missing, which every array must have"
            raise InvalidMetadata(f"v2.array.{name}.required", root, sentence)
    _check_zarr_format(document["zarr_format"], f"{root}.zarr_format", "v2.array.zarr_format")
    shape = _parse_shape(document["shape"], f"{root}.shape")
    stored, codecs = parse_codecs(document, len(shape), root)
    metadata = ArrayMetadata(
        shape=shape,
        data_type=stored.data_type,
        chunk_grid=_parse_chunks(document["chunks"], shape, f"{root}.chunks"),
        chunk_key_encoding=_parse_dimension_separator(document, root),
        fill_value=parse_fill_value(document["fill_value"], stored, f"{root}.fill_value"),
        codecs=codecs,
        attributes=attributes,
    )
    # Whether the filters fit the elements shows before any chunk is read.
    for chunk_shape in metadata.chunk_grid.chunk_shapes():
        codecs.encoded_representation_type(metadata.array_type(chunk_shape), root)
    return metadata


def parse_group_metadata(
    data: bytes, place: str = ".zgroup", attributes: Mapping[str, Any] = NO_ATTRIBUTES
) -> GroupMetadata:
    """As ``parse_array_metadata``, for the document of a group."""
    document = _parse_object(data, place, "v2.group.zgroup_key")
    root = f"{place}: $"
    if "zarr_format" not in document:
        sentence = "the member 'zarr_format' is missing, which every group must have"
        raise InvalidMetadata("v2.group.zarr_format.required", root, sentence)
    _check_zarr_format(document["zarr_format"], f"{root}.zarr_format", "v2.group.zarr_format")
    # v2.group.no_other_keys: "Other keys MUST NOT be present within the metadata object."
    for name in document:
        if name != "zarr_format":
            sentence = f"there is no member {shown(name)} of a group; attributes are in .zattrs"
            raise InvalidMetadata("v2.group.no_other_keys", root, sentence)
    return GroupMetadata(attributes)


def parse_attributes(data: bytes | None, place: str = ".zattrs") -> Mapping[str, Any]:
    """The attributes in the document ``data``, which is None if there is no such document."""
    # v2.attrs.absent: "if it is absent the attributes should be treated as empty"
    if data is None:
        return NO_ATTRIBUTES
    return MappingProxyType(_parse_object(data, place, "v2.attrs.key"))


def _parse_object(data: bytes, place: str, requirement: str) -> dict[str, Any]:
    document = parse_json(data, place)
    if not isinstance(document, dict):
        sentence = f"this document is a JSON object, not {shown(document)}"
        raise MalformedMetadata(requirement, place, sentence)
    return document


def _check_zarr_format(zarr_format: Any, place: str, requirement: str) -> None:
    # v2.array.zarr_format.required: "An integer defining the version of the storage specification"
    if not is_integer(zarr_format):
        sentence = f"this must be the integer 2, not {shown(zarr_format)}"
        raise InvalidMetadata(f"{requirement}.required", place, sentence)
    # v2.array.zarr_format.value: groups have no row of their own for it.
    if zarr_format != 2:
        sentence = f"this must be 2, not {zarr_format}"
        raise InvalidMetadata("v2.array.zarr_format.value", place, sentence)


def _parse_shape(document: Any, place: str) -> tuple[int, ...]:
    requirement = "v2.array.shape.required"
    shape = parse_lengths(document, place, requirement, minimum=0, minimum_requirement=requirement)
    if len(shape) > MAX_RANK:
        sentence = f"there are {len(shape)} dimensions, NumPy has at most {MAX_RANK}"
        raise LimitExceeded("limit", place, sentence)
    return shape


def _parse_chunks(document: Any, shape: tuple[int, ...], place: str) -> RegularGrid:
    requirement = "v2.array.chunks.required"
    chunks = parse_lengths(document, place, requirement, minimum=0, minimum_requirement=requirement)
    # v2.array.chunks.rank: "the length of each dimension of a chunk"
    if len(chunks) != len(shape):
        sentence = f"the chunks have {len(chunks)} dimensions, the array has {len(shape)}"
        raise InvalidMetadata("v2.array.chunks.rank", place, sentence)
    for dimension, (length, chunk) in enumerate(zip(shape, chunks, strict=True)):
        if chunk == 0 and length > 0:
            sentence = f"chunks of length 0 never cover the {length} elements of this dimension"
            raise InvalidMetadata(requirement, f"{place}[{dimension}]", sentence)
    # Where the array has no elements there are no chunks either, and a length of 0, which the text
    # does not exclude, stands for any length.
    return RegularGrid(tuple(chunk or 1 for chunk in chunks))


def _parse_dimension_separator(document: Mapping[str, Any], place: str) -> V2ChunkKeyEncoding:
    # v2.array.dimension_separator.default: "If the value is not set, then the default MUST be
    # assumed to be ".""
    separator = document.get("dimension_separator", ".")
    # v2.array.dimension_separator.values
    if separator not in (".", "/"):
        sentence = f'this must be "." or "/", not {shown(separator)}'
        place = f"{place}.dimension_separator"
        raise InvalidMetadata("v2.array.dimension_separator.values", place, sentence)
    return V2ChunkKeyEncoding(separator)
