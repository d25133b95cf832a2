"""Two results files side by side: what counts as a regression, and what only looks like one."""

import io
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from zarr_conformance.cli.command import run_command
from zarr_conformance.errors import UsageError
from zarr_conformance.judge import Observation, Verdict
from zarr_conformance.rejudge import write
from zarr_conformance.report.comparison import Kind, compare, lost, show_comparison
from zarr_conformance.results import Implementation, NotRun, Result, Results, Run

ONE = Observation("returned", {"data_type": "uint8", "shape": [1], "elements": "AQ=="})
TWO = Observation("returned", {"data_type": "uint8", "shape": [1], "elements": "Ag=="})
NO = Observation("refused", {"stage": "open", "message": "no"})
NO_LONGER = Observation("refused", {"stage": "open", "message": "in other words"})
CRASH = Observation("broken", {"reason": "crashed", "detail": "SIGSEGV", "stderr": ""})

PASS = (ONE, Verdict("pass", "equal"))
RIGHTLY = (NO, Verdict("pass", "refused"))
WRONG = (TWO, Verdict("fail", "wrong_elements"))
KNOWN = (TWO, Verdict("known", "wrong_elements"))
STALE = (ONE, Verdict("fail", "unexpected_pass"))
REJECTED = (NO, Verdict("fail", "rejected_valid"))
UNSUPPORTED = (NO_LONGER, Verdict("unsupported", "feature_unsupported"))
UNPROVED = (NO_LONGER, Verdict("inconclusive", "control_failed"))
LENIENT = (ONE, Verdict("lenient", "accepted_invalid"))
CRASHED = (CRASH, Verdict("fail", "crashed"))
SEEN = (ONE, Verdict("observed", "reading 1"))
SEEN_OTHERWISE = (TWO, Verdict("observed", "other"))

Said = tuple[Observation, Verdict]


def results(
    said: dict[str, Said], version: str = "1.0", corpus: str = "a", name: str = "lib"
) -> Results:
    run = Run({"version": "1", "hash": corpus}, {}, "1", "x", "3", "2026-01-01T00:00:00+00:00")
    key = (name, version)
    answers = {case: Result(case, *key, name, *each, 0.0) for case, each in said.items()}
    return Results(Path("r"), run, {key: Implementation(*key)}, {}, {key: answers})


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (PASS, PASS, None),
        (PASS, WRONG, Kind.REGRESSED),
        (PASS, KNOWN, Kind.REGRESSED),
        (PASS, REJECTED, Kind.REGRESSED),
        (PASS, UNSUPPORTED, Kind.REGRESSED),
        (PASS, CRASHED, Kind.REGRESSED),
        (RIGHTLY, LENIENT, Kind.REGRESSED),
        (REJECTED, WRONG, Kind.REGRESSED),
        (REJECTED, CRASHED, Kind.REGRESSED),
        (UNSUPPORTED, WRONG, Kind.REGRESSED),
        (WRONG, PASS, Kind.FIXED),
        (KNOWN, STALE, Kind.FIXED),
        (UNSUPPORTED, PASS, Kind.FIXED),
        (LENIENT, RIGHTLY, Kind.FIXED),
        (STALE, PASS, None),
        (WRONG, KNOWN, None),
        (WRONG, REJECTED, Kind.OTHERWISE),
        (CRASHED, UNSUPPORTED, Kind.OTHERWISE),
        (LENIENT, UNPROVED, Kind.OTHERWISE),
        (RIGHTLY, UNPROVED, Kind.JUDGED),
        (UNSUPPORTED, REJECTED, Kind.JUDGED),
        (SEEN, SEEN, None),
        (SEEN, SEEN_OTHERWISE, Kind.OTHERWISE),
        (PASS, (ONE, Verdict("fail", "wrong_elements")), Kind.JUDGED),
    ],
)
def test_what_became_of_a_case(old: Said, new: Said, kind: Kind | None) -> None:
    (comparison,) = compare(results({"a": old}), results({"a": new}, corpus="b"))
    assert [each.kind for each in comparison.differences] == ([] if kind is None else [kind])
    assert comparison.unchanged == (kind is None)


