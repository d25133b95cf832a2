"""Failures one by one: the case, the requirement, expected and said, and how to see it again."""

import shlex
from collections.abc import Iterator, Mapping

from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from zarr_conformance.expectations import Expectations, Known
from zarr_conformance.report.difference import contrasts, remarks
from zarr_conformance.report.marks import Mark, mark_of
from zarr_conformance.report.matrix import Key
from zarr_conformance.report.tables import symbol
from zarr_conformance.results import Implementation, Result, Results
from zarr_fixtures.case import Case
from zarr_fixtures.register import register

INDENT = (0, 0, 0, 2)
COMMAND_LINES = ("--one-shot", "--zarr-cli")  # what a tool without an adapter was asked by


def show_failures(
    console: Console,
    results: Results,
    cases: Mapping[str, Case],
    known: Mapping[Key, Expectations],
) -> None:
    """Print every failure, of each implementation the gravest first, and the known ones last."""
    failures = list(_failures(results))
    for implementation, result in failures:
        show_failure(console, implementation, result, cases[result.case], known)
    if results.answers and not failures:
        console.print("There are no failures in these results.")


def show_failure(
    console: Console,
    implementation: Implementation,
    result: Result,
    case: Case,
    known: Mapping[Key, Expectations],
) -> None:
    """Print one failure, why it is known if it is, and the command that shows it again."""
    _show_contrast(console, implementation, result, case)
    if result.verdict.verdict == "known":
        _show_known(console, known[implementation.key].about(result.case, result.verdict.reason))
    again = f"  $ {reproduction(implementation, result.case)}\n"
    console.print(Text(again, "cyan"), soft_wrap=True)


def _failures(results: Results) -> Iterator[tuple[Implementation, Result]]:
    gravity = list(Mark)
    for key, answers in results.answers.items():
        failed = [each for each in answers.values() if each.verdict.verdict in ("fail", "known")]
        for result in sorted(failed, key=lambda r: (gravity.index(mark_of(r.verdict)), r.case)):
            yield results.implementations[key], result


def _show_contrast(
    console: Console, implementation: Implementation, result: Result, case: Case
) -> None:
    mark = mark_of(result.verdict)
    kind = result.verdict.reason.replace("_", " ")
    heading = f"{symbol(mark, console)} {implementation.name} {implementation.version}: {kind}"
    if mark is Mark.KNOWN:
        heading += ", as is known"
    console.print(Text(heading, style=mark.style))
    console.print(Text(f"  {case.id}", style="bold"), soft_wrap=True)
    console.print(Padding(Text(case.title), INDENT))
    _show_requirements(console, case)
    console.print(Padding(_contrasts(case, result), INDENT))
    for line in remarks(result.observation):
        console.print(Padding(Text(line), INDENT))


def _show_known(console: Console, known: Known | None) -> None:
    """Why a failure is known, by what name, and where to see it. Lines of code stay whole."""
    if known is not None:
        console.print(Padding(Text(f"Known: {known.reason}", "yellow"), INDENT))
        if known.finding and known.finding not in known.evidence:
            console.print(Text(f"  Finding: {known.finding}"), soft_wrap=True)
        for line in known.evidence.strip().splitlines():
            console.print(Text(f"  {line}", "dim"), soft_wrap=True)


def _show_requirements(console: Console, case: Case) -> None:
    """What the specification demands, and where. Addresses are never broken, so that they work."""
    for identifier in case.requirements:
        row = register()[identifier]
        console.print(Padding(Text(f"{row.level.upper()}: {row.requirement}"), INDENT))
        console.print(Text(f"  {row.link}", style="dim"), soft_wrap=True)
    if case.why:
        console.print(Padding(Text(f"Why: {case.why}"), INDENT))


def _contrasts(case: Case, result: Result) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(style="dim")
    for heading in ("expected", "got"):
        table.add_column(Text(heading, style="dim"), overflow="fold")
    for line in contrasts(case, result.observation):
        table.add_row(Text(line.about), Text(line.expected), Text(line.said))
    if result.verdict.reason == "unexpected_pass":
        table.add_row("", "a failure, says expected.toml", "a pass: remove the entry")
    return table


def reproduction(implementation: Implementation, case_id: str) -> str:
    """The command that shows the failure again."""
    if implementation.command:
        option, *given = implementation.command
        if option in COMMAND_LINES:
            return f"zarr-conformance run {option} {shlex.join(given)} --select {case_id}"
        command = shlex.quote(shlex.join(implementation.command))
        return f"zarr-conformance run --adapter {command} --select {case_id}"
    name = implementation.asked_for or implementation.name
    return f"zarr-conformance run {name} --select {case_id}"
