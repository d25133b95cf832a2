"""Round trips: what somebody wrote of a proposal, and who read it back as what was asked for.

Results alone tell what the reference finds in a store, and whether its writer reads other data of
the same kind. A cross-check tells who was given the very store, its writer among them. Cases
about nothing but attributes leave no elements to compare, and are not in it.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from zarr_conformance.crosscheck import Making, Pair, pairs, stores_of
from zarr_conformance.errors import ResultsError
from zarr_conformance.judge import Observation
from zarr_conformance.report.crosscheck import ALL, Cell, table
from zarr_conformance.report.evidence.contestants import Contestant, Sources
from zarr_conformance.report.marks import Mark
from zarr_conformance.report.matrix import Key, Share
from zarr_conformance.results import Results
from zarr_fixtures.case import Case
from zarr_fixtures.corpus import Corpus

LONGEST = 120  # characters of a message


@dataclass(frozen=True)
class Misreading:
    """Right stores that a reader does not return, though it supports all that they need.

    ``said`` is what it did, ``message`` what it told, without what differs from store to store;
    ``cases`` are those for which they were written.
    """

    reader: Contestant
    said: str
    message: str
    writers: tuple[Contestant, ...]
    cases: tuple[str, ...]


@dataclass(frozen=True)
class RoundTrips:
    """Those who wrote anything, those who were asked to read it, and how often that went well.

    ``stores`` counts those that a writer made, and in which of them the reference found what was
    asked for. ``plainest`` are the pairs of writer and reader in which the reader read back what
    the writer stored for every plainest case of the proposal; of a mere selection, for any case.
    ``strangers`` support nothing that was written. ``misreadings`` tell why somebody did not read
    right stores, the most cases first.
    """

    writers: Sequence[Contestant]
    readers: Sequence[Contestant]
    stores: Mapping[Key, Share]
    cells: Mapping[tuple[Key, Key], Cell]
    plainest: Collection[tuple[Key, Key]]
    strangers: Sequence[Contestant]
    misreadings: Sequence[Misreading]

    def came_back(self, writer: Key, reader: Key) -> bool:
        """Whether the reader read back the plainest that the writer stored."""
        return (writer, reader) in self.plainest

    def right(self, writer: Contestant) -> str:
        """How many of its stores hold what was asked for, as the reference reads them."""
        return str(self.stores[writer.key])

    def told(self, writer: Contestant, reader: Contestant) -> str:
        """How many of the stores one read as what the other was asked to store."""
        cell = self.cells.get((writer.key, reader.key))
        if cell is None:
            return Mark.ABSENT.symbol
        return f"{cell.agree}/{cell.asked}" if cell.asked else Mark.UNSUPPORTED.symbol

    def others_who_read(self, lineage: str) -> tuple[str, ...]:
        """The other lineages of which somebody read back the plainest of one of its writers."""
        own = [each for each in self.writers if each.implementation.lineage == lineage]
        found = {
            reader.implementation.lineage
            for reader in self.readers
            if any(self.came_back(writer.key, reader.key) for writer in own)
        }
        return tuple(sorted(found - {lineage}))


def round_trips(
    who: Sequence[Contestant],
    sources: Sources,
    corpus: Corpus,
    cases: Sequence[Case],
    plainest: Iterable[str],
) -> RoundTrips | None:
    """What a cross-check tells of what was written for these cases, of those who are counted.

    None if there is none. Raises ``ResultsError`` if it is of none of the stores that they wrote.
    """
    results, crosscheck = sources.together, sources.crosscheck
    if crosscheck is None:
        return None
    stores = stores_of([_of(who, cases, results)], corpus)
    found = list(pairs(stores, crosscheck))
    if stores.makings and not found:
        raise ResultsError(
            f"{crosscheck.path} is a cross-check of other results: it has no store of these. "
            f"Make it with: zarr-conformance crosscheck {results.path} --results FILE"
        )
    counted = {each.key for each in who}
    found = [pair for pair in found if pair.reader in counted]
    asked = [each for each in who if any(each.key == pair.reader for pair in found)]
    able = {pair.reader for pair in found if pair.outcome != "unsupported"}
    cells = {(w, r): cell for (about, w, r), cell in table(found).items() if about == ALL}
    return RoundTrips(
        [each for each in who if any(each.key == making.writer for making in stores.makings)],
        [each for each in asked if each.key in able],
        _right(stores.makings),
        cells,
        _plainest(found, frozenset(plainest)),
        [each for each in asked if each.key not in able],
        _misreadings(found, crosscheck, {each.key: each for each in who}),
    )


def _misreadings(
    found: Iterable[Pair], crosscheck: Results, who: Mapping[Key, Contestant]
) -> list[Misreading]:
    groups: dict[tuple[Key, str, str], list[Making]] = {}
    for pair in found:
        if pair.outcome == "reader":
            answer = crosscheck.results[pair.reader][pair.making.store]
            key = pair.reader, pair.said, _message(answer.observation)
            groups.setdefault(key, []).append(pair.making)
    told = [
        Misreading(
            who[reader],
            said,
            message,
            tuple(who[key] for key in sorted({each.writer for each in makings})),
            tuple(sorted({each.case.id for each in makings})),
        )
        for (reader, said, message), makings in groups.items()
    ]
    return sorted(told, key=lambda each: (-len(each.cases), each.reader.key, each.message))


def _message(observation: Observation) -> str:
    """The first line of what a reader told, without paths and numbers; not more than a line."""
    lines = str(observation.content.get("message", "")).strip().splitlines()
    text = re.sub(r"\S*/\S+|\b\d[\d_.,]*", "...", lines[0]) if lines else ""
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."


def _of(who: Sequence[Contestant], cases: Sequence[Case], results: Results) -> Results:
    """What those who are counted answered to these cases."""
    wanted = {case.id for case in cases}
    return replace(
        results,
        results={
            each.key: {
                case: answer for case, answer in results.results[each.key].items() if case in wanted
            }
            for each in who
        },
    )


def _right(makings: Iterable[Making]) -> dict[Key, Share]:
    found: dict[Key, Share] = {}
    for making in makings:
        before = found.get(making.writer, Share())
        found[making.writer] = Share(before.passed + making.right, before.judged + 1)
    return found


def _plainest(found: Iterable[Pair], plainest: frozenset[str]) -> Collection[tuple[Key, Key]]:
    read: dict[tuple[Key, Key], set[str]] = {}
    for pair in found:
        if pair.outcome == "agree":
            read.setdefault((pair.making.writer, pair.reader), set()).add(pair.making.case.id)
    return {each for each, cases in read.items() if plainest <= cases}
