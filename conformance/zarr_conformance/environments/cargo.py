"""Libraries for Rust: an adapter that is built by Cargo, with all that it stands on.

A ``Cargo.lock`` beside the adapter pins what its newest version is built from. What libraries
compile to is kept from one build to the next, for it may take minutes.
"""

from collections.abc import Mapping
from pathlib import Path

from zarr_conformance.environments.cache import cache_directory
from zarr_conformance.environments.programs import NETWORK, Cause, find, run, version_of
from zarr_conformance.environments.toolchain import Build, Host, Toolchain

INSTALL = "install Rust (https://rustup.rs)"


class Cargo(Toolchain):
    """Cargo, and the compiler that it uses."""

    kit = "rust"
    installer = "cargo"
    unavailable = (
        r"could not be found in registry|no matching package|failed to select a version"
        r"|requires (rustc|Rust)|is not supported by the following package"
    )
    error = r"error(\[E\d+\])?:"
    if_none = "install a newer Rust, or see whether the registry that Cargo uses has one"
    if_failed = "see whether it builds by hand, with this version of Rust"
    causes = (
        Cause(
            r"Could(n't| not) resolve host|Could(n't| not) connect|failed to (connect|download)"
            r"|network failure|\[(6|7|28|35|56)\] ",
            "the crate registry cannot be reached",
            NETWORK,
        ),
    )

    def hosts(self) -> list[Host]:
        """The Cargo on the path."""
        cargo = find("cargo", INSTALL)
        return [Host(version_of(cargo, "--version"), cargo)]

    def identity(self) -> list[str]:
        """Its version, which is that of its compiler."""
        return [host.name for host in self.hosts()]

    def install(self, build: Build) -> None:
        """Let the manifest ask for the version, and build.

        A requirement is what ``cargo add`` takes, or without an ``@`` a feature of the manifest's:
        so one of several versions of a crate is chosen, each of which needs a program of its own.
        """
        cargo = str(build.host.path)
        variables = {"CARGO_TARGET_DIR": str(cache_directory() / f"{build.name}-target")}
        crates = [each for each in build.requirements if "@" in each]
        features = [f"--features={each}" for each in build.requirements if "@" not in each]
        install = [cargo, "install", "--quiet", "--locked", "--path", "."]
        if crates:
            run([cargo, "add", "--quiet", *crates], build.stopping, build.sources, variables)
        if features:
            install += ["--no-default-features", *features]
        run([*install, "--root", str(build.directory)], build.stopping, build.sources, variables)

    def places(self, directory: Path) -> Mapping[str, str]:
        """Where the built program is."""
        return {"bin": str(directory / "bin")}
