"""What ``ncdump`` prints, CDL, taken apart: groups, dimensions, variables, attributes, data.

A word of CDL is a name, a number or a text. Its backslashes stay until ``unquoted`` or ``name``
resolves them. What is no CDL, or not all of it, raises ``ValueError``.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

WORD = re.compile(
    r"""
    (?P<skipped> [\s]+ | //[^\n]* )
  | (?P<section> (?: types | dimensions | variables | data ) :\n | group:[ ] )
  | (?P<text> " (?: [^"\\] | \\. )* " )
  | (?P<mark> [{}()=,;:] )
  | (?P<name> (?: [^\s{}()=,;:"\\] | \\. )+ )
    """,
    re.VERBOSE | re.DOTALL,
)
ESCAPE = re.compile(rb"\\(%[0-9a-f]{2}|[0-7]{3}|.)", re.DOTALL)
CONTROL = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


@dataclass
class Variable:
    """A variable: ``shape`` are its dimensions' lengths, ``data`` the words that were printed.

    An attribute's value are words too: texts with their quotation marks, and numbers.
    """

    type: str
    shape: list[int]
    attributes: dict[str, list[str]] = field(default_factory=dict)
    data: list[str] = field(default_factory=list)


@dataclass
class Group:
    """A group; ``dimensions`` are lengths by name."""

    parent: "Group | None" = None
    dimensions: dict[str, int] = field(default_factory=dict)
    variables: dict[str, Variable] = field(default_factory=dict)
    attributes: dict[str, list[str]] = field(default_factory=dict)
    groups: dict[str, "Group"] = field(default_factory=dict)

    def find(self, path: list[str]) -> "Group | Variable | None":
        """The group or variable with this path, if there is one."""
        if not path:
            return self
        if len(path) == 1 and path[0] in self.variables:
            return self.variables[path[0]]
        return self.groups[path[0]].find(path[1:]) if path[0] in self.groups else None


def parse(cdl: str) -> Group:
    """The root group. Raises ``ValueError`` if this is no CDL, or its end is missing."""
    words = _Words(cdl)
    words.take("netcdf")
    words.next()
    words.take("{")
    return _group(words, None)


def unquoted(word: str) -> bytes:
    """The bytes of a text or a name, without quotation marks and with its escapes resolved."""
    text = word.encode("utf-8", "surrogateescape").removeprefix(b'"').removesuffix(b'"')
    return ESCAPE.sub(_character, text)


def _character(escape: re.Match[bytes]) -> bytes:
    what = escape[1]
    if what.startswith(b"%") and len(what) == 3:
        return bytes([int(what[1:], 16)])
    return bytes([int(what, 8)]) if len(what) == 3 else CONTROL.get(what, what)


def name(word: str) -> str:
    """A name without its escapes."""
    return unquoted(word).decode("utf-8", "surrogateescape")


class _Words:
    """The words of CDL, one by one."""

    def __init__(self, cdl: str) -> None:
        self._words = self._split(cdl)
        self.ahead = next(self._words, "")

    @staticmethod
    def _split(cdl: str) -> Iterator[str]:
        at = 0
        while at < len(cdl):
            found = WORD.match(cdl, at)
            if found is None:
                raise ValueError(f"this is no CDL: {cdl[at : at + 40]!r}")
            if found.lastgroup != "skipped":
                yield found[0]
            at = found.end()

    def next(self) -> str:
        if not self.ahead:
            raise ValueError("the end is missing")
        word, self.ahead = self.ahead, next(self._words, "")
        return word

    def take(self, expected: str) -> None:
        if (word := self.next()) != expected:
            raise ValueError(f"{expected!r} was expected, not {word!r}")

    def until(self, end: str) -> list[str]:
        """The words before ``end``, which is taken too."""
        found = []
        while (word := self.next()) != end:
            found.append(word)
        return found


def _group(words: _Words, parent: Group | None) -> Group:
    group, section = Group(parent), ""
    while words.ahead != "}":
        if words.ahead == "group: ":
            [_, label] = words.until("{")
            group.groups[name(label)] = _group(words, group)
            continue
        if words.ahead.endswith(":\n"):
            section = words.next()
            continue
        statement = words.until(";")
        match statement:
            case [":", label, "=", *value] | ["string", ":", label, "=", *value]:
                group.attributes[name(label)] = _list(value)
            case [label, "=", length, *_] if section == "dimensions:\n":
                group.dimensions[name(label)] = int(length)
            case [label, "=", *value] if section == "data:\n":
                group.variables[name(label)].data = _list(value)
            case ["string", label, ":", attribute, "=", *value] | [
                label,
                ":",
                attribute,
                "=",
                *value,
            ]:
                group.variables[name(label)].attributes[name(attribute)] = _list(value)
            case [kind, label, *dimensions] if section == "variables:\n":
                shape = [_length(group, each) for each in dimensions if each not in "(,)"]
                group.variables[name(label)] = Variable(kind, shape)
            case _:
                raise ValueError(f"this is no statement of CDL: {' '.join(statement)[:80]}")
    words.take("}")
    return group


def _list(value: list[str]) -> list[str]:
    return [word for word in value if word not in ",{}"]


def _length(group: Group, dimension: str) -> int:
    """How long a dimension is that is named by a variable: it is of this group or one above it."""
    *path, last = name(dimension).split("/")
    above: Group | None = group
    if path:
        while group.parent is not None:
            group = group.parent
        found = group.find(path[1:])
        above = found if isinstance(found, Group) else None
    while above is not None and last not in above.dimensions:
        above = above.parent
    if above is None:
        raise ValueError(f"{dimension} is no dimension")
    return above.dimensions[last]
