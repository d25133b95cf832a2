"""Versions, as libraries in any language write them."""

import re

from packaging.version import InvalidVersion, Version


def parse_version(text: str) -> Version:
    """A version that can be compared. Whatever follows the numbers stands for a development one.

    ``4.9.3-development``, which Python does not know, comes before 4.9.3. Raises
    ``InvalidVersion`` if there are no numbers to begin with.
    """
    try:
        return Version(text)
    except InvalidVersion:
        numbers = re.match(r"v?[0-9]+(\.[0-9]+)*", text)
        if numbers is None:
            raise
        return Version(f"{numbers[0]}.dev0")


def age(text: str) -> tuple[bool, Version, str]:
    """What sorts versions, oldest first; those without numbers come before, by name."""
    try:
        return True, parse_version(text), text
    except InvalidVersion:
        return False, Version("0"), text
