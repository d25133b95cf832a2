"""A page of evidence can be read: what nobody has goes, long lists fold, features stand alone."""

from pathlib import Path

import pytest

from zarr_conformance.judge import Observation, Verdict
from zarr_conformance.report.evidence.contestants import contestants, sources
from zarr_conformance.report.evidence.matrices import matrix_of, standings_of
from zarr_conformance.report.evidence.page import Page, make_page, write_page
from zarr_conformance.report.evidence.splits import splits
from zarr_conformance.report.marks import Mark
from zarr_conformance.results import Implementation, Result, Results, Run
from zarr_fixtures.case import Case
from zarr_fixtures.corpus import load
from zarr_fixtures.proposal import proposal
from zarr_fixtures.register import register

CORPUS = load()
STRING, FIXED = "data_type:string", "data_type:fixed_length_utf32"
ANSWERS = {
    "P": (Verdict("pass", "equal"), "returned"),
    "N": (Verdict("unsupported", "feature_unsupported"), "refused"),
    "!": (Verdict("fail", "crashed"), "broken"),
}


def answered(said: dict[str, dict[str, str]]) -> Results:
    """Results in which each implementation answers some cases in the way of a letter."""
    who = [Implementation(name, "1", lineage=name) for name in said]
    answers = {each.key: _answers(each, said[each.name]) for each in who}
    run = Run({"version": "0", "hash": CORPUS.hash}, {}, "0", "Linux", "3.11", "today")
    return Results(Path("results.jsonl"), run, {each.key: each for each in who}, {}, answers)


def _answers(who: Implementation, said: dict[str, str]) -> dict[str, Result]:
    found = {}
    for case_id, letter in said.items():
        verdict, kind = ANSWERS[letter]
        content = {"crashed": {"exit_code": 1}} if kind == "broken" else {"stage": "open"}
        observation = Observation(kind, content)
        found[case_id] = Result(case_id, *who.key, who.lineage, observation, verdict, 0.0)
    return found


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Page:
    """Strings: one implementation reads both types, one only the first, one neither."""
    string, fixed = CORPUS.baselines[STRING], CORPUS.baselines[FIXED]
    results = answered(
        {
            "both": {string: "P", fixed: "P"},
            "one": {string: "P", fixed: "N"},
            "none": {string: "N", fixed: "N"},
        }
    )
    path = tmp_path_factory.mktemp("results") / "results.jsonl"
    path.touch()
    given = Results(path, results.run, results.implementations, {}, results.answers)
    strings = proposal("strings", CORPUS, register())
    return make_page(strings, CORPUS, sources([given], CORPUS), {})


def test_who_reads_one_feature_of_several_is_told_beside_who_reads_all(page: Page) -> None:
    assert page.names("reads") == ["both"]
    assert page.alone(STRING) == ["both", "one"]
    assert page.alone(FIXED) == ["both"]


def test_each_feature_by_itself_stands_on_the_page(page: Page, tmp_path: Path) -> None:
    markdown, html = (path.read_text("utf-8") for path in write_page(page, tmp_path))
    assert "| data\\_type:string | both, one | - |" in markdown
    assert "<th>data_type:string<td>both, one<td>-" in html


def test_who_shows_nothing_is_named_and_has_no_column(page: Page) -> None:
    assert [each.label for each in page.readers.columns] == ["both 1", "one 1"]
    assert [each.label for each in page.readers.silent] == ["none 1"]
    assert [each.label for each in page.listed] == ["both 1", "one 1"]


def test_a_figure_that_nobody_has_is_left_out(page: Page) -> None:
    titles = [each.title for each in page.readers.figures]
    assert "valid, MUST" in titles
    assert "– not supported" in titles
    assert not any("wrong data" in each for each in titles)


def test_the_figures_of_a_row_are_those_of_its_implementation() -> None:
    case = CORPUS[CORPUS.baselines[STRING]]
    who = contestants(answered({"a": {case.id: "N"}, "b": {case.id: "P"}}))
    matrix = matrix_of(standings_of(who, who, [case], {STRING: case.id}), [case], who)
    values = {each.title: list(each.values) for each in matrix.figures}
    assert values == {"valid, MUST": ["-", "1/1"], "– not supported": ["1", "0"]}


def _open_case() -> Case:
    return next(case for case in CORPUS if case.polarity == "observe")


def test_to_break_is_a_failure_even_where_the_text_is_open() -> None:
    case = _open_case()
    [found] = splits(contestants(answered({"a": {case.id: "!"}})), [case], {})
    assert (found.mark, found.cases) == (Mark.BROKE, (case,))


def test_long_lists_fold(page: Page, tmp_path: Path) -> None:
    markdown, html = (path.read_text("utf-8") for path in write_page(page, tmp_path))
    for text in (markdown, html):
        assert text.count("<details>") == text.count("</details>")
        folded = text.rpartition("<details>")[2]
        assert page.lines[0].sha256 in folded
        assert page.lines[-1].case.id in folded
    assert "<summary>The list of" in markdown


def test_what_a_reader_of_the_counts_has_to_know_stands_among_them(tmp_path: Path) -> None:
    rectilinear = proposal("ZEP0003", CORPUS, register())
    path = tmp_path / "results.jsonl"
    path.touch()
    some = answered({"a": {CORPUS.baselines["chunk_grid:rectilinear"]: "P"}})
    given = Results(path, some.run, some.implementations, {}, some.answers)
    made = make_page(rectilinear, CORPUS, sources([given], CORPUS), {})
    assert rectilinear.remarks
    for each in write_page(made, tmp_path / "page"):
        short = each.read_text("utf-8").partition("What the words mean")[0]
        assert "off unless" in short
