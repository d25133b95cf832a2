"""The extension point ``chunk_key_encoding``: under which key each chunk is stored.

https://zarr-specs.readthedocs.io/en/latest/v3/chunk-key-encodings/default/
https://zarr-specs.readthedocs.io/en/latest/v3/chunk-key-encodings/v2/
"""

from dataclasses import dataclass
from typing import Any, TypeAlias

from zarr_reference.errors import InvalidMetadata, UnknownExtension
from zarr_reference.v3.chunk_grids import Index
from zarr_reference.v3.extensions import Extension, expect_members, parse_extension
from zarr_reference.v3.json_documents import shown


@dataclass(frozen=True)
class DefaultChunkKeyEncoding:
    """The encoding ``default``: ``c/1/23/45``."""

    # cke.default.separator.default
    separator: str = "/"

    def encode_chunk_key(self, index: Index) -> str:
        """The key, below the array's prefix, of the chunk at ``index``."""
        # cke.default.key.slash, cke.default.key.dot: "taking the initial prefix c, and appending
        # for each dimension: the separator character, followed by the ASCII decimal string
        # representation of the chunk index". Without dimensions "c" remains
        # (cke.default.zero_dim).
        return "c" + "".join(f"{self.separator}{k}" for k in index)


@dataclass(frozen=True)
class V2ChunkKeyEncoding:
    """The encoding ``v2``, for chunks that a Zarr v2 array has left: ``1.23.45``."""

    # cke.v2.separator.default
    separator: str = "."

    def encode_chunk_key(self, index: Index) -> str:
        """The key, below the array's prefix, of the chunk at ``index``."""
        # cke.v2.zero_dim: "For chunk grids with 0 dimensions, the single chunk has the key "0"."
        # cke.v2.key.dot, cke.v2.key.slash: otherwise the indices, with the separator between.
        return self.separator.join(str(k) for k in index) or "0"


ChunkKeyEncoding: TypeAlias = DefaultChunkKeyEncoding | V2ChunkKeyEncoding

_ENCODINGS: dict[str, type[ChunkKeyEncoding]] = {
    "default": DefaultChunkKeyEncoding,
    "v2": V2ChunkKeyEncoding,
}


def parse_chunk_key_encoding(document: Any, place: str) -> ChunkKeyEncoding:
    """The chunk key encoding that ``document`` defines; ``place`` is its JSON path.

    Raises ``InvalidMetadata`` if it breaks a rule of a known encoding, ``UnknownExtension`` if it
    names another.
    """
    extension = parse_extension(
        document, place, "core.metadata.array.chunk_key_encoding.extension_form"
    )
    # ext.must_understand.not_for_chunk_key_encoding
    if not extension.must_understand:
        raise InvalidMetadata(
            "ext.must_understand.not_for_chunk_key_encoding",
            f"{place}.must_understand",
            "must_understand cannot be false for a chunk key encoding",
        )
    # core.metadata.array.chunk_key_encoding.unknown_rejected
    if extension.name not in _ENCODINGS:
        raise UnknownExtension(
            "core.metadata.array.chunk_key_encoding.unknown_rejected",
            place,
            f"the chunk key encoding {shown(extension.name)} is not known, "
            'only "default" and "v2" are',
        )
    return _parse_configuration(extension, f"{place}.configuration")


def _parse_configuration(extension: Extension, place: str) -> ChunkKeyEncoding:
    encoding, configuration = _ENCODINGS[extension.name], extension.configuration
    # cke.default.no_other_members, cke.v2.no_other_members: "The configuration object may contain
    # one optional member, separator".
    expect_members(
        configuration,
        place,
        optional=("separator",),
        unknown=f"cke.{extension.name}.no_other_members",
    )
    if "separator" not in configuration:
        return encoding()
    # cke.default.separator.values, cke.v2.separator.values: it "must be either "/" or ".""
    if configuration["separator"] not in ("/", "."):
        raise InvalidMetadata(
            f"cke.{extension.name}.separator.values",
            f"{place}.separator",
            f'the separator must be "/" or ".", not {shown(configuration["separator"])}',
        )
    return encoding(configuration["separator"])
