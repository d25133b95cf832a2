"""Cross-checks: who reads what others wrote, and who is at fault where somebody lies."""

import io
import json
import re
import sys
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from zarr_conformance.cli.command import run_command
from zarr_conformance.crosscheck import Pair, Stores, pairs, stores_of
from zarr_conformance.environments import adapter_environment
from zarr_conformance.judge import Judge, Observation
from zarr_conformance.process import Launch
from zarr_conformance.report.crosscheck import ALL, Cell, show_crosscheck, table
from zarr_conformance.results import Implementation, Result, Results, Run
from zarr_conformance.run import Contestant, Options, run
from zarr_fixtures.ask_to_change import change_by_reference
from zarr_fixtures.case import Ask, Case, Elements, StoredValue
from zarr_fixtures.corpus import CASES, Corpus
from zarr_fixtures.readback import read_back

FAKES = Path(__file__).parent / "fakes"
WRITE = Case.from_json(json.loads((CASES / "v3/write/plainest-array.json").read_text()))
RIGHT = change_by_reference(WRITE)
WRONG = {**RIGHT, "c/0/0": b"\xff" + RIGHT["c/0/0"][1:]}
TORN = {**RIGHT, "c/0/0": b""}
READ = Case(
    id="v3/plainest",
    title="The plainest array",
    requirements=("some.requirement",),
    level="must",
    features=("v3",),
    store={"zarr.json": StoredValue("text", "plain")},
    ask=Ask("read", {"path": "/"}),
    expect=Elements("uint8", (1,), b"\x07"),
    source="by hand",
    baseline_of=("v3",),
)
CORPUS = Corpus({READ.id: READ, WRITE.id: WRITE}, "sha256:0", "0")
WRITERS = {"honest": RIGHT, "as honest": RIGHT, "liar": WRONG, "torn": TORN}
REFUSED = {"refused": {"stage": "read", "message": "no"}}


def written(values: Mapping[str, bytes]) -> Observation:
    store = {key: b64encode(value).decode() for key, value in values.items()}
    return Observation("returned", {"store": store})


def results(writers: Mapping[str, Mapping[str, bytes]] = WRITERS) -> Results:
    """Results in which each writer says that it did what it was asked for."""
    answers = {}
    for name, values in writers.items():
        verdict = Judge(CORPUS.cases, read_back).verdict(WRITE, written(values))
        result = Result(WRITE.id, name, "1", name, written(values), verdict, 0.1)
        answers[name, "1"] = {WRITE.id: result}
    started = Run({"version": "0", "hash": "sha256:0"}, {}, "0", "Linux", "3.11", "2026-11-28")
    implementations = {key: Implementation(*key) for key in answers}
    return Results(Path("results.jsonl"), started, implementations, {}, answers)


@pytest.fixture(scope="module")
def stores() -> Stores:
    return stores_of([results()], CORPUS)


def elements(data: bytes, shape: list[int]) -> dict[str, object]:
    text = b64encode(data).decode()
    return {"returned": {"data_type": "uint8", "shape": shape, "elements": text}}


def reader(name: str, stores: Stores, folder: Path, **said: object) -> Contestant:
    """A fake that reads what is stored, but for what it says to stores of one writer."""
    answers: dict[str, object] = {READ.id: elements(b"\x07", [1])}
    for making in stores.makings:
        values = WRITERS[making.writer[0]]
        data = bytearray(b"".join(values[f"c/{i}/{j}"] for i in (0, 1) for j in (0, 1)))
        rows = [data[0:3], data[6:9], data[3:6], data[9:12], data[12:15], data[18:21]]
        plain = b"".join([*rows, data[15:18], data[21:24]])
        honest = elements(plain, [4, 6]) if len(plain) == 24 else REFUSED
        answers[making.store] = said.get(making.writer[0], honest)
    file = folder / f"{name}.json"
    file.write_text(json.dumps(answers))
    program = folder / f"{name}.py"
    program.write_text((FAKES / "honest.py").read_text())
    launch = Launch((sys.executable, str(program), str(file)), folder, adapter_environment())
    return Contestant(name, name, lambda _stopping: launch)


def checked(stores: Stores, folder: Path, *readers: Contestant) -> list[Pair]:
    path = folder / "crosscheck.jsonl"
    assert run(stores.corpus, stores.questions, readers, Options(path, jobs=1)) == []
    return list(pairs(stores, Results.read(path)))


def outcomes(found: list[Pair]) -> dict[tuple[str, str], tuple[str, str]]:
    return {(each.making.writer[0], each.reader[0]): (each.outcome, each.said) for each in found}


def test_identical_stores_are_asked_about_once(stores: Stores) -> None:
    assert len(stores.makings) == 4
    assert len(stores.questions) == 3
    assert stores.makings[0].store == stores.makings[1].store
    assert stores.questions[0].features == ("v3",)


def test_a_lying_writer_is_at_fault_and_so_is_a_lying_reader(
    stores: Stores, tmp_path: Path
) -> None:
    lies = elements(bytes(24), [4, 6])
    readers = [
        reader("good", stores, tmp_path),
        reader("liar", stores, tmp_path, honest=lies, **{"as honest": lies}),
    ]
    assert outcomes(checked(stores, tmp_path, *readers)) == {
        ("honest", "good"): ("agree", ""),
        ("as honest", "good"): ("agree", ""),
        ("liar", "good"): ("writer", "other elements"),
        ("torn", "good"): ("writer", "refused"),
        ("honest", "liar"): ("reader", "other elements"),
        ("as honest", "liar"): ("reader", "other elements"),
        ("liar", "liar"): ("writer", "other elements"),
        ("torn", "liar"): ("writer", "refused"),
    }


