"""Findings: failures by root cause, and the catalogue that is made of them."""

import io
import re
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from rich.console import Console

from zarr_conformance.errors import StorageError
from zarr_conformance.expectations import Known
from zarr_conformance.judge import Observation, Verdict
from zarr_conformance.report.catalogue import code, pages, plain, show, write
from zarr_conformance.report.findings import Catalogue, Gravity, catalogue, cause, gravity_of
from zarr_conformance.results import Implementation, Result, Results, Run
from zarr_fixtures.case import Ask, Case, Elements, StoredValue

RIGHT = Elements("uint8", (1,), b"\x01")
ROW = "core.version.major_only_recorded"


def case(case_id: str, size: int) -> Case:
    return Case(
        id=case_id,
        title=f"What {case_id} shows",
        requirements=(ROW,),
        level="must",
        features=("v3",),
        store={"c/0": StoredValue("hex", "00" * size)},
        ask=Ask("read", {"path": "/"}),
        expect=RIGHT,
        source="by hand",
    )


CASES = {
    each.id: each
    for each in (
        case("v3/a/long", 9),
        case("v3/a/short", 1),
        case("v3/b/one", 2),
        case("v3/b/two", 2),
        case("v3/c/old", 2),
    )
}


def entry(cases: str, kind: str, finding: str, **more: object) -> Known:
    members = {"reason": f"{finding} it is.", "versions": SpecifierSet(), **more}
    return Known((cases,), kind, finding=finding, **members)  # type: ignore[arg-type]


SCRIPT = {"reproduce": "import below\nprint(below.read())  # 2", "shows": "2"}
KNOWN = {
    "above": (
        entry("v3/a/*", "wrong_elements", "below/order"),
        entry("v3/b/one", "crashed", "above/stack", private="to be reported privately"),
    ),
    "below": (
        entry("v3/b/*", "rejected_valid", "below/names", link="https://a.b/issues/7"),
        entry("v3/a/*", "wrong_elements", "below/order", **SCRIPT),
        entry("v3/c/*", "crashed", "below/old", versions=SpecifierSet("<2"), **SCRIPT),
        entry("v3/c/*", "wrong_metadata", "below/model", limitation=True, **SCRIPT),
    ),
}


def results(*failures: tuple[str, str, str, str]) -> Results:
    """Results of nothing but failures: implementation, version, case, kind."""
    answers: dict[tuple[str, str], dict[str, Result]] = {}
    said = Observation("refused", {"stage": "open", "message": "no"})
    for name, version, case_id, kind in failures:
        verdict = Verdict("fail", kind)
        result = Result(case_id, name, version, name, said, verdict, 0.1)
        answers.setdefault((name, version), {})[case_id] = result
    run = Run({"version": "0", "hash": "sha256:0"}, {}, "0", "Linux", "3.11", "2026-11-20")
    implementations = {key: Implementation(*key) for key in answers}
    return Results(Path("results.jsonl"), run, implementations, {}, answers)


FAILURES = (
    ("above", "9", "v3/a/long", "wrong_elements"),
    ("above", "9", "v3/b/one", "crashed"),
    ("below", "2.10", "v3/a/short", "wrong_elements"),
    ("below", "2.9", "v3/a/long", "wrong_elements"),
    ("below", "2.10", "v3/b/one", "rejected_valid"),
    ("below", "2.10", "v3/b/two", "rejected_valid"),
    ("below", "2.10", "v3/c/old", "crashed"),
)


def found(*failures: tuple[str, str, str, str]) -> Catalogue:
    return catalogue([results(*failures or FAILURES)], CASES, KNOWN)


def test_there_is_one_finding_for_each_root_cause_the_worst_first() -> None:
    assert [(each.id, each.gravity) for each in found().findings] == [
        ("below/order", Gravity.WRONG),
        ("above/stack", Gravity.BROKE),
        ("below/old", Gravity.BROKE),
        ("below/names", Gravity.REJECTED),
        ("below/model", Gravity.LIMIT),
    ]


