"""Runs made elsewhere: taken in beside ours, judged again, and refused if they are not whole."""

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from conformance.tests.conftest import honest_answer

from zarr_conformance.cli import results as results_command
from zarr_conformance.cli.command import run_command
from zarr_conformance.results import Results
from zarr_fixtures.corpus import load

CORPUS = load()  # which takes longer than all that is done with it here
CASES = ("v3/metadata/plainest-array", "v3/must_understand/codec-unknown")
RUN = {
    "format": 1,
    "corpus": {"version": CORPUS.version, "hash": CORPUS.hash},
    "specs": {"zarr-specs": "abc"},
    "harness": "0.1.0",
    "platform": "Linux-6",
    "python": "3.12.1",
    "started": "2026-05-01T12:00:00+00:00",
}


class Outcome(NamedTuple):
    code: int
    out: str
    err: str


def lines_of(name: str, version: str = "1.0", **run: object) -> list[dict[str, Any]]:
    """An honest file: one implementation, which is right about two cases."""
    who = {"name": name, "version": version, "language": "r", "lineage": name}
    lines: list[dict[str, Any]] = [{"run": deepcopy(RUN) | run}]
    lines.append({"implementation": {**who, "libraries": {}, "command": ["Rscript", "a.R"]}})
    for case_id in CASES:
        observation = json.loads(json.dumps(honest_answer(CORPUS[case_id])))
        reason = "equal" if "returned" in observation else "refused"
        line = {"case": case_id, "implementation": name, "version": version, "lineage": name}
        line |= {"observation": observation, "verdict": "pass", "reason": reason, "seconds": 0.01}
        lines.append(line)
    return lines


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    def put(name: str, lines: list[dict[str, Any]], end: str = "\n") -> Path:
        path = tmp_path / f"{name}.jsonl"
        path.write_text("\n".join(map(json.dumps, lines)) + end)
        return path

    return put


@pytest.fixture
def merge(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[Outcome, Results | None]]:
    monkeypatch.setattr(results_command, "load", lambda: CORPUS)

    def together(*paths: Path) -> tuple[Outcome, Results | None]:
        out = tmp_path / "all.jsonl"
        code = run_command(["results", "merge", *map(str, paths), "-o", str(out)])
        outcome = Outcome(code, *capsys.readouterr())
        assert "Traceback" not in outcome.err
        return outcome, Results.read(out) if out.exists() else None

    return together


Merge = Callable[..., tuple[Outcome, Results | None]]


def verdicts(results: Results | None, name: str, version: str = "1.0") -> list[str]:
    assert results is not None
    answers = results.results[name, version]
    return [answers[case].verdict.verdict for case in CASES if case in answers]


def test_two_files_are_one(write: Callable[..., Path], merge: Merge) -> None:
    later = {"platform": "macOS-15", "started": "2026-04-01T12:00:00+02:00"}
    ours = write("ours", [*lines_of("zaro"), {"not_run": {"name": "pizzarr", "why": "no R"}}])
    outcome, results = merge(ours, write("theirs", lines_of("pizzarr", **later)))
    assert outcome.code == 0, outcome.err
    assert results is not None
    assert verdicts(results, "zaro") == verdicts(results, "pizzarr") == ["pass", "pass"]
    assert results.run.platform == "Linux-6; macOS-15"
    assert results.run.started == later["started"]
    assert not results.not_run
    assert f"zaro 1.0: 2 of {len(CORPUS.cases)} cases" in outcome.out
    assert "otherwise" not in outcome.out


def test_what_was_spent_is_kept_with_the_answers(write: Callable[..., Path], merge: Merge) -> None:
    """Also that of one file only, if two have answers of the same implementation."""
    cost = {"name": "zaro", "version": "1.0", "cases": 2, "seconds": 1, "start_seconds": 0}
    first, second = (
        write(name, [*lines_of("zaro"), {"cost": {**cost, "peak_memory": memory}}])
        for name, memory in (("first", 7), ("second", 9))
    )
    _, results = merge(first, second)
    assert results is not None
    assert [each.peak_memory for each in results.costs.values()] == [7]
    outcome, _ = merge(write("bad", [*lines_of("zaro"), {"cost": {**cost, "peak_memory": -1}}]))
    assert outcome.code == 4
    assert "line 5 is none that a run writes" in outcome.err


def test_a_forged_verdict_is_not_believed(write: Callable[..., Path], merge: Merge) -> None:
    """Neither of a lie, nor of a crash, nor that nobody was asked, nor of what is known to fail."""
    lines = lines_of("zaro")
    lines[2]["observation"]["returned"]["elements"] = "AAAA"
    lines[3] |= {"observation": {"broken": {"reason": "crashed", "detail": "", "stderr": ""}}}
    outcome, results = merge(write("forged", lines))
    assert verdicts(results, "zaro") == ["fail", "fail"]
    assert "2 verdicts otherwise than it claims" in outcome.out
    for claim in ("skipped", "known"):
        claimed = [*lines[:3], lines[3] | {"verdict": claim, "reason": "not_laid_out"}]
        assert verdicts(merge(write("forged", claimed))[1], "zaro") == ["fail", "fail"]


