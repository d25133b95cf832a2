"""Checks that the configurations of several codecs have in common."""

from collections.abc import Collection, Mapping

from zarr_reference.errors import InvalidMetadata
from zarr_reference.v3.codecs.codec import Configuration


def check_members(
    configuration: Configuration,
    place: str,
    required: Mapping[str, str],
    optional: Collection[str] = (),
    unknown: str = "ext.object.unknown_members",
) -> None:
    """Refuse a configuration that lacks a member or has one that is not defined.

    ``required`` maps each member that has to be there to its requirement; ``unknown`` is the
    requirement that an undefined member breaks. Raises ``InvalidMetadata``.
    """
    for name, requirement in required.items():
        if name not in configuration:
            raise InvalidMetadata(requirement, place, f'the member "{name}" is missing')
    for name in configuration:
        if name not in required and name not in optional:
            raise InvalidMetadata(unknown, f"{place}.{name}", "there is no such parameter")


def is_integer(value: object) -> bool:
    """Whether a JSON value is an integer: ``true`` is not, although Python's ``True`` is an int."""
    return isinstance(value, int) and not isinstance(value, bool)


def integer_member(
    configuration: Configuration,
    name: str,
    place: str,
    integer: str,
    in_range: str,
    minimum: int,
    maximum: int | None = None,
) -> int:
    """The integer ``configuration[name]``, from ``minimum`` to ``maximum``, both included.

    ``integer`` and ``in_range`` are the requirements that another value breaks.
    """
    value = configuration[name]
    if not is_integer(value):
        raise InvalidMetadata(integer, f"{place}.{name}", "an integer is due here")
    if value < minimum or (maximum is not None and value > maximum):
        allowed = f"at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
        raise InvalidMetadata(in_range, f"{place}.{name}", f"{value} is not {allowed}")
    return int(value)
