"""The catalogue of findings: in the terminal, or an index and a page for each implementation.

In Markdown, what comes from results files or from a library stands in code, or is escaped: it can
neither become a link nor HTML.
"""

import html
import re
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from zarr_conformance.errors import StorageError, told
from zarr_conformance.report.findings import Catalogue, Finding
from zarr_conformance.report.pages import render
from zarr_fixtures.register import Requirement, register
from zarr_fixtures.words import counted

SHOWN = 12  # cases of a finding that are listed
_SPECIAL = re.compile(r"([\\`*_{}\[\]()#+!|~$@-])")


def pages(catalogue: Catalogue) -> Iterator[tuple[Path, str]]:
    """Every file of the catalogue: where it stands in its folder, and its text."""
    by_owner = sorted(catalogue.findings, key=lambda finding: finding.implementation)
    owners = {
        owner: list(findings)
        for owner, findings in groupby(by_owner, key=lambda finding: finding.implementation)
    }
    yield (
        Path("index.md"),
        render("findings/index.md", catalogue=catalogue, owners=list(owners), plain=plain),
    )
    for owner, findings in owners.items():
        yield (
            Path(f"{owner}.md"),
            render(
                "findings/implementation.md",
                owner=owner,
                findings=findings,
                plain=plain,
                code=code,
                demands=demands,
                language=language,
                versions=versions,
                shown=SHOWN,
            ),
        )


def plain(text: str) -> str:
    """Text as Markdown that shows it and does nothing else, on one line."""
    return _SPECIAL.sub(r"\\\1", html.escape(" ".join(text.split()), quote=False))


def code(text: str) -> str:
    """Text as code within a line, whatever backticks are in it."""
    line = " ".join(text.split())
    ticks = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    return f"{ticks} {line} {ticks}" if "`" in line else f"`{line}`"


def demands(finding: Finding) -> list[Requirement]:
    """What the text demands of the smallest case."""
    return [register()[each] for each in finding.smallest.requirements]


def language(script: str) -> str:
    """What a script is written in, as Markdown calls it."""
    if "fn main()" in script:
        return "rust"
    return (
        "javascript" if re.search(r"^(import .* from |const )", script, re.MULTILINE) else "python"
    )


def versions(finding: Finding) -> str:
    """The versions that it was seen in, that were asked, and that it is known of."""
    known_of = " and ".join(finding.specifiers)
    parts = []
    if finding.affected:
        parts.append(f"seen in {', '.join(finding.affected)}")
    if known_of:
        parts.append(f"known of {known_of}")
    if not finding.affected and finding.asked:
        parts.append(f"not seen in {', '.join(finding.asked)}")
    return "; ".join(parts) or "none of them was asked"


def write(catalogue: Catalogue, folder: Path) -> None:
    """Write the pages. Raises ``StorageError`` where that is not possible."""
    for name, text in pages(catalogue):
        path = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        except OSError as error:
            raise StorageError(
                f"{path} cannot be written: {told(error)}. Make room, or name another "
                "folder with -o."
            ) from error


def show(console: Console, catalogue: Catalogue) -> None:
    """Print the findings, the worst first, and how much is not explained."""
    for gravity, findings in groupby(catalogue.findings, key=lambda finding: finding.gravity):
        console.print(Text(f"{gravity.value.capitalize()}", style="bold"))
        for finding in findings:
            versions_seen = ", ".join(finding.affected) or f"not now; {versions(finding)}"
            heading = f"  {finding.id}  ({versions_seen}; {counted(len(finding.cases), 'case')})"
            console.print(Text(heading, style="cyan"), soft_wrap=True)
            console.print(Padding(Text(finding.title), (0, 0, 0, 4)))
        console.print()
    if catalogue.unexplained:
        console.print(Text("Not looked into yet", style="bold"))
    for each in catalogue.unexplained:
        kind = each.kind.replace("_", " ")
        line = f"  {each.implementation} {each.version}: {each.chapter}: {kind}"
        console.print(Text(f"{line} ({counted(len(each.cases), 'case')})"), soft_wrap=True)
