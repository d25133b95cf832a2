"""Skip environments whose toolchain is not on this machine, and say so: nothing passes unrun."""

import shutil
import tomllib
from pathlib import Path

from tox.plugin import impl
from tox.tox_env.api import ToxEnv
from tox.tox_env.errors import Skip

PROGRAMS = {"node": ("node", "npm"), "cargo": ("cargo",), "maven": ("mvn", "javac"), "go": ("go",)}


@impl
def tox_before_run_commands(tox_env: ToxEnv) -> None:
    """Skip an implementation's environment if a program is missing that its adapter needs."""
    root = Path(tox_env.core["tox_root"])
    description = root / "implementations" / str(tox_env.conf.name) / "adapter.toml"
    if not description.is_file():
        return
    adapter = tomllib.loads(description.read_text())
    needed = [each for name in PROGRAMS.keys() & adapter.keys() for each in PROGRAMS[name]]
    on_path = adapter.get("program", {}).get("requirements", [])
    needed += [requirement.split(" from ")[0] for requirement in on_path]
    for program in needed:
        if shutil.which(program) is None:
            raise Skip(f"not run: {program} was not found")
