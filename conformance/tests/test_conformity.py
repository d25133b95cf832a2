"""Conformity is what was measured: whatever is missing, unproven or unsupported is none."""

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from zarr_conformance.judge import Observation, Verdict
from zarr_conformance.report.badge import endpoint, svg, write_badges
from zarr_conformance.report.conformity import Conformity, Outcome, conformities
from zarr_conformance.report.profile_table import show_profile, show_profiles
from zarr_conformance.results import Implementation, Result, Results, Run
from zarr_fixtures.case import Ask, Case, Elements, Expect, Refused
from zarr_fixtures.profile import Profile
from zarr_fixtures.terms import parse

READ = Elements("uint8", (1,), b"\x01")
IMPLIED, MANDATED = Refused("open", mandated=False), Refused("open", mandated=True)
P = Verdict("pass", "equal")
KEY = ("library", "1.0")


def case(slug: str, expect: Expect = READ, *features: str, **more: object) -> Case:
    return Case(
        id=f"v3/metadata/{slug}",
        title=slug,
        requirements=("core.version.major_only_recorded",),
        features=("v3", *features),
        store={},
        ask=Ask("read", {"path": "/"}),
        expect=expect,
        source="by hand",
        **{"level": "must", **more},  # type: ignore[arg-type]
    )


CASES = {
    each.id: each
    for each in (
        case("plain", baseline_of=("v3",)),
        case("asked", READ, "codec:asked", baseline_of=("codec:asked",)),
        case("besides", READ, "codec:besides", baseline_of=("codec:besides",)),
        case("besides-more", READ, "codec:besides"),
        case("foreign", READ, "codec:foreign", baseline_of=("codec:foreign",)),
        case("should", level="should"),
        case("may", level="may"),
        case("implied", IMPLIED),
        case("mandated", MANDATED),
        case("draft", status="draft"),
    )
}
PROFILE = Profile(
    "some", "Some", "Prose.", ("v3", "codec:asked"), ("codec:besides",), parse("feature:v3")
)
MEMBERS = {each.id for each in PROFILE.members(CASES.values())}


def results_of(verdicts: Mapping[str, Verdict], key: tuple[str, str] = KEY) -> Results:
    """Results in which every case passes but those given, and those with no verdict are absent."""
    said = Observation("refused", {"stage": "open", "message": "no"})
    every = dict.fromkeys(CASES, P) | {f"v3/metadata/{k}": v for k, v in verdicts.items()}
    answers = {
        each: Result(each, *key, "lineage", said, verdict, 0.0)
        for each, verdict in every.items()
        if verdict.verdict != "absent"
    }
    run = Run({"version": "0", "hash": "sha256:0"}, {}, "0", "Linux", "3.11", "")
    return Results(Path("r.jsonl"), run, {key: Implementation(*key)}, {}, {key: answers})


def held(**verdicts: Verdict) -> Conformity:
    given = {slug.replace("_", "-"): verdict for slug, verdict in verdicts.items()}
    return conformities(PROFILE, CASES, results_of(given))[KEY]


UNSUPPORTED = Verdict("unsupported", "feature_unsupported")
ABSENT = Verdict("absent", "")


def test_who_passes_all_conforms_and_is_counted_by_level() -> None:
    found = held()
    assert found.outcome is Outcome.CONFORMS
    assert {kind: str(count) for kind, count in found.counts.items()} == {
        "must": "5/5",
        "should": "1/1",
        "may": "1/1",
        "implied": "1/1",
    }
    assert "v3/metadata/foreign" not in MEMBERS
    assert "v3/metadata/draft" not in MEMBERS


@pytest.mark.parametrize(
    "verdict",
    [
        Verdict("fail", "wrong_elements"),
        Verdict("known", "wrong_elements"),
        Verdict("inconclusive", "control_failed"),
        Verdict("unsupported", "question_unsupported"),
    ],
    ids=lambda verdict: verdict.verdict,
)
def test_a_must_that_is_not_passed_is_no_conformity(verdict: Verdict) -> None:
    assert held(mandated=verdict).outcome is Outcome.FALLS_SHORT


def test_a_feature_that_is_asked_for_and_not_supported_is_no_conformity() -> None:
    found = held(asked=UNSUPPORTED)
    assert found.outcome is Outcome.FALLS_SHORT
    assert found.lacking == ("codec:asked",)


def test_a_feature_besides_excuses_its_cases_only_where_it_is_not_supported() -> None:
    excused = held(besides=UNSUPPORTED, besides_more=UNSUPPORTED)
    assert (excused.outcome, excused.excused) == (Outcome.CONFORMS, 2)
    failed = held(besides_more=Verdict("fail", "wrong_elements"))
    assert (failed.outcome, failed.excused) == (Outcome.FALLS_SHORT, 0)


