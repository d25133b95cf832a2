"""What CI systems read: JUnit, TAP, a job summary, annotations; and which failures turn red."""

import re
from base64 import b64encode
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from zarr_conformance.expectations import Expectations, Known
from zarr_conformance.judge import Judge, Observation
from zarr_conformance.report.annotations import annotations
from zarr_conformance.report.job_summary import escaped, job_summary
from zarr_conformance.report.junit import junit
from zarr_conformance.report.matrix import summary
from zarr_conformance.report.outcomes import FailOn, Kind, Outcomes
from zarr_conformance.report.tap import tap
from zarr_conformance.results import Implementation, NotRun, Result, Results, Run
from zarr_fixtures.case import Ask, Case, Elements, Expect, Observe, Reading, Refused
from zarr_fixtures.readback import read_back

ONE = Elements("uint8", (1,), b"\x01")
HOSTILE = "\x1b[31m</failure>]]>\x00 | `x` # % ::error::\n<script>alert(1)</script>\ud800"


def case(name: str, expect: Expect, *features: str, **more: object) -> Case:
    return Case(
        id=f"v3/metadata/{name}",
        title=name,
        requirements=("core.version.major_only_recorded",),
        level=more.pop("level", "must"),  # type: ignore[arg-type]
        features=("v3", *features),
        store={},
        ask=Ask("read", {"path": "/"}),
        expect=expect,
        source="by hand",
        **more,  # type: ignore[arg-type]
    )


CASES = {
    each.id: each
    for each in (
        case("plainest", ONE, baseline_of=("v3",)),
        case("wrong", ONE),
        case("crashes", ONE, level="should"),
        case("rejected", ONE),
        case("known", ONE),
        case("passes", ONE),
        case("accepted", Refused("open", mandated=True), control="v3/metadata/plainest"),
        case("lenient", Refused("open", mandated=False), control="v3/metadata/plainest"),
        case("proves-nothing", Refused("open", mandated=True), control="v3/metadata/wrong"),
        case("feature", ONE, "codec:zstd", baseline_of=("codec:zstd",)),
        case("silent", Observe((Reading("one", ONE), Reading("no")))),
    )
}


def said(number: int) -> Observation:
    data = b64encode(bytes([number])).decode()
    return Observation("returned", {"data_type": "uint8", "shape": [1], "elements": data})


NO = Observation("refused", {"stage": "open", "message": HOSTILE})
SAID = {
    "wrong": said(2),
    "crashes": Observation("broken", {"reason": "crashed", "detail": "x", "stderr": HOSTILE}),
    "rejected": NO,
    "known": said(3),
    "proves-nothing": NO,
    "feature": NO,
}
KNOWN = Expectations(
    tuple(
        Known((f"v3/metadata/{name}",), "wrong_elements", "It is.", SpecifierSet())
        for name in ("known", "passes")
    )
)


def results_of(answers: Mapping[str, Observation], name: str = "lib", why: str = "") -> Results:
    judge, key = Judge(CASES, read_back), (name, "1.0")
    results = {
        each.id: Result(
            each.id,
            *key,
            "lib",
            (observation := answers.get(each.title, said(1))),
            KNOWN.applied(each.id, judge.verdict(each, observation)),
            0.5,
        )
        for each in CASES.values()
    }
    run = Run({"version": "1.2.3", "hash": "sha256:00"}, {}, "1", HOSTILE, "3", "2026-01-01T00:00")
    missed = {"other": NotRun("other", why)} if why else {}
    return Results(Path("r"), run, {key: Implementation(*key)}, missed, {key: results})


def outcomes(**more: str) -> Outcomes:
    results = results_of(SAID, **more)
    return Outcomes(results, CASES, dict.fromkeys(results.implementations, KNOWN))


FAILED = {"wrong", "crashes", "rejected", "accepted", "passes"}
EXPECTED = {"known", "lenient"}
SKIPPED = {"proves-nothing", "feature", "silent"}
SENTENCES = {
    "plainest": "",
    "wrong": "wrong elements",
    "crashes": "crashed",
    "rejected": "rejected valid",
    "known": "known failure: It is.",
    "passes": "passes, but is known to fail: remove it from the known failures",
    "accepted": "accepted invalid",
    "lenient": "accepts data that is invalid, but that no text orders to refuse",
    "proves-nothing": "a refusal proves nothing: its control v3/metadata/wrong does not pass",
    "feature": "needs what is not supported: codec:zstd",
    "silent": "observed only, the specification is silent: one (uint8 [1]: 01)",
}