def test_a_refusal_without_its_control_proves_nothing(
    write: Callable[..., Path], merge: Merge
) -> None:
    lines = lines_of("zaro")
    _, results = merge(write("chosen", [lines[0], lines[1], lines[3]]))
    assert verdicts(results, "zaro") == ["inconclusive"]


def test_what_stands_on_which_library_is_known_here(
    write: Callable[..., Path], merge: Merge
) -> None:
    """Nobody makes a second implementation of a binding by saying so."""
    _, results = merge(write("theirs", lines_of("zarrs-python")))
    assert results is not None
    assert results.implementations["zarrs-python", "1.0"].lineage == "zarrs"
    lineages = {each.lineage for each in results.results["zarrs-python", "1.0"].values()}
    assert lineages == {"zarrs"}


def test_of_the_same_version_the_first_file_counts_and_whole(
    write: Callable[..., Path], merge: Merge
) -> None:
    first = write("first", lines_of("zaro")[:3])
    second = write("second", [*lines_of("zaro"), *lines_of("zaro", "2.0")[1:]])
    outcome, results = merge(first, second)
    assert verdicts(results, "zaro") == ["pass"]
    assert verdicts(results, "zaro", "2.0") == ["pass", "pass"]
    assert "zaro 1.0: left out, for an earlier file has it" in outcome.out


def changed(path: tuple[object, ...], value: object) -> list[dict[str, Any]]:
    lines: Any = lines_of("zaro")
    place = lines
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    return list(lines)


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        (changed((0, "run", "corpus", "hash"), "sha256:0"), "was made with another corpus"),
        (changed((0, "run", "format"), 2), "line 1 is none that a run writes"),
        (changed((0, "run", "started"), "yesterday"), "line 1 is none that a run writes"),
        (changed((1, "implementation", "name"), "a\x1b[2J"), "line 2 is none"),
        (changed((1, "implementation", "extra"), 1), "line 2 is none"),
        (changed((2, "case"), "v3/no/such"), "which is no case"),
        (changed((2, "case"), "\x1b[31m"), "line 3 is none"),
        (changed((2, "seconds"), -1), "line 3 is none"),
        (changed((2, "seconds"), float("inf")), "line 3 is none"),
        (changed((2, "verdict"), "splendid"), "line 3 is none"),
        (changed((2, "observation"), {"returned": [], "refused": {}}), "line 3 is none"),
        (changed((3, "observation"), {"broken": {"reason": "bored"}}), "line 4 is none"),
        (changed((3, "implementation"), "nobody"), "line 4 is out of place"),
        (lines_of("zaro")[1:], "its first line tells no run"),
        ([], "line 1 is none"),
        ([{}], "line 1 is none"),
    ],
)
def test_what_no_run_writes_is_refused(
    lines: list[dict[str, Any]], sentence: str, write: Callable[..., Path], merge: Merge
) -> None:
    outcome, results = merge(write("honest", lines_of("pizzarr")), write("bad", lines))
    assert outcome.code == 4, outcome
    assert sentence in outcome.err.replace("\n", " ")
    assert "\x1b" not in outcome.err
    assert outcome.err.count("Error:") == 1
    assert results is None, "nothing is written unless all is well"


def test_a_file_that_was_cut_off_is_refused(write: Callable[..., Path], merge: Merge) -> None:
    for end in ("", "\n" + json.dumps(lines_of("zaro")[3])[:40]):
        outcome, results = merge(write("cut", lines_of("zaro"), end=end))
        assert (outcome.code, results) == (4, None)
        assert "was cut off within its last line" in outcome.err


def test_what_is_no_file_is_refused(tmp_path: Path, merge: Merge) -> None:
    for path in (tmp_path / "none", Path("/dev/zero")):
        outcome, _ = merge(path)
        assert outcome.code == 4
        assert "is no file" in outcome.err
    deep = tmp_path / "deep.jsonl"
    deep.write_text("[" * 100_000 + "\n")
    assert merge(deep)[0].code == 4


def test_another_file_is_not_overwritten(
    write: Callable[..., Path], merge: Merge, tmp_path: Path
) -> None:
    (tmp_path / "all.jsonl").write_text("three years\n")
    code = run_command(
        ["results", "merge", str(write("a", lines_of("zaro"))), "-o", str(tmp_path / "all.jsonl")]
    )
    assert code == 2
    assert (tmp_path / "all.jsonl").read_text() == "three years\n"
