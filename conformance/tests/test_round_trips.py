"""Round trips: who is said to write a proposal, and to read back what was written of it."""

from base64 import b64encode
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from zarr_conformance.cli.command import run_command
from zarr_conformance.crosscheck import is_crosscheck, stores_of
from zarr_conformance.errors import ResultsError, UsageError
from zarr_conformance.expectations import Known
from zarr_conformance.judge import Observation, Verdict
from zarr_conformance.report.evidence.contestants import sources
from zarr_conformance.report.evidence.page import Page, make_page, write_page
from zarr_conformance.results import Implementation, Result, Results, Run
from zarr_conformance.results_writer import ResultsWriter
from zarr_fixtures.ask_to_change import change_by_reference
from zarr_fixtures.corpus import load
from zarr_fixtures.proposal import Proposal, proposal
from zarr_fixtures.register import register

CORPUS = load()
ZSTD = proposal("codec:zstd", CORPUS, register())
READ, WRITE = CORPUS.baselines["codec:zstd"], CORPUS.baselines["write/codec:zstd"]
NAMING = proposal("ZEP0009", CORPUS, register())
P, F = Verdict("pass", "equal"), Verdict("fail", "wrong_elements")
REFUSED = Observation(
    "refused", {"stage": "open", "message": "z5: 1_000 of 2.5 at /some/where\nmore"}
)
RUN = Run({"version": "0", "hash": CORPUS.hash}, {}, "0", "Linux", "3.11", "today")
A = Implementation("a", "1.0", lineage="a")
TOOL = Implementation("tool", "1.0", lineage="a")
B = Implementation("b", "1.0", lineage="b")
NIGHTLY = Implementation("c", "1.0.dev1", lineage="c")


def said(who: Implementation, case: str, verdict: Verdict, observation: Observation) -> Result:
    return Result(case, *who.key, who.lineage, observation, verdict, 0.0)


def answers(who: Implementation, *passed: str) -> dict[str, Result]:
    """One that passes some cases; of those that ask to write, with the store of the reference."""
    found = {}
    for case in passed:
        observation = REFUSED
        if CORPUS[case].ask.changes:
            values = change_by_reference(CORPUS[case])
            store = {key: b64encode(value).decode() for key, value in values.items()}
            observation = Observation("returned", {"store": store})
        found[case] = said(who, case, P, observation)
    return found


def results(path: str, *everybody: tuple[Implementation, dict[str, Result]]) -> Results:
    known = {who.key: who for who, _ in everybody}
    return Results(Path(path), RUN, known, {}, {who.key: each for who, each in everybody})


MEASURED = results(
    __file__,
    (A, answers(A, READ, WRITE)),
    (B, answers(B, READ)),
    (TOOL, answers(TOOL, READ)),
    (NIGHTLY, answers(NIGHTLY, READ, WRITE)),
)


def checked(**verdicts: Verdict) -> Results:
    """A cross-check in which each reader has one verdict on every store."""
    stores = stores_of([MEASURED], CORPUS)
    everybody = []
    for who in MEASURED.implementations.values():
        if who.name in verdicts:
            verdict = verdicts[who.name]
            asked = {each.id: said(who, each.id, verdict, REFUSED) for each in stores.questions}
            everybody.append((who, asked))
    return results(__file__, *everybody)


def page(check: Results | None = None, about: Proposal = ZSTD) -> Page:
    files = [MEASURED] if check is None else [MEASURED, check]
    return make_page(about, CORPUS, sources(files, CORPUS), {})


def test_without_a_cross_check_one_implementation_reads_and_writes(tmp_path: Path) -> None:
    made = page()
    assert made.names("reads") == ["a", "b"]
    assert made.names("writes") == made.names("round_trips") == ["a"]
    for path in write_page(made, tmp_path):
        assert "none was given for this page" in " ".join(path.read_text("utf-8").split())


def test_in_a_cross_check_the_writer_reads_its_own_store(tmp_path: Path) -> None:
    assert page(checked(a=P, b=P)).names("round_trips") == ["a"]
    made = page(checked(a=F, b=P))
    assert made.names("writes") == ["a"]
    assert made.names("round_trips") == []
    for path in write_page(made, tmp_path):
        assert "Who reads what they wrote" in path.read_text("utf-8")


def test_who_was_not_asked_has_not_shown_it() -> None:
    assert page(checked(b=P)).names("round_trips") == []


def test_only_another_lineage_in_a_released_version_is_another_reader() -> None:
    by_lineage = {each.name: each for each in page(checked(a=P, tool=P, b=P, c=P)).lineages}
    assert by_lineage["a"].read_by == ("b",)
    assert "c" not in by_lineage
    by_lineage = {each.name: each for each in page(checked(a=P, tool=P, b=F, c=P)).lineages}
    assert by_lineage["a"].read_by == ()


