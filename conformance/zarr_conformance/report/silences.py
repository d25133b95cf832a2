"""Where the specification leaves the answer open, and implementations answer differently."""

import json
from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from zarr_conformance.report.marks import Mark
from zarr_conformance.report.matrix import Key
from zarr_conformance.report.tables import Layout, show_columns, symbol
from zarr_conformance.results import Result
from zarr_fixtures.case import Case


def show_silences(
    console: Console, cases: Mapping[str, Case], answers: Mapping[Key, Mapping[str, Result]]
) -> None:
    """Print the observed cases on which answers differ, a word for each answer."""
    asked = {case_id for results in answers.values() for case_id in results}
    observed = sorted(case_id for case_id in asked if cases[case_id].polarity == "observe")
    said = {case_id: _words(console, case_id, answers) for case_id in observed}
    differing = {case_id: words for case_id, words in said.items() if len(set(words)) > 1}
    if not differing:
        return

    def build(table: Table, _: Layout) -> None:
        for case_id, words in differing.items():
            table.add_row(f"  {case_id}", *words)

    title = f"Where the specification is silent: answers differ in {len(differing)} of "
    console.print(Text(f"{title}{len(observed)} cases", style="bold"))
    show_columns(console, list(answers), build)
    unasked = symbol(Mark.UNSUPPORTED, console)
    console.print(
        f"1, 2: by that reading of the text  a, b: otherwise  R: refuses  {unasked}: not asked\n",
        style="dim",
        markup=False,
    )


def _words(
    console: Console, case_id: str, answers: Mapping[Key, Mapping[str, Result]]
) -> list[str]:
    """What each implementation answered, in a word: equal words for equal answers."""
    letters: dict[str, str] = {}
    return [_word(console, results.get(case_id), letters) for results in answers.values()]


def _word(console: Console, result: Result | None, letters: dict[str, str]) -> str:
    if result is None:
        return symbol(Mark.ABSENT, console)
    match result.observation.kind:
        case "refused":
            return "R"
        case "unsupported":
            return symbol(Mark.UNSUPPORTED, console)
        case "broken":
            return symbol(Mark.BROKE, console)
    if result.verdict.reason.startswith("reading "):
        return result.verdict.reason.removeprefix("reading ")
    content = json.dumps(result.observation.content, sort_keys=True)
    return letters.setdefault(content, chr(ord("a") + len(letters)))
