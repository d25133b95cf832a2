"""The section "Logical storage paths": where in a store a node is.

https://zarr-specs.readthedocs.io/en/latest/v2/v2.0.html#logical-storage-paths
"""

import re

from zarr_reference.errors import MissingNode


def normalise_path(path: str) -> str:
    """The logical path that ``path`` means: names joined by single slashes, empty for the root.

    Raises ``MissingNode`` for what is no logical path of any node.
    """
    # v2.path.ascii: "A logical path is simply an ASCII string."
    if not path.isascii():
        sentence = "the path has a character that is not ASCII"
        raise MissingNode("v2.path.ascii", f"path {path!r}", sentence)
    # v2.path.normalise.backslash: "Replace all backward slash characters [...] with forward slash"
    slashes = path.replace("\\", "/")
    # v2.path.normalise.leading, v2.path.normalise.trailing: "Strip any leading", "any trailing"
    # v2.path.normalise.collapse: "Collapse any sequence of more than one "/" character"
    normalised = re.sub("/+", "/", slashes.strip("/"))
    # v2.path.dot_segments_error: "any path segment equal to the string "." or the string ".." then
    # an error MUST be raised."
    if not {".", ".."}.isdisjoint(normalised.split("/")):
        sentence = "a path cannot have . or .. between its slashes"
        raise MissingNode("v2.path.dot_segments_error", f"path {path!r}", sentence)
    return normalised


def key_prefix(path: str) -> str:
    """The prefix of all keys of the node at ``path``: empty for the root, otherwise ends in "/"."""
    # v2.path.key_prefix: "by appending a single "/" character to the normalized logical path". The
    # text has the root's group under ".zgroup", so that nothing is appended there.
    normalised = normalise_path(path)
    return f"{normalised}/" if normalised else ""


def ancestor_paths(path: str) -> tuple[str, ...]:
    """The logical paths of all groups around the node at ``path``, from the root inwards."""
    normalised = normalise_path(path)
    names = normalised.split("/") if normalised else []
    return tuple("/".join(names[:depth]) for depth in range(len(names)))
