"""The chapter "Node names", and how the path of a node becomes keys of the store.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#node-names
https://zarr-specs.readthedocs.io/en/latest/v3/core/#stored-representation
"""

from zarr_reference.errors import MissingNode

METADATA_NAME = "zarr.json"


def check_node_name(name: str, path: str) -> None:
    """Raises ``MissingNode`` if no node but the root can have this name.

    No such node may be written, and therefore none is there to be read. ``path`` is where the name
    was met, for the message.
    """
    # core.name.nonempty: "must not be the empty string"
    if name == "":
        fault = ("core.name.nonempty", "a node name cannot be empty")
    # core.name.no_slash: "must not include the character "/""
    elif "/" in name:
        fault = ("core.name.no_slash", "a node name cannot contain '/'")
    # core.name.not_all_periods: "must not be a string composed only of period characters"
    elif set(name) == {"."}:
        fault = ("core.name.not_all_periods", f"a node cannot be named {name!r}, only periods")
    # core.name.no_dunder_prefix: "must not start with the reserved prefix "__""
    elif name.startswith("__"):
        fault = ("core.name.no_dunder_prefix", "node names that start with '__' are reserved")
    # core.name.not_zarr_json: "must not be "zarr.json""
    elif name == METADATA_NAME:
        fault = ("core.name.not_zarr_json", f"a node cannot be named {name!r}")
    else:
        return
    raise MissingNode(fault[0], f"path {path!r}", fault[1])


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
        check_node_name(name, path)
    return names


def key_prefix(path: str) -> str:
    """The prefix of all keys of the node at ``path``: empty for the root, otherwise ends in "/"."""
    # core.keys.data.root_prefix, core.keys.data.nonroot_prefix: "For a non-root array with
    # hierarchy path /foo/bar, the prefix is foo/bar/".
    return "".join(f"{name}/" for name in parse_path(path))


def metadata_key(path: str) -> str:
    """The key of the metadata document of the node at ``path``."""
    # core.keys.metadata.root, core.keys.metadata.nonroot
    return key_prefix(path) + METADATA_NAME


def ancestor_paths(path: str) -> tuple[str, ...]:
    """The paths of all groups around the node at ``path``, from the root inwards."""
    # core.path.composition: the parent's path, a slash unless that is the root, then the name.
    names = parse_path(path)
    return tuple("/" + "/".join(names[:depth]) for depth in range(len(names)))
