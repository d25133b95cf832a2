"""The report for a terminal: matrix, summary, and what comes next.

In a pipe the same text comes out without colours.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import TypeAlias

from rich.console import Console
from rich.table import Table
from rich.text import Text

from zarr_conformance.report.divergences import divergences
from zarr_conformance.report.marks import Mark
from zarr_conformance.report.matrix import OF_LEVELS, Cell, Key, Row, Summary, matrix, summary
from zarr_conformance.report.tables import Layout, fits, legend, show_columns, symbol
from zarr_conformance.results import Result, Results
from zarr_fixtures.case import Case

Cases: TypeAlias = Mapping[str, Case]

VERDICTS = {
    "pass": ("pass", "green"),
    "fail": ("fail", "bold red"),
    "known": ("known", "yellow"),
    "lenient": ("lenient", "cyan"),
    "unsupported": ("unsup-\nported", ""),
    "inconclusive": ("incon-\nclusive", ""),
    "observed": ("ob-\nserved", ""),
}


def show(console: Console, results: Results, cases: Cases) -> None:
    """Print the whole report."""
    answers = results.answers
    if answers:
        _show_matrix(console, matrix(cases, answers), list(answers))
        _show_summaries(console, {key: summary(cases, answers[key]) for key in answers})
        _show_costs(console, results)
    for name, version in supporting_nothing(results):
        sentence = f"{name} {version} passed nothing: is its adapter working?"
        console.print(Text(sentence, style="yellow"))
    for name, version in only_opening(results):
        sentence = (
            f"{name} {version} tells only whether it opens an array, so that nothing passes: "
        )
        sentence += "let it print the elements, and they are compared"
        console.print(Text(sentence, style="yellow"), soft_wrap=True)
    for missing in results.not_run.values():
        sentence = f"{missing.name} did not run: {missing.why}"
        console.print(Text(_line(sentence), style="yellow"), soft_wrap=True)
    _show_next(console, results, cases)


def supporting_nothing(results: Results) -> list[Key]:
    """Implementations that passed no case at all, no baseline, and opened none that they told."""
    return [
        key for key, answers in results.answers.items() if not (_passes(answers) or _opens(answers))
    ]


def only_opening(results: Results) -> list[Key]:
    """Implementations that passed no case at all, since all that they told is what they open."""
    return [
        key for key, answers in results.answers.items() if _opens(answers) and not _passes(answers)
    ]


def _passes(answers: Mapping[str, Result]) -> bool:
    return any(result.verdict.verdict == "pass" for result in answers.values())


def _opens(answers: Mapping[str, Result]) -> bool:
    """Whether it told of anything that it opens it, and no more."""
    return any(result.verdict.reason == "opened" for result in answers.values())


def _show_matrix(
    console: Console, rows: Mapping[Row, Mapping[Key, Cell]], columns: Sequence[Key]
) -> None:
    def build(table: Table, layout: Layout) -> None:
        for (version, group), members in groupby(rows, lambda row: (row.version, row.group)):
            title = f"Zarr v{version}" + ("" if group == "format" else f" {group}")
            table.add_row(Text(title, style="bold"))
            for row in members:
                cells = (_cell(console, rows[row][key], layout) for key in columns)
                table.add_row(Text(f"  {row.name}"), *cells)

    show_columns(console, columns, build)
    console.print()
    marks = {cell.mark for row in rows.values() for cell in row.values()}
    console.print(legend(console, marks, "n/m  n of m cases pass"))
    if any(row.level != "must" for row in rows):
        console.print(OF_LEVELS)
    console.print()


def _cell(console: Console, cell: Cell, layout: Layout) -> Text:
    text = symbol(cell.mark, console)
    if layout.counted and cell.mark is Mark.PASSED:
        text += f" {cell.judged}"
    elif layout.counted and cell.mark not in (Mark.UNSUPPORTED, Mark.ABSENT):
        text += f" {cell.passed}/{cell.judged}"
    return Text(text, style=cell.mark.style)


def _show_summaries(console: Console, summaries: Mapping[Key, Summary]) -> None:
    """A line for each implementation, or two where the terminal is narrow."""
    both = _summary_table(summaries, verdicts=True, shares=True)
    if fits(both, console):
        console.print(both)
    else:
        console.print(_summary_table(summaries, verdicts=True, shares=False))
        console.print()
        console.print(_summary_table(summaries, verdicts=False, shares=True))
    console.print()


def _summary_table(summaries: Mapping[Key, Summary], *, verdicts: bool, shares: bool) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(Text("\nImplementation"))
    headings = [heading for heading, _ in VERDICTS.values()] if verdicts else []
    if shares:
        headings += ["reads valid\nMUST", "\nSHOULD", "\nMAY"]
        headings += ["refuses invalid\nmandated", "\nimplied"]
    written = shares and any(sums.written.judged for sums in summaries.values())
    headings += ["\nwrites"] if written else []
    for heading in headings:
        table.add_column(Text(heading), justify="right")
    for (name, version), sums in summaries.items():
        cells = _counts(sums) if verdicts else []
        if shares:
            cells += [Text(str(share)) for share in (*sums.valid.values(), *sums.invalid.values())]
        cells += [Text(str(sums.written))] if written else []
        table.add_row(f"{name} {version}", *cells)
    return table


def _show_costs(console: Console, results: Results) -> None:
    """How quickly each implementation answered, through its adapter, and with how much memory."""
    costs = [results.costs[key] for key in results.answers if key in results.costs]
    if not costs:
        return
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column(Text("Implementation"))
    for heading in ("cases/s", "start", "most memory"):
        table.add_column(Text(heading), justify="right")
    for cost in costs:
        speed = f"{cost.cases / cost.seconds:,.0f}" if cost.seconds else ""
        memory = f"{cost.peak_memory / 2**20:,.0f} MiB"
        table.add_row(f"{cost.name} {cost.version}", speed, f"{cost.start_seconds:.1f} s", memory)
    console.print(table)
    console.print()


def _counts(sums: Summary) -> list[Text]:
    counts = ((sums.verdicts.get(verdict, 0), style) for verdict, (_, style) in VERDICTS.items())
    return [Text(str(count), style=style if count else "dim") for count, style in counts]


def _show_next(console: Console, results: Results, cases: Cases) -> None:
    """Which corpus it was, where the results are, and how to look closer."""
    run = results.run
    specs = ", ".join(f"{name} {commit}" for name, commit in run.specs.items())
    corpus = f"Corpus {run.corpus['version']} ({run.corpus['hash'][:19]}), of {specs}"
    console.print(Text(_line(corpus), style="dim"))
    console.print(f"Results: {results.path}", soft_wrap=True)
    command = f"  zarr-conformance report {results.path}"
    if any(
        result.verdict.verdict in ("fail", "known")
        for answers in results.answers.values()
        for result in answers.values()
    ):
        _show_command(console, f"{command} --failures", "expected and got")
    if divergences(cases, results.answers):
        _show_command(console, f"{command} --divergences", "where the text leaves it open")


def _line(text: str) -> str:
    """A text on one line: in a log, CI systems take commands from the beginnings of lines."""
    return " ".join(text.split())


def _show_command(console: Console, command: str, about: str) -> None:
    console.print(Text.assemble((command, "cyan"), (f"  # {about}", "dim")), soft_wrap=True)