def test_should_and_may_decide_nothing() -> None:
    wrong = Verdict("fail", "wrong_elements")
    found = held(should=wrong, may=wrong)
    assert found.outcome is Outcome.CONFORMS
    assert str(found.counts["should"]) == "0/1"
    assert found.failed == 2


def test_accepting_what_is_only_implied_invalid_decides_nothing_but_a_crash_does() -> None:
    lenient = held(implied=Verdict("lenient", "accepted_invalid"))
    assert lenient.outcome is Outcome.CONFORMS
    assert lenient.counts["implied"].lenient == 1
    assert held(implied=Verdict("inconclusive", "control_failed")).outcome is Outcome.CONFORMS
    crashed = held(implied=Verdict("fail", "crashed"))
    assert crashed.outcome is Outcome.FALLS_SHORT
    assert endpoint("x", crashed)["message"] == "5 of 5 MUST, breaks on 1"


def test_a_pass_that_nobody_expected_is_a_pass() -> None:
    assert held(plain=Verdict("fail", "unexpected_pass")).outcome is Outcome.CONFORMS


@pytest.mark.parametrize("slug", ["plain", "asked", "besides_more", "mandated"])
@pytest.mark.parametrize("verdict", [ABSENT, Verdict("skipped", "not_laid_out")])
def test_what_was_not_put_is_not_conformity(slug: str, verdict: Verdict) -> None:
    assert held(**{slug: verdict}).outcome is Outcome.INCOMPLETE


def test_who_falls_short_of_half_a_profile_gets_no_numbers() -> None:
    found = held(asked=UNSUPPORTED, plain=ABSENT)
    assert found.outcome is Outcome.FALLS_SHORT
    assert not found.measured
    assert endpoint("x", found)["message"] == "does not conform"


def test_nothing_measured_and_nothing_supported_are_told_apart() -> None:
    slugs = [each.rpartition("/")[2].replace("-", "_") for each in CASES]
    assert held(**dict.fromkeys(slugs, UNSUPPORTED)).outcome is Outcome.UNSUPPORTED
    only_foreign = {slug: ABSENT for slug in slugs if slug != "foreign"}
    assert held(**only_foreign).outcome is Outcome.UNMEASURED
    nothing = replace(PROFILE, cases=parse("feature:write"))
    found = conformities(nothing, CASES, results_of({}))[KEY]
    assert found.outcome is Outcome.UNMEASURED
    assert endpoint("x", found)["message"] == "nothing measured"


def shown(results: Results, *names: str) -> str:
    console = Console(file=io.StringIO(), width=120, highlight=False, markup=False)
    if names:
        show_profile(console, results, CASES, PROFILE)
    else:
        show_profiles(console, results, CASES, {"some": PROFILE})
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_the_tables_show_counts_and_what_is_lacking() -> None:
    assert "✓ 5/5" in shown(results_of({}))
    row = shown(results_of({"asked": UNSUPPORTED}), "some")
    assert "✗ does not conform" in row
    assert "codec:asked" in row
    assert "[red]" in shown(results_of({}, ("[red]", "1")), "some")


@given(name=st.text(min_size=1, max_size=20), version=st.text(max_size=9))
def test_a_badge_is_well_formed_whatever_the_name(name: str, version: str) -> None:
    conformity = conformities(PROFILE, CASES, results_of({}))[KEY]
    printable = "".join(c if c.isprintable() else "?" for c in f"{name} {version}")
    text = svg("some", conformity, about=printable)
    title = ElementTree.fromstring(text).find("{http://www.w3.org/2000/svg}title")
    assert title is not None
    assert title.text == f"{printable}: some: conforms, 5 MUST"


@pytest.mark.parametrize("name", ["..", ".", "../../etc", "/tmp/x", "a\\b", "C:x", "\x1b[31m"])
def test_badges_stay_in_their_directory(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "badges"
    written = write_badges(inside, results_of({}, (name, "1")), CASES, {"some": PROFILE})
    assert written == 1
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(path.name for path in files) == ["some.json", "some.svg"]
    assert all(path.parent.parent == inside for path in files)


def test_the_newest_version_has_the_plain_address(tmp_path: Path) -> None:
    old, new = results_of({}, ("library", "1.9")), results_of({}, ("library", "1.10"))
    both = replace(new, results={**new.results, **old.results})
    write_badges(tmp_path, both, CASES, {"some": PROFILE})
    folders = sorted(path.name for path in tmp_path.iterdir())
    assert folders == ["library", "library@1.9"]
    document = json.loads((tmp_path / "library" / "some.json").read_text())
    assert document == {
        "schemaVersion": 1,
        "label": "some",
        "message": "conforms, 5 MUST",
        "color": "brightgreen",
    }
