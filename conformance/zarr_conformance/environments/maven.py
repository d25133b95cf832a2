"""Libraries for Java: an adapter that is built by Maven, beside the libraries that it stands on."""

from collections.abc import Mapping
from pathlib import Path

from zarr_conformance.environments.programs import NETWORK, Cause, find, run, version_of
from zarr_conformance.environments.toolchain import Build, Host, Toolchain

JAVA = "install a Java development kit (https://adoptium.net)"
MAVEN = "install Maven (https://maven.apache.org)"


class Maven(Toolchain):
    """Maven and the JDK. A requirement sets a property of the adapter's ``pom.xml``."""

    kit = "java"
    installer = "Maven"
    unavailable = r"Could not find artifact|was not found in"
    error = r"\[ERROR\](?! COMPILATION ERROR)"
    if_none = "see whether the repositories that Maven uses have one"
    if_failed = "see whether it builds by hand, with this version of Java"
    causes = (
        Cause(
            r"Unknown host|Temporary failure in name resolution|Connection refused"
            r"|Network is unreachable|Connect(ion)? timed out|Could not transfer artifact",
            "the Maven repository cannot be reached",
            NETWORK,
        ),
    )

    def hosts(self) -> list[Host]:
        """The JDK on the path."""
        find("javac", JAVA)
        java = find("java", JAVA)
        return [Host(version_of(java, "-version"), java)]

    def identity(self) -> list[str]:
        """Its version."""
        return [host.name for host in self.hosts()]

    def install(self, build: Build) -> None:
        """Build in the copy of the adapter's directory: into ``target``, as ``pom.xml`` says."""
        maven = [str(find("mvn", MAVEN)), "--batch-mode", "--quiet"]
        properties = [f"-D{requirement}" for requirement in build.requirements]
        run([*maven, *properties, "package"], build.stopping, build.sources)

    def places(self, directory: Path) -> Mapping[str, str]:  # noqa: ARG002
        """The Java on the path."""
        return {"java": str(find("java", JAVA))}