def test_cases_come_and_go_with_the_corpus_alone() -> None:
    old, new = {"a": PASS, "gone": WRONG}, {"a": PASS, "new": WRONG}
    (other,) = compare(results(old), results(new, corpus="b"))
    assert {each.case: each.kind for each in other.differences} == {
        "gone": Kind.GONE,
        "new": Kind.NEW,
    }
    (same,) = compare(results(old), results(new))
    assert {each.kind for each in same.differences} == {Kind.UNASKED}
    assert same.unchanged == 1


def test_regressions_are_told_by_case_where_totals_are_equal() -> None:
    (comparison,) = compare(results({"a": PASS, "b": WRONG}), results({"a": WRONG, "b": PASS}))
    assert comparison.counts == {Kind.REGRESSED: 1, Kind.FIXED: 1}


def both(*each: Results) -> Results:
    implementations = {key: value for one in each for key, value in one.implementations.items()}
    answers = {key: value for one in each for key, value in one.results.items()}
    return replace(each[0], implementations=implementations, results=answers)


def test_a_version_meets_itself_or_the_newest_before() -> None:
    old = both(results({"a": PASS}, "3.9"), results({"a": PASS}, "3.10"))
    new = both(results({"a": WRONG}, "3.9"), results({"a": PASS}, "4.0"))
    pairs = [(each.old[1], each.new[1]) for each in compare(old, new)]
    assert pairs == [("3.9", "3.9"), ("3.10", "4.0")]


def test_strangers_cannot_be_compared() -> None:
    with pytest.raises(UsageError, match="lib there, other here"):
        compare(results({"a": PASS}), results({"a": PASS}, name="other"))


def test_who_did_not_run_is_lost() -> None:
    old = both(results({"a": PASS}), results({"a": PASS}, name="other"))
    new = replace(results({"a": PASS}), not_run={"other@1": NotRun("other@1", "no compiler")})
    assert lost(old, new) == ["other"]
    assert lost(old, old) == []


def test_each_case_is_printed() -> None:
    text = io.StringIO()
    old = results({"a/one": PASS, "a/two": WRONG, "b": PASS})
    new = results({"a/one": WRONG, "a/two": PASS, "b": PASS}, version="2.0")
    for comparison in compare(old, new):
        show_comparison(Console(file=text, width=40), comparison)
    assert text.getvalue().splitlines() == [
        "lib 1.0 -> 2.0: 1 regression, 1 fix, 1 case unchanged",
        "  Regressions",
        "    ✓ ✗  a/one  wrong elements",
        "  Fixes",
        "    ✗ ✓  a/two  equal",
    ]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ({"a": PASS}, {"a": PASS}, 0),
        ({"a": PASS}, {"a": WRONG}, 1),
        ({"a": WRONG}, {"a": PASS}, 0),
        ({"a": PASS}, {"b": WRONG}, 0),
    ],
)
def test_the_exit_code_is_1_if_anything_regressed(
    old: dict[str, Said], new: dict[str, Said], code: int, tmp_path: Path
) -> None:
    paths = [tmp_path / "old.jsonl", tmp_path / "new.jsonl"]
    write(results(old), paths[0])
    write(results(new), paths[1])
    assert run_command(["compare", *map(str, paths)]) == code


def test_the_exit_code_is_3_if_somebody_is_lost(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old, new = tmp_path / "old.jsonl", tmp_path / "new.jsonl"
    write(both(results({"a": PASS}), results({"a": PASS}, name="other")), old)
    write(replace(results({"a": PASS}), not_run={"other": NotRun("other", "no compiler")}), new)
    assert run_command(["compare", str(old), str(new)]) == 3
    assert f"other did not run in {new}." in capsys.readouterr().err.replace("\n", "")
    assert run_command(["compare", str(old), str(new), "lib"]) == 0
