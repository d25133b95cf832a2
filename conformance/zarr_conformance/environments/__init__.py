"""How an adapter gets the environment that it runs in: its library, in a place of its own.

Each toolchain has a module here that installs or builds into a directory of the cache; this one
decides what is made, once, before the clock of any case starts. The newest listed version that can
be had is taken. An environment is keyed by all that decides what is in it: requirements, versions,
the programs at hand and, where an adapter is built, its files. So a second run finds it without
asking anybody, and a compiler that is installed later is noticed.
"""

import hashlib
import json
import re
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from threading import Event

from zarr_conformance.environments import cache, on_path
from zarr_conformance.environments.cache import cache_directory
from zarr_conformance.environments.cargo import Cargo
from zarr_conformance.environments.go import Go
from zarr_conformance.environments.maven import Maven
from zarr_conformance.environments.node import Node
from zarr_conformance.environments.programs import Failed, Missing, cause
from zarr_conformance.environments.python import Python
from zarr_conformance.environments.sources import copy_sources, source_files
from zarr_conformance.environments.toolchain import Build, Host, Toolchain
from zarr_conformance.environments.variables import adapter_environment, clean_environment
from zarr_conformance.implementations import Implementation
from zarr_conformance.process import Launch

__all__ = ["NotPrepared", "adapter_environment", "cache_directory", "prepare"]

TOOLCHAINS: Mapping[str, Toolchain] = {
    "python": Python(),
    "node": Node(),
    "cargo": Cargo(),
    "maven": Maven(),
    "go": Go(),
}


class NotPrepared(Exception):
    """An adapter cannot be run here: why, and what can be done about it, a clause each."""

    def __init__(self, name: str, why: str, what_to_do: str) -> None:
        super().__init__(f"{why}; {what_to_do}")
        self.name = name
        self.why = why
        self.what_to_do = what_to_do


def prepare(implementation: Implementation, stopping: Event | None = None) -> Launch:
    """Make sure that an implementation's adapter can be started, and tell how.

    Raises ``NotPrepared``, and ``Stopped`` if the run is stopped meanwhile.
    """
    if implementation.toolchain == "python" and not implementation.requirements:
        return _launch(implementation, {"python": sys.executable}, adapter_environment())
    try:
        if implementation.toolchain == "program":
            places = on_path.places(implementation.requirements)
            return _launch(implementation, places, clean_environment())
        toolchain = TOOLCHAINS[implementation.toolchain]
        directory = _environment(implementation, toolchain, stopping or Event())
        places = toolchain.places(directory)
    except Missing as missing:
        raise NotPrepared(implementation.name, missing.why, missing.what_to_do) from missing
    inside = directory / implementation.name if toolchain.kit else None
    return _launch(implementation, places, clean_environment(), inside)


def _launch(
    implementation: Implementation,
    places: Mapping[str, str],
    variables: Mapping[str, str],
    directory: Path | None = None,
) -> Launch:
    """The command with its places filled in, started in the adapter's directory or its copy."""
    pattern = re.compile("|".join(f"{{{name}}}" for name in places))
    command = (
        pattern.sub(lambda found: places[found[0][1:-1]], part) for part in implementation.run
    )
    place = directory or implementation.directory
    return Launch(tuple(command), place, variables, implementation.one_processor)


def _environment(implementation: Implementation, toolchain: Toolchain, stopping: Event) -> Path:
    """The implementation's environment, made now if there is none."""
    name = implementation.name
    directory = cache_directory() / f"{name}-{_key(implementation, toolchain)}"
    if cache.is_whole(directory) and toolchain.works(directory):
        return directory
    try:
        directory.parent.mkdir(parents=True, exist_ok=True)
        with cache.lock(directory.parent / f"{directory.name}.lock", stopping):
            if not (cache.is_whole(directory) and toolchain.works(directory)):
                _make(implementation, toolchain, directory, stopping)
    except OSError as error:
        problem = Failed(f"{error.strerror} (os error {error.errno})")
        raise _cannot(name, toolchain, problem) from error
    return directory


def _key(implementation: Implementation, toolchain: Toolchain) -> str:
    """What decides what an environment holds."""
    decisive = [implementation.requirements, implementation.versions, toolchain.identity()]
    digest = hashlib.sha256(json.dumps(decisive).encode())
    if toolchain.kit is not None:
        for name, content in source_files(implementation.directory, toolchain.kit).items():
            digest.update(json.dumps([name, hashlib.sha256(content).hexdigest()]).encode())
    return digest.hexdigest()[:16]


def _make(
    implementation: Implementation, toolchain: Toolchain, directory: Path, stopping: Event
) -> None:
    """Make the environment: the newest version, with the newest host, that can be had."""
    hosts = toolchain.hosts()
    problem = "it was not asked"
    for version in implementation.versions:
        requirements = tuple(
            each.replace("{version}", version) for each in implementation.requirements
        )
        for host in hosts:
            build = Build(implementation.name, requirements, host, directory, stopping)
            try:
                _attempt(implementation, toolchain, build)
            except Failed as failure:
                if cause(str(failure), toolchain.causes) or not toolchain.is_unavailable(failure):
                    raise _cannot(implementation.name, toolchain, failure) from failure
                problem = toolchain.complaint(str(failure))
            else:
                cache.mark(directory, version)
                return
    shutil.rmtree(directory, ignore_errors=True)
    raise _none_installs(implementation, toolchain, hosts, problem)


def _attempt(implementation: Implementation, toolchain: Toolchain, build: Build) -> None:
    shutil.rmtree(build.directory, ignore_errors=True)
    if toolchain.kit is not None:
        copy_sources(implementation.directory, toolchain.kit, build.directory)
    toolchain.install(build)


def _none_installs(
    implementation: Implementation, toolchain: Toolchain, hosts: list[Host], problem: str
) -> NotPrepared:
    versions, found = ", ".join(implementation.versions), ", ".join(host.name for host in hosts)
    if len(implementation.versions) == 1:
        why = f"version {versions} does not install for {found}"
    else:
        why = f"none of the versions {versions} installs for {found}"
    why += f" ({toolchain.installer}: {problem})"
    return NotPrepared(implementation.name, why, toolchain.if_none)


def _cannot(name: str, toolchain: Toolchain, failure: Failed) -> NotPrepared:
    found = cause(str(failure), toolchain.causes)
    why = found.why if found else f"{toolchain.installer} failed"
    what_to_do = found.what_to_do if found else toolchain.if_failed
    place = str(cache_directory())
    why = f"{why.format(cache=place)} ({toolchain.complaint(str(failure))})"
    return NotPrepared(name, why, what_to_do.format(cache=place))
