"""Where the specification leaves the answer open, and implementations answer differently.

These are the cases with several readings: ``any_of``, where the text allows each of them, and
``observe``, where it is silent or contradicts itself. For the specification's editors each is shown
whole: the question, the demand of the text, its readings, and who follows which.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from string import ascii_lowercase

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from zarr_conformance.judge import parse_answer
from zarr_conformance.report.difference import describe_reading, describe_said
from zarr_conformance.report.matrix import Answers, Key
from zarr_conformance.results import Result, Results
from zarr_fixtures.case import AnyOf, Case, Observe, Reading
from zarr_fixtures.register import register

ALL_BYTES = 1000  # of an answer that no reading has: it has to be told from the others


@dataclass(frozen=True)
class Said:
    """One of the answers to a case: its mark, what it is in words, and who gives it.

    The mark is the number of a reading, ``R`` for a refusal that no reading has, ``!`` for a
    breakdown, or a letter for any other answer. ``compared`` is whether answers are held
    against it: not against a reading from which no one answer follows.
    """

    mark: str
    text: str
    who: tuple[Key, ...]
    compared: bool


@dataclass(frozen=True)
class Divergence:
    """A case with all its readings, and what was said besides, the readings first.

    ``silent`` are those who support no such thing, or could not be asked.
    """

    case: Case
    answers: tuple[Said, ...]
    silent: tuple[Key, ...]


def divergences(cases: Mapping[str, Case], answers: Answers) -> list[Divergence]:
    """The cases with several readings on which those who can answer do not agree, by id."""
    answered = {case_id for results in answers.values() for case_id in results}
    several = (cases[case_id] for case_id in sorted(answered) if readings_of(cases[case_id]))
    proven = {key: _proven(cases, results.values()) for key, results in answers.items()}
    found = (_divergence(case, answers, proven) for case in several)
    return [each for each in found if sum(bool(said.who) for said in each.answers) > 1]


def readings_of(case: Case) -> tuple[Reading, ...]:
    """The readings of the specification that a case tells apart; none if there is one only."""
    return case.expect.readings if isinstance(case.expect, AnyOf | Observe) else ()


@dataclass(frozen=True)
class _Proven:
    """What an implementation has shown that it can: the cases that it passes, their features."""

    cases: frozenset[str]
    features: frozenset[str]


def _proven(cases: Mapping[str, Case], results: Iterable[Result]) -> _Proven:
    passed = frozenset(result.case for result in results if result.verdict.verdict == "pass")
    return _Proven(passed, frozenset(f for each in passed for f in cases[each].baseline_of))


def _divergence(case: Case, answers: Answers, proven: Mapping[Key, _Proven]) -> Divergence:
    texts = {str(n): describe_reading(each) for n, each in enumerate(readings_of(case), 1)}
    who: dict[str, list[Key]] = {mark: [] for mark in texts}
    letters: dict[str, str] = {}
    silent = []
    for key, results in answers.items():
        result = results.get(case.id)
        if result is None or not _counts(case, result, proven[key]):
            silent.append(key)
            continue
        mark = _mark(result, letters)
        texts.setdefault(mark, _otherwise(case, result))
        who.setdefault(mark, []).append(key)
    vague = {str(n) for n, each in enumerate(readings_of(case), 1) if each.answer is None}
    said = (Said(mark, texts[mark], tuple(keys), mark not in vague) for mark, keys in who.items())
    return Divergence(case, tuple(said), tuple(silent))


def _counts(case: Case, result: Result, proven: _Proven) -> bool:
    """Whether an answer says anything: a refusal only of what is read where it is plainly valid."""
    if result.observation.kind != "refused":
        return result.observation.kind != "unsupported"
    controlled = case.control is None or case.control in proven.cases
    return controlled and proven.features.issuperset(case.features)


def _mark(result: Result, letters: dict[str, str]) -> str:
    """Equal marks for equal answers."""
    if result.verdict.reason.startswith("reading "):
        return result.verdict.reason.removeprefix("reading ")
    match result.observation.kind:
        case "refused":
            return "R"
        case "broken":
            return "!"
    content = json.dumps(result.observation.content, sort_keys=True)
    return letters.setdefault(content, ascii_lowercase[len(letters) % 26])


def _otherwise(case: Case, result: Result) -> str:
    observation = result.observation
    answer = None
    if observation.kind == "returned":
        answer = parse_answer(case.ask.question, observation.content)
    return f"by no reading: {describe_said(observation, answer, ALL_BYTES)}"


def show_divergences(console: Console, results: Results, cases: Mapping[str, Case]) -> None:
    """Print each divergence, chapter by chapter."""
    found = divergences(cases, results.answers)
    for chapter, members in groupby(found, lambda each: each.case.id.rpartition("/")[0]):
        console.print(Text(f"{chapter}\n", style="bold underline"))
        for each in members:
            _show(console, each)
    answered = {case_id for answers in results.answers.values() for case_id in answers}
    several = sum(bool(readings_of(cases[case_id])) for case_id in answered)
    console.print(f"{len(found)} of {several} open questions are answered in different ways.")


def _show(console: Console, divergence: Divergence) -> None:
    case = divergence.case
    console.print(Text(case.id, style="bold"), soft_wrap=True)
    console.print(Text(f"{case.title} ({asked(case)})"))
    for text, style in _demands(case):
        console.print(Text(text, style=style), soft_wrap=style == "dim")
    for said in divergence.answers:
        console.print(_indented(1, f"{said.mark}  {said.text}"))
        nobody = "nobody" if said.compared else "not compared"
        style = "cyan" if said.who else "dim"
        console.print(_indented(6, _names(said.who) or nobody, style))
    if divergence.silent:
        console.print(_indented(1, f"-  not supported: {_names(divergence.silent)}", "dim"))
    console.print()


def _demands(case: Case) -> Iterator[tuple[str, str]]:
    """What the text says that the case is about, where, and what there is to say about it."""
    for identifier in case.requirements:
        row = register()[identifier]
        yield f"{row.level.upper()}: {row.requirement}", ""
        yield row.link, "dim"
    if case.why:
        yield f"Why: {case.why}", ""


def asked(case: Case) -> str:
    """The question in a few words."""
    parameters = dict(case.ask.parameters)
    region = "".join(
        f" {name} {parameters[name]}" for name in ("start", "stop") if name in parameters
    )
    return f"{case.ask.question.replace('_', ' ')} {case.ask.path}{region}"


def _names(keys: Iterable[Key]) -> str:
    return ", ".join(f"{name} {version}" for name, version in keys)


def _indented(columns: int, text: str, style: str = "") -> Padding:
    return Padding(Text(text, style=style), (0, 0, 0, columns), expand=False)
