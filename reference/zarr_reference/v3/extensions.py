"""The chapter "Extensions": how metadata names a codec, a grid or anything else that can vary.

An extension is written as an object with a ``name`` and perhaps a ``configuration``, or as a
short-hand name. This module reads that envelope and the members of a configuration; what a name
means is the business of the chapter that defines the extension point.

https://zarr-specs.readthedocs.io/en/latest/v3/core/#extensions
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from zarr_reference.errors import InvalidMetadata
from zarr_reference.v3.json_documents import shown

# "Accepted regex: ^[a-z][a-z0-9-_.]+$". The prose above it also allows a single letter: a name that
# either of them allows is not refused here.
_REGISTERED_NAME = re.compile(r"[a-z][a-z0-9_.-]*")

# Earlier versions of the specification required a URI, and a note still permits one.
_URI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:\S+")


@dataclass(frozen=True)
class Extension:
    """An extension as the metadata names it; nothing is said yet about whether it is known."""

    name: str
    configuration: Mapping[str, Any] = field(default_factory=dict)
    # ext.must_understand.default_true: absent counts as true.
    must_understand: bool = True
    has_configuration: bool = field(default=False, compare=False)

    def required_configuration(self, requirement: str, place: str) -> Mapping[str, Any]:
        """The configuration of an extension that must have one.

        ``place`` is the JSON path of the extension, ``requirement`` what the absence breaks. Raises
        ``InvalidMetadata``.
        """
        if not self.has_configuration:
            raise InvalidMetadata(
                requirement, place, f'{shown(self.name)} needs an object with a "configuration"'
            )
        return self.configuration


def parse_extension(document: Any, place: str, form: str = "ext.shorthand.allowed") -> Extension:
    """The extension that ``document`` defines, an object or a short-hand name.

    ``place`` is its JSON path, ``form`` the requirement that any other JSON value breaks. Raises
    ``InvalidMetadata``.
    """
    # ext.shorthand.equivalent: a name alone means an object with only that name.
    if isinstance(document, str):
        return Extension(_parse_name(document, place))
    if not isinstance(document, dict):
        raise InvalidMetadata(
            form,
            place,
            f"an extension is an object with a name, or a name alone, not {shown(document)}",
        )
    expect_members(
        document,
        place,
        required={"name": "ext.object.name_required"},
        optional=("configuration", "must_understand"),
    )
    return Extension(
        _parse_name(document["name"], f"{place}.name"),
        _parse_configuration(document.get("configuration", {}), f"{place}.configuration"),
        _parse_must_understand(document.get("must_understand", True), f"{place}.must_understand"),
        has_configuration="configuration" in document,
    )


def _parse_name(name: Any, place: str) -> str:
    # ext.object.name_string: the name is a plain string ...
    if not isinstance(name, str):
        raise InvalidMetadata(
            "ext.object.name_string", place, f"the name must be a string, not {shown(name)}"
        )
    # ... that conforms to the naming rule (ext.name.regex_first, ext.name.regex_rest), or is a URI
    # (ext.name.uri_tolerated).
    if not (_REGISTERED_NAME.fullmatch(name) or _URI.fullmatch(name)):
        raise InvalidMetadata(
            "ext.name.regex_rest" if re.match("[a-z]", name) else "ext.name.regex_first",
            place,
            f"{shown(name)} is no extension name: a lower case letter comes first, then lower case "
            "letters, digits, '_', '.' and '-'",
        )
    return name


def _parse_configuration(configuration: Any, place: str) -> Mapping[str, Any]:
    # ext.object.configuration_object: if present it is an object, so null does not mean "none".
    if not isinstance(configuration, dict):
        raise InvalidMetadata(
            "ext.object.configuration_object",
            place,
            f"a configuration must be an object, not {shown(configuration)}",
        )
    return configuration


def _parse_must_understand(must_understand: Any, place: str) -> bool:
    # ext.must_understand.type: a JSON boolean.
    if not isinstance(must_understand, bool):
        raise InvalidMetadata(
            "ext.must_understand.type",
            place,
            f"must_understand must be true or false, not {shown(must_understand)}",
        )
    return must_understand


def expect_members(
    members: Mapping[str, Any],
    place: str,
    required: Mapping[str, str] | None = None,
    optional: tuple[str, ...] = (),
    unknown: str = "ext.object.unknown_members",
) -> None:
    """Checks which members an object has, such as a configuration.

    ``required`` maps the name of each member that must be there to the requirement that its absence
    breaks; ``optional`` names those that may be there; ``unknown`` is the requirement that any
    other breaks. Raises ``InvalidMetadata``.
    """
    required = required or {}
    for name, requirement in required.items():
        if name not in members:
            raise InvalidMetadata(requirement, place, f"the member {name!r} is missing")
    for name in members:
        if name not in required and name not in optional:
            raise InvalidMetadata(unknown, place, f"there is no member {shown(name)} here")
