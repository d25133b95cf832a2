"""Libraries for Go: an adapter that is built by Go, with all that it stands on."""

from collections.abc import Mapping
from pathlib import Path

from zarr_conformance.environments.programs import NETWORK, Cause, find, run, version_of
from zarr_conformance.environments.toolchain import Build, Host, Toolchain

INSTALL = "install Go (https://go.dev)"


class Go(Toolchain):
    """The go command."""

    kit = "go"
    installer = "go"
    unavailable = (
        r"unknown revision|no matching versions|not available|404 Not Found|410 Gone|requires go"
    )
    error = r"go:"
    if_none = "see whether the module proxy that Go uses has one"
    if_failed = "see whether it builds by hand, with this version of Go"
    causes = (
        Cause(
            r"no such host|dial tcp|connection refused|i/o timeout|network is unreachable",
            "the module proxy cannot be reached",
            NETWORK,
        ),
    )

    def hosts(self) -> list[Host]:
        """The Go on the path."""
        go = find("go", INSTALL)
        return [Host(version_of(go, "version"), go)]

    def identity(self) -> list[str]:
        """Its version."""
        return [host.name for host in self.hosts()]

    def install(self, build: Build) -> None:
        """Let ``go.mod`` ask for the version, and build with this Go: none is downloaded."""
        go, variables = str(build.host.path), {"GOTOOLCHAIN": "local", "GOFLAGS": "-mod=mod"}
        output = build.directory / "bin"
        output.mkdir()
        run([go, "get", *build.requirements], build.stopping, build.sources, variables)
        run([go, "build", "-o", f"{output}/", "."], build.stopping, build.sources, variables)

    def places(self, directory: Path) -> Mapping[str, str]:
        """Where the built program is."""
        return {"bin": str(directory / "bin")}
