"""Known failures: their file, and what they make of verdicts."""

from pathlib import Path

import pytest

from zarr_conformance.errors import ExpectationsError
from zarr_conformance.expectations import Expectations
from zarr_conformance.judge import Verdict

CASES = ("v3/codecs/gzip/level-9", "v3/codecs/gzip/truncated", "v3/metadata/plainest")
REJECTED = Verdict("fail", "rejected_valid")
PASSED = Verdict("pass", "equal")
ENTRY = """
[[known]]
cases = "v3/codecs/gzip/*"
kind = "rejected_valid"
reason = "Levels are not read."
link = "https://example.org/issues/1"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "expected.toml"


def read(file: Path, text: str, version: str = "3.1.0") -> Expectations:
    file.write_text(text, encoding="utf-8")
    return Expectations.read(file, CASES, version)


def test_without_a_file_nothing_is_known(file: Path) -> None:
    assert Expectations.read(file, CASES, "1").applied(CASES[0], REJECTED) == REJECTED


def test_a_known_failure_is_known(file: Path) -> None:
    verdict = read(file, ENTRY).applied(CASES[0], REJECTED)
    assert verdict == Verdict("known", "rejected_valid")


def test_a_failure_of_another_kind_or_case_stays_a_failure(file: Path) -> None:
    known = read(file, ENTRY)
    wrong = Verdict("fail", "wrong_elements")
    assert known.applied(CASES[0], wrong) == wrong
    assert known.applied(CASES[2], REJECTED) == REJECTED


def test_a_known_failure_that_passes_is_a_failure(file: Path) -> None:
    assert read(file, ENTRY).applied(CASES[1], PASSED) == Verdict("fail", "unexpected_pass")


def test_an_entry_may_be_about_several_groups_of_cases(file: Path) -> None:
    several = ENTRY.replace('"v3/codecs/gzip/*"', '["v3/codecs/gzip/level-*", "v3/metadata/*"]')
    verdicts = [read(file, several).applied(case_id, REJECTED).verdict for case_id in CASES]
    assert verdicts == ["known", "fail", "known"]


def test_what_fails_only_sometimes_may_pass(file: Path) -> None:
    known = read(file, ENTRY + "sometimes = true")
    assert known.applied(CASES[1], PASSED) == PASSED
    assert known.applied(CASES[1], REJECTED).verdict == "known"


def test_sometimes_is_true_or_false(file: Path) -> None:
    with pytest.raises(ExpectationsError, match="`sometimes` must be true or false"):
        read(file, ENTRY + 'sometimes = "often"')


@pytest.mark.parametrize("verdict", ["unsupported", "inconclusive", "lenient", "observed"])
def test_verdicts_that_are_no_failure_stay(file: Path, verdict: str) -> None:
    assert read(file, ENTRY).applied(CASES[0], Verdict(verdict, "")).verdict == verdict


@pytest.mark.parametrize(
    ("version", "known"),
    [("3.0.0", True), ("3.9rc1", True), ("4.0.0", False), ("2.18.7", False), ("main", False)],
)
def test_an_entry_holds_for_its_versions(file: Path, version: str, known: bool) -> None:
    entries = read(file, ENTRY + 'versions = ">=3,<4"', version)
    assert (entries.applied(CASES[0], REJECTED).verdict == "known") == known


def test_without_versions_it_holds_for_any(file: Path) -> None:
    assert read(file, ENTRY, "main").applied(CASES[0], REJECTED).verdict == "known"


def test_a_reproduction_is_evidence_too(file: Path) -> None:
    text = ENTRY.replace("link = ", "reproduce = ")
    assert read(file, text).known[0].evidence == "https://example.org/issues/1"


def test_a_finding_is_one_of_the_implementation_that_it_names(tmp_path: Path) -> None:
    file = tmp_path / "slow" / "expected.toml"
    file.parent.mkdir()
    assert read(file, ENTRY + "finding = 'levels'").known[0].finding == "slow/levels"
    beneath = ENTRY.replace("link", "#") + "finding = 'zlib/levels'"
    assert read(file, beneath).known[0].finding == "zlib/levels"
    assert read(file, beneath).known[0].evidence == "see the finding zlib/levels"


def test_what_its_authors_should_hear_first_needs_no_other_evidence(file: Path) -> None:
    text = ENTRY.replace("link", "#") + "private = 'to be reported privately'"
    assert read(file, text).known[0].evidence == "to be reported privately"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        (ENTRY.replace("link", "#") + "finding = 'levels'", "needs evidence"),
        (ENTRY + "finding = 'All Levels'", "`finding` must be words like"),
        (ENTRY + "finding = '../../zlib/levels'", "`finding` must be words like"),
        (ENTRY + "limitation = 'yes'", "`limitation` must be true or false"),
        (ENTRY.replace("gzip", "zip"), "no case matches 'v3/codecs/zip/[*]'"),
        (ENTRY.replace('"v3/codecs/gzip/*"', '["v3/*", "v2/*"]'), "no case matches 'v2/[*]'"),
        (ENTRY.replace('"v3/codecs/gzip/*"', "[3]"), "`cases` must be a string or a list of"),
        (ENTRY.replace('"v3/codecs/gzip/*"', "3"), "`cases` must be a string or a list of"),
        (ENTRY.replace('"v3/codecs/gzip/*"', "[]"), "`cases` is missing"),
        (ENTRY.replace("rejected_valid", "slow"), "'slow' is none of the kinds"),
        (ENTRY.replace("kind", "#"), "`kind` is missing"),
        (ENTRY.replace("reason", "#"), "`reason` is missing"),
        (ENTRY.replace("link", "#"), "needs evidence"),
        (ENTRY + "until = '2027'", "'until' is not a member"),
        (ENTRY + "versions = 3", "`versions` must be a string"),
        (ENTRY + "versions = 'three'", "no version specifier"),
        ("known = [1]", "must be a table"),
        ("skip = []", "must hold .*known"),
        ("", "must hold .*known"),
        ("known = ", "cannot be read"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(file: Path, text: str, problem: str) -> None:
    with pytest.raises(ExpectationsError, match=problem) as caught:
        read(file, text)
    assert str(file) in str(caught.value)


def test_a_stale_entry_is_refused_whatever_its_versions(file: Path) -> None:
    with pytest.raises(ExpectationsError, match="no case matches"):
        read(file, ENTRY.replace("gzip", "zip") + "versions = '<1'")


def test_a_file_that_is_no_text_is_refused(file: Path) -> None:
    file.write_bytes(b"\xff")
    with pytest.raises(ExpectationsError, match="cannot be read"):
        Expectations.read(file, CASES, "1")