class TestOutcomes:
    def test_each_verdict_has_its_kind_and_sentence(self) -> None:
        every = {each.case.title: each for each in outcomes().of(("lib", "1.0"))}
        kinds = {kind: {n for n in every if every[n].kind is kind} for kind in Kind}
        assert kinds[Kind.FAILED] == FAILED
        assert kinds[Kind.EXPECTED] == EXPECTED
        assert kinds[Kind.SKIPPED] == SKIPPED
        assert {name: each.sentence for name, each in every.items()} == SENTENCES

    def test_failures_come_with_the_gravest_first(self) -> None:
        titles = [each.case.title for each in outcomes().failed(("lib", "1.0"))]
        assert titles == ["wrong", "crashes", "accepted", "rejected", "passes"]

    def test_details_tell_expected_and_got_and_how_to_see_it_again(self) -> None:
        every = outcomes()
        text = every.details(every.failed(("lib", "1.0"))[0])
        assert re.search(r"in bytes +\[01\] +\[02\]\n", text)
        assert "$ zarr-conformance run lib --select v3/metadata/wrong" in text

    @pytest.mark.parametrize(
        ("policy", "red"),
        [
            (FailOn.ANY, FAILED),
            (FailOn.MUST, FAILED - {"crashes"}),
            (FailOn.WRONG_DATA, {"wrong", "passes"}),
        ],
    )
    def test_a_policy_says_what_turns_red(self, policy: FailOn, red: set[str]) -> None:
        results = outcomes().results.results["lib", "1.0"].values()
        assert {
            CASES[each.case].title for each in results if policy.counts(CASES[each.case], each)
        } == red


class TestJunit:
    """The form: that of Jenkins' schema, held here by what it allows where."""

    ATTRIBUTES: ClassVar = {
        "testsuites": {"name", "tests", "failures", "errors"},
        "testsuite": {
            *("name", "tests", "failures", "errors", "skipped", "time", "timestamp"),
        },
        "properties": set(),
        "property": {"name", "value"},
        "testcase": {"classname", "name", "time"},
        "failure": {"message", "type"},
        "error": {"message", "type"},
        "skipped": {"message", "type"},
    }
    CHILDREN: ClassVar = {
        "testsuites": ["testsuite"],
        "testsuite": ["properties", "testcase"],
        "properties": ["property"],
        "testcase": ["failure", "error", "skipped"],
    }

    def test_elements_and_attributes_are_those_of_the_schema(self) -> None:
        root = ET.fromstring(junit(outcomes(why=HOSTILE)))
        for element in root.iter():
            assert set(element.attrib) == self.ATTRIBUTES[element.tag]
            order = self.CHILDREN.get(element.tag, [])
            places = [order.index(child.tag) for child in element]
            assert places == sorted(places)

    def test_counts_are_those_of_the_tests(self) -> None:
        root = ET.fromstring(junit(outcomes(why="no compiler")))
        for element in (root, *root):
            for attribute, tag in (
                ("tests", "testcase"),
                ("failures", "failure"),
                ("errors", "error"),
                ("skipped", "skipped"),
            ):
                if element is not root or attribute != "skipped":
                    assert int(element.get(attribute, "")) == len(element.findall(f".//{tag}"))
        assert root.get("tests") == "12"
        assert root.get("errors") == "1"

    def test_each_case_says_what_came_of_it(self) -> None:
        root = ET.fromstring(junit(outcomes()))
        tests = {test.get("name"): test for test in root.iter("testcase")}
        assert {name for name in tests if tests[name].find("failure") is not None} == FAILED
        skipped = {name for name in tests if tests[name].find("skipped") is not None}
        assert skipped == EXPECTED | SKIPPED
        assert {test.get("classname") for test in tests.values()} == {"lib.v3.metadata"}
        failure = tests["wrong"].find("failure")
        assert failure is not None
        assert failure.get("type") == "wrong_elements"
        assert "in bytes" in (failure.text or "")

    def test_times_are_decimal_and_the_start_has_no_zone(self) -> None:
        for suite in ET.fromstring(junit(outcomes())):
            assert re.fullmatch(r"\d+\.\d{1,3}", suite.get("time", ""))
            assert suite.get("timestamp") == "2026-01-01T00:00"

    @settings(deadline=None, max_examples=30)
    @given(st.text() | st.just(HOSTILE))
    def test_any_text_leaves_it_well_formed(self, text: str) -> None:
        broken = Observation("broken", {"reason": text, "detail": text, "stderr": text})
        results = results_of({"wrong": broken}, name=text, why=text)
        every = Outcomes(results, CASES, dict.fromkeys(results.implementations, KNOWN))
        document = junit(every)
        root = ET.fromstring(document.encode())
        assert len(list(root.iter("testcase"))) == len(CASES) + bool(text)

    def test_two_versions_are_told_apart(self) -> None:
        results = outcomes().results
        one, two = ("lib", "1.0"), ("lib", "2.0")
        both = Results(
            results.path,
            results.run,
            {one: Implementation(*one), two: Implementation(*two)},
            {},
            {one: results.results[one], two: results.results[one]},
        )
        root = ET.fromstring(junit(Outcomes(both, CASES, {one: KNOWN, two: KNOWN})))
        names = {test.get("classname") for test in root.iter("testcase")}
        assert names == {"lib@1_0.v3.metadata", "lib@2_0.v3.metadata"}


