"""The matrix: rows are features or chapters, columns implementations, cells what was measured.

Every judged case counts in exactly one row, so that the rows add up to the summary. Observed cases
count in none: nothing can fail where the specification is silent. What a feature SHOULD or MAY do
has rows of its own, so that no number mixes levels.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from zarr_conformance.report.marks import Mark, mark_of, mark_of_all
from zarr_conformance.results import Result
from zarr_fixtures.case import Case, Refused

Key: TypeAlias = tuple[str, str]
Answers: TypeAlias = Mapping[Key, Mapping[str, Result]]

# Chapters whose rows are features: the kind of these features, and their group.
FEATURE_CHAPTERS = {
    "data_types": ("data_type", "data types"),
    "fill_values": ("data_type", "data types"),
    "chunk_grids": ("chunk_grid", "chunks"),
    "chunk_key_encodings": ("chunk_key_encoding", "chunks"),
    "codecs": ("codec", "codecs"),
    "compressors": ("compressor", "compressors"),
}
GROUPS = ("format", "data types", "chunks", "codecs", "compressors", "writing")
DATA_TYPES = ("bool", "int", "uint", "float", "complex")
LEVELS = ("must", "should", "may")
OF_LEVELS = "Rows count what is a MUST; those of SHOULD and MAY say so."


@dataclass(frozen=True)
class Row:
    """A row: the version of the format, the group, the label in the group, and the level.

    At the level ``must`` it is called as its feature is.
    """

    version: int
    group: str
    label: str
    level: str = "must"

    @property
    def name(self) -> str:
        """What it is called in its group."""
        return self.label if self.level == "must" else f"{self.label} {self.level.upper()}"

    @property
    def place(self) -> tuple[int, int, int, int, str, int]:
        """Where it stands: v3 before v2, data types by kind and size, the rest by name."""
        kind = self.label.rstrip("0123456789")
        first = -self.version, GROUPS.index(self.group)
        last = self.label, LEVELS.index(self.level)
        if kind in DATA_TYPES:
            return *first, DATA_TYPES.index(kind), int(self.label[len(kind) :] or 0), *last
        return *first, len(DATA_TYPES), 0, *last


@dataclass(frozen=True)
class Cell:
    """A cell: its mark, and how many of the judged cases of the row passed."""

    mark: Mark
    passed: int
    judged: int


def row_of(case: Case) -> Row:
    """The row of the feature that a case is about."""
    _, chapter, *rest = case.id.split("/")
    if case.ask.changes:
        topic = rest[0] if len(rest) > 1 else ""
        return Row(case.zarr_format, "writing", f"{chapter} {topic}".strip().replace("_", " "))
    if chapter not in FEATURE_CHAPTERS:
        return Row(case.zarr_format, "format", chapter.replace("_", " "))
    kind, group = FEATURE_CHAPTERS[chapter]
    if case.zarr_format == 2:
        kind = {"data_type": "dtype"}.get(kind, kind)
    name = rest[0] if chapter == "codecs" else ""
    found = [feature for feature in case.features if feature.startswith(f"{kind}:{name}")]
    # The last one is the most special: ``blosc/lz4`` comes after ``blosc``.
    label = found[-1].partition(":")[2] if found else name or chapter.replace("_", " ")
    return Row(case.zarr_format, group, label)


def matrix(cases: Mapping[str, Case], results: Answers) -> dict[Row, dict[Key, Cell]]:
    """The cells by row, in the order in which the rows are shown, and by implementation.

    A case counts in the row of its feature at its level.
    """
    asked = {case_id for answers in results.values() for case_id in answers}
    judged = [cases[i] for i in asked if cases[i].polarity != "observe"]
    rows: dict[Row, list[str]] = {}
    for case in judged:
        rows.setdefault(replace(row_of(case), level=case.level), []).append(case.id)
    return {
        row: {key: _cell(ids, answers) for key, answers in results.items()}
        for row, ids in sorted(rows.items(), key=lambda item: item[0].place)
    }


def _cell(case_ids: Iterable[str], answers: Mapping[str, Result]) -> Cell:
    marks = [mark_of(answers[case_id].verdict) for case_id in case_ids if case_id in answers]
    return Cell(mark_of_all(marks), marks.count(Mark.PASSED), len(marks))


@dataclass(frozen=True)
class Share:
    """How many of some cases passed, of those that could show anything."""

    passed: int = 0
    judged: int = 0

    def __str__(self) -> str:
        return f"{self.passed}/{self.judged}" if self.judged else "-"


@dataclass(frozen=True)
class Summary:
    """One implementation in numbers.

    ``valid`` is by level, of the cases whose data is valid; ``invalid`` is by whether the
    specification ``mandated`` the refusal or it is only ``implied``; ``written`` is of the cases
    that ask for a change.
    """

    verdicts: Mapping[str, int]
    valid: Mapping[str, Share]
    invalid: Mapping[str, Share]
    written: Share


def summary(cases: Mapping[str, Case], answers: Mapping[str, Result]) -> Summary:
    """Sum up the answers of one implementation."""
    verdicts = Counter(result.verdict.verdict for result in answers.values())
    passed: Counter[str] = Counter()
    judged: Counter[str] = Counter()
    for case_id, result in answers.items():
        kind = _kind(cases[case_id])
        passed[kind] += result.verdict.verdict == "pass"
        judged[kind] += result.verdict.verdict in ("pass", "fail", "known", "lenient")
    shares = {kind: Share(passed[kind], judged[kind]) for kind in judged}
    return Summary(
        verdicts,
        {level: shares.get(level, Share()) for level in LEVELS},
        {kind: shares.get(kind, Share()) for kind in ("mandated", "implied")},
        shares.get("written", Share()),
    )


def _kind(case: Case) -> str:
    if case.ask.changes and case.polarity != "observe":
        return "written"
    match case.expect:
        case Refused(mandated=mandated):
            return "mandated" if mandated else "implied"
        case _:
            return "observed" if case.polarity == "observe" else case.level
