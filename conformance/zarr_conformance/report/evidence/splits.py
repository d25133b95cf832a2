"""Where those who are counted fail, worst first: cases that the same ones fail in the same way.

The example of each is the first case, with what was expected and what one of them said. What
is known of the cause stands beside it, by the name of the finding. Where the text is open or
disputed nothing is wrong but to break: no text allows a crash.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from zarr_conformance.expectations import Known
from zarr_conformance.report.difference import Contrast, contrasts
from zarr_conformance.report.evidence.contestants import Contestant
from zarr_conformance.report.evidence.standings import is_decided
from zarr_conformance.report.failures import reproduction
from zarr_conformance.report.findings import entry_of
from zarr_conformance.report.marks import Mark, mark_of
from zarr_fixtures.case import Case

KINDS = (Mark.WRONG, Mark.BROKE, Mark.REJECTED, Mark.ACCEPTED, Mark.LENIENT)


@dataclass(frozen=True)
class Split:
    """Cases that the same implementations fail in the same way, and one of them as an example.

    ``causes`` are the entries that know of a finding in it, one for each finding.
    """

    mark: Mark
    who: tuple[Contestant, ...]
    cases: tuple[Case, ...]
    causes: tuple[Known, ...]

    @property
    def example(self) -> Contestant:
        """Whose answer is shown: a library rather than what stands on it."""
        return next((each for each in self.who if each.is_root), self.who[0])

    @property
    def contrasts(self) -> list[Contrast]:
        """What the first case expects and the example said, down to the first byte."""
        case = self.cases[0]
        return list(contrasts(case, self.example.answers[case.id].observation))

    @property
    def again(self) -> str:
        """The command that shows it again."""
        return reproduction(self.example.implementation, self.cases[0].id)


def splits(
    who: Sequence[Contestant], cases: Iterable[Case], known: Mapping[str, Sequence[Known]]
) -> list[Split]:
    """The failures: by gravity, then by how many fail, then by how many cases they fail.

    ``known`` is what is known of each implementation, by its name.
    """
    groups: dict[tuple[Mark, tuple[int, ...]], list[Case]] = {}
    for case in cases:
        for mark, members in _marks(who, case):
            groups.setdefault((mark, members), []).append(case)
    found = [
        _split(mark, [who[n] for n in members], failed, known)
        for (mark, members), failed in groups.items()
    ]
    return sorted(
        found, key=lambda each: (KINDS.index(each.mark), -len(each.who), -len(each.cases))
    )


def _split(
    mark: Mark,
    who: Sequence[Contestant],
    cases: Sequence[Case],
    known: Mapping[str, Sequence[Known]],
) -> Split:
    entries = (entry_of(known, each.answers[case.id]) for each in who for case in cases)
    causes = {entry.finding: entry for entry in entries if entry is not None and entry.finding}
    return Split(mark, tuple(who), tuple(cases), tuple(causes.values()))


def _marks(who: Sequence[Contestant], case: Case) -> Iterator[tuple[Mark, tuple[int, ...]]]:
    """Each kind of failure of a case, and the numbers of those who fail in this way."""
    kinds = KINDS if is_decided(case) else (Mark.BROKE,)
    answers = [each.answers.get(case.id) for each in who]
    marks = [None if each is None else mark_of(each.verdict) for each in answers]
    for kind in kinds:
        members = tuple(n for n, mark in enumerate(marks) if mark is kind)
        if members:
            yield kind, members
