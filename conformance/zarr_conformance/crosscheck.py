"""Cross-checks: every store that a writer made is read by every reader.

What writers made stands in results files. Each different store becomes a case, which expects what
the writer was asked to store, and the cases are run like any others: so answers are kept in a
results file, a stopped cross-check goes on, and what a reader supports is measured by the same
baselines. Cases about nothing but attributes, or groups, leave nothing to be read.
A pair of writer and reader fails if the reader does not return what the writer was asked to store.
It is the writer's fault if the reference too refuses the store or reads something else, or if a
document is missing that has to be there, and the reader's otherwise.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, TypeAlias

from zarr_conformance.judge import Observation, Stored, parse_answer
from zarr_conformance.read_written import read_back
from zarr_conformance.results import Result, Results
from zarr_fixtures.case import (
    Ask,
    Case,
    Elements,
    Items,
    StoredValue,
    Written,
    answer_to_json,
)
from zarr_fixtures.changes import Contents, faults_of
from zarr_fixtures.corpus import Corpus
from zarr_fixtures.features import features_of

Key: TypeAlias = tuple[str, str]  # name and version of an implementation
Data: TypeAlias = Elements | Items
WRITTEN = "written/"  # begins the ids of the cases that are made here
Outcome: TypeAlias = Literal["agree", "writer", "reader", "unsupported"]


@dataclass(frozen=True)
class Making:
    """That a writer made a store: to which case, what it was asked for, and what came of it.

    ``store`` is the id of the case that asks for it, ``features`` what a reader of it must support,
    and ``right`` says whether the store is valid, and has for the reference what was asked for.
    """

    writer: Key
    case: Case
    store: str
    features: tuple[str, ...]
    asked: Data
    right: bool


@dataclass(frozen=True)
class Pair:
    """One reader on one store of one writer, and who is at fault if they do not agree."""

    making: Making
    reader: Key
    outcome: Outcome
    said: str


@dataclass(frozen=True)
class Stores:
    """All that was written: who made what, and the cases that ask readers about it."""

    makings: tuple[Making, ...]
    corpus: Corpus
    questions: tuple[Case, ...]


def stores_of(results: Sequence[Results], corpus: Corpus) -> Stores:
    """The stores in results files; those in which no array is to be read are left out."""
    makings: list[Making] = []
    questions: dict[str, Case] = {}
    for result in _written(results, corpus):
        case = corpus[result.case]
        values = parse_answer(case.ask.question, result.observation.content)
        if not isinstance(values, Stored):
            continue
        contents = read_back(case, values.values)
        asked = _asked_for(case) or contents.elements
        if asked is None:
            continue
        question = _question(case, values.values, asked, corpus)
        known = questions.setdefault(question.id, question)
        features = tuple(dict.fromkeys((*known.features, *question.features)))
        questions[question.id] = replace(known, features=features)
        right = contents.elements == asked and _is_valid(case, contents)
        made = question.id, question.features, asked, right
        makings.append(Making(result.key, case, *made))
    derived = Corpus({**corpus.cases, **questions}, _hash(corpus, questions), corpus.version)
    return Stores(tuple(makings), derived, tuple(questions.values()))


def pairs(stores: Stores, answers: Results) -> Iterator[Pair]:
    """Every reader on every store, as far as it was asked."""
    for making in stores.makings:
        for reader, results in answers.answers.items():
            if (result := results.get(making.store)) is not None:
                outcome = _outcome(making, result.verdict.verdict)
                said = "" if outcome == "agree" else _told(result.observation)
                yield Pair(making, reader, outcome, said)


def is_crosscheck(results: Results, corpus: Corpus) -> bool:
    """Whether a results file holds answers about stores that were written, be there none at all."""
    if results.run.corpus["hash"] == _hash(corpus, ()):
        return True
    return any(case.startswith(WRITTEN) for each in results.results.values() for case in each)


def _hash(corpus: Corpus, stores: Iterable[str]) -> str:
    """The hash of a corpus with these stores that were written."""
    digest = hashlib.sha256("\n".join([corpus.hash, *sorted(stores)]).encode()).hexdigest()
    return f"sha256:{digest}"


def _written(results: Sequence[Results], corpus: Corpus) -> Iterator[Result]:
    """What was returned to questions that change a store."""
    for each in results:
        for answers in each.answers.values():
            for result in answers.values():
                changes = corpus[result.case].ask.changes
                if changes and result.observation.kind == "returned":
                    yield result


def _asked_for(case: Case) -> Data | None:
    """The elements that must be there after the case, if it is about elements."""
    return case.expect.elements if isinstance(case.expect, Written) else None


def _is_valid(case: Case, contents: Contents) -> bool:
    """Whether the store is one, with all documents that it must have: of groups too, in v2."""
    if not isinstance(case.expect, Written):
        return contents.objection is None
    return all(fault.kind != "invalid_store" for fault in faults_of(case.expect, contents))


def _question(case: Case, values: Mapping[str, bytes], asked: Data, corpus: Corpus) -> Case:
    """The case that asks for the array in a store that was written for another case."""
    ask = Ask("read", {"path": case.ask.path})
    return Case(
        id=f"{WRITTEN}{_fingerprint(case, values, asked)}",
        title="A store that an implementation wrote",
        requirements=case.requirements,
        level=case.level,
        features=tuple(_features_to_read(values, ask, corpus)),
        store={key: StoredValue("hex", value.hex()) for key, value in values.items()},
        ask=ask,
        expect=asked,
        source="an implementation",
    )


def _features_to_read(values: Mapping[str, bytes], ask: Ask, corpus: Corpus) -> Iterator[str]:
    """What a reader must support of what was written, which may be other than was asked for."""
    for feature in features_of(values, ask):
        if feature in corpus.baselines and not corpus[corpus.baselines[feature]].ask.changes:
            yield feature


def _fingerprint(case: Case, values: Mapping[str, bytes], asked: Data) -> str:
    """What tells a store, and the array in it that is asked about, from all others."""
    about = [case.zarr_format, case.ask.path, answer_to_json(asked)]
    digest = hashlib.sha256(json.dumps(about, sort_keys=True).encode())
    for key in sorted(values):
        digest.update(f"\0{key}\0{hashlib.sha256(values[key]).hexdigest()}".encode())
    return digest.hexdigest()[:32]


def _outcome(making: Making, verdict: str) -> Outcome:
    """Whether the reader returns what was asked for, and whose fault it is if not."""
    if verdict == "pass":
        return "agree"
    if verdict in ("unsupported", "skipped"):
        return "unsupported"
    return "reader" if making.right else "writer"


def _told(observation: Observation) -> str:
    """What the reader did, in a word."""
    if observation.kind == "broken":
        return str(observation.content["reason"]).replace("_", " ")
    return "other elements" if observation.kind == "returned" else observation.kind
