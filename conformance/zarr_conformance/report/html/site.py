"""Writes the site: every page from its template, in a directory that works from the file system.

A page links to the others by relative addresses, and fetches nothing: what the matrix filters lies
in a script beside it. All texts are escaped by the templates, of which none marks any as safe.
"""

import importlib.resources
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Any

from zarr_conformance.errors import StorageError, UsageError, told
from zarr_conformance.expectations import Expectations
from zarr_conformance.report.conformity import Conformity, conformities
from zarr_conformance.report.divergences import asked, divergences, readings_of
from zarr_conformance.report.findings import Finding
from zarr_conformance.report.history import by_age
from zarr_conformance.report.html import implementation, places
from zarr_conformance.report.html.answers import groups, supported
from zarr_conformance.report.html.expected import expected_answers
from zarr_conformance.report.html.stored import stored_values
from zarr_conformance.report.html.table import Table, table
from zarr_conformance.report.marks import Mark
from zarr_conformance.report.matrix import Key
from zarr_conformance.report.pages import render
from zarr_conformance.report.trend import COUNTED, SHARED, Entry
from zarr_conformance.results import Results
from zarr_conformance.visible import visible
from zarr_fixtures.case import Case
from zarr_fixtures.corpus import Corpus
from zarr_fixtures.coverage import Coverage
from zarr_fixtures.profile import Profile
from zarr_fixtures.register import Requirement, register
from zarr_fixtures.show import differences, question_lines

GENERATOR = "zarr-conformance report"
STATIC = ("site.css", "site.js")


def _requirements(case: Case) -> Iterator[tuple[str, Requirement | None]]:
    """The ids of what a case tests, and the rows of the register, where they are in it."""
    yield from ((each, register().get(each)) for each in case.requirements)


EVERYWHERE: Mapping[str, Any] = {  # what every page can use
    "generator": GENERATOR,
    "marks": Mark,
    "anchor": places.anchor,
    "counted_verdicts": COUNTED,
    "shown_shares": SHARED,
    "findings_page": str(places.FINDINGS),
    "requirements_of": lambda case: list(_requirements(case)),
    "case_page": places.case_page,
    "implementation_page": places.implementation_page,
}


