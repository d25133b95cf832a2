"""Judging again: answers stay, verdicts follow the rules of today."""

from dataclasses import replace
from pathlib import Path

from packaging.specifiers import SpecifierSet

from zarr_conformance.expectations import Known
from zarr_conformance.judge import Observation, Verdict
from zarr_conformance.rejudge import changes, expectations_among, rejudged
from zarr_conformance.results import Implementation, Result, Results, Run
from zarr_fixtures.case import Ask, Case, Elements, StoredValue

MINE = Implementation("mine", "1.0", "c", "mine", {}, ("./mine",))
CASE = Case(
    id="v3/small/read",
    title="read",
    requirements=("some.requirement",),
    level="must",
    features=("v3",),
    store={"zarr.json": StoredValue("text", "{}")},
    ask=Ask("read", {"path": "/"}),
    expect=Elements("uint8", (1,), b"\0"),
    source="by hand",
    baseline_of=("v3",),
)
RIGHT = Observation("returned", {"data_type": "uint8", "shape": [1], "elements": "AA=="})


def results_of(observation: Observation, verdict: Verdict) -> Results:
    result = Result(CASE.id, "mine", "1.0", "mine", observation, verdict, 0.0)
    run = Run({"version": "0", "hash": "h"}, {}, "0", "Linux", "3.11", "")
    return Results(Path("r"), run, {MINE.key: MINE}, {}, {MINE.key: {CASE.id: result}})


def test_a_verdict_follows_from_the_answer_alone() -> None:
    before = results_of(RIGHT, Verdict("fail", "wrong_elements"))
    after = rejudged(before, {CASE.id: CASE}, {})
    assert after.results[MINE.key][CASE.id].verdict == Verdict("pass", "equal")
    assert after.results[MINE.key][CASE.id].observation == RIGHT
    assert list(changes(before, after)) == [
        "mine 1.0 v3/small/read: fail (wrong_elements) -> pass (equal)"
    ]


def test_a_case_that_nobody_was_asked_stays_skipped() -> None:
    skipped = Verdict("skipped", "not_laid_out")
    before = results_of(Observation("unsupported", {"message": "no such file name"}), skipped)
    after = rejudged(before, {CASE.id: CASE}, {})
    assert after.results[MINE.key][CASE.id].verdict == skipped
    assert list(changes(before, after)) == []


def test_of_all_that_is_known_only_that_of_this_version_and_adapter_holds() -> None:
    old, new = (
        Known((CASE.id,), "crashed", "why", SpecifierSet(versions)) for versions in ("<2", ">=2")
    )
    ours = Implementation("ours", "1.0", "c", "ours")
    entries = {"ours": (old, new), "mine": (old,)}
    results = replace(
        results_of(RIGHT, Verdict("pass", "equal")),
        implementations={MINE.key: MINE, ours.key: ours},
    )
    found = expectations_among(entries, results)
    assert {key: each.known for key, each in found.items()} == {MINE.key: (), ours.key: (old,)}
