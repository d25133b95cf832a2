"""Writes known failures: the file that ``--expected`` reads, from what failed in a run.

What failed unexpectedly becomes an entry for each kind and chapter, whose reason is to be filled
in. Entries that were there before stay as they are, but what passes now leaves them.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from packaging.specifiers import SpecifierSet

from zarr_conformance.errors import StorageError, told
from zarr_conformance.expectations import SWITCHES, UNFILLED, Known
from zarr_conformance.report.failures import reproduction
from zarr_conformance.results import Implementation, Result

HEADING = "# Known failures. docs/how-to/use-in-ci.md tells what an entry says.\n"
REASON = f"{UNFILLED}: what the library does, and what the specification says."


def expected_entries(
    implementation: Implementation, answers: Mapping[str, Result], earlier: Sequence[Known]
) -> list[Known]:
    """The entries that make a file of all that fails, those of before first."""
    return [
        *_kept(earlier, implementation.version, answers.values()),
        *_new(implementation, answers.values()),
    ]


def write_entries(path: Path, entries: Iterable[Known]) -> None:
    """Write a file of known failures. Raises ``StorageError`` if that is not possible."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        owner = path.absolute().parent.name
        texts = [_to_toml(known, owner) for known in entries] or ["known = []\n"]
        path.write_text("\n".join([HEADING, *texts]), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"{path} cannot be written: {told(error)}.") from error


def _kept(earlier: Iterable[Known], version: str, results: Iterable[Result]) -> Iterator[Known]:
    """The entries of before, each without the cases that pass now."""
    results = tuple(results)
    for known in earlier:
        ours = [each for each in results if known.concerns(each.case)]
        if known.holds_in(version) and any(map(_passes_unexpectedly, ours)):
            cases = tuple(
                each.case
                for each in ours
                if (each.verdict.verdict, each.verdict.reason) == ("known", known.kind)
            )
            if cases:
                yield replace(known, cases=cases)
        else:
            yield known


def _passes_unexpectedly(result: Result) -> bool:
    return result.verdict.reason == "unexpected_pass"


def _new(implementation: Implementation, results: Iterable[Result]) -> Iterator[Known]:
    """An entry for each kind of failure in each chapter."""
    together: dict[tuple[str, str], list[str]] = {}
    for result in results:
        if result.verdict.verdict == "fail" and not _passes_unexpectedly(result):
            chapter = result.case.rpartition("/")[0]
            together.setdefault((chapter, result.verdict.reason), []).append(result.case)
    for (_, kind), cases in sorted(together.items()):
        evidence = reproduction(implementation, cases[0])
        yield Known(tuple(sorted(cases)), kind, REASON, SpecifierSet(), reproduce=evidence)


def _to_toml(known: Known, owner: str) -> str:
    """An entry of the file of ``owner``, to whom a finding without a name belongs."""
    cases = "".join(f"    {_quoted(case)},\n" for case in known.cases)
    texts = {
        "kind": known.kind,
        "reason": known.reason,
        "finding": known.finding.removeprefix(f"{owner}/"),
        "link": known.link,
        "reproduce": known.reproduce,
        "shows": known.shows,
        "private": known.private,
        "versions": str(known.versions),
    }
    lines = ["[[known]]", f"cases = [\n{cases}]"]
    lines += [f"{name} = {_quoted(text)}" for name, text in texts.items() if text]
    lines += [f"{name} = true" for name in SWITCHES if getattr(known, name)]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A basic string of TOML, whose escapes are those of JSON, and DEL."""
    text = text.encode("utf-8", "backslashreplace").decode()  # a command may hold any bytes
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
