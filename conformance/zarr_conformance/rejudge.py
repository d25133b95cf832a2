"""Judges a results file again: what was said stays, verdicts follow today's rules.

Known failures are those that ``expected.toml`` tells today; an adapter that is not one of ours has
none, unless a file of them is given.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from zarr_conformance.expectations import Expectations, Known, read_known
from zarr_conformance.implementations import Implementation as Ours
from zarr_conformance.judge import Judge, ordered
from zarr_conformance.read_written import read_back
from zarr_conformance.results import Implementation, Result, Results
from zarr_conformance.results_writer import ResultsWriter
from zarr_fixtures.case import Case


def rejudged(
    results: Results,
    cases: Mapping[str, Case],
    ours: Mapping[str, Ours],
    expected: Path | None = None,
) -> Results:
    """The same answers with new verdicts. ``ours`` are the implementations with an adapter.

    ``expected`` is the file of known failures, where it is not an adapter's own. Raises
    ``ExpectationsError`` if such a file is wrong.
    """
    known = known_failures(results, cases, ours, expected)
    new = {
        key: {result.case: result for result in _judged(answers, cases, known[key])}
        for key, answers in results.results.items()
    }
    return replace(results, results=new)


def known_failures(
    results: Results,
    cases: Mapping[str, Case],
    ours: Mapping[str, Ours],
    expected: Path | None = None,
) -> dict[tuple[str, str], Expectations]:
    """What is known of each implementation today, by its own file or by the one ``expected``."""
    known = {}
    for key, implementation in results.implementations.items():
        path = expected or _own_file(implementation, ours)
        known[key] = Expectations.read(path, cases, key[1]) if path else Expectations()
    return known


def entries_about(
    results: Results, cases: Mapping[str, Case], ours: Mapping[str, Ours]
) -> dict[str, tuple[Known, ...]]:
    """What is known, in any version, of the implementations and of those whose fault it is."""
    names = {each.name for each in results.implementations.values() if _own_file(each, ours)}
    known = {name: read_known(ours[name].expectations, cases) for name in sorted(names)}
    owners = {entry.finding.partition("/")[0] for each in known.values() for entry in each}
    beneath = sorted(owners & ours.keys() - names)
    return known | {name: read_known(ours[name].expectations, cases) for name in beneath}


def expectations_among(
    entries: Mapping[str, Iterable[Known]], results: Results
) -> dict[tuple[str, str], Expectations]:
    """Those entries that hold for each implementation, by its name, in the version that answered.

    An adapter that is not one of ours has none.
    """
    return {
        key: Expectations.among(() if each.command else entries.get(each.name, ()), each.version)
        for key, each in results.implementations.items()
    }


def _judged(
    answers: Mapping[str, Result], cases: Mapping[str, Case], known: Expectations
) -> Iterator[Result]:
    judge = Judge(cases, read_back)
    for case in ordered((cases[case_id] for case_id in answers), cases):
        if case.id in answers:
            result = answers[case.id]
            if result.verdict.verdict == "skipped" and result.observation.kind == "unsupported":
                # nobody was asked
                yield result
                continue
            verdict = judge.verdict(case, result.observation)
            yield replace(result, verdict=known.applied(case.id, verdict))


def _own_file(implementation: Implementation, ours: Mapping[str, Ours]) -> Path | None:
    if implementation.command or implementation.name not in ours:
        return None
    return ours[implementation.name].expectations


def changes(before: Results, after: Results) -> Iterator[str]:
    """A line for each verdict that has changed."""
    for key, answers in after.results.items():
        for case_id, result in answers.items():
            was, now = before.results[key][case_id].verdict, result.verdict
            if was != now:
                told = f"{was.verdict} ({was.reason}) -> {now.verdict} ({now.reason})"
                yield f"{' '.join(key)} {case_id}: {told}"


def write(results: Results, path: Path) -> None:
    """Write a results file anew, in one step. Raises ``StorageError`` if that is not possible."""
    unfinished = path.with_name(f"{path.name}.unfinished")
    with ResultsWriter(unfinished) as writer:
        writer.write_run(results.run)
        for not_run in results.not_run.values():
            writer.write_not_run(not_run)
        for key, implementation in results.implementations.items():
            writer.write_implementation(implementation)
            for result in results.results[key].values():
                writer.write_result(result)
            if key in results.costs:
                writer.write_cost(results.costs[key])
    unfinished.replace(path)
