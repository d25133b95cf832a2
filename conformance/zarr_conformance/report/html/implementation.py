"""The page of an implementation: what it supports, what it gets wrong, how that came to be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from zarr_conformance.expectations import Expectations, Known
from zarr_conformance.report.difference import Contrast, contrasts
from zarr_conformance.report.history import Change, history, versions_of
from zarr_conformance.report.marks import Mark, finding
from zarr_conformance.report.matrix import Key, Summary, summary
from zarr_conformance.results import Implementation, Result, Results
from zarr_fixtures.case import Case

SHOWN = (Mark.WRONG, Mark.BROKE, Mark.REJECTED, Mark.ACCEPTED, Mark.LENIENT)
KINDS = {
    "v": "formats",
    "data_type": "data types",
    "dtype": "data types of v2",
    "chunk_grid": "chunk grids",
    "chunk_key_encoding": "chunk key encodings",
    "codec": "codecs",
    "compressor": "compressors of v2",
    "filter": "filters of v2",
}


@dataclass(frozen=True)
class Feature:
    """A feature, its plainest case, and how the implementation fares there."""

    name: str
    case: str
    mark: Mark


@dataclass(frozen=True)
class Finding:
    """Cases that fail alike: for a reason that is known, or one case by itself."""

    known: Known | None
    contrasts: tuple[Contrast, ...]
    cases: tuple[Case, ...]


@dataclass(frozen=True)
class Findings:
    """The findings with one mark, those that are not known first."""

    mark: Mark
    findings: tuple[Finding, ...]

    @property
    def cases(self) -> int:
        """How many cases they are."""
        return sum(len(each.cases) for each in self.findings)


@dataclass(frozen=True)
class Past:
    """The versions of the implementation in the results, oldest first, and what changed."""

    versions: tuple[Key, ...]
    changes: tuple[tuple[str, tuple[Change, ...]], ...]
    unchanged: int


@dataclass(frozen=True)
class Page:
    """All that the page shows."""

    implementation: Implementation
    summary: Summary
    features: Mapping[str, Sequence[Feature]]
    findings: Sequence[Findings]
    past: Past | None


def page(
    key: Key,
    results: Results,
    cases: Mapping[str, Case],
    known: Expectations,
) -> Page:
    """The page of the implementation with this key."""
    answers = results.results[key]
    return Page(
        results.implementations[key],
        summary(cases, answers),
        _features(cases, answers),
        list(_findings(cases, answers, known)),
        _past(key[0], results, cases),
    )


def _features(cases: Mapping[str, Case], answers: Mapping[str, Result]) -> dict[str, list[Feature]]:
    """The features by kind, of which each has one plainest case; those that were not asked not."""
    found: dict[str, list[Feature]] = {}
    for case in cases.values():
        for feature in case.baseline_of:
            kind, _, name = feature.partition(":")
            group = KINDS.get(kind if name else "v", "other")
            label = name if group != "other" and name else feature.replace("_", " ")
            mark = finding(answers[case.id].verdict) if case.id in answers else Mark.ABSENT
            found.setdefault(group, []).append(Feature(label, case.id, mark))
    order = [*dict.fromkeys(KINDS.values()), "other"]
    return {kind: sorted(found[kind], key=lambda f: f.name) for kind in order if kind in found}


def _findings(
    cases: Mapping[str, Case], answers: Mapping[str, Result], known: Expectations
) -> list[Findings]:
    failed: dict[Mark, list[Result]] = {}
    for case_id in sorted(answers):
        failed.setdefault(finding(answers[case_id].verdict), []).append(answers[case_id])
    return [
        Findings(mark, tuple(_alike(failed[mark], cases, known)))
        for mark in SHOWN
        if mark in failed
    ]


def _alike(
    failed: Sequence[Result], cases: Mapping[str, Case], known: Expectations
) -> list[Finding]:
    """What is not known one by one, then what is known by its reason."""
    together: dict[str, tuple[Known, list[Case]]] = {}
    alone = []
    for result in failed:
        case = cases[result.case]
        entry = None
        if result.verdict.verdict == "known":
            entry = known.about(case.id, result.verdict.reason)
        if entry is None:
            alone.append(Finding(None, tuple(contrasts(case, result.observation)), (case,)))
        else:
            together.setdefault(entry.reason, (entry, []))[1].append(case)
    several = (Finding(entry, (), tuple(members)) for entry, members in together.values())
    return [*alone, *several]


def _past(name: str, results: Results, cases: Mapping[str, Case]) -> Past | None:
    if sum(each == name for each, _ in results.answers) < 2:
        return None
    versions = versions_of(name, results)
    changes, unchanged = history(cases, [results.results[key] for key in versions])
    releases = groupby(changes, lambda each: (each.event, each.release))
    told = tuple(
        (f"{event.value} {versions[release][1]}", tuple(members))
        for (event, release), members in releases
    )
    return Past(tuple(versions), told, unchanged)