class TestTap:
    def test_every_case_has_its_line(self) -> None:
        lines = tap(outcomes()).splitlines()
        assert lines[:2] == ["TAP version 14", "1..11"]
        tests = [line for line in lines if re.match(r"(not )?ok \d+ - ", line)]
        assert len(tests) == 11
        assert "not ok 1 - v3/metadata/accepted" in tests
        assert "not ok 4 - v3/metadata/known # TODO known failure: It is." in tests
        assert "not ok 6 - v3/metadata/passes" in tests
        assert "ok 7 - v3/metadata/plainest" in tests
        assert sum(line.startswith("not ok") and "# TODO" not in line for line in tests) == 5

    def test_a_directive_is_never_forged(self) -> None:
        text = tap(outcomes(why="# SKIP\nok 99 - forged"))
        assert text.splitlines()[1] == "1..12"
        assert "other did not run: \\# SKIP ok 99 - forged" in text
        assert "ok 99" not in [line[:5] for line in text.splitlines()]


class TestJobSummary:
    def test_shows_numbers_failures_and_matrix(self) -> None:
        text = job_summary(outcomes(), CASES)
        assert "| lib 1\\.0 | 1 | 5 | 1 | 1 | 1 | 1 | 1 | " in text
        assert "### 5 unexpected: lib 1\\.0" in text
        assert "<details><summary>wrong elements: <code>v3/metadata/wrong</code>" in text
        assert "| v3 metadata | ✗ 1/9 |" in text
        assert "| v3 metadata SHOULD | † 0/1 |" in text

    def test_counts_must_should_and_may_apart(self) -> None:
        heading, _, row = job_summary(outcomes(), CASES).splitlines()[2:5]
        told = dict(zip(heading.split(" | "), row.split(" | "), strict=True))
        sums = summary(CASES, next(iter(outcomes().results.answers.values())))
        for level in ("must", "should", "may"):
            name = next(each for each in told if each.endswith(level.upper()))
            assert told[name] == str(sums.valid[level])

    def test_what_was_said_is_text(self) -> None:
        text = job_summary(outcomes(why=HOSTILE), CASES)
        outside = [line for line in text.splitlines() if not line.startswith("    ")]
        assert "<script>" not in "\n".join(outside)
        assert "\x1b" not in text
        assert "\\<script\\>" in text

    @settings(deadline=None, max_examples=30)
    @given(st.text())
    def test_escaped_text_is_one_line_without_bare_punctuation(self, text: str) -> None:
        line = escaped(text)
        assert "\n" not in line
        assert not re.search(r"(?<!\\)[<>`|\[\]*_&#]", line.replace("\\\\", ""))


class TestAnnotations:
    def test_red_failures_are_errors_and_others_warnings(self) -> None:
        lines = list(annotations(outcomes(why="no compiler"), FailOn.WRONG_DATA))
        assert [line.split()[0] for line in lines].count("::error") == 2
        assert [line.split()[0] for line in lines].count("::warning") == 4
        assert lines[0].startswith(
            "::error title=lib 1.0%3A wrong elements%3A v3/metadata/wrong::✗ lib 1.0"
        )

    def test_each_is_one_line_in_which_nothing_is_a_command(self) -> None:
        for line in annotations(outcomes(why=HOSTILE), FailOn.ANY):
            assert "\n" not in line
            assert "\r" not in line
            assert line.startswith("::")

    def test_no_more_are_shown_than_github_shows(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("zarr_conformance.report.annotations.SHOWN", 2)
        lines = list(annotations(outcomes(), FailOn.ANY))
        assert len(lines) == 3
        assert lines[-1].endswith("::3 more failures are in the log.")
