"""The chapter "Metadata": the document ``zarr.json`` of an array or of a group.

Each member that is an extension point has a module of its own; this one says which members there
are, and checks what they have to do with each other.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#metadata
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, TypeGuard

from zarr_reference.errors import InvalidMetadata, LimitExceeded, UnknownExtension
from zarr_reference.representation import ArrayType, DataType
from zarr_reference.v3.chunk_grids import ChunkGrid, Index, parse_chunk_grid
from zarr_reference.v3.chunk_key_encodings import ChunkKeyEncoding, parse_chunk_key_encoding
from zarr_reference.v3.codecs import CodecPipeline, parse_codecs
from zarr_reference.v3.codecs.bytes import BytesCodec
from zarr_reference.v3.codecs.pipeline import MAX_RANK
from zarr_reference.v3.codecs.sharding_indexed import ShardingIndexedCodec
from zarr_reference.v3.data_types import parse_data_type
from zarr_reference.v3.extensions import expect_members
from zarr_reference.v3.fill_values import parse_fill_value
from zarr_reference.v3.json_documents import is_integer, parse_lengths, parse_object, shown
from zarr_reference.v3.storage_transformers import check_storage_transformers

NodeType: TypeAlias = Literal["array", "group"]

_MANDATORY: Mapping[NodeType, tuple[str, ...]] = {
    "array": (
        "zarr_format",
        "node_type",
        "shape",
        "data_type",
        "chunk_grid",
        "chunk_key_encoding",
        "fill_value",
        "codecs",
    ),
    "group": ("zarr_format", "node_type"),
}
_OPTIONAL: Mapping[NodeType, tuple[str, ...]] = {
    "array": ("attributes", "storage_transformers", "dimension_names"),
    "group": ("attributes", "consolidated_metadata"),
}


@dataclass(frozen=True)
class ArrayMetadata:
    """What the metadata document of an array says, checked.

    ``shape`` is in elements. ``fill_value`` is one element, little-endian; in Zarr v2 it can also
    be None, which leaves open what missing chunks hold. ``attributes`` are JSON values as
    ``parse_json`` returns them. ``dimension_names`` has a name, or None, for each dimension; it is
    None where the document has no names at all.
    """

    shape: tuple[int, ...]
    data_type: DataType
    chunk_grid: ChunkGrid
    chunk_key_encoding: ChunkKeyEncoding
    fill_value: bytes | None
    codecs: CodecPipeline
    attributes: Mapping[str, Any]
    dimension_names: tuple[str | None, ...] | None = None

    def chunk_type(self, index: Index) -> ArrayType:
        """The type of a chunk before it is encoded: ``decoded_representation[0]`` of the spec."""
        # codec.pipeline.initial_representation: "a multi-dimensional array with the same data type
        # as the Zarr array, and shape equal to the chunk shape".
        return self.array_type(self.chunk_grid.chunk_shape(index))

    def array_type(self, shape: tuple[int, ...]) -> ArrayType:
        """The type of any part of this array that has the shape ``shape``."""
        # v2.chunk.missing_null_fill: with a fill value of null, "the contents of the chunk are
        # undefined". Here they are bytes of zero, or no bytes.
        fill_value = self.fill_value
        if fill_value is None:
            fill_value = (
                b"" if self.data_type.has_variable_length else bytes(self.data_type.item_size)
            )
        return ArrayType(shape, self.data_type, fill_value)


@dataclass(frozen=True)
class GroupMetadata:
    """What the metadata document of a group says, checked.

    ``consolidated_metadata`` is the member of that name as it stands, or None. It is not used: the
    specification does not say which is right if it disagrees with the documents of the nodes.
    """

    attributes: Mapping[str, Any]
    consolidated_metadata: Mapping[str, Any] | None = None


def parse_node_metadata(data: bytes, place: str = "zarr.json") -> ArrayMetadata | GroupMetadata:
    """The metadata in the document ``data``; ``place`` is its key, for messages.

    Raises ``MalformedMetadata`` if it is no JSON object, ``InvalidMetadata`` if a member breaks a
    rule, ``UnknownExtension`` if it needs something that is not known here, and ``LimitExceeded``
    for a number of dimensions or a size that NumPy cannot have.
    """
    document = parse_object(data, place)
    root = f"{place}: $"
    node_type = _parse_node_type(document, root)
    for name in _MANDATORY[node_type]:
        if name not in document:
            raise InvalidMetadata(
                f"core.metadata.{node_type}.{name}.required",
                root,
                f"the member {name!r} is missing, which every {node_type} must have",
            )
    _check_zarr_format(document["zarr_format"], node_type, f"{root}.zarr_format")
    _check_additional_fields(document, node_type, root)
    if node_type == "array":
        return _parse_array(document, root)
    return _parse_group(document, root)


def parse_array_metadata(data: bytes, place: str = "zarr.json") -> ArrayMetadata:
    """As ``parse_node_metadata``, and raises ``InvalidMetadata`` if it is not of an array."""
    metadata = parse_node_metadata(data, place)
    if not isinstance(metadata, ArrayMetadata):
        raise InvalidMetadata(
            "core.metadata.array.node_type.value",
            f"{place}: $.node_type",
            "this is a group where an array is asked for",
        )
    return metadata


def parse_group_metadata(data: bytes, place: str = "zarr.json") -> GroupMetadata:
    """As ``parse_node_metadata``, and raises ``InvalidMetadata`` if it is not of a group."""
    metadata = parse_node_metadata(data, place)
    if not isinstance(metadata, GroupMetadata):
        raise InvalidMetadata(
            "core.metadata.group.node_type.value",
            f"{place}: $.node_type",
            "this is an array where a group is asked for",
        )
    return metadata


def parse_node_type(data: bytes, place: str = "zarr.json") -> NodeType:
    """Whether the document ``data`` is of an array or of a group; nothing else in it is checked."""
    return _parse_node_type(parse_object(data, place), f"{place}: $")


def _parse_node_type(document: Mapping[str, Any], place: str) -> NodeType:
    if "node_type" not in document:
        raise InvalidMetadata(
            "core.metadata.array.node_type.required", place, "the member 'node_type' is missing"
        )
    node_type = document["node_type"]
    # core.metadata.array.node_type.value, core.metadata.group.node_type.value
    if not _is_node_type(node_type):
        raise InvalidMetadata(
            "core.metadata.array.node_type.value",
            f"{place}.node_type",
            f'this must be "array" or "group", not {shown(node_type)}',
        )
    return node_type


def _is_node_type(value: Any) -> TypeGuard[NodeType]:
    return value in ("array", "group")


def _check_zarr_format(zarr_format: Any, node_type: NodeType, place: str) -> None:
    # core.metadata.array.zarr_format.integer, core.metadata.array.zarr_format.value and
    # core.metadata.group.zarr_format.value: "An integer [...], must be 3 here."
    if not is_integer(zarr_format) and node_type == "array":
        raise InvalidMetadata(
            "core.metadata.array.zarr_format.integer",
            place,
            f"this must be the integer 3, not {shown(zarr_format)}",
        )
    if not is_integer(zarr_format) or zarr_format != 3:
        raise InvalidMetadata(
            f"core.metadata.{node_type}.zarr_format.value",
            place,
            f"this must be 3, not {shown(zarr_format)}",
        )


def _check_additional_fields(document: Mapping[str, Any], node_type: NodeType, place: str) -> None:
    """Refuses members that the specification does not define and that cannot be ignored."""
    for name, value in document.items():
        if name in _MANDATORY[node_type] or name in _OPTIONAL[node_type]:
            continue
        # "An implementation MUST fail to open Zarr groups or arrays if any metadata fields are
        # present which (a) the implementation does not recognize and (b) are not explicitly set to
        # "must_understand": false."
        if isinstance(value, dict) and value.get("must_understand") is False:
            continue
        raise UnknownExtension(
            _additional_field_requirement(name, value, node_type),
            place,
            f"no member {shown(name)} of this {node_type} is known, "
            'and it does not say "must_understand": false',
        )


def _additional_field_requirement(name: str, value: Any, node_type: NodeType) -> str:
    if node_type == "group" and name in (*_MANDATORY["array"], *_OPTIONAL["array"]):
        return "core.metadata.group.no_array_members"
    match value:
        case {"must_understand": True}:
            return "ext.must_understand.unknown_top_level_true"
        case dict():
            return "ext.must_understand.unknown_top_level_object"
        case None:
            return "ext.must_understand.unknown_top_level_null"
        case _:
            return "ext.must_understand.unknown_top_level_scalar"


def _parse_array(document: Mapping[str, Any], place: str) -> ArrayMetadata:
    shape = _parse_shape(document["shape"], f"{place}.shape")
    data_type = parse_data_type(document["data_type"], f"{place}.data_type")
    codecs = parse_codecs(document["codecs"], f"{place}.codecs")
    metadata = ArrayMetadata(
        shape=shape,
        data_type=data_type,
        chunk_grid=parse_chunk_grid(document["chunk_grid"], shape, f"{place}.chunk_grid"),
        chunk_key_encoding=parse_chunk_key_encoding(
            document["chunk_key_encoding"], f"{place}.chunk_key_encoding"
        ),
        fill_value=parse_fill_value(
            document["fill_value"], data_type, f"{place}.fill_value", _endian_of(codecs)
        ),
        codecs=codecs,
        attributes=_parse_attributes(document, "array", place),
        dimension_names=_parse_dimension_names(document, len(shape), place),
    )
    # core.metadata.array.storage_transformers.optional, ...empty_is_absent
    check_storage_transformers(
        document.get("storage_transformers", []), f"{place}.storage_transformers"
    )
    # codec.pipeline.unsupported_input_error: whether the codecs can encode these chunks follows
    # from their type alone, so that it shows before any chunk is read.
    for chunk_shape in metadata.chunk_grid.chunk_shapes():
        codecs.encoded_representation_type(metadata.array_type(chunk_shape), f"{place}.codecs")
    return metadata


def _endian_of(codecs: CodecPipeline) -> str | None:
    """The byte order in which the ``bytes`` codec, perhaps within shards, stores the elements."""
    match codecs.array_to_bytes:
        case BytesCodec(endian=endian):
            return endian
        case ShardingIndexedCodec(codecs=inner_codecs):
            return _endian_of(inner_codecs)
    return None


def _parse_shape(document: Any, place: str) -> tuple[int, ...]:
    # core.metadata.array.shape.integers: "An array of integers providing the length of each
    # dimension". A length is not negative (core.metadata.array.shape.nonnegative), but can be 0.
    shape = parse_lengths(
        document,
        place,
        "core.metadata.array.shape.integers",
        minimum=0,
        minimum_requirement="core.metadata.array.shape.nonnegative",
    )
    if len(shape) > MAX_RANK:
        raise LimitExceeded(
            "limit", place, f"there are {len(shape)} dimensions, NumPy has at most {MAX_RANK}"
        )
    return shape


def _parse_attributes(
    document: Mapping[str, Any], node_type: NodeType, place: str
) -> Mapping[str, Any]:
    attributes = document.get("attributes", {})
    # core.metadata.array.attributes.object, core.metadata.group.attributes.object
    if not isinstance(attributes, dict):
        raise InvalidMetadata(
            f"core.metadata.{node_type}.attributes.object",
            f"{place}.attributes",
            f"the attributes must be an object, not {shown(attributes)}",
        )
    return MappingProxyType(attributes)


def _parse_dimension_names(
    document: Mapping[str, Any], rank: int, place: str
) -> tuple[str | None, ...] | None:
    # core.metadata.array.dimension_names.absent_all_unnamed
    if "dimension_names" not in document:
        return None
    names = document["dimension_names"]
    place = f"{place}.dimension_names"
    # core.metadata.array.dimension_names.array: so null is not a way to leave them out.
    if not isinstance(names, list):
        raise InvalidMetadata(
            "core.metadata.array.dimension_names.array",
            place,
            f"this must be an array of names, not {shown(names)}",
        )
    # core.metadata.array.dimension_names.element_types: strings, or null for an unnamed dimension.
    for position, name in enumerate(names):
        if not isinstance(name, str | None):
            raise InvalidMetadata(
                "core.metadata.array.dimension_names.element_types",
                f"{place}[{position}]",
                f"this must be a string or null, not {shown(name)}",
            )
    # core.metadata.array.dimension_names.length: "with the same length as shape".
    if len(names) != rank:
        raise InvalidMetadata(
            "core.metadata.array.dimension_names.length",
            place,
            f"there are {len(names)} names for {rank} dimensions",
        )
    return tuple(names)


def _parse_group(document: Mapping[str, Any], place: str) -> GroupMetadata:
    return GroupMetadata(
        attributes=_parse_attributes(document, "group", place),
        consolidated_metadata=_parse_consolidated_metadata(document, place),
    )


def _parse_consolidated_metadata(
    document: Mapping[str, Any], place: str
) -> Mapping[str, Any] | None:
    if "consolidated_metadata" not in document:
        return None
    consolidated = document["consolidated_metadata"]
    place = f"{place}.consolidated_metadata"
    # "If present, its value MUST be a JSON object with the following structure".
    requirement = "core.metadata.consolidated"
    if not isinstance(consolidated, dict):
        raise InvalidMetadata(
            f"{requirement}.object", place, f"this must be an object, not {shown(consolidated)}"
        )
    # Nothing is said about further members, so they are left alone.
    expect_members(
        consolidated,
        place,
        required={
            name: f"{requirement}.{name}" for name in ("must_understand", "kind", "metadata")
        },
        optional=tuple(consolidated),
    )
    if consolidated["must_understand"] is not False:
        raise InvalidMetadata(
            f"{requirement}.must_understand", f"{place}.must_understand", "this must be false"
        )
    if consolidated["kind"] != "inline":
        raise InvalidMetadata(f"{requirement}.kind", f"{place}.kind", 'this must be "inline"')
    if not isinstance(consolidated["metadata"], dict):
        raise InvalidMetadata(
            f"{requirement}.metadata", f"{place}.metadata", "this must be an object"
        )
    return MappingProxyType(consolidated)
