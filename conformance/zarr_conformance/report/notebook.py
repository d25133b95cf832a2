"""Results in a notebook: the matrix as HTML, and rows for tables of any library.

Nothing here needs a notebook, or pandas. Where results come from another corpus than the one that
is installed, their numbers are shown, and not their matrix: its rows are the features of cases.
"""

import functools
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import groupby
from typing import TYPE_CHECKING, Any

from zarr_conformance.judge import VERDICTS
from zarr_conformance.report.comparison import Comparison
from zarr_conformance.report.marks import Mark
from zarr_conformance.report.matrix import OF_LEVELS, Key, matrix
from zarr_conformance.report.pages import render
from zarr_conformance.results import Result, Results
from zarr_fixtures.corpus import Corpus, load
from zarr_fixtures.selection import select

if TYPE_CHECKING:
    import pandas as pd

corpus = functools.cache(load)


def matrix_html(results: Results) -> str:
    """The matrix, and how many cases got which verdict, as a piece of HTML."""
    answers = results.answers
    known: Corpus | None = corpus()
    if known is not None and results.run.corpus["hash"] != known.hash:
        known = None
    rows = matrix(known.cases, answers) if known else {}
    groups = [
        (f"Zarr v{version}" + ("" if group == "format" else f" {group}"), list(members))
        for (version, group), members in groupby(rows, lambda row: (row.version, row.group))
    ]
    counts = {
        key: Counter(result.verdict.verdict for result in answers[key].values()) for key in answers
    }
    marks = {cell.mark for cells in rows.values() for cell in cells.values()}
    return render(
        "matrix.html",
        keys=list(answers),
        groups=groups,
        rows=rows,
        of_levels=OF_LEVELS,
        uncounted=(Mark.UNSUPPORTED, Mark.ABSENT),
        marks=[mark for mark in Mark if mark in marks],
        verdicts=[
            verdict for verdict in VERDICTS if any(each[verdict] for each in counts.values())
        ],
        counts=counts,
        run=results.run,
        same_corpus=known is not None,
    )


def where(
    results: Results, cases: str, verdicts: Collection[str], reasons: Collection[str]
) -> dict[Key, dict[str, Result]]:
    """The results that fit. Raises ``SelectionError`` if ``cases`` selects nothing there is."""
    chosen = {case.id for case in select(corpus(), cases)}
    everything = cases == "*"  # also what another corpus has

    def fits(result: Result) -> bool:
        return (
            (everything or result.case in chosen)
            and (not verdicts or result.verdict.verdict in verdicts)
            and (not reasons or result.verdict.reason in reasons)
        )

    return {
        key: {case_id: result for case_id, result in answers.items() if fits(result)}
        for key, answers in results.results.items()
    }


def records(results: Results) -> Iterator[dict[str, Any]]:
    """A row for each case on each implementation, of texts and numbers alone.

    ``level`` is empty of a case that the installed corpus does not have.
    """
    cases = corpus().cases
    for answers in results.answers.values():
        for result in answers.values():
            yield {
                "case": result.case,
                "level": cases[result.case].level if result.case in cases else "",
                "implementation": result.implementation,
                "version": result.version,
                "lineage": result.lineage,
                "said": result.observation.kind,
                "verdict": result.verdict.verdict,
                "reason": result.verdict.reason,
                "seconds": result.seconds,
            }


def frame(results: Results) -> "pd.DataFrame":
    """The records as a table of pandas. Raises ``ImportError`` if pandas is not installed."""
    try:
        import pandas as pd
    except ImportError as error:
        raise ImportError(
            "to_pandas needs pandas: install it, or use to_records, which needs nothing."
        ) from error
    return pd.DataFrame.from_records(list(records(results)))


class Comparisons(tuple[Comparison, ...]):
    """What changed from older results to newer ones, for each implementation that both have."""

    __slots__ = ()

    def to_records(self) -> list[dict[str, Any]]:
        """A row for each case that is not the same in both."""
        return [
            {
                "case": difference.case,
                "implementation": comparison.new[0],
                "change": difference.kind.name.lower(),
                "old_version": comparison.old[1],
                "new_version": comparison.new[1],
                "old": difference.old and difference.old.verdict.reason,
                "new": difference.new and difference.new.verdict.reason,
            }
            for comparison in self
            for difference in comparison.differences
        ]

    def __repr__(self) -> str:
        return "\n".join(map(str, self))

    def _repr_html_(self) -> str:
        return render("comparison.html", comparisons=self)