@pytest.mark.parametrize(
    ("kind", "gravity"),
    [
        ("wrong_children", Gravity.WRONG),
        ("damaged", Gravity.CORRUPT),
        ("timed_out", Gravity.BROKE),
        ("bad_answer", Gravity.BROKE),
        ("accepted_invalid", Gravity.ACCEPTED),
    ],
)
def test_a_kind_is_as_grave_as_it_is(kind: str, gravity: Gravity) -> None:
    assert gravity_of(kind) is gravity


def test_a_cause_beneath_is_a_finding_of_the_one_that_has_it() -> None:
    order = found().findings[0]
    assert order.affected == ["2.9", "2.10"]
    assert order.seen_through == ["above 9"]
    assert order.cases == ["v3/a/long", "v3/a/short"]


def test_the_smallest_store_is_shown() -> None:
    assert found().findings[0].smallest.id == "v3/a/short"
    assert found(("below", "2.9", "v3/a/long", "wrong_elements")).findings[0].smallest.id == (
        "v3/a/long"
    )


def test_what_nobody_judged_accuses_nobody() -> None:
    """Here a version that the entry is not about crashes too."""
    (group,) = found().unexplained
    assert (group.implementation, group.version, group.chapter) == ("below", "2.10", "v3/c")
    assert (group.kind, group.cases) == ("crashed", ("v3/c/old",))


def test_every_failure_leads_to_its_finding() -> None:
    failures = results(*FAILURES).results["below", "2.10"]
    assert cause(KNOWN, failures["v3/b/two"]) == "below/names"
    assert cause(KNOWN, failures["v3/c/old"]) == ""
    assert cause({}, failures["v3/b/two"]) == ""


def test_what_was_not_measured_stays_in_the_catalogue() -> None:
    old = next(each for each in found().findings if each.id == "below/old")
    assert (old.affected, old.specifiers, old.asked) == ([], ["<2"], ("2.9", "2.10"))


def page(name: str, catalogue: Catalogue) -> str:
    return {str(path): text for path, text in pages(catalogue)}[name]


def test_the_index_leads_to_each_finding() -> None:
    index = page("index.md", found())
    for finding in found().findings:
        assert f"({finding.implementation}.md#{finding.slug})" in index
    assert "[7](https://a.b/issues/7)" in index
    assert "## Not looked into yet" in index


def test_a_page_shows_the_script_and_what_it_shows() -> None:
    below = page("below.md", found())
    assert "````python\nimport below\nprint(below.read())  # 2\n````\n\nIt shows `2`." in below
    assert "seen in 2.9, 2.10" in below
    assert "known of \\<2; not seen in 2.9, 2.10" in below.replace("&lt;", "\\<")


def test_what_an_attacker_could_use_is_kept_back() -> None:
    above = page("above.md", found())
    assert "to be reported privately" in above
    assert "````" not in above


def test_text_from_elsewhere_is_only_text() -> None:
    hostile = "<script>|[x](javascript:1)\n# `a` *b*"
    assert plain(hostile) == r"&lt;script&gt;\|\[x\]\(javascript:1\) \# \`a\` \*b\*"
    assert code("a `` b\nc") == "``` a `` b c ```"
    index = page("index.md", found((hostile, "1", "v3/b/one", "crashed")))
    assert "<script>" not in index
    assert not re.search(r"(?<!\\)\]\(javascript", index)


def test_the_terminal_shows_the_same() -> None:
    console = Console(file=io.StringIO(), width=80)
    show(console, found())
    text = console.file.getvalue()  # type: ignore[attr-defined]
    assert text.index("below/order  (2.9, 2.10; 2 cases)") < text.index("above/stack")
    assert "below 2.10: v3/c: crashed (1 case)" in text


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    write(found(), tmp_path / "new" / "findings")
    assert (tmp_path / "new" / "findings" / "below.md").exists()
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="cannot be written"):
        write(found(), tmp_path / "file" / "findings")