@dataclass(frozen=True)
class Site:
    """The pages of a report.

    ``known`` is what is known of each implementation, ``findings`` are the root causes of what
    failed in the results, the worst first, ``trends`` the entries of a history by the
    name of the implementation, oldest first.
    """

    results: Results
    corpus: Corpus
    known: Mapping[Key, Expectations]
    coverage: Coverage
    profiles: Sequence[Profile] = ()
    trends: Mapping[str, Sequence[Entry]] = field(default_factory=dict)
    findings: Sequence[Finding] = ()

    def __len__(self) -> int:
        """How many files there are."""
        return 5 + len(STATIC) + len(self.corpus) + len(self.results.answers)

    def files(self) -> Iterator[tuple[PurePosixPath, str]]:
        """Every file of the site: its place, and its text. The matrix comes last."""
        for name in STATIC:
            folder = importlib.resources.files(__package__) / "static"
            yield PurePosixPath(name), (folder / name).read_text(encoding="utf-8")
        for case in self.corpus:
            yield self.case(case)
        for key in self.results.answers:
            yield self.implementation(key)
        yield self._page(places.DIVERGENCES, "divergences", **self._divergences())
        yield self._page(
            places.COVERAGE, "coverage", chapters=self._chapters(), counted=self.coverage
        )
        yield self._page(places.FINDINGS, "findings", gravities=self._gravities(), keys=_seen_in)
        yield from self.matrix()

    def matrix(self) -> Iterator[tuple[PurePosixPath, str]]:
        """The page of the matrix, and before it the script with its data."""
        yield PurePosixPath("data.js"), self._table.data
        not_run = sorted(self.results.not_run.values(), key=lambda each: each.name)
        yield self._page(places.MATRIX, "matrix", table=self._table, not_run=not_run)

    @cached_property
    def _table(self) -> Table:
        return table(self.results, self.corpus.cases, self.profiles)

    @cached_property
    def _supports(self) -> Mapping[Key, frozenset[str]]:
        return supported(self.corpus.baselines, self.results.answers)

    @cached_property
    def _conformities(self) -> Sequence[tuple[Profile, Mapping[Key, Conformity]]]:
        cases, results = self.corpus.cases, self.results
        return [(each, conformities(each, cases, results)) for each in self.profiles]

    def _page(self, place: PurePosixPath, name: str, **more: Any) -> tuple[PurePosixPath, str]:
        root, run = places.root_from(place), self.results.run
        frame = {**EVERYWHERE, "root": root, "place": str(place), "run": run, "found": self._found}
        return place, render(f"site/{name}.html", **frame, **more)

    @cached_property
    def _found(self) -> frozenset[str]:
        """The findings that a page can link to."""
        return frozenset(each.id for each in self.findings)

    def case(self, case: Case) -> tuple[PurePosixPath, str]:
        """The page of a case."""
        control = None if case.control is None else self.corpus[case.control]
        return self._page(
            places.case_page(case.id),
            "case",
            case=case,
            question="\n".join(map(visible, question_lines(case))),
            requirements=list(_requirements(case)),
            values=list(stored_values(case)),
            expected=list(expected_answers(case)),
            several=bool(readings_of(case)),
            groups=groups(case, self.results, self.known, self._supports),
            control=control,
            differences=[] if control is None else list(differences(case, control)),
        )

    def implementation(self, key: Key) -> tuple[PurePosixPath, str]:
        """The page of an implementation in one version."""
        page = implementation.page(
            key, self.results, self.corpus.cases, self.known.get(key, Expectations())
        )
        profiles = [(each, found[key]) for each, found in self._conformities]
        place = places.implementation_page(key)
        trend = self.trends.get(key[0], ())
        return self._page(
            place, "implementation", page=page, key=key, profiles=profiles, trend=trend
        )

    def _divergences(self) -> Mapping[str, Any]:
        found = divergences(self.corpus.cases, self.results.answers)
        chapters = groupby(found, lambda each: each.case.id.rpartition("/")[0])
        answered = {each for results in self.results.answers.values() for each in results}
        return {
            "chapters": {name: list(members) for name, members in chapters},
            "differ": len(found),
            "questions": sum(bool(readings_of(self.corpus[each])) for each in answered),
            "columns": list(self.results.answers),
            "asked": asked,
        }

    def _gravities(self) -> Mapping[str, list[Finding]]:
        gravities = groupby(self.findings, lambda each: each.gravity.value)
        return {gravity: list(members) for gravity, members in gravities}

    def _chapters(self) -> Mapping[str, list[Requirement]]:
        chapters: dict[str, list[Requirement]] = {}
        for row in register().values():
            chapters.setdefault(row.chapter, []).append(row)
        return chapters


def _seen_in(found: Finding) -> list[Key]:
    """In whom a finding was measured, whose it is first."""
    keys = {each.key for each in found.failures}
    return sorted(keys, key=lambda key: (key[0] != found.implementation, key[0], by_age(key)))


def write_file(directory: Path, place: PurePosixPath, text: str) -> None:
    """Write one file of a site. Raises ``StorageError`` if that is not possible."""
    path = directory / place
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise StorageError(
            f"{path} cannot be written: {told(error)}. "
            "Make room, or name another directory with --html."
        ) from error


def require_ours(directory: Path) -> None:
    """Raise ``UsageError`` unless a directory is new, empty, or holds an earlier report."""
    try:
        if not directory.exists() or not any(directory.iterdir()):
            return
        index = directory / places.MATRIX
        ours = index.is_file() and GENERATOR in index.read_text(encoding="utf-8", errors="replace")
    except OSError as error:
        raise UsageError(f"{directory} cannot be read: {error.strerror or error}.") from error
    if not ours:
        raise UsageError(
            f"{directory} holds something else than a report. Name a new or an empty directory."
        )
