"""Where the specification leaves the answer open, and implementations answer differently."""

import json
from collections.abc import Mapping
from string import ascii_lowercase

from rich.console import Console
from rich.table import Table

from zarr_conformance.report.matrix import Answers, Key
from zarr_conformance.report.tables import Layout, show_columns
from zarr_conformance.results import Result, Results
from zarr_fixtures.case import Case

NOTHING = "-"  # no answer, or a refusal by somebody who supports no such thing


def show_silences(console: Console, results: Results, cases: Mapping[str, Case]) -> None:
    """Print the observed cases on which answers differ, a word for each answer."""
    differing = differing_answers(cases, results.answers)
    if not differing:
        console.print("No answers differ where the specification is silent.")
        return

    def build(table: Table, _: Layout) -> None:
        for case_id, words in differing.items():
            table.add_row(case_id, *words)

    show_columns(console, list(results.answers), build)
    console.print(
        "\n1, 2: by that reading of the text, which `zarr-conformance cases show` tells;\n"
        "a, b: otherwise; R: refuses; -: not supported",
        style="dim",
    )


def differing_answers(cases: Mapping[str, Case], answers: Answers) -> dict[str, list[str]]:
    """The observed cases on which answers differ, and what each implementation said, in a word."""
    asked = {case_id for results in answers.values() for case_id in results}
    observed = sorted(case_id for case_id in asked if cases[case_id].polarity == "observe")
    supported = {key: _supported(cases, results) for key, results in answers.items()}
    said = {case_id: _words(cases[case_id], answers, supported) for case_id in observed}
    return {case_id: words for case_id, words in said.items() if len({*words} - {NOTHING}) > 1}


def _supported(cases: Mapping[str, Case], results: Mapping[str, Result]) -> frozenset[str]:
    """The features whose baselines passed."""
    passed = (cases[each] for each, result in results.items() if result.verdict.verdict == "pass")
    return frozenset(feature for case in passed for feature in case.baseline_of)


def _words(case: Case, answers: Answers, supported: Mapping[Key, frozenset[str]]) -> list[str]:
    """The answer of each implementation in a word: equal words for equal answers."""
    letters: dict[str, str] = {}
    return [
        _word(case, results.get(case.id), supported[key], letters)
        for key, results in answers.items()
    ]


def _word(
    case: Case, result: Result | None, supported: frozenset[str], letters: dict[str, str]
) -> str:
    if result is None:
        return NOTHING
    match result.observation.kind:
        case "refused":
            return "R" if supported.issuperset(case.features) else NOTHING
        case "unsupported":
            return NOTHING
        case "broken":
            return "!"
    if result.verdict.reason.startswith("reading "):
        return result.verdict.reason.removeprefix("reading ")
    content = json.dumps(result.observation.content, sort_keys=True)
    return letters.setdefault(content, ascii_lowercase[len(letters) % 26])