def test_an_unreleased_writer_has_no_row_of_stores() -> None:
    trips = page(checked(a=P, b=P, c=P)).round_trips
    assert trips is not None
    assert [each.key for each in trips.writers] == [A.key]
    assert [each.key for each in trips.readers] == [A.key, B.key]
    assert trips.told(trips.writers[0], trips.readers[1]) == "1/1"
    assert trips.right(trips.writers[0]) == "1/1"


def test_who_supports_nothing_has_no_column() -> None:
    trips = page(checked(a=P, b=Verdict("unsupported", "feature_unsupported"))).round_trips
    assert trips is not None
    assert [each.key for each in trips.strangers] == [B.key]


def test_why_a_right_store_was_not_read_is_told(tmp_path: Path) -> None:
    made = page(checked(a=P, b=F))
    assert made.round_trips is not None
    [misreading] = made.round_trips.misreadings
    assert (misreading.reader.key, misreading.said) == (B.key, "refused")
    assert misreading.message == "z5: ... of ... at ..."
    assert [each.key for each in misreading.writers] == [A.key]
    assert misreading.cases == (WRITE,)
    for path in write_page(made, tmp_path):
        assert "though the reader supports all that they need" in path.read_text("utf-8")


def test_a_cross_check_of_no_store_at_all_is_one() -> None:
    corpus = {"version": "0", "hash": stores_of([], CORPUS).corpus.hash}
    empty = replace(results(__file__), run=replace(RUN, corpus=corpus))
    assert is_crosscheck(empty, CORPUS)
    reader = results(__file__, (B, answers(B, READ)))
    trips = make_page(ZSTD, CORPUS, sources([reader, empty], CORPUS), {}).round_trips
    assert trips is not None
    assert not trips.writers
    with pytest.raises(ResultsError, match="a cross-check of other results"):
        page(empty)


def test_one_cross_check_is_enough_and_results_are_needed() -> None:
    check = checked(a=P)
    with pytest.raises(UsageError, match="0 of these files hold such results, 1 a cross-check"):
        sources([check], CORPUS)
    with pytest.raises(UsageError, match="1 of these files hold such results, 2 a cross-check"):
        sources([MEASURED, check, check], CORPUS)


def test_a_cross_check_of_other_stores_is_refused() -> None:
    other = results(__file__, (A, {"written/0": said(A, "written/0", P, REFUSED)}))
    assert is_crosscheck(other, CORPUS)
    assert not is_crosscheck(MEASURED, CORPUS)
    with pytest.raises(ResultsError, match="a cross-check of other results"):
        page(other)


def test_a_cross_check_alone_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "crosscheck.jsonl"
    with ResultsWriter(path) as writer:
        writer.write_run(RUN)
        writer.write_implementation(A)
        writer.write_result(said(A, "written/0", P, REFUSED))
    assert run_command(["evidence", "codec:zstd", str(path)]) == 2
    assert "one cross-check of them at most" in " ".join(capsys.readouterr().err.split())


def test_what_is_known_of_a_failure_stands_beside_it(tmp_path: Path) -> None:
    entry = Known(
        (READ,),
        "wrong_elements",
        "It <b>lies</b>.",
        SpecifierSet("<2"),
        finding="a/lies",
        link="https://x.org/1",
    )
    failed = results(__file__, (A, {READ: said(A, READ, F, REFUSED)}))
    for path in write_page(
        make_page(ZSTD, CORPUS, sources([failed], CORPUS), {}, known={"a": [entry]}), tmp_path
    ):
        text = path.read_text("utf-8")
        assert "a/lies" in text
        assert "https://x.org/1" in text
        assert "<b>lies" not in text


def writes(about: Proposal, *passed: str) -> Page:
    return make_page(
        about, CORPUS, sources([results(__file__, (A, answers(A, *passed)))], CORPUS), {}
    )


def test_a_proposal_without_features_names_who_writes_it() -> None:
    """Any array that is written is a case of it, and not everybody who writes one writes it."""
    named = [each for each in NAMING.plainest if CORPUS[each].ask.changes]
    assert named
    other = "v3/write/chunk_key_encodings/v2-no-configuration"
    assert CORPUS[other] in NAMING.members(CORPUS)
    assert writes(NAMING, other, *named[1:]).names("writes") == []
    assert writes(NAMING, *named).names("writes") == ["a"]


def test_where_no_plainest_case_asks_to_write_nobody_is_said_to(tmp_path: Path) -> None:
    reading = tuple(each for each in NAMING.plainest if not CORPUS[each].ask.changes)
    made = writes(replace(NAMING, plainest=reading), *NAMING.plainest)
    assert not made.knows_writers
    for path in write_page(made, tmp_path):
        assert "nothing is known of writers" in " ".join(path.read_text("utf-8").split())
