"""What all toolchains have in common: programs at hand, and a way to put a library into a place."""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any, ClassVar

from zarr_conformance.environments.programs import Cause, Failed


@dataclass(frozen=True)
class Host:
    """What a library is installed for: an interpreter or a compiler, and its name for people."""

    name: str
    path: Path


@dataclass(frozen=True)
class Build:
    """One attempt: what is to be installed, for whom, and into which directory."""

    name: str
    requirements: tuple[str, ...]
    host: Host
    directory: Path
    stopping: Event

    @property
    def sources(self) -> Path:
        """The copy of the adapter's directory, where adapters are built."""
        return self.directory / self.name


class Toolchain(ABC):
    """A way to make environments."""

    # The directory of the kit, if adapters run or are built in a copy of their files.
    kit: ClassVar[str | None]
    # Whose words are quoted, and what it says of a version that cannot be had, or not for a host.
    installer: ClassVar[str]
    unavailable: ClassVar[str]
    # What stands in front of its first line about a failure; the last line is quoted otherwise.
    error: ClassVar[str] = "(?!)"
    # What can be done if no version can be had, or if it failed for another reason.
    if_none: ClassVar[str]
    if_failed: ClassVar[str]
    causes: ClassVar[Sequence[Cause]]

    @abstractmethod
    def hosts(self) -> list[Host]:
        """What there is to install for, best first. Raises ``Missing`` if there is nothing."""

    @abstractmethod
    def identity(self) -> Any:
        """What tells these hosts from others, in JSON, found out quickly. Raises ``Missing``."""

    @abstractmethod
    def install(self, build: Build) -> None:
        """Install, and build what is to be built. Raises ``Failed`` and ``Stopped``."""

    @abstractmethod
    def places(self, directory: Path) -> Mapping[str, str]:
        """What the names in braces stand for in the command that starts an adapter."""

    def works(self, directory: Path) -> bool:  # noqa: ARG002
        """Whether what an environment stands on is still there."""
        return True

    def is_unavailable(self, failure: Failed) -> bool:
        """Whether this version failed and another one may do."""
        return re.search(self.unavailable, str(failure)) is not None

    def complaint(self, output: str) -> str:
        """The line that tells best why the installer failed, without its label."""
        lines = [line.strip() for line in output.splitlines() if line.strip()]
        labelled = [line for line in lines if re.match(self.error, line)]
        line = (labelled or lines[-1:] or ["it said nothing"])[0]
        return re.sub(rf"^((error|cause|hint|╰─▶):?|{self.error}) ", "", line)[:300]
