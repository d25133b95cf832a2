"""An examination of one adapter: a few questions, each message as it passes, and what is wrong.

A run says about thousands of cases what the library does; this says about five whether the adapter
talks as the protocol wants, in words that say what to change. ``show`` gets it line by line.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Event
from typing import Literal, TypeAlias

from zarr_conformance.adapter import Adapter
from zarr_conformance.judge import Judge, Observation, Verdict, parse_answer
from zarr_conformance.limits import Limits
from zarr_conformance.own_stores import OwnStores
from zarr_conformance.process import CannotStart
from zarr_conformance.read_written import read_back
from zarr_conformance.report.difference import describe_expected, describe_said
from zarr_conformance.run import Contestant, question_of
from zarr_conformance.visible import visible
from zarr_fixtures.case import Case
from zarr_fixtures.corpus import Corpus
from zarr_fixtures.layout import lay_out_store

# A step begins; a message is sent or heard; what follows is well, ill, or neither.
Kind: TypeAlias = Literal["step", "->", "<-", "well", "ill", "note"]
Show: TypeAlias = Callable[[Kind, str], None]

LIMITS = Limits(seconds=10, start_seconds=20)


@dataclass(frozen=True)
class Questions:
    """The cases of one format that are asked. What is read is the control of what is refused."""

    read: str
    refuse: str
    invalid: str  # what is wrong with that
    write: str


V3 = Questions(
    read="v3/metadata/plainest-array",
    refuse="v3/must_understand/codec-unknown",
    invalid="a codec that nobody knows",
    write="v3/write/plainest-array",
)
V2 = Questions(
    read="v2/metadata/plain",
    refuse="v2/metadata/shape-null",
    invalid="null for its shape",
    write="v2/write/plainest-array",
)

# What to do about an adapter that breaks, by what the harness says of it.
ADVICE: Mapping[str, str] = {
    "is not JSON": "Standard output is for answers alone. The kits send what else is printed to "
    "standard error. Without one, do the same, also for what the library prints.",
    "ended within a line": "The process ended before its answer did. End each answer with a line "
    "feed, and flush it before anything else happens.",
    "once more|another line": "Answer each question once.",
    "with the id": "Each answer has the id of its question, and answers come in the order of the "
    "questions.",
    "is no answer": "An answer is an object with `id` and one other member: `returned`, `refused` "
    "or `unsupported`.",
    "left out|unknown members|broke answer.schema": "The answer has other members than the "
    "protocol gives it: hold it against the table of questions there.",
    "described": "`describe` is answered with name, version and language, each a printable text.",
    "did not answer within": "Nothing came. Is the answer flushed? Does the adapter wait for the "
    "end of its input, where it should answer each line as it comes?",
    "closed its standard output": "Standard output stays open until the adapter is told to stop.",
    "exited with code 0": "It ended before it was told to stop: one process answers all questions.",
    "exited with code": "What ends the process is a crash, and never a refusal. Catch what the "
    "library raises, and only that, and answer `refused`. The cause is at the end of its standard "
    "error.",
    "killed by": "The library, or what it is built on, crashed. A run goes on after that, and "
    "counts it as a failure of the case.",
    "held [0-9]+ bytes": "It takes more memory than an adapter may.",
    "cannot be started|directory": "Does the command start by itself, in this directory?",
}


@dataclass(frozen=True)
class _Patient:
    """Who is examined, where its stores are, and how it is shown."""

    adapter: Adapter
    judge: Judge
    own: OwnStores
    stores: Path
    show: Show


def examine(contestant: Contestant, corpus: Corpus, show: Show, limits: Limits = LIMITS) -> bool:
    """Ask the adapter, show what is said, and return whether all is well.

    Raises ``NotPrepared`` or ``CannotStart`` if there is nothing to start.
    """
    launch = contestant.prepare(Event())
    ills: list[str] = []

    def note(kind: Kind, text: str) -> None:
        if kind == "ill":
            ills.append(text)
        show(kind, visible(text))

    def overhear(direction: Literal["->", "<-"], line: bytes) -> None:
        note(direction, line.decode(errors="replace").rstrip("\n"))

    with (
        TemporaryDirectory(prefix="zarr-conformance-") as place,
        Adapter(launch, limits, check_protocol=True, overhear=overhear) as adapter,
    ):
        folder = Path(place).resolve()
        own = OwnStores([corpus[V3.write], corpus[V2.write]], folder / "own")
        judge = Judge(corpus.cases, read_back)
        try:
            _examine(_Patient(adapter, judge, own, folder / "stores", note), corpus)
        except CannotStart as reason:
            _show_broken(note, str(reason))
    return not ills


def _examine(patient: _Patient, corpus: Corpus) -> None:
    patient.show("step", "Handshake: who answers?")
    description = patient.adapter.start()
    patient.show("well", "{name} {version}, in {language}".format(**description))
    questions, read = _read(patient, corpus)
    refusal = f"Refusal: the same array with {questions.invalid}"
    _ask(patient, corpus[questions.refuse], refusal)
    _ask(patient, corpus[questions.write], "Write: the plainest array")
    _recover(patient, corpus[questions.read], read)


def _read(patient: _Patient, corpus: Corpus) -> tuple[Questions, Observation]:
    """Ask for a plain array, of v2 if none of v3 is to be had; return what to go on with."""
    case = corpus[V3.read]
    said = _said(patient, case, "Read: the plainest array")
    if said.kind in ("refused", "unsupported"):
        message = said.content.get("message", "")
        patient.show("note", f"It gives no array of Zarr v3: {message}. So Zarr v2 is asked too.")
        said_of_v2 = _ask(patient, corpus[V2.read], "Read: a plain array of Zarr v2")
        if said_of_v2.kind == "returned":
            patient.show("note", "Whatever follows is asked of Zarr v2.")
            return V2, said_of_v2
        patient.show("step", f"Zarr v3 again ({case.id})")
    _show_verdict(patient.show, case, said, patient.judge.verdict(case, said))
    return V3, said


def _ask(patient: _Patient, case: Case, title: str) -> Observation:
    """Put a case, show what follows from the answer, and return that."""
    said = _said(patient, case, title)
    _show_verdict(patient.show, case, said, patient.judge.verdict(case, said))
    return said


def _said(patient: _Patient, case: Case, title: str) -> Observation:
    """Put a case, and return what is said."""
    patient.show("step", f"{title} ({case.id})")
    return patient.own.collected(case, _answer(patient, case))


def _answer(patient: _Patient, case: Case) -> Observation:
    """What comes of a question. The process is told to stop after it."""
    store = patient.own.path(case)
    if store is None:
        store = patient.stores / case.id
        if not store.exists():
            lay_out_store(case.store, store)
    [heard] = patient.adapter.ask([question_of(case, store)], patient.own.prepare)
    return heard.observation


def _show_verdict(show: Show, case: Case, said: Observation, verdict: Verdict) -> None:
    if said.kind == "broken":
        _show_broken(show, str(said.content["detail"]), str(said.content["stderr"]))
        return
    message = said.content.get("message", "")
    match verdict.verdict, verdict.reason:
        case "pass", "refused":
            show("well", f"It refuses: {message}")
        case "pass", _:
            show("well", "It is right, to the last bit.")
        case _, "question_unsupported":
            show("note", f"It says that it cannot: {message}. Is there no way to ask the library?")
        case _, "feature_unsupported":
            show("ill", f"It refuses what every implementation has to read: {message}")
            show("note", "`store` is a directory, `path` that of a node in it: does it get both?")
        case _, "control_failed":
            show("note", "It refuses, which proves nothing as long as it does not read the array.")
        case _, "accepted_invalid":
            show(
                "ill", "It returns elements that nobody can know. Is an error of the library lost?"
            )
        case _, "opened" | "not_opened":
            show("note", "It tells whether it could read the array, and no more: nothing passes.")
        case _, reason:
            answer = parse_answer(case.ask.question, said.content)
            show("ill", f"It is wrong ({reason.replace('_', ' ')}).")
            show("note", f"expected {describe_expected(case)}")
            show("note", f"got {describe_said(said, answer)}")


def _recover(patient: _Patient, case: Case, before: Observation) -> None:
    """Show whether the adapter answers as before, after it was killed over a question."""
    show, adapter = patient.show, patient.adapter
    show("step", "Recovery: the same again, after it was killed")
    adapter.start()
    adapter.crash()
    killed = _answer(patient, case)
    if killed.kind != "broken":
        show("ill", "Something answers although the process was killed: does it leave another one?")
        return
    show("note", f"It {killed.content['detail']}; a new process is started.")
    again = _answer(patient, case)
    if again.kind == before.kind and (again.kind != "returned" or again == before):
        show("well", "It answers as before.")
    else:
        show("ill", f"It does not answer as before: {describe_said(again, None)}")


def _show_broken(show: Show, detail: str, stderr: str = "") -> None:
    """Say what is wrong, and what to do about it."""
    for line in stderr.splitlines():
        show("note", f"stderr | {line}")
    show("ill", f"The adapter {detail.removeprefix('its adapter ')}.")
    advice = (text for pattern, text in ADVICE.items() if re.search(pattern, detail))
    if (first := next(advice, None)) is not None:
        show("note", first)
