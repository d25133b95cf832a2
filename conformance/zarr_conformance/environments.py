"""How an adapter gets the environment that it runs in: its library, in a place of its own.

A Python library is installed with uv into a virtual environment in the cache directory, which is
``$ZARR_CONFORMANCE_CACHE`` or the platform's. The newest listed version that installs on a CPython
at hand is taken. An environment is keyed by all that decides what is in it, so that a second run
finds it without asking anybody, and a Python that is installed later is noticed. It is marked when
it is whole: what a stopped preparation leaves behind is made anew.
"""

import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import uv

from zarr_conformance.implementations import Implementation
from zarr_conformance.interpreters import Interpreter, candidates, find_interpreters
from zarr_conformance.process import Launch, Stopped

# Cases are tiny and adapters run side by side: a thread pool in each would cost more than it does,
# and one thread makes a crash happen again. Whoever sets one of these keeps his value.
ONE_THREAD = (
    "BLOSC_NTHREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "RAYON_NUM_THREADS",
)
# What would let a Python of its own import something from another one.
FOREIGN = ("PYTHONHOME", "PYTHONPATH", "PYTHONSTARTUP", "PYTHONUSERBASE", "VIRTUAL_ENV")

MARK = "prepared.json"
WAIT = 0.1  # seconds between two looks at a lock or at uv

UNSOLVABLE = "No solution found"
CAUSES = (
    ("uv was not found", "uv is missing", "install it with `pip install uv`"),
    (
        r"No space left|os error 28\b|os error 122\b",
        "the disk is full",
        "make room in {cache}, or let ZARR_CONFORMANCE_CACHE name another directory",
    ),
    (
        r"Permission denied|Read-only file system|os error 13\b|os error 30\b",
        "the cache directory {cache} cannot be written",
        "let ZARR_CONFORMANCE_CACHE name another directory",
    ),
    (
        r"error sending request|Request failed|Failed to fetch|Could not connect|dns error"
        r"|network was disabled|client error \(Connect\)",
        "the package index cannot be reached",
        "check the network and run again; what is prepared already runs without it",
    ),
)


class NotPrepared(Exception):
    """An adapter cannot be run here: why, and what can be done about it, a clause each."""

    def __init__(self, name: str, why: str, what_to_do: str) -> None:
        super().__init__(f"{why}; {what_to_do}")
        self.name = name
        self.why = why
        self.what_to_do = what_to_do


class _Failed(Exception):
    """uv failed. The message is all that it wrote."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment that is whole: its interpreter, and the version that is in it."""

    python: Path
    version: str


def prepare(implementation: Implementation, stopping: Event | None = None) -> Launch:
    """Make sure that an implementation's adapter can be started, and tell how.

    Raises ``NotPrepared``, and ``Stopped`` if the run is stopped meanwhile.
    """
    if implementation.requirements:
        environment = _environment(implementation, stopping or Event())
        python, variables = environment.python, clean_environment()
    else:
        python, variables = Path(sys.executable), adapter_environment()
    command = tuple(part.replace("{python}", str(python)) for part in implementation.run)
    return Launch(command, implementation.directory, variables)


def adapter_environment() -> dict[str, str]:
    """The environment variables of an adapter: ours, and a single thread."""
    return dict.fromkeys(ONE_THREAD, "1") | dict(os.environ)


def clean_environment() -> dict[str, str]:
    """Those of an adapter with a Python of its own, which must not find our packages."""
    return {name: value for name, value in adapter_environment().items() if name not in FOREIGN}


def cache_directory() -> Path:
    """Where environments are kept from run to run."""
    if chosen := os.environ.get("ZARR_CONFORMANCE_CACHE"):
        return Path(chosen).absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "zarr-conformance"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "zarr-conformance"


def _environment(implementation: Implementation, stopping: Event) -> Environment:
    """The implementation's environment, made now if there is none."""
    name = implementation.name
    directory = cache_directory() / f"{name}-{_key(implementation)}"
    if (environment := _whole(directory)) is not None:
        return environment
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with _lock(directory.with_suffix(".lock"), stopping):
            return _whole(directory) or _made(implementation, directory, stopping)
    except OSError as error:
        raise _cannot(name, f"{error.strerror} (os error {error.errno})") from error


