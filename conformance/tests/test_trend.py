"""A history: what is kept of results, and how it is read again."""

import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.console import Console

from zarr_conformance.errors import ResultsError, StorageError, UsageError
from zarr_conformance.judge import Observation, Verdict
from zarr_conformance.report.matrix import Share
from zarr_conformance.report.trend import (
    KINDS,
    Entry,
    entries_of,
    read_history,
    show_trends,
    trends,
    write_history,
)
from zarr_conformance.results import Implementation, Result, Results, Run
from zarr_fixtures.case import Ask, Case, Elements

NO = Observation("refused", {"stage": "open", "message": "no"})
CASES = {
    case_id: Case(case_id, case_id, (), "must", ("v3",), {}, Ask("read", {"path": "/"}),
                  Elements("uint8", (0,), b""), "by hand")
    for case_id in ("v3/metadata/a", "v3/metadata/b", "v3/metadata/c")
}  # fmt: skip


def entry(version: str, corpus: str = "0.1.0", digest: str = "sha256:0", passed: int = 1) -> Entry:
    shares = dict.fromkeys(KINDS, Share()) | {"must": Share(passed, 4)}
    return Entry(
        "lib", version, "lib", corpus, digest, "2026-01-01T00:00", {"pass": passed}, shares
    )


def test_results_become_an_entry_for_each_version() -> None:
    verdicts = ("pass", "fail", "unsupported")
    key = ("lib", "1.0")
    answers = {
        case_id: Result(case_id, *key, "core", NO, Verdict(verdict, "x"), 0.0)
        for case_id, verdict in zip(CASES, verdicts, strict=True)
    }
    run = Run({"version": "0.1.0", "hash": "sha256:0"}, {}, "1", "x", "3", "2026-01-01T00:00")
    who = Implementation(*key, lineage="core")
    (found,) = entries_of(Results(Path("r"), run, {key: who}, {}, {key: answers}), CASES)
    assert (found.key, found.lineage) == (("lib", "1.0", "sha256:0"), "core")
    assert found.verdicts == {"fail": 1, "pass": 1, "unsupported": 1}
    assert found.shares["must"] == Share(1, 2)
    assert found.must == 0.5


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "new" / "history.jsonl"
    entries = [entry("1.0"), entry("1.0", digest="sha256:1"), entry("2.0")]
    write_history(path, entries)
    assert read_history(path) == entries
    assert len(path.read_text().splitlines()) == 3


def test_a_version_is_measured_anew(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    write_history(path, [entry("1.0", passed=1), entry("1.0", passed=3)])
    (found,) = read_history(path)
    assert found.must == 0.75


def test_trends_go_from_old_to_new() -> None:
    given = [entry("3.10"), entry("3.9", "0.10.0"), entry("3.9", "0.9.0"), entry("main")]
    (found,) = trends(given).values()
    assert [(each.version, each.corpus) for each in found] == [
        ("main", "0.1.0"),
        ("3.9", "0.9.0"),
        ("3.9", "0.10.0"),
        ("3.10", "0.1.0"),
    ]


@settings(deadline=None)
@given(
    st.binary()
    | st.recursive(st.none() | st.integers() | st.text(), lambda each: st.lists(each)).map(
        lambda document: json.dumps(document).encode()
    )
)
def test_what_is_no_history_is_a_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.mktemp("history") / "history.jsonl"
    path.write_bytes(data + b"\n")
    if data.splitlines():
        with pytest.raises(ResultsError, match="is no history: line 1"):
            read_history(path)


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"shares": {}},
        {"verdicts": {"pass": "many"}},
        {"verdicts": {"pass": float("inf")}},
        {"verdicts": {"pass": -1}},
        {"shares": {kind: {"passed": float("inf"), "judged": float("inf")} for kind in KINDS}},
        {"name": 1},
        {"more": "x"},
        {"shares": {kind: {"passed": 2, "judged": 1} for kind in KINDS}},
        {"corpus": "newest"},
    ],
)
def test_an_entry_that_is_wrong_is_a_sentence(tmp_path: Path, change: dict[str, object]) -> None:
    path = tmp_path / "history.jsonl"
    write_history(path, [entry("1.0")])
    path.write_text(json.dumps(json.loads(path.read_text()) | change))
    with pytest.raises(ResultsError, match="line 1"):
        read_history(path)


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="a file stands where a folder has to be"):
        write_history(tmp_path / "file" / "history.jsonl", [])


def shown(entries: list[Entry], *names: str) -> str:
    text = io.StringIO()
    show_trends(Console(file=text, width=100), entries, names)
    return text.getvalue()


def test_the_trend_is_shown_with_its_numbers() -> None:
    lines = shown([entry("1.0", passed=1), entry("2.0", passed=4)]).splitlines()
    assert lines[0].rstrip() == "lib  ▃█"
    assert lines[2].split() == ["1.0", "0.1.0", "0", "1", "0", "0", "0", "1/4", "-"]
    with pytest.raises(UsageError, match="there are: lib"):
        shown([entry("1.0")], "other")
