"""Results for the tests of the site: real cases, answered in every way there is."""

import base64
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from zarr_conformance.expectations import Expectations
from zarr_conformance.judge import Judge, Observation, ordered
from zarr_conformance.report.html.site import Site, write_file
from zarr_conformance.report.matrix import Key
from zarr_conformance.results import Implementation, NotRun, Result, Results, Run
from zarr_fixtures.case import Answer, Case, Children, Elements, Items, Metadata, Refused
from zarr_fixtures.corpus import Corpus, load
from zarr_fixtures.coverage import coverage
from zarr_fixtures.profile import profiles
from zarr_fixtures.readback import read_back

REFUSED = Observation("refused", {"stage": "read", "message": "no <b>such</b> codec"})
CRASHED = Observation("broken", {"reason": "crashed", "detail": "signal 11", "stderr": "core\n"})


def right(case: Case) -> Observation:
    """What is expected, or follows from the first reading that names an answer."""
    readings = getattr(case.expect, "readings", None)
    answers = [each.answer for each in readings] if readings else [case.expect]
    answer = next((each for each in answers if each is not None), None)
    return Observation("unsupported", {}) if answer is None else said(answer)


def said(answer: Answer | Any) -> Observation:
    match answer:
        case Elements(data_type, shape, data):
            elements: Any = base64.b64encode(data).decode()
        case Items(data_type, shape, items):
            text = data_type == "string"
            elements = [i.decode() if text else base64.b64encode(i).decode() for i in items]
        case Children(nodes):
            return Observation("returned", {"children": dict(nodes)})
        case Metadata(members):
            return Observation("returned", {"metadata": dict(members)})
        case Refused():
            return REFUSED
        case _:
            return Observation("unsupported", {"message": "a question of another time"})
    content = {"data_type": data_type, "shape": list(shape), "elements": elements}
    return Observation("returned", content)


def last_bit_wrong(case: Case) -> Observation:
    match case.expect:
        case Elements(data_type, shape, data) if data and not case.baseline_of:
            return said(Elements(data_type, shape, data[:-1] + bytes([data[-1] ^ 1])))
        case Refused():
            return said(Elements("uint8", (1,), b"\0"))
    return right(case)


def refuses(case: Case) -> Observation:
    return right(case) if case.baseline_of else REFUSED


def crashes(case: Case) -> Observation:
    return right(case) if case.baseline_of else CRASHED


ANSWERS: Mapping[tuple[str, str], Callable[[Case], Observation]] = {
    ("right", "1.0"): right,
    ("wrong", "1.0"): last_bit_wrong,
    ("wrong", "1.1"): right,
    ("refuses", "2"): refuses,
    ("crashes", "0.1"): crashes,
    ("can't", "0"): lambda _case: Observation("unsupported", {"message": "not asked"}),
}


def results_of(
    cases: Mapping[str, Case],
    answers: Mapping[tuple[str, str], Callable[[Case], Observation]] = ANSWERS,
    **more: Any,
) -> Results:
    """What these implementations say to the cases, judged."""
    results = {}
    for (name, version), answer in answers.items():
        judge = Judge(cases, read_back)
        results[name, version] = {
            case.id: Result(
                case.id,
                name,
                version,
                name,
                answer(case),
                judge.verdict(case, answer(case)),
                0.001,
            )
            for case in ordered(cases.values(), cases)
        }
    run = Run(
        {"version": "0.1.0", "hash": "sha256:0"}, {"zarr-specs": "fc7dd9c"}, "0", "x", "3", ""
    )
    implementations = {key: Implementation(*key, lineage=key[0], **more) for key in answers}
    missed = {"absent": NotRun("absent", f"there is no <compiler>: {'/nowhere' * 20}")}
    return Results(Path("results.jsonl"), run, implementations, missed, results)


@pytest.fixture(scope="session")
def corpus() -> Corpus:
    """Enough cases for every kind of page, with the baselines and controls that they need."""
    whole = load()
    chapters = ("v3/codecs/sharding_indexed/entry", "v3/codecs/crc32c", "v2/chunks")
    return part(whole, [case for case in whole if case.id.startswith(chapters) or case.baseline_of])


def part(whole: Corpus, chosen: Iterable[Case]) -> Corpus:
    """A corpus of the chosen cases, with the baselines and controls that they need."""
    cases = {case.id: case for case in ordered(chosen, whole.cases)}
    return Corpus({each: cases[each] for each in sorted(cases)}, whole.hash, whole.version)


@pytest.fixture(scope="session")
def one_chapter(corpus: Corpus) -> Corpus:
    """Cases of one codec, and the plainest of what they need: all its pages are soon made."""
    return part(corpus, [case for case in corpus if case.id.startswith("v3/codecs/crc32c")])


@pytest.fixture(scope="session")
def answer_all() -> Callable[..., Results]:
    return results_of


@pytest.fixture(scope="session")
def results(corpus: Corpus) -> Results:
    return results_of(corpus.cases)


@pytest.fixture(scope="session")
def results_in_one(one_chapter: Corpus) -> Results:
    return results_of(one_chapter.cases)


@pytest.fixture(scope="session")
def make_site() -> Callable[..., Site]:
    """A site of a corpus and of results, with what is known of the implementations."""

    counted = coverage(load(), {})

    def make(
        corpus: Corpus, results: Results, known: Mapping[Key, Expectations] | None = None
    ) -> Site:
        return Site(results, corpus, known or {}, counted, list(profiles().values()))

    return make


@pytest.fixture(scope="session")
def pages(
    corpus: Corpus, results: Results, make_site: Callable[..., Site]
) -> dict[PurePosixPath, str]:
    return dict(make_site(corpus, results).files())


@pytest.fixture(scope="session")
def folder(pages: dict[PurePosixPath, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as it lies on disk."""
    directory = tmp_path_factory.mktemp("site")
    for place, text in pages.items():
        write_file(directory, place, text)
    return directory
