"""Findings: failures gathered by their root cause, the worst first.

Which failures have one cause is a person's judgement, and stands in the ``expected.toml`` of the
implementation that has it. What nobody has judged yet is no finding: it is listed apart, by chapter
and kind, and accuses nobody.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import cached_property

from zarr_conformance.expectations import Expectations, Known
from zarr_conformance.results import Result, Results
from zarr_conformance.versions import age
from zarr_fixtures.case import Case


class Gravity(Enum):
    """How grave a finding is, the worst first."""

    WRONG = "wrong data or metadata, without an error"
    CORRUPT = "writes what is corrupt"
    BROKE = "crashes, hangs, or takes all memory"
    REJECTED = "refuses valid data"
    ACCEPTED = "accepts invalid data"
    LIMIT = "by design: its data model, or an addition of its own"


_OF_KIND = {
    **dict.fromkeys(("wrong_elements", "wrong_children", "wrong_metadata"), Gravity.WRONG),
    **dict.fromkeys(("damaged", "invalid_store", "stray_keys"), Gravity.CORRUPT),
    "rejected_valid": Gravity.REJECTED,
    "accepted_invalid": Gravity.ACCEPTED,
}


def gravity_of(kind: str) -> Gravity:
    """How grave a failure of a kind is: what is not named here is no answer at all."""
    return _OF_KIND.get(kind, Gravity.BROKE)


@dataclass(frozen=True)
class Finding:
    """One root cause in one implementation.

    ``own`` are the entries of the implementation itself, ``beneath`` those of others that stand on
    it, by their names; ``failures`` is what was measured, ``asked`` the versions of the
    implementation that were asked.
    """

    id: str
    own: tuple[Known, ...]
    beneath: tuple[tuple[str, Known], ...]
    failures: tuple[Result, ...]
    asked: tuple[str, ...]
    smallest: Case

    @property
    def implementation(self) -> str:
        """Whose it is."""
        return self.id.partition("/")[0]

    @property
    def slug(self) -> str:
        """What it is called among the findings of its implementation."""
        return self.id.partition("/")[2]

    @property
    def title(self) -> str:
        """What happens, in a sentence."""
        return self.own[0].reason

    @property
    def details(self) -> list[str]:
        """What else the entries say of it."""
        reasons = dict.fromkeys(known.reason for known in self.own)
        return [each for each in reasons if each != self.title]

    @cached_property
    def gravity(self) -> Gravity:
        """How grave it is: as grave as the gravest of its failures."""
        if all(known.limitation for known in self.own):
            return Gravity.LIMIT
        gravities = {gravity_of(known.kind) for known in self.own}
        return next(each for each in Gravity if each in gravities)

    @cached_property
    def cases(self) -> list[str]:
        """The cases that fail by it, in any implementation and version that was asked."""
        return sorted({failure.case for failure in self.failures})

    @property
    def affected(self) -> list[str]:
        """The versions of the implementation in which it was measured."""
        return self._versions(self.implementation)

    @property
    def specifiers(self) -> list[str]:
        """The versions that it is known of, if not of all."""
        if not all(known.versions for known in self.own):
            return []
        return list(dict.fromkeys(str(known.versions) for known in self.own))

    @property
    def seen_through(self) -> list[str]:
        """The other implementations in which it was measured, with versions."""
        names = sorted({failure.implementation for failure in self.failures})
        others = (name for name in names if name != self.implementation)
        return [f"{name} {', '.join(self._versions(name))}" for name in others]

    @property
    def links(self) -> list[str]:
        """Where it is known upstream."""
        return list(dict.fromkeys(known.link for known in self.own if known.link))

    @property
    def script(self) -> Known | None:
        """The entry whose script shows it."""
        return next((known for known in self.own if known.reproduce), None)

    @property
    def private(self) -> str:
        """Why there is no script, if it is first told those who can mend it."""
        return next((known.private for known in self.own if known.private), "")

    def _versions(self, name: str) -> list[str]:
        failures = (failure for failure in self.failures if failure.implementation == name)
        return sorted({failure.version for failure in failures}, key=age)


@dataclass(frozen=True)
class Unexplained:
    """Failures of one kind in one chapter that nobody has held against the text yet."""

    implementation: str
    version: str
    chapter: str
    kind: str
    cases: tuple[str, ...]


@dataclass(frozen=True)
class Catalogue:
    """All findings, the worst first, and what is not explained."""

    findings: tuple[Finding, ...]
    unexplained: tuple[Unexplained, ...]

    @property
    def seen(self) -> list[Finding]:
        """The findings by which anything failed in the results."""
        return [each for each in self.findings if each.failures]


def cause(known: Mapping[str, Sequence[Known]], failure: Result) -> str:
    """The finding that a failure belongs to, as ``IMPLEMENTATION/SLUG``; empty if there is none.

    ``known`` are the entries by implementation, of all versions.
    """
    entry = entry_of(known, failure)
    return "" if entry is None else entry.finding


def entry_of(known: Mapping[str, Sequence[Known]], failure: Result) -> Known | None:
    """The entry that knows of a failure, in the version that it was measured in."""
    for entry in known.get(failure.implementation, ()):
        about = entry.kind == failure.verdict.reason and entry.concerns(failure.case)
        if about and entry.holds_in(failure.version):
            return entry
    return None


def catalogue(
    results: Sequence[Results], cases: Mapping[str, Case], known: Mapping[str, Sequence[Known]]
) -> Catalogue:
    """What the results of one or several files show, and all else that is known."""
    by_cause: dict[str, list[Result]] = {}
    unexplained: dict[tuple[str, str, str, str], list[str]] = {}
    for failure in _failures(results):
        if found := cause(known, failure):
            by_cause.setdefault(found, []).append(failure)
        else:
            chapter = failure.case.rpartition("/")[0]
            key = (failure.implementation, failure.version, chapter, failure.verdict.reason)
            unexplained.setdefault(key, []).append(failure.case)
    asked = [key for each in results for key in each.answers]
    findings = [
        _finding(identifier, known, by_cause.get(identifier, []), asked, cases)
        for identifier in _owned(known)
    ]
    order = list(Gravity)
    findings.sort(key=lambda each: (order.index(each.gravity), -len(each.cases), each.id))
    return Catalogue(
        tuple(findings),
        tuple(Unexplained(*key, tuple(sorted(ids))) for key, ids in sorted(unexplained.items())),
    )


def _failures(results: Sequence[Results]) -> Iterator[Result]:
    for each in results:
        for answers in each.answers.values():
            for result in answers.values():
                failed = result.verdict.verdict in ("fail", "known")
                if failed and result.verdict.reason != "unexpected_pass":
                    yield result


def _owned(known: Mapping[str, Sequence[Known]]) -> dict[str, None]:
    """The findings, each told by the implementation that has it."""
    return {
        entry.finding: None
        for name, entries in known.items()
        for entry in entries
        if entry.finding.startswith(f"{name}/")
    }


def _finding(
    identifier: str,
    known: Mapping[str, Sequence[Known]],
    failures: Sequence[Result],
    asked: Iterable[tuple[str, str]],
    cases: Mapping[str, Case],
) -> Finding:
    owner = identifier.partition("/")[0]
    entries = [
        (name, entry)
        for name, of_one in known.items()
        for entry in of_one
        if entry.finding == identifier
    ]
    own = tuple(entry for name, entry in entries if name == owner)
    measured = {failure.case for failure in failures}
    candidates = measured or filter(Expectations(own).concern, cases)
    return Finding(
        id=identifier,
        own=own,
        beneath=tuple((name, entry) for name, entry in entries if name != owner),
        failures=tuple(failures),
        asked=tuple(sorted({version for name, version in asked if name == owner}, key=age)),
        smallest=min((cases[each] for each in candidates), key=lambda case: (_size(case), case.id)),
    )


def _size(case: Case) -> int:
    """How much there is to look at: the bytes of the store."""
    return sum(len(key) + len(value.to_bytes()) for key, value in case.store.items())
