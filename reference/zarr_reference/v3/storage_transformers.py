"""The chapter "Storage transformers": layers between an array and its store.

"Currently, no core storage transformers are defined by this specification", and none is known
here: so the chapter comes down to a rule about which metadata can be read.

https://zarr-specs.readthedocs.io/en/latest/v3/storage-transformers/
"""

from typing import Any

from zarr_reference.errors import InvalidMetadata, UnknownExtension
from zarr_reference.v3.extensions import parse_extension
from zarr_reference.v3.json_documents import shown


def check_storage_transformers(document: Any, place: str) -> None:
    """Checks that ``document``, at JSON path ``place``, lists no transformer that matters.

    Raises ``InvalidMetadata`` if it is no list of extensions, ``UnknownExtension`` if one of them
    has to be understood.
    """
    # core.metadata.array.storage_transformers.list
    if not isinstance(document, list):
        raise InvalidMetadata(
            "core.metadata.array.storage_transformers.list",
            place,
            f"this must be an array of storage transformers, not {shown(document)}",
        )
    form = "core.metadata.array.storage_transformers.extension_form"
    for position, entry in enumerate(document):
        # core.metadata.array.storage_transformers.unknown_rejected: the array cannot be opened,
        # unless the transformer says that it can be ignored
        # (ext.must_understand.transformer_false_skipped).
        extension = parse_extension(entry, f"{place}[{position}]", form)
        if extension.must_understand:
            raise UnknownExtension(
                "core.metadata.array.storage_transformers.unknown_rejected",
                f"{place}[{position}]",
                f"the storage transformer {shown(extension.name)} is not known",
            )
