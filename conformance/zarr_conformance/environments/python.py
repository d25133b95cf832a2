"""Libraries for Python: wheels, installed by uv into a virtual environment.

The newest CPython at hand is taken that the library installs on.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from threading import Lock

import uv

from zarr_conformance.environments.programs import NETWORK, Cause, Missing, run
from zarr_conformance.environments.toolchain import Build, Host, Toolchain
from zarr_conformance.interpreters import candidates, find_interpreters

# uv's package asks sysconfig where it is, which two threads must not do at the same time at first.
_LOOKING_FOR_UV = Lock()


class Python(Toolchain):
    """uv, and the CPythons of this machine."""

    kit = None
    installer = "uv"
    unavailable = "No solution found"
    if_none = (
        "install another CPython; it is found on the path, in pyenv, or by `uv python install`"
    )
    if_failed = "run again with another network or Python"
    causes = (
        Cause(
            r"error sending request|Request failed|Failed to fetch|Could not connect|dns error"
            r"|network was disabled|client error \(Connect\)",
            "the package index cannot be reached",
            NETWORK,
        ),
    )

    def hosts(self) -> list[Host]:
        """The interpreters, newest first."""
        found = [Host(f"CPython {each}", each.path) for each in find_interpreters(candidates())]
        if not found:
            raise Missing("no CPython was found that a library can be installed for", self.if_none)
        return found

    def identity(self) -> list[str]:
        """What looks like an interpreter: none is run."""
        return list(map(str, candidates()))

    def install(self, build: Build) -> None:
        """Install into a new environment. Only wheels: a build could run for an hour.

        A requirement ``--no-binary=NAME`` lets uv build this one package, which has no wheel.
        """
        uv = [_uv(), "--no-python-downloads", "--no-progress"]
        venv = ["venv", "--python", str(build.host.path), str(build.directory)]
        # Compiled at once, for who may not write bytecode would compile it at each start.
        install = ["pip", "install", "--only-binary", ":all:", "--compile-bytecode"]
        python = ["--python", self.places(build.directory)["python"]]
        run([*uv, *venv], build.stopping)
        run([*uv, *install, *python, *build.requirements], build.stopping)

    def places(self, directory: Path) -> Mapping[str, str]:
        """The environment's interpreter."""
        return {"python": str(directory / "bin" / "python")}

    def works(self, directory: Path) -> bool:
        """Whether the Python is still there that the environment was made with."""
        return Path(self.places(directory)["python"]).exists()


def _uv() -> str:
    try:
        with _LOOKING_FOR_UV:
            return uv.find_uv_bin()
    except FileNotFoundError:
        found = shutil.which("uv")
    if found is None:
        raise Missing("uv was not found", "install it with `pip install uv`")
    return found
