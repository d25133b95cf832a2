"""Whose answers count: the newest release of each implementation that is independent of the corpus.

All others are shown, with the reason why they are not counted.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from packaging.version import InvalidVersion, Version

from zarr_conformance.crosscheck import is_crosscheck
from zarr_conformance.errors import ResultsError, UsageError
from zarr_conformance.report.history import by_age
from zarr_conformance.report.marks import plainly
from zarr_conformance.report.matrix import Key
from zarr_conformance.results import Implementation, Result, Results
from zarr_fixtures.corpus import Corpus

REFERENCE = "zarr-reference"  # the lineage that made the cases


@dataclass(frozen=True)
class Contestant:
    """An implementation, its answers as they were measured, and why it is not counted, if so.

    ``newest`` is whether no later version of it is in the results.
    """

    implementation: Implementation
    answers: Mapping[str, Result]
    newest: bool
    why_apart: str

    @property
    def key(self) -> Key:
        """Name and version."""
        return self.implementation.key

    @property
    def label(self) -> str:
        """Name and version in one text."""
        return " ".join(self.key)

    @property
    def is_root(self) -> bool:
        """Whether its lineage is named after it: it is no binding or tool that stands on that."""
        return self.implementation.name == self.implementation.lineage

    @property
    def counts(self) -> bool:
        """Whether it is counted."""
        return self.newest and not self.why_apart


def contestants(results: Results) -> list[Contestant]:
    """Everybody who answered anything, by name, the newest version of each first."""
    keys = sorted(results.answers, key=by_age, reverse=True)
    newest: dict[str, Key] = {}
    for key in keys:
        if not _why_apart(results.implementations[key]):
            newest.setdefault(key[0], key)
    found = (
        Contestant(
            results.implementations[key],
            _measured(results.answers[key]),
            newest.get(key[0], key) == key,
            _why_apart(results.implementations[key]),
        )
        for key in keys
    )
    return sorted(found, key=lambda each: each.implementation.name)


def _why_apart(implementation: Implementation) -> str:
    if implementation.lineage == REFERENCE:
        return "it made the cases"
    if implementation.command:
        return "its adapter does not come with the corpus"
    if implementation.lineage == "unknown":
        return "nobody has said which lineage it is of"
    return "" if _is_released(implementation.version) else "no released version"


def _is_released(version: str) -> bool:
    try:
        parsed = Version(version)
    except InvalidVersion:
        return False
    return not parsed.is_prerelease and parsed.local is None


def _measured(answers: Mapping[str, Result]) -> Mapping[str, Result]:
    return {
        case: replace(result, verdict=plainly(result.verdict)) for case, result in answers.items()
    }


@dataclass(frozen=True)
class Sources:
    """The results files that a page is made from, ``together``, and the cross-check among them."""

    files: tuple[Results, ...]
    together: Results
    crosscheck: Results | None


def sources(
    files: Sequence[Results],
    corpus: Corpus,
    releases: Mapping[str, Collection[str]] | None = None,
) -> Sources:
    """Take the files apart into results, which are put together, and a cross-check of them.

    ``releases`` are the versions of each implementation that can be asked for. What was run as the
    newest is asked for by its version from here on, as there may be a newer one tomorrow. Raises
    ``UsageError`` if there are no results, or several cross-checks, and ``ResultsError`` if results
    are of another corpus.
    """
    checks: list[Results] = []
    results: list[Results] = []
    for each in files:
        (checks if is_crosscheck(each, corpus) else results).append(each)
    if len(checks) > 1 or not results:
        raise UsageError(
            "A page is made from the results of runs, and one cross-check of them at most: "
            f"{len(results)} of these files hold such results, {len(checks)} a cross-check."
        )
    for each in results:
        each.require_corpus(corpus.hash, corpus.cases)
    together = _by_version(combined(results), releases or {})
    check = _by_version(checks[0], releases or {}) if checks else None
    return Sources((*results, *checks), together, check)


def _by_version(results: Results, releases: Mapping[str, Collection[str]]) -> Results:
    found = {
        key: replace(each, asked_for=f"{each.name}@{each.version}")
        if not each.command and each.version in releases.get(each.name, ())
        else each
        for key, each in results.implementations.items()
    }
    return replace(results, implementations=found)


def combined(files: Sequence[Results]) -> Results:
    """The results of several files as one; of two answers to the same question the later counts.

    Raises ``ResultsError`` if they are not of the same corpus.
    """
    first, *others = files
    implementations = dict(first.implementations)
    not_run = dict(first.not_run)
    answers = {key: dict(each) for key, each in first.results.items()}
    for other in others:
        if other.run.corpus["hash"] != first.run.corpus["hash"]:
            raise ResultsError(f"{other.path} and {first.path} are of different corpora.")
        implementations |= other.implementations
        not_run |= other.not_run
        for key, each in other.results.items():
            answers.setdefault(key, {}).update(each)
    ran = {each.asked_for for each in implementations.values()}
    missed = {name: each for name, each in not_run.items() if name not in ran}
    return replace(first, implementations=implementations, not_run=missed, results=answers)
