"""Reads what implementations wrote: with the reference, loaded when the first store is there.

To load it takes as long as all else that a command needs, and most commands meet no such store.
"""

from collections.abc import Mapping

from zarr_fixtures.case import Case
from zarr_fixtures.changes import Contents


def read_back(case: Case, values: Mapping[str, bytes]) -> Contents:
    """The contents of a store that a question of the case has changed."""
    from zarr_fixtures import readback

    return readback.read_back(case, values)
