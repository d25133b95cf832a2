"""Known failures: what an implementation's ``expected.toml`` says of it.

::

    [[known]]
    cases = "v3/codecs/sharding_indexed/index-location-*"
    kind = "rejected_valid"
    reason = "The index is looked for at the end only."
    finding = "index-location"
    link = "https://github.com/zarr-developers/example/issues/12"
    versions = ">=3,<4"

``cases`` is a glob over case ids, or a list of several, ``kind`` the reason of the failure that is
known. Each entry says why (``reason``) and how anybody can see it: ``link``, or ``reproduce``, a
few lines that use the library alone, whose output has ``shows`` in it. What should first be told
its authors alone has neither, and says so (``private``). ``versions`` is a version specifier;
without it the entry holds for all versions.

``finding`` names the root cause, for ever: entries of one cause have the same. What lies in another
implementation beneath this one is a finding of that one, ``zarr-python/index-location``, and needs
no evidence of its own. ``limitation = true`` says that it follows from the library's design, and no
data are lost: its data model has no place for what is asked, or it adds something of its own.

A failure of that kind becomes ``known``. A case that passes although an entry knows better is a
failure, ``unexpected_pass``, until the entry is removed; only if it says ``sometimes = true``, as
what depends on time or on uninitialised memory does not always fail, may the case pass. Entries are
applied to the judge's verdicts and never change what it remembers, so that they can be applied
again by ``rejudge``.

An entry that a run has written says ``TO FILL IN`` where the reason is missing: it counts, since
nobody is helped by a run that stays red until every sentence is written, but each run tells of it.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import translate
from functools import cached_property
from pathlib import Path
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion

from zarr_conformance.errors import ExpectationsError
from zarr_conformance.judge import Verdict
from zarr_conformance.versions import parse_version

MANDATORY = ("cases", "kind", "reason")
EVIDENCE = ("link", "reproduce", "private")
SWITCHES = ("sometimes", "limitation")
OPTIONAL = ("finding", *EVIDENCE, "shows", "versions", *SWITCHES)
FORMS = {"cases": "a string or a list of strings", **dict.fromkeys(SWITCHES, "true or false")}
SLUG = re.compile(r"([a-z0-9._-]+/)?[a-z0-9]+(-[a-z0-9]+)*")
KINDS = frozenset(
    {
        "wrong_elements",
        "wrong_children",
        "wrong_metadata",
        "damaged",
        "invalid_store",
        "stray_keys",
        "accepted_invalid",
        "rejected_valid",
        "crashed",
        "timed_out",
        "out_of_memory",
        "bad_answer",
    }
)
UNFILLED = "TO FILL IN"


@dataclass(frozen=True)
class Known:
    """One entry: cases that fail in one way, why, and in which versions.

    ``finding`` is ``IMPLEMENTATION/SLUG``, or empty; so is what the entry does not have.
    """

    cases: tuple[str, ...]
    kind: str
    reason: str
    versions: SpecifierSet
    sometimes: bool = False
    limitation: bool = False
    finding: str = ""
    link: str = ""
    reproduce: str = ""
    shows: str = ""
    private: str = ""

    @property
    def evidence(self) -> str:
        """What there is to see, the most telling first."""
        return self.link or self.reproduce or self.private or f"see the finding {self.finding}"

    def concerns(self, case_id: str) -> bool:
        """Whether the entry is about this case."""
        return self._cases.match(case_id) is not None

    @cached_property
    def _cases(self) -> re.Pattern[str]:
        """Matches the cases: reports ask each entry about each of them."""
        return _any_of(self.cases)

    def holds_in(self, version: str) -> bool:
        """Whether the entry is about a version. One without numbers is meant by no specifier."""
        if not self.versions:
            return True
        try:
            return self.versions.contains(parse_version(version), prereleases=True)
        except InvalidVersion:
            return False


@dataclass(frozen=True)
class Expectations:
    """The known failures of one implementation in one version."""

    known: tuple[Known, ...] = ()

    @classmethod
    def read(cls, path: Path, case_ids: Iterable[str], version: str) -> "Expectations":
        """The entries of a file that are about ``version``; none if there is no such file.

        Raises ``ExpectationsError`` if an entry is incomplete, or matches no case of the corpus.
        """
        return cls.among(read_known(path, case_ids), version)

    @classmethod
    def among(cls, entries: Iterable[Known], version: str) -> "Expectations":
        """Those of the entries that are about ``version``."""
        return cls(tuple(known for known in entries if known.holds_in(version)))

    @cached_property
    def _concerned(self) -> re.Pattern[str]:
        """Matches the cases that any entry is about: most cases no entry is about."""
        return _any_of(pattern for known in self.known for pattern in known.cases)

    def concern(self, case_id: str) -> bool:
        """Whether any entry is about this case."""
        return self._concerned.match(case_id) is not None

    def about(self, case_id: str, kind: str) -> Known | None:
        """The entry that knows of a failure of this kind."""
        entries = (known for known in self.known if known.concerns(case_id))
        return next((known for known in entries if known.kind == kind), None)

    def applied(self, case_id: str, verdict: Verdict) -> Verdict:
        """The verdict, in view of what is known."""
        if not self.concern(case_id):
            return verdict
        if verdict.verdict == "fail" and self.about(case_id, verdict.reason) is not None:
            return Verdict("known", verdict.reason)
        if verdict.verdict == "pass" and any(
            known.concerns(case_id) and not known.sometimes for known in self.known
        ):
            return Verdict("fail", "unexpected_pass")
        return verdict


def _any_of(globs: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, globs)) or "(?!)")


def read_known(path: Path, case_ids: Iterable[str]) -> tuple[Known, ...]:
    """The entries of a file, about all versions; none if there is no such file.

    Raises ``ExpectationsError`` if an entry is incomplete, or matches no case of the corpus.
    """
    if not path.exists():
        return ()
    case_ids = frozenset(case_ids)
    entries = []
    for number, entry in enumerate(_entries(path), 1):
        place = f"{path}, entry {number}"
        known = _parse_entry(entry, place, path.absolute().parent.name)
        for pattern in known.cases:
            if pattern not in case_ids and not any(map(_any_of([pattern]).match, case_ids)):
                raise ExpectationsError(
                    f"{place}: no case matches {pattern!r}. Remove it or correct it; "
                    "`zarr-conformance cases list` prints the ids."
                )
        entries.append(known)
    return tuple(entries)


def _entries(path: Path) -> list[Any]:
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ExpectationsError(f"{path} cannot be read: {error}.") from error
    match document:
        case {"known": list(entries)} if len(document) == 1:
            return entries
    raise ExpectationsError(f"{path} must hold [[known]] entries and nothing else.")


def _parse_entry(entry: Any, place: str, implementation: str) -> Known:
    members = _checked_members(entry, place)
    if members["kind"] not in KINDS:
        kinds = ", ".join(sorted(KINDS))
        raise ExpectationsError(f"{place}: {members['kind']!r} is none of the kinds {kinds}.")
    finding = members.get("finding", "")
    if not (any(members.get(name) for name in EVIDENCE) or "/" in finding):
        raise ExpectationsError(
            f"{place}: an accusation needs evidence: `link` an issue, or say how to `reproduce` it."
        )
    if finding and not SLUG.fullmatch(finding):
        raise ExpectationsError(
            f"{place}: `finding` must be words like bare-names, or IMPLEMENTATION/bare-names."
        )
    if "/" not in finding:
        finding = finding and f"{implementation}/{finding}"
    try:
        versions = SpecifierSet(members.get("versions", ""))
    except InvalidSpecifier as error:
        raise ExpectationsError(f"{place}: `versions` is no version specifier: {error}.") from error
    cases = tuple(members["cases"])
    return Known(**{**members, "cases": cases, "finding": finding, "versions": versions})


def _checked_members(entry: Any, place: str) -> Mapping[str, Any]:
    if not isinstance(entry, dict):
        raise ExpectationsError(f"{place} must be a table: write [[known]] above it.")
    for name in MANDATORY:
        if not entry.get(name):
            raise ExpectationsError(f"{place}: `{name}` is missing.")
    cases = [entry["cases"]] if isinstance(entry["cases"], str) else entry["cases"]
    for name, value in {**entry, "cases": cases}.items():
        if name not in MANDATORY + OPTIONAL:
            raise ExpectationsError(f"{place}: {name!r} is not a member of an entry.")
        if not _is_right(name, value):
            raise ExpectationsError(f"{place}: `{name}` must be {FORMS.get(name, 'a string')}.")
    return {**entry, "cases": cases}


def _is_right(name: str, value: Any) -> bool:
    match name:
        case _ if name in SWITCHES:
            return isinstance(value, bool)
        case "cases":
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
    return isinstance(value, str)
