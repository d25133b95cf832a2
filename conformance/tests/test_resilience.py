"""What a run survives: being killed at any moment, and an adapter that crashes on every case."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from conformance.tests.conftest import FAKES, ZEROS, contestant, make_case

from zarr_conformance.adapter import AHEAD
from zarr_conformance.process import Launch
from zarr_conformance.results import Results
from zarr_conformance.run import Options, run
from zarr_fixtures.case import Case
from zarr_fixtures.corpus import Corpus

REPOSITORY = Path(__file__).parents[2]

# Answers rightly and in no hurry, and keeps a line of each question that it has answered.
SLOW = """\
import json, sys, time
for line in sys.stdin:
    message = json.loads(line)
    if "stop" in message:
        break
    if "describe" in message:
        answer = {"name": "slow", "version": "1.0", "language": "python"}
    else:
        time.sleep(0.002)
        answer = {"data_type": "uint8", "shape": [4], "elements": "AAAAAA=="}
    print(json.dumps({"id": message["id"], "returned": answer}), flush=True)
    if "read" in message:
        print(message["read"]["store"].partition("/stores/")[2], file=open(sys.argv[1], "a"))
"""
RUN = "from conformance.tests.test_resilience import go; go({place!r}, resume={resume})"


def corpus_of(count: int) -> Corpus:
    first = make_case("first", ZEROS, "codec:bytes", baseline_of=("v3", "codec:bytes"))
    others = [make_case(f"case-{number}", ZEROS, "codec:bytes") for number in range(1, count)]
    cases: dict[str, Case] = {case.id: case for case in (first, *others)}
    return Corpus(cases, "sha256:" + 64 * "0", "0.0.0")


def go(place: str, *, resume: bool) -> None:
    """The run that is killed, in a process of its own."""
    folder, corpus = Path(place), corpus_of(600)
    command = (sys.executable, str(folder / "slow.py"), str(folder / "answered"))
    slow = contestant(Launch(command, folder, dict(os.environ)))
    run(corpus, list(corpus), [slow], Options(folder / "results.jsonl", resume=resume))


def start(place: Path, *, resume: bool) -> subprocess.Popen[bytes]:
    program = RUN.format(place=str(place), resume=resume)
    return subprocess.Popen([sys.executable, "-c", program], cwd=REPOSITORY)


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


@pytest.mark.parametrize("when", ["at the first line", "somewhere", "somewhere else"])
def test_killed_at_any_moment_a_run_loses_what_is_in_flight_and_no_more(
    when: str, tmp_path: Path, nobody_left: Callable[[], list[str]]
) -> None:
    moment = 1 if when == "at the first line" else random.randrange(2, 500)
    (tmp_path / "slow.py").write_text(SLOW)
    with start(tmp_path, resume=False) as killed:
        while len(lines(tmp_path / "results.jsonl")) < moment:
            assert killed.poll() is None, "it ended before its moment"
            time.sleep(0.001)
        os.kill(killed.pid, signal.SIGKILL)
    assert nobody_left() == [], "an adapter ends when nobody asks it any more"
    answered = set(lines(tmp_path / "answered"))
    kept = Results.read(tmp_path / "results.jsonl", torn_end=True)
    before = dict(kept.results.get(("slow", "1.0"), {}))
    assert before.keys() <= answered
    assert len(answered) - len(before) <= AHEAD, f"killed after {moment} lines"

    with start(tmp_path, resume=True) as again:
        assert again.wait(120) == 0
    after = Results.read(tmp_path / "results.jsonl").results["slow", "1.0"]
    assert {case: after[case] for case in before} == before
    assert len(after) == 600
    assert {result.verdict.verdict for result in after.values()} == {"pass"}
    asked_twice = len(lines(tmp_path / "answered")) - 600
    assert asked_twice <= len(answered) - len(before)
    for line in (tmp_path / "results.jsonl").read_text().splitlines():
        json.loads(line)


@pytest.mark.parametrize("name", ["exits_1", "killed_by_signal", "half_a_line"])
def test_a_run_survives_an_adapter_that_breaks_on_every_case(
    name: str, tmp_path: Path, nobody_left: Callable[[], list[str]]
) -> None:
    corpus = corpus_of(40)
    zeros = {"data_type": "uint8", "shape": [4], "elements": "AAAAAA=="}
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({case.id: {"returned": zeros} for case in corpus}))
    launch, honest = (
        Launch((sys.executable, str(FAKES / f"{each}.py"), str(answers)), tmp_path, {**os.environ})
        for each in (name, "honest")
    )
    options = Options(tmp_path / "results.jsonl")
    assert run(corpus, list(corpus), [contestant(launch), contestant(honest)], options) == []
    results = Results.read(options.results).results
    broken = [result.verdict for result in results[name, "1.0"].values()]
    assert len(broken) == len(results["honest", "1.0"]) == 40
    assert {each.verdict for each in broken} == {"fail"}
    assert {each.reason for each in broken} <= {"crashed", "bad_answer"}
    assert {each.verdict.verdict for each in results["honest", "1.0"].values()} == {"pass"}
    assert nobody_left() == []