def _key(implementation: Implementation) -> str:
    """What decides what an environment holds: requirements, versions, and the Pythons there are."""
    decisive = [implementation.requirements, implementation.versions, list(map(str, candidates()))]
    return hashlib.sha256(json.dumps(decisive).encode()).hexdigest()[:16]


def _whole(directory: Path) -> Environment | None:
    """The environment in a directory, or None if it is not finished or its Python is gone."""
    try:
        version = json.loads((directory / MARK).read_bytes())["version"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    python = directory / "bin" / "python"
    return Environment(python, version) if python.exists() else None


@contextmanager
def _lock(path: Path, stopping: Event) -> Iterator[None]:
    """Hold a lock that another run may hold for as long as it prepares the same environment."""
    with path.open("w") as file:
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if stopping.wait(WAIT):
                raise Stopped
        yield


def _made(implementation: Implementation, directory: Path, stopping: Event) -> Environment:
    """Make the environment: the newest version, on the newest Python, that installs."""
    interpreters = find_interpreters(candidates())
    problem = "it was not asked"
    for version in implementation.versions:
        requirements = [each.replace("{version}", version) for each in implementation.requirements]
        for interpreter in interpreters:
            try:
                _install(requirements, interpreter, directory, stopping)
            except _Failed as failure:
                if _cause(str(failure)) or UNSOLVABLE not in str(failure):
                    raise _cannot(implementation.name, str(failure)) from failure
                problem = _last_line(str(failure))
            else:
                _mark(directory, version)
                return Environment(directory / "bin" / "python", version)
    shutil.rmtree(directory, ignore_errors=True)
    pythons = ", ".join(map(str, interpreters)) or "(none found)"
    raise NotPrepared(
        implementation.name,
        f"no version of {', '.join(implementation.versions)} installs on CPython {pythons} "
        f"(uv: {problem})",
        "install another CPython; it is found on the path, in pyenv, or by `uv python install`",
    )


def _install(
    requirements: Sequence[str], interpreter: Interpreter, directory: Path, stopping: Event
) -> None:
    """Install into a new environment. Only wheels: a build could run for an hour, or anything."""
    shutil.rmtree(directory, ignore_errors=True)
    _run_uv(["venv", "--python", str(interpreter.path), str(directory)], stopping)
    python = str(directory / "bin" / "python")
    _run_uv(
        ["pip", "install", "--only-binary", ":all:", "--python", python, *requirements], stopping
    )


def _mark(directory: Path, version: str) -> None:
    unfinished = directory / (MARK + ".part")
    unfinished.write_text(json.dumps({"version": version}))
    unfinished.replace(directory / MARK)


def _run_uv(arguments: Sequence[str], stopping: Event) -> None:
    """Run uv and wait for it, in slices. Raises ``_Failed`` with what it wrote."""
    command = [_uv(), "--no-python-downloads", "--no-progress", *arguments]
    with subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env=_uv_environment(),
        text=True,
        errors="replace",
        start_new_session=True,
    ) as process:
        while True:
            with suppress(subprocess.TimeoutExpired):
                output, _ = process.communicate(timeout=WAIT)
                break
            if stopping.is_set():
                os.killpg(process.pid, signal.SIGKILL)
                raise Stopped
    if process.returncode != 0:
        raise _Failed(output)


def _uv() -> str:
    try:
        return uv.find_uv_bin()
    except FileNotFoundError:
        found = shutil.which("uv")
    if found is None:
        raise _Failed("uv was not found")
    return found


def _uv_environment() -> Mapping[str, str]:
    return clean_environment() | {"NO_COLOR": "1"}


def _cause(output: str) -> tuple[str, str] | None:
    """What is wrong with the machine, and what can be done, if that is why uv failed."""
    for pattern, why, what_to_do in CAUSES:
        if re.search(pattern, output):
            return why, what_to_do
    return None


def _cannot(name: str, output: str) -> NotPrepared:
    why, what_to_do = _cause(output) or ("uv failed", "run again with another network or Python")
    place = str(cache_directory())
    why = f"{why.format(cache=place)} ({_last_line(output)})"
    return NotPrepared(name, why, what_to_do.format(cache=place))


def _last_line(output: str) -> str:
    """The last line that uv wrote, without its label."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return (
        re.sub(r"^(error|cause|hint|╰─▶):? ", "", lines[-1])[:300] if lines else "it said nothing"
    )
