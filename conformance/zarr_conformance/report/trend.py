"""A history: what each version of each implementation came to with each corpus, in one small file.

A line of it is a summary and stands for one version with one corpus; a later measurement takes the
place of an earlier one. Counts of two corpora cannot be compared, shares can, with care: which
cases changed is for ``compare`` to tell. ``trends`` is the data that pages and the terminal draw.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from zarr_conformance.errors import ResultsError, StorageError, UsageError, told
from zarr_conformance.report.history import by_age
from zarr_conformance.report.matrix import Share, summary
from zarr_conformance.results import Results
from zarr_conformance.versions import parse_version
from zarr_conformance.visible import visible
from zarr_fixtures.case import Case

FORMAT = 1
BARS = "▁▂▃▄▅▆▇█"
KINDS = ("must", "should", "may", "mandated", "implied")
COUNTED = ("pass", "fail", "known", "lenient")  # the verdicts that are shown, and the shares
SHARED = {"MUST": "must", "mandated": "mandated"}


@dataclass(frozen=True)
class Entry:
    """A version of an implementation, measured with a corpus.

    ``verdicts`` counts them by name. ``shares`` has how many passed, of those that could show
    anything: of valid data by level (``must``, ``should``, ``may``), and of invalid data by whether
    the text orders the error (``mandated``, ``implied``).
    """

    name: str
    version: str
    lineage: str
    corpus: str
    corpus_hash: str
    started: str
    verdicts: Mapping[str, int]
    shares: Mapping[str, Share]

    @property
    def key(self) -> tuple[str, str, str]:
        """What it is the only entry about."""
        return self.name, self.version, self.corpus_hash

    @property
    def measured_with(self) -> str:
        """The version of the corpus, and enough of its hash to tell it from others."""
        return f"{self.corpus} {self.corpus_hash.removeprefix('sha256:')[:7]}"

    @property
    def must(self) -> float | None:
        """The share that is right of what MUST be read or written; None if none is told."""
        share = self.shares["must"]
        return share.passed / share.judged if share.judged else None


def entries_of(results: Results, cases: Mapping[str, Case]) -> list[Entry]:
    """The entries that results make. ``cases`` are those of their corpus."""
    entries = []
    for key, answers in results.answers.items():
        sums = summary(cases, answers)
        run = results.run
        entries.append(
            Entry(
                *key,
                results.implementations[key].lineage,
                run.corpus["version"],
                run.corpus["hash"],
                run.started,
                dict(sorted(sums.verdicts.items())),
                {**sums.valid, **sums.invalid},
            )
        )
    return entries


def read_history(path: Path) -> list[Entry]:
    """The entries of a file. Raises ``ResultsError`` that names the line that is wrong."""
    try:
        lines = path.read_bytes().splitlines()
    except OSError as error:
        raise ResultsError(f"{path} cannot be read: {error.strerror or error}.") from error
    entries = {}
    for number, line in enumerate(lines, 1):
        try:
            entry = _parse(json.loads(line))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            raise ResultsError(
                f"{path} is no history: line {number} is no entry of one."
            ) from error
        entries[entry.key] = entry
    return list(entries.values())


def write_history(path: Path, entries: Iterable[Entry]) -> None:
    """Write a file anew, sorted, in one step. Raises ``StorageError`` if that is not possible."""
    by_key = {entry.key: entry for entry in entries}
    text = "".join(
        json.dumps({"format": FORMAT, **asdict(by_key[key])}, separators=(",", ":")) + "\n"
        for key in sorted(by_key)
    )
    unfinished = path.with_name(f"{path.name}.unfinished")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        unfinished.write_text(text, encoding="utf-8")
        unfinished.replace(path)
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {told(error)}.") from error


def trends(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """The entries of each implementation by its name, oldest version first, then oldest corpus."""
    ordered = sorted(entries, key=lambda each: (each.name, _age(each)))
    return {name: list(members) for name, members in groupby(ordered, lambda each: each.name)}


def _age(entry: Entry) -> tuple[object, ...]:
    return by_age((entry.name, entry.version)), parse_version(entry.corpus), entry.started


def _parse(document: Any) -> Entry:
    """An entry. Raises ``ValueError``, ``TypeError`` or ``KeyError`` if the document is none."""
    match document:
        case {"format": 1, "verdicts": dict(verdicts), "shares": dict(shares), **members}:
            texts = {str(name): text for name, text in members.items() if isinstance(text, str)}
            parse_version(texts["corpus"])
            return Entry(
                **texts,
                verdicts={str(name): _count(number) for name, number in verdicts.items()},
                shares={kind: _share(**shares[kind]) for kind in KINDS},
            )
    raise ValueError("no entry of a history")


def _share(*, passed: object, judged: object) -> Share:
    share = Share(_count(passed), _count(judged))
    if share.passed > share.judged:
        raise ValueError("more passed than were judged")
    return share


def _count(number: object) -> int:
    if type(number) is not int or number < 0:
        raise ValueError("no count")
    return number


def show_trends(console: Console, entries: Sequence[Entry], names: Sequence[str]) -> None:
    """Print a table for each implementation, or those named, and its trend as a row of bars.

    Raises ``UsageError`` if one that is named is not in the history.
    """
    of_each = trends(entries)
    for name in names:
        if name not in of_each:
            raise UsageError(f"{name!r} is not in the history; there are: {', '.join(of_each)}.")
    for name in names or of_each:
        members = of_each[name]
        bars = "".join(_bar(each.must) for each in members)
        console.print(Text.assemble((visible(name), "bold"), f"  {bars}"))
        console.print(_table(members))
        console.print()
    console.print("A bar is the share of what MUST be read or written that is right.")


def _bar(share: float | None) -> str:
    return "·" if share is None else BARS[min(int(share * len(BARS)), len(BARS) - 1)]


def _table(members: Sequence[Entry]) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("  version")
    table.add_column("corpus")
    for heading in (*COUNTED, *SHARED):
        table.add_column(heading, justify="right")
    for each in members:
        counts = [str(each.verdicts.get(v, 0)) for v in COUNTED]
        shares = [str(each.shares[kind]) for kind in SHARED.values()]
        cells = (f"  {each.version}", each.measured_with, *counts, *shares)
        table.add_row(*(Text(visible(cell)) for cell in cells))
    return table
