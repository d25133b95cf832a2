"""Versions side by side: which release fixed, broke, or brought in which case."""

import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from packaging.version import Version
from rich.console import Console

from zarr_conformance.errors import UsageError
from zarr_conformance.judge import Observation, Verdict
from zarr_conformance.report.history import Event, history, show_history, versions_of
from zarr_conformance.report.marks import Mark
from zarr_conformance.results import Implementation, Result, Results, Run
from zarr_conformance.versions import parse_version
from zarr_fixtures.case import Ask, Case, Elements, Expect, Observe, Reading

ANSWER = Elements("uint8", (1,), b"\x01")
SAID = Observation("refused", {"stage": "open", "message": "no"})

P = Verdict("pass", "equal")
W = Verdict("fail", "wrong_elements")
R = Verdict("fail", "rejected_valid")
K = Verdict("known", "wrong_elements")
X = Verdict("fail", "unexpected_pass")
L = Verdict("lenient", "accepted_invalid")
U = Verdict("unsupported", "feature_unsupported")
I = Verdict("inconclusive", "control_failed")  # noqa: E741 - as its fellows
O = Verdict("observed", "other")  # noqa: E741


def case(case_id: str) -> Case:
    expect: Expect = ANSWER
    if case_id.endswith("observed"):
        expect = Observe((Reading("one", ANSWER),))
    return Case(
        id=case_id,
        title=case_id,
        requirements=("core.version.major_only_recorded",),
        level="must",
        features=("v3",),
        store={},
        ask=Ask("read", {"path": "/"}),
        expect=expect,
        source="by hand",
    )


def results_of(verdicts: Mapping[str, Mapping[str, Verdict]]) -> Results:
    """Results of a library, from version to case to verdict."""
    keys = {version: ("library", version) for version in verdicts}
    answers = {
        keys[version]: {
            case_id: Result(case_id, "library", version, "library", SAID, verdict, 0.0)
            for case_id, verdict in said.items()
        }
        for version, said in verdicts.items()
    }
    run = Run({"version": "0", "hash": "sha256:0"}, {}, "0", "Linux", "3.11", "")
    implementations = {key: Implementation(*key) for key in answers}
    return Results(Path("results.jsonl"), run, implementations, {}, answers)


def changes_of(*rows: Verdict | None) -> list[tuple[Event, int]]:
    """The change of one case with a verdict in each version, None if it was not asked."""
    answers = [
        {} if verdict is None else {"a/b": Result("a/b", "x", "1", "x", SAID, verdict, 0.0)}
        for verdict in rows
    ]
    changes, unchanged = history({"a/b": case("a/b")}, answers)
    assert len(changes) + unchanged == (rows != (None,) * len(rows))
    return [(each.event, each.release) for each in changes]


@pytest.mark.parametrize(
    ("verdicts", "event", "release"),
    [
        ((W, P), Event.FIXED, 1),
        ((L, L, P), Event.FIXED, 2),
        ((P, L), Event.BROKE, 1),
        ((P, W, P), Event.FIXED, 2),
        ((W, P, W), Event.BROKE, 2),
        ((R, W), Event.FAILED_OTHERWISE, 1),
        ((U, P), Event.SUPPORTED, 1),
        ((I, W), Event.SUPPORTED, 1),
        ((None, P, P), Event.SUPPORTED, 1),
        ((P, U), Event.DROPPED, 1),
        ((W, I), Event.DROPPED, 1),
        ((K, P), Event.FIXED, 1),
        ((P, K), Event.BROKE, 1),
        ((W, X), Event.FIXED, 1),
    ],
)
def test_the_last_change_names_the_release(
    verdicts: tuple[Verdict, ...], event: Event, release: int
) -> None:
    assert changes_of(*verdicts) == [(event, release)]


@pytest.mark.parametrize("verdicts", [(P, P), (W, K), (P, X), (U, I, None), (K, W, W)])
def test_what_is_expected_changes_nothing(verdicts: tuple[Verdict | None, ...]) -> None:
    """Nor do two ways of not supporting it."""
    assert changes_of(*verdicts) == []


def test_observed_cases_do_not_count() -> None:
    observed = case("a/observed")
    answers = [
        {observed.id: Result(observed.id, "x", version, "x", SAID, O, 0.0)} for version in "12"
    ]
    assert history({observed.id: observed}, answers) == ([], 0)


CASES = {each: case(each) for each in ("v3/a/one", "v3/a/two", "v3/b/one", "v3/b/two", "v3/c/one")}
RESULTS = results_of(
    {
        "1.10": {"v3/a/one": P, "v3/a/two": P, "v3/b/one": P, "v3/b/two": K, "v3/c/one": P},
        "1.9": {"v3/a/one": U, "v3/a/two": U, "v3/b/one": W, "v3/b/two": P, "v3/c/one": P},
        "1.2": {"v3/a/one": U, "v3/a/two": U, "v3/b/one": W, "v3/b/two": P, "v3/c/one": P},
    }
)

SHOWN = """\
                         library  library  library
                         1.2      1.9      1.10
Broken in 1.10
  v3/b/two               ✓        ✓        ✗
Fixed in 1.10
  v3/b/one               ✗        ✗        ✓
Supported since 1.10
  v3/a/... (2 cases)     –        –        ✓

✗ wrong data   ✓ passes all
– not supported

4 cases change from version to version, 1 does not.
A change is laid to the first version here that shows it.
"""


def printed(results: Results) -> str:
    file = io.StringIO()
    show_history(Console(file=file, width=120), "library", results, CASES)
    return "".join(line.rstrip() + "\n" for line in file.getvalue().splitlines())


def test_the_table() -> None:
    assert printed(RESULTS).split() == SHOWN.split()


def test_nothing_changed() -> None:
    same = dict.fromkeys(CASES, P)
    assert printed(results_of({"1": same, "2": same})).startswith("0 cases change")


def test_versions_are_in_the_order_of_their_age() -> None:
    keys = versions_of("library", results_of({version: {"v3/a/one": P} for version in AGES}))
    assert [version for _, version in keys] == AGES


AGES = ["main", "0.9", "4.9.0", "4.9.3-development", "4.9.3", "4.10.1"]


def test_a_version_that_python_does_not_know() -> None:
    assert parse_version("4.9.3-development") == Version("4.9.3.dev0")
    assert parse_version("v1.2-5-gabc") == Version("1.2.dev0")


def test_one_version_has_no_history() -> None:
    one = results_of({"1": {"v3/a/one": P}})
    with pytest.raises(
        UsageError, match=r"1 version of library: `zarr-conformance run library@all"
    ):
        versions_of("library", one)
    with pytest.raises(UsageError, match="'other' is not in"):
        versions_of("other", one)


def test_marks_are_those_of_the_matrix() -> None:
    changes, _ = history(CASES, [RESULTS.results["library", each] for each in ("1.2", "1.10")])
    marks = {each.case: each.marks for each in changes}
    assert marks["v3/b/one"] == (Mark.WRONG, Mark.PASSED)
    assert marks["v3/a/two"] == (Mark.UNSUPPORTED, Mark.PASSED)
