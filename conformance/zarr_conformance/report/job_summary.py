"""A job summary in Markdown, as GitHub and GitLab show beside a build: numbers, failures, matrix.

What comes from a results file is escaped: it is text, whatever Markdown or HTML it looks like.
"""

import html
import re
from collections.abc import Iterator, Mapping

from zarr_conformance.report.marks import Mark
from zarr_conformance.report.matrix import OF_LEVELS, Cell, Key, matrix, summary
from zarr_conformance.report.outcomes import Outcome, Outcomes
from zarr_conformance.report.terminal import VERDICTS
from zarr_conformance.visible import visible
from zarr_fixtures.case import Case

# GitHub shows a summary of 1 MiB at most, and nobody reads on after so many failures.
SHOWN = 25
LONGEST = 4000  # characters of the details of one failure
SHARES = ("reads valid, MUST", "SHOULD", "MAY", "refuses invalid, mandated", "implied", "writes")
PUNCTUATION = re.compile(r"([!-/:-@\[-`{-~])")


def job_summary(outcomes: Outcomes, cases: Mapping[str, Case]) -> str:
    """The document."""
    results = outcomes.results
    parts = ["## Zarr conformance\n"]
    if results.answers:
        parts.append(_numbers(outcomes, cases))
    for missing in results.not_run.values():
        parts.append(f"{escaped(missing.name)} did not run: {escaped(missing.why)}\n")
    for key in results.answers:
        parts.extend(_failures(key, outcomes))
    if results.answers:
        parts.append(_matrix(outcomes, cases))
    corpus = results.run.corpus
    parts.append(f"Corpus {escaped(corpus['version'])}, `{_code(corpus['hash'])}`\n")
    return "\n".join(parts)


def _numbers(outcomes: Outcomes, cases: Mapping[str, Case]) -> str:
    lines = [
        _row(["Implementation", *VERDICTS, *SHARES]),
        "|---|" + "---:|" * (len(VERDICTS) + len(SHARES)),
    ]
    for key, answers in outcomes.results.answers.items():
        sums = summary(cases, answers)
        numbers = (str(sums.verdicts.get(verdict, 0)) for verdict in VERDICTS)
        shares = map(str, (*sums.valid.values(), *sums.invalid.values(), sums.written))
        lines.append(_row([escaped(" ".join(key)), *numbers, *shares]))
    return "\n".join(lines) + "\n"


def _failures(key: Key, outcomes: Outcomes) -> Iterator[str]:
    failed = outcomes.failed(key)
    if not failed:
        return
    yield f"### {len(failed)} unexpected: {escaped(' '.join(key))}\n"
    yield from (_failure(each, outcomes) for each in failed[:SHOWN])
    if rest := failed[SHOWN:]:
        yield f"... and {len(rest)} more, less grave: they are in the results file.\n"


def _failure(outcome: Outcome, outcomes: Outcomes) -> str:
    details = visible(outcomes.details(outcome)).rstrip()
    if len(details) > LONGEST:
        details = details[:LONGEST] + " ..."
    # Indented code is shown to the letter, and nothing in it can end it.
    code = "".join(f"    {line}\n" for line in details.splitlines())
    heading = f"{html.escape(outcome.sentence)}: <code>{html.escape(outcome.case.id)}</code>"
    return f"<details><summary>{heading}</summary>\n\n{code}\n</details>\n"


def _matrix(outcomes: Outcomes, cases: Mapping[str, Case]) -> str:
    answers = outcomes.results.answers
    rows = matrix(cases, answers)
    heading = ["", *(escaped(" ".join(key)) for key in answers)]
    lines = [_row(heading), "|---|" + "---|" * len(answers)]
    for row, cells in rows.items():
        group = "" if row.group == "format" else f"{row.group}: "
        label = escaped(f"v{row.version} {group}{row.name}")
        lines.append(_row([label, *(_cell(cells[key]) for key in answers)]))
    marks = {cell.mark for cells in rows.values() for cell in cells.values()}
    meanings = (f"{mark.symbol} {mark.meaning}" for mark in Mark if mark in marks)
    table = "\n".join(lines)
    legend = ", ".join(meanings)
    opening = "<details><summary>Matrix: how many cases of each feature pass</summary>"
    return f"{opening}\n\n{table}\n\n{legend}. {OF_LEVELS}\n\n</details>\n"


def _cell(cell: Cell) -> str:
    if cell.mark in (Mark.UNSUPPORTED, Mark.ABSENT):
        return cell.mark.symbol
    return f"{cell.mark.symbol} {cell.passed}/{cell.judged}"


def _row(cells: list[str]) -> str:
    return f"| {' | '.join(cells)} |"


def escaped(text: str) -> str:
    """A text of one line that is shown as it is. Markdown lets all punctuation be escaped."""
    return PUNCTUATION.sub(r"\\\1", visible(text).replace("\n", " "))


def _code(text: str) -> str:
    """A text between backticks."""
    return visible(text).replace("`", "'").replace("\n", " ")