def test_who_does_not_support_a_feature_does_not_fail(stores: Stores, tmp_path: Path) -> None:
    """Neither does the writer, whose store nobody could read."""
    nothing = reader("nothing", stores, tmp_path, honest=REFUSED, liar=REFUSED)
    answers = json.loads((tmp_path / "nothing.json").read_text())
    answers = dict.fromkeys(answers, REFUSED)
    (tmp_path / "nothing.json").write_text(json.dumps(answers))
    found = checked(stores, tmp_path, nothing)
    assert {each.outcome for each in found} == {"unsupported"}


def test_a_stopped_cross_check_goes_on(stores: Stores, tmp_path: Path) -> None:
    good = reader("good", stores, tmp_path)
    before = checked(stores, tmp_path, good)
    path = tmp_path / "crosscheck.jsonl"
    *lines, last = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines) + last[:20])
    options = Options(path, resume=True, jobs=1)
    assert run(stores.corpus, stores.questions, [good], options) == []
    assert outcomes(list(pairs(stores, Results.read(path)))) == outcomes(before)


def test_stores_that_cannot_be_read_are_not_asked_about() -> None:
    """A group, a question that was refused, a store that is no store."""
    broken = results({"honest": RIGHT})
    (result,) = broken.results["honest", "1"].values()
    for said in (
        Observation("refused", {"stage": "write", "message": "no"}),
        Observation("returned", {"store": {"zarr.json": "no base64"}}),
    ):
        answers = {("honest", "1"): {WRITE.id: replace(result, observation=said)}}
        assert stores_of([replace(broken, results=answers)], CORPUS).makings == ()


def test_other_stores_are_another_cross_check() -> None:
    digests = {stores_of([results({"a": each})], CORPUS).corpus.hash for each in (RIGHT, WRONG)}
    assert len(digests) == 2


def test_what_was_written_decides_what_a_reader_must_support(stores: Stores) -> None:
    """Of a writer that took another data type, whoever does not know that is not at fault."""
    document = json.loads(RIGHT["zarr.json"])
    other = {**RIGHT, "zarr.json": json.dumps({**document, "data_type": "int8"}).encode()}
    plain = replace(READ, id="v3/int8", baseline_of=("data_type:int8",))
    corpus = Corpus({**CORPUS.cases, plain.id: plain}, "sha256:0", "0")
    (making,) = stores_of([results({"other": other})], corpus).makings
    assert making.features == ("v3", "data_type:int8")
    assert stores.makings[0].features == ("v3",)


def test_a_store_without_what_it_must_have_is_the_writers_fault() -> None:
    """The groups above an array of v2 are documents that must be there, and not its elements."""
    case = Case.from_json(json.loads((CASES / "v2/write/hierarchy/ancestors.json").read_text()))
    whole = change_by_reference(case)
    bare = {key: value for key, value in whole.items() if not key.endswith(".zgroup")}
    corpus = Corpus({case.id: case}, "sha256:0", "0")
    for values, right in ((whole, True), (bare, False)):
        said = results({"writer": values})
        (result,) = said.results["writer", "1"].values()
        answers = {("writer", "1"): {case.id: replace(result, case=case.id)}}
        (making,) = stores_of([replace(said, results=answers)], corpus).makings
        assert making.right is right


def test_the_narrow_matrix_says_how_many_in_a_hundred(stores: Stores, tmp_path: Path) -> None:
    lies = elements(bytes(24), [4, 6])
    found = checked(stores, tmp_path, reader("liar", stores, tmp_path, honest=lies))
    console = Console(file=io.StringIO(), width=14)
    show_crosscheck(console, found)
    assert re.search(r"^torn 1 +0 *$", console.file.getvalue(), re.MULTILINE)  # type: ignore[attr-defined]


def test_the_matrix_has_a_row_for_each_writer(stores: Stores, tmp_path: Path) -> None:
    lies = elements(bytes(24), [4, 6])
    found = checked(stores, tmp_path, reader("liar", stores, tmp_path, honest=lies))
    cells = table(found)
    assert cells[ALL, ("torn", "1"), ("liar", "1.0")] == Cell(writer=1)
    assert cells["v3", ("honest", "1"), ("liar", "1.0")] == Cell(reader=1)
    console = Console(file=io.StringIO(), width=100)
    show_crosscheck(console, found)
    text = console.file.getvalue()  # type: ignore[attr-defined]
    about = "other elements, 1 case, v3/write/plainest-array"
    assert f"The writer is at fault\n  liar 1: {about}, read by liar 1.0\n" in text
    assert "The reader is at fault\n" in text
    assert "✗ 0/1" in text


def test_without_a_store_there_is_nothing_to_show() -> None:
    console = Console(file=io.StringIO(), width=100)
    show_crosscheck(console, [])
    assert "Nobody wrote" in console.file.getvalue()  # type: ignore[attr-defined]


def test_a_reader_that_does_not_exist_is_no_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["crosscheck", "results.jsonl", "zarr-pyton"]) == 2
    assert "Did you mean zarr-python?" in capsys.readouterr().err
    assert run_command(["crosscheck", "none.jsonl", "zarr-python"]) == 4
    assert "none.jsonl cannot be read" in capsys.readouterr().err
