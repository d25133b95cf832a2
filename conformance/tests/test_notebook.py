"""Results in a notebook: shown as a matrix, filtered, compared, and as rows of a table."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

import zarr_conformance
from zarr_conformance.judge import Observation, Verdict
from zarr_conformance.rejudge import write
from zarr_conformance.results import Implementation, Result, Results, Run
from zarr_fixtures.corpus import load
from zarr_fixtures.errors import SelectionError

CORPUS = load()
GZIP = "v3/codecs/gzip/by-hand"
PLAIN = "v3/metadata/plainest-array"
MAY = "v3/codecs/numcodecs/gzip-level-1"
NO = Observation("refused", {"stage": "open", "message": "no"})
YES = Observation("returned", {"data_type": "uint8", "shape": [0], "elements": ""})
PASS = (YES, Verdict("pass", "equal"))
FAIL = (NO, Verdict("fail", "rejected_valid"))
HOSTILE = "<script>alert(1)</script>"


def results(
    version: str = "1.0", name: str = HOSTILE, **said: tuple[Observation, Verdict]
) -> Results:
    run = Run({"version": "0", "hash": CORPUS.hash}, {}, "1", "x", "3", "2026-01-01T00:00:00")
    key = (name, version)
    cases = {"gzip": GZIP, "plain": PLAIN, "may": MAY, "old": "v3/retired/case"}
    answers = {cases[each]: Result(cases[each], *key, "core", *said[each], 0.5) for each in said}
    return Results(Path("r"), run, {key: Implementation(*key)}, {}, {key: answers})


BOTH = results(gzip=FAIL, plain=PASS)


def test_the_matrix_is_html_in_which_names_are_text() -> None:
    html = BOTH._repr_html_()
    assert ET.fromstring(html.replace("<br>", "<br/>")).tag == "div"
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert ">⊘ 0/1</td>" in html
    assert ">✓ 1/1</td>" in html
    assert "<th>pass</th><th>fail</th>" in html


def test_without_a_notebook_results_tell_whose_they_are() -> None:
    assert repr(BOTH) == f"<Results of r ({HOSTILE} 1.0: 2)>"


def test_of_another_corpus_numbers_are_shown() -> None:
    other = replace(BOTH, run=replace(BOTH.run, corpus={"version": "9", "hash": "sha256:9"}))
    html = other._repr_html_()
    assert "another corpus" in html
    assert "⊘" not in html
    assert "<td>1</td><td>1</td>" in html


def test_results_are_filtered_by_case_verdict_and_reason() -> None:
    def left(found: Results) -> list[str]:
        return [each["case"] for each in found.to_records()]

    assert left(BOTH.where("v3/codecs")) == [GZIP]
    assert left(BOTH.where("feature:codec:gzip", verdict="pass")) == []
    assert left(BOTH.where(verdict="pass")) == [PLAIN]
    assert left(BOTH.where(verdict=["pass", "fail"])) == [GZIP, PLAIN]
    assert left(BOTH.where(reason="rejected_valid")) == [GZIP]
    assert left(BOTH.only([HOSTILE]).where()) == [GZIP, PLAIN]
    with pytest.raises(SelectionError, match="no case has"):
        BOTH.where("v3/codecs/gzib")


def test_records_are_of_texts_and_numbers() -> None:
    assert BOTH.to_records()[0] == {
        "case": GZIP,
        "level": "must",
        "implementation": HOSTILE,
        "version": "1.0",
        "lineage": "core",
        "said": "refused",
        "verdict": "fail",
        "reason": "rejected_valid",
        "seconds": 0.5,
    }


def test_records_tell_the_level_of_each_case_that_is_known() -> None:
    levels = {each["case"]: each["level"] for each in results(may=PASS, old=PASS).to_records()}
    assert levels == {MAY: "may", "v3/retired/case": ""}


def test_the_matrix_keeps_the_levels_apart() -> None:
    html = results(gzip=FAIL, may=PASS)._repr_html_()
    assert ">numcodecs.gzip MAY</td>" in html
    assert "Rows count what is a MUST" in html


def test_results_are_compared() -> None:
    found = BOTH.compare(results("2.0", gzip=PASS, plain=FAIL))
    assert [(each["case"], each["change"]) for each in found.to_records()] == [
        (GZIP, "fixed"),
        (PLAIN, "regressed"),
    ]
    html = found._repr_html_()
    assert ET.fromstring(html).tag == "div"
    assert "<script>" not in html
    assert html.index("Fixes") < html.index("Regressions")
    assert repr(found) == (f"{HOSTILE} 1.0 -> 2.0: 1 regression, 1 fix, 0 cases unchanged")
    assert "no case differs" in BOTH.compare(BOTH)._repr_html_()


def test_the_table_of_pandas_has_the_records() -> None:
    table = BOTH.to_pandas()
    assert table.to_dict("records") == BOTH.to_records()


def test_pandas_is_asked_for_only_where_it_is_needed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(ImportError, match="to_records, which needs nothing"):
        BOTH.to_pandas()


def test_a_file_is_read_by_its_name(tmp_path: Path) -> None:
    write(BOTH, tmp_path / "r.jsonl")
    assert zarr_conformance.Results.read(str(tmp_path / "r.jsonl")).results == BOTH.results
    with pytest.raises(AttributeError, match="no attribute 'Result'"):
        _ = zarr_conformance.Result


def test_the_package_loads_nothing_until_it_is_used() -> None:
    code = (
        "import sys, zarr_conformance; print(len({'rich', 'zarr_fixtures'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "0\n"
