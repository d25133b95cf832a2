"""Libraries for Node.js: installed by npm into ``node_modules`` above a copy of the adapter.

Above, because Node looks for what a module imports in the directories that the module lies in.
"""

from collections.abc import Mapping
from pathlib import Path

from zarr_conformance.environments.programs import NETWORK, Cause, find, run, version_of
from zarr_conformance.environments.toolchain import Build, Host, Toolchain

INSTALL = "install Node.js (https://nodejs.org)"


class Node(Toolchain):
    """npm and Node.js."""

    kit = "javascript"
    installer = "npm"
    unavailable = r"npm (error|ERR!) code (ETARGET|E404|EBADENGINE)\b"
    error = r"npm (error|ERR!)(?! code)"
    if_none = "see whether the registry that npm uses has one, or install a newer Node.js"
    if_failed = "see what npm says of it"
    causes = (
        Cause(
            r"code (ENOTFOUND|EAI_AGAIN|ECONN\w+|ETIMEDOUT|ENETUNREACH|ENOTCACHED)\b",
            "the package registry cannot be reached",
            NETWORK,
        ),
    )

    def hosts(self) -> list[Host]:
        """The Node.js on the path."""
        node = find("node", INSTALL)
        return [Host(f"Node.js {version_of(node, '--version')}", node)]

    def identity(self) -> list[str]:
        """Its version."""
        return [host.name for host in self.hosts()]

    def install(self, build: Build) -> None:
        """Install what is published, for this Node.js. No scripts: they could do anything."""
        npm = [str(find("npm", INSTALL)), "install"]
        quiet = ["--no-audit", "--no-fund", "--no-update-notifier", "--no-package-lock"]
        strict = ["--ignore-scripts", "--engine-strict", "--save-exact"]
        build.directory.joinpath("package.json").write_text("{}")
        run([*npm, *quiet, *strict, *build.requirements], build.stopping, build.directory)

    def places(self, directory: Path) -> Mapping[str, str]:  # noqa: ARG002
        """The Node.js on the path."""
        return {"node": str(find("node", INSTALL))}
