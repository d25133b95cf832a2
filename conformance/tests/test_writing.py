"""Adapters that are asked to change a store, and lie: what the harness can be trusted with."""

import json
import os
import sys
from base64 import b64decode
from collections.abc import Callable
from pathlib import Path

import pytest

from zarr_conformance.errors import StorageError
from zarr_conformance.expectations import KINDS
from zarr_conformance.judge import Judge
from zarr_conformance.limits import Limits
from zarr_conformance.own_stores import OwnStores
from zarr_conformance.process import Launch
from zarr_conformance.protocol import Question, parameters
from zarr_conformance.rejudge import rejudged
from zarr_conformance.report.difference import contrasts
from zarr_conformance.results import Results
from zarr_conformance.run import Contestant, Options, run
from zarr_fixtures.ask_to_change import change_by_reference
from zarr_fixtures.case import Case
from zarr_fixtures.corpus import Corpus, load
from zarr_fixtures.readback import read_back

FAKE = Path(__file__).parent / "fakes" / "writer.py"
WRITE, REGION, DELETE = (
    "v3/write/plainest-array",
    "v3/write_region/plainest-region",
    "v3/delete/plainest-array",
)
CASES = (WRITE, REGION, DELETE)

VERDICTS = {
    # the lie: the verdicts on write, write_region and delete
    "honest": ("pass equal",) * 3,
    "nothing": ("fail invalid_store", "fail wrong_elements", "fail stray_keys"),
    "last-bit": ("fail wrong_elements", "fail wrong_elements", "fail damaged"),
    "stray": ("fail stray_keys",) * 3,
    "no-json": ("fail invalid_store", "fail invalid_store", "fail damaged"),
    "sibling": ("pass equal", "pass equal", "fail damaged"),
    "everything": ("fail invalid_store", "fail invalid_store", "fail damaged"),
    "link": ("fail bad_answer",) * 3,
    "beside": ("fail bad_answer",) * 3,
    "gigabytes": ("fail bad_answer",) * 3,
    "many": ("fail bad_answer",) * 3,
    "pipe": ("fail bad_answer",) * 3,
    "refuses": ("unsupported feature_unsupported",) * 3,
    "crashes": ("pass equal", "pass equal", "fail crashed"),
}


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    whole = load()
    return Corpus({each: whole[each] for each in CASES}, whole.hash, whole.version)


@pytest.fixture
def ask(tmp_path: Path, corpus: Corpus) -> Callable[[str], Results]:
    """Run the fake with a lie, and read the results."""
    answers = tmp_path / "answers.json"
    changed = {case.id: change_by_reference(case) for case in corpus}
    hexadecimal = {
        each: {key: value.hex() for key, value in values.items()}
        for each, values in changed.items()
    }
    answers.write_text(json.dumps(hexadecimal))

    def ask(lie: str) -> Results:
        command = (sys.executable, str(FAKE), str(answers), lie)
        launch = Launch(command, tmp_path, dict(os.environ))
        contestants = [Contestant(lie, "fake", lambda _stopping: launch)]
        options = Options(tmp_path / "results.jsonl", limits=Limits(30), check_protocol=True)
        run(corpus, list(corpus), contestants, options)
        return Results.read(options.results)

    return ask


@pytest.mark.parametrize("lie", VERDICTS)
def test_each_lie_is_seen_through(lie: str, ask: Callable[[str], Results], corpus: Corpus) -> None:
    results = ask(lie)
    answers = results.results[lie, "1.0"]
    said = [f"{answers[each].verdict.verdict} {answers[each].verdict.reason}" for each in CASES]
    assert tuple(said) == VERDICTS[lie]
    again = rejudged(results, corpus.cases, {}).results[lie, "1.0"]
    assert {each: again[each].verdict for each in CASES} == {
        each: answers[each].verdict for each in CASES
    }
    for each in CASES:
        assert answers[each].verdict.reason in {*KINDS, "equal", "feature_unsupported"}
        assert list(contrasts(corpus[each], answers[each].observation)), each


def test_the_whole_store_is_kept(ask: Callable[[str], Results], corpus: Corpus) -> None:
    observation = ask("honest").results["honest", "1.0"][WRITE].observation
    store = {key: b64decode(value) for key, value in observation.content["store"].items()}
    assert store == change_by_reference(corpus[WRITE])
    assert Judge(corpus.cases, read_back).verdict(corpus[WRITE], observation).verdict == "pass"


def test_what_differs_is_shown(ask: Callable[[str], Results], corpus: Corpus) -> None:
    observation = ask("last-bit").results["last-bit", "1.0"][REGION].observation
    shown = {
        line.about: (line.expected, line.said) for line in contrasts(corpus[REGION], observation)
    }
    assert shown["differ"] == ("1 of 24 elements", "")
    assert shown["at [3, 5]"] == ("24", "25")
    assert shown["keys"][1].startswith("c/0/0")


def question(case: Case, own: OwnStores) -> Question:
    where = {"store": str(own.path(case)), "zarr_format": case.zarr_format}
    return Question(case.ask.question, where | parameters(case.ask))


def test_a_store_is_laid_out_anew_for_a_new_process(corpus: Corpus, tmp_path: Path) -> None:
    """The process that broke may have begun to work on it."""
    own = OwnStores(corpus, tmp_path)
    path = own.path(corpus[REGION])
    assert path is not None
    for _ in range(2):
        own.prepare(question(corpus[REGION], own))
        assert {each.name for each in path.iterdir()} == {"zarr.json", "c"}
        (path / "zarr.json").write_bytes(b"half done")
        (path / "more").touch()


def test_nothing_is_left_behind(ask: Callable[[str], Results], tmp_path: Path) -> None:
    ask("beside")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["answers.json", "results.jsonl"]


def test_no_room_is_told_in_a_sentence(
    ask: Callable[[str], Results], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_self: OwnStores, _question: Question) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(OwnStores, "prepare", full)
    with pytest.raises(StorageError, match="No space left on device"):
        ask("honest")
