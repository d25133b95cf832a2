"""The doctor: what is wrong with an adapter, in words, and each message as it passes."""

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from conformance.tests.conftest import FAKES, contestant, honest_answer

from zarr_conformance import doctor
from zarr_conformance.cli.command import run_command
from zarr_conformance.doctor import examine
from zarr_conformance.limits import Limits
from zarr_conformance.process import Launch
from zarr_fixtures.corpus import load

Shown = list[tuple[str, str]]


@pytest.fixture
def examined(tmp_path: Path) -> Callable[..., tuple[bool, Shown]]:
    """Examine a fake, which knows the honest answers to what a doctor asks."""
    corpus = load()
    answers = {}
    for questions in (doctor.V3, doctor.V2):
        asked = (questions.read, questions.refuse)
        answers |= {case_id: honest_answer(corpus[case_id]) for case_id in asked}
        answers[questions.write] = {"unsupported": {"message": "it only reads"}}
    file = tmp_path / "answers.json"

    def look(name: str, seconds: float = 20, **said: object) -> tuple[bool, Shown]:
        """``said`` are answers to what is read that are not the honest ones."""
        others = {getattr(doctor, questions).read: answer for questions, answer in said.items()}
        file.write_text(json.dumps(answers | others))
        command = (sys.executable, str(FAKES / f"{name}.py"), str(file))
        shown: Shown = []
        limits = Limits(seconds, start_seconds=seconds, memory=120 * 2**20)
        patient = contestant(Launch(command, tmp_path, dict(os.environ)))
        return examine(
            patient, corpus, lambda kind, text: shown.append((kind, text)), limits
        ), shown

    return look


def test_who_is_honest_is_well(examined: Callable[..., tuple[bool, Shown]]) -> None:
    well, shown = examined("honest")
    assert well
    assert [text for kind, text in shown if kind == "well"] == [
        "honest 1.0, in python",
        "It is right, to the last bit.",
        "It refuses: no",
        "It answers as before.",
    ]
    sent = [json.loads(text) for kind, text in shown if kind == "->"]
    heard = [json.loads(text) for kind, text in shown if kind == "<-"]
    assert [next(name for name in message if name != "id") for message in sent[:3]] == [
        "describe",
        "read",
        "stop",
    ]
    assert {"refused", "returned", "unsupported"} <= {name for answer in heard for name in answer}


UNSUPPORTED = {"unsupported": {"message": "it is too old"}}
REFUSED = {"refused": {"stage": "open", "message": "it is too old"}}


@pytest.mark.parametrize("answer", [UNSUPPORTED, REFUSED])
def test_who_does_not_read_v3_is_asked_for_v2(
    answer: object, examined: Callable[..., tuple[bool, Shown]]
) -> None:
    well, shown = examined("honest", V3=answer)
    assert well
    texts = [text for _, text in shown]
    assert "It gives no array of Zarr v3: it is too old. So Zarr v2 is asked too." in texts
    assert "Whatever follows is asked of Zarr v2." in texts
    assert [text for kind, text in shown if kind == "well"][1:] == [
        "It is right, to the last bit.",
        "It refuses: no",
        "It answers as before.",
    ]
    steps = [text for kind, text in shown if kind == "step"]
    assert [doctor.V2.refuse in text for text in steps].count(True) == 1
    assert not any(doctor.V3.refuse in text or doctor.V3.write in text for text in steps)


def test_who_reads_neither_format_is_told_of_both(
    examined: Callable[..., tuple[bool, Shown]],
) -> None:
    well, shown = examined("honest", V3=UNSUPPORTED, V2=REFUSED)
    assert not well
    assert any(kind == "ill" and "what every implementation has to" in text for kind, text in shown)
    assert any("It says that it cannot: it is too old." in text for _, text in shown)


@pytest.mark.parametrize(
    ("name", "sentence", "advice"),
    [
        (
            "babbles_on_stdout",
            "wrote a line that is not JSON: 'DEBUG: opening",
            "for answers alone",
        ),
        ("wrong_id", "answered with the id 1001, not 1", "the id of its question"),
        ("half_a_line", "ended within a line", "with a line feed"),
        ("answers_twice", "another line after its last answer", "Answer each question once"),
        ("unknown_members", "wrote a line that is no answer", "and one other member"),
        ("exits_1", "exited with code 1", "never a refusal"),
        ("exits_0_early", "exited with code 0", "one process answers all questions"),
        ("killed_by_signal", "was killed by SIGSEGV", "crashed"),
        ("last_bit_wrong", "It is wrong (wrong elements).", "expected uint8 [4, 6]: 01 02"),
        ("always_wrong", "It is wrong (wrong elements).", "got uint8 [1]: ff"),
        ("refuses_everything", "It refuses what every implementation has to read", "`store` is"),
    ],
)
def test_what_is_wrong_is_said_in_words(
    name: str, sentence: str, advice: str, examined: Callable[..., tuple[bool, Shown]]
) -> None:
    well, shown = examined(name)
    assert not well
    assert any(kind == "ill" and sentence in text for kind, text in shown), shown
    assert any(kind == "note" and advice in text for kind, text in shown), shown


def test_who_never_speaks_is_told_to_flush(
    examined: Callable[..., tuple[bool, Shown]],
) -> None:
    well, shown = examined("silent", seconds=0.5)
    assert not well
    assert ("ill", "The adapter did not answer within 0.5 s at its start.") in shown
    assert any("flushed" in text for _, text in shown)


def test_what_is_no_adapter_is_3_or_1(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["adapters", "doctor", "no-such-command"]) == 1
    assert "Does the command start by itself" in capsys.readouterr().out
    assert run_command(["adapters", "doctor", "zarr-reference@9"]) == 2
