"""The chapter "Node names", and how the path of a node becomes keys of the store.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#node-names
https://zarr-specs.readthedocs.io/en/latest/v3/core/#stored-representation
"""

from zarr_reference.errors import MissingNode

METADATA_NAME = "zarr.json"


def fault_of_node_name(name: str) -> tuple[str, str] | None:
    """The requirement that ``name`` breaks, and a sentence; None if a node can have this name.

    The root has no name, so this is not about it.
    """
    # "must not be the empty string"
    if name == "":
        return "core.name.nonempty", "a node name cannot be empty"
    # "must not include the character "/""
    if "/" in name:
        return "core.name.no_slash", "a node name cannot contain '/'"
    # "must not be a string composed only of period characters"
    if set(name) == {"."}:
        return "core.name.not_all_periods", "a node name cannot be made of periods only"
    # "must not start with the reserved prefix "__""
    if name.startswith("__"):
        return "core.name.no_dunder_prefix", "node names that start with '__' are reserved"
    # "must not be "zarr.json""
    if name == METADATA_NAME:
        return "core.name.not_zarr_json", "'zarr.json' is the name of metadata documents"
    return None


def parse_path(path: str) -> tuple[str, ...]:
    """The names on the way from the root to the node at ``path``: none for the root itself.

    Raises ``MissingNode`` for what is no path of any node.
    """
    # core.path.root: "The root node has a path of /".
    if path == "/":
        return ()
    # core.path.leading_slash: "A path always starts with /".
    if not path.startswith("/"):
        raise MissingNode("core.path.leading_slash", f"path {path!r}", "a path starts with '/'")
    # core.path.no_trailing_slash: "... and a non-root path cannot end with /".
    if path.endswith("/"):
        raise MissingNode("core.path.no_trailing_slash", f"path {path!r}", "a path has no '/' last")
    names = tuple(path[1:].split("/"))
    for name in names:
        # Nobody may write such a node, and therefore there is none to be read.
        fault = fault_of_node_name(name)
        if fault is not None:
            requirement, sentence = fault
            raise MissingNode(requirement, f"path {path!r}", sentence)
    return names


def key_prefix(path: str) -> str:
    """The prefix of all keys of the node at ``path``: empty for the root, otherwise ends in "/"."""
    # core.keys.data.root_prefix, core.keys.data.nonroot_prefix: "For a non-root array with
    # hierarchy path /foo/bar, the prefix is foo/bar/".
    return "" if path == "/" else f"{path.removeprefix('/')}/"


def metadata_key(path: str) -> str:
    """The key of the metadata document of the node at ``path``."""
    # core.keys.metadata.root, core.keys.metadata.nonroot: "stripping the leading / of the path and
    # appending /zarr.json".
    return key_prefix(path) + METADATA_NAME


def ancestor_paths(path: str) -> tuple[str, ...]:
    """The paths of all groups around the node at ``path``, from the root inwards."""
    # core.path.composition: the parent's path, a slash unless that is the root, then the name.
    names = parse_path(path)
    return tuple("/" + "/".join(names[:depth]) for depth in range(len(names)))
