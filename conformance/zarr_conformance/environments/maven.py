"""Libraries for Java: an adapter that is built by Maven, beside the libraries that it stands on."""

import re
from collections.abc import Mapping
from pathlib import Path

from zarr_conformance.environments.programs import Cause, find, run, version_of
from zarr_conformance.environments.toolchain import Build, Host, Toolchain

JAVA = "install a Java development kit (https://adoptium.net)"
MAVEN = "install Maven (https://maven.apache.org)"

# What Maven says of an artifact that it did not get: who needs it, which one, of which repository,
# and why. A repository that says no (401, 403, 404) was reached, and will say so again.
NEEDED = re.compile(r"Failed to collect dependencies at (\S+) -> ")
NOT_THERE = re.compile(
    r"Could not find artifact (?P<artifact>\S+) in \S+ \((?P<repository>[^\s)]+)\)"
    r"|(?P<cached>\S+) was not found in (?P<place>\S+) during a previous attempt"
)
NOT_TRANSFERRED = re.compile(
    r"Could not transfer artifact (?P<artifact>\S+) from/to \S+ \((?P<repository>[^\s)]+)\): "
    r"(transfer failed for \S+: )?(?P<why>.*?)( -> \[Help \d+\])?$",
    re.MULTILINE,
)
SAYS_NO = r"[Ss]tatus( code)?: 4\d\d"


class Maven(Toolchain):
    """Maven and the JDK. A requirement sets a property of the adapter's ``pom.xml``."""

    kit = "java"
    installer = "Maven"
    unavailable = rf"Could not find artifact|was not found in|{SAYS_NO}"
    error = r"\[ERROR\](?! COMPILATION ERROR)"
    if_none = "see whether the repositories that Maven uses have one"
    if_failed = "see whether it builds by hand, with this version of Java"
    causes = (
        Cause(
            r"Unknown host|Temporary failure in name resolution|Connection refused"
            r"|Network is unreachable|Connect(ion)? timed out"
            rf"|Could not transfer artifact(?!.*{SAYS_NO})",
            "a Maven repository cannot be reached",
            "see whether it can be reached from here, and run again; "
            "what is prepared already runs without it",
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

    def complaint(self, output: str) -> str:
        """Which artifact of which repository was not to be had, and for whom, if that is why."""
        needed = NEEDED.search(output)
        who = f", which {needed[1]} needs," if needed else ""
        if failed := NOT_TRANSFERRED.search(output):
            came = f"{failed['artifact']}{who} was not got from {failed['repository']}"
            return f"{came}: {failed['why']}"[:300]
        if absent := NOT_THERE.search(output):
            artifact = absent["artifact"] or absent["cached"]
            return f"{artifact}{who} is not in {absent['repository'] or absent['place']}"
        return super().complaint(output)
