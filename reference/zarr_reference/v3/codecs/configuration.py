"""What the configurations of several codecs have in common: integers within a range."""

from zarr_reference.errors import InvalidMetadata
from zarr_reference.v3.codecs.codec import Configuration
from zarr_reference.v3.json_documents import is_integer, shown


def parse_integer(
    configuration: Configuration,
    name: str,
    place: str,
    *,
    minimum: int,
    maximum: int | None = None,
    type_requirement: str,
    range_requirement: str,
) -> int:
    """The parameter ``name``, an integer from ``minimum`` to ``maximum``, both included.

    Raises ``InvalidMetadata`` with ``type_requirement`` for anything but an integer, and with
    ``range_requirement`` for any other integer.
    """
    value, place = configuration[name], f"{place}.{name}"
    if not is_integer(value):
        raise InvalidMetadata(
            type_requirement, place, f"this must be an integer, not {shown(value)}"
        )
    if value < minimum or (maximum is not None and value > maximum):
        allowed = f"at least {minimum}" if maximum is None else f"from {minimum} to {maximum}"
        raise InvalidMetadata(range_requirement, place, f"this must be {allowed}, not {value}")
    return int(value)
