"""Programs that this machine has or has not: nothing is installed, and what answers is its version.

A requirement is ``PROGRAM from PACKAGE``: what must be on the path, and the package of Debian that
it comes in. The adapter runs with the harness's own Python, and none of its packages.
"""

import sys
from collections.abc import Mapping, Sequence

from zarr_conformance.environments.programs import find


def places(requirements: Sequence[str]) -> Mapping[str, str]:
    """Where the programs are, by name, and Python. Raises ``Missing``."""
    pairs = (requirement.split(" from ") for requirement in requirements)
    found = {
        program: str(find(program, f"install it with `apt-get install {package}`"))
        for program, package in pairs
    }
    return {"python": sys.executable, **found}
