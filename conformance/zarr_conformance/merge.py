"""Puts results that were made elsewhere beside ours, and believes of them only what was said.

Each line is held against the schema, each case against the corpus, and every verdict is reached
again from the observation: what a file claims about itself counts for nothing. Nobody can see from
here whether the observations themselves were made up; whoever publishes them says where they are
from.

Of the same implementation in the same version the first file counts, and it counts whole: answers
of two runs are never mixed, for a verdict depends on the answers to other cases.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from zarr_conformance.errors import ResultsError
from zarr_conformance.implementations import Implementation as Ours
from zarr_conformance.rejudge import changes, rejudged
from zarr_conformance.results import Cost, Implementation, NotRun, Result, Results, Run
from zarr_conformance.schemas import schema
from zarr_fixtures.corpus import Corpus
from zarr_fixtures.register import SPEC_COMMITS

LARGEST_FILE = 2**30  # bytes: thirty implementations take a tenth of it

KINDS = ("run", "implementation", "cost", "not_run")  # of lines, by their only member


@dataclass(frozen=True)
class Part:
    """What one file brings: the implementations that are taken, and those left out as known.

    ``changed`` is how many verdicts are other ones than the file claims.
    """

    path: Path
    taken: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]
    changed: int


def merged(
    paths: Sequence[Path], corpus: Corpus, ours: Mapping[str, Ours], out: Path
) -> tuple[Results, list[Part]]:
    """The results of all files together, judged again, and what each file brought.

    Raises ``ResultsError`` for a file that is no results file of this corpus.
    """
    implementations: dict[tuple[str, str], Implementation] = {}
    results: dict[tuple[str, str], Mapping[str, Result]] = {}
    costs: dict[tuple[str, str], Cost] = {}
    not_run: dict[str, NotRun] = {}
    runs, parts = [], []
    for path in paths:
        claimed = _read(path, corpus, ours)
        judged = rejudged(claimed, corpus.cases, ours)
        taken = tuple(key for key in judged.results if key not in implementations)
        left_out = tuple(key for key in judged.results if key in implementations)
        implementations |= {key: judged.implementations[key] for key in taken}
        results |= {key: judged.results[key] for key in taken}
        costs |= {key: judged.costs[key] for key in taken if key in judged.costs}
        not_run |= judged.not_run
        runs.append(judged.run)
        changed = sum(1 for _ in changes(claimed, judged))
        parts.append(Part(path, taken, left_out, changed))
    for answerer in implementations.values():
        not_run.pop(answerer.asked_for or answerer.name, None)
    run = _together(runs, corpus)
    return Results(out, run, implementations, not_run, results, costs), parts


def _read(path: Path, corpus: Corpus, ours: Mapping[str, Ours]) -> Results:
    _require_schema(path)
    results = Results.read(path)
    results.require_corpus(corpus.hash, corpus.cases)
    lineages = {
        key: ours[each.name].lineage if each.name in ours else each.lineage
        for key, each in results.implementations.items()
    }
    return replace(
        results,
        implementations={
            key: replace(each, lineage=lineages[key])
            for key, each in results.implementations.items()
        },
        results={
            key: {case: replace(each, lineage=lineages[key]) for case, each in answers.items()}
            for key, answers in results.results.items()
        },
    )


def _together(runs: Sequence[Run], corpus: Corpus) -> Run:
    """What is told of all runs: where they differ, each."""

    def each(texts: Iterator[str]) -> str:
        return "; ".join(dict.fromkeys(texts))

    return Run(
        corpus={"version": corpus.version, "hash": corpus.hash},
        specs=SPEC_COMMITS,
        harness=each(run.harness for run in runs),
        platform=each(run.platform for run in runs),
        python=each(run.python for run in runs),
        started=min((run.started for run in runs), key=datetime.fromisoformat),
    )


def _require_schema(path: Path) -> None:
    """Raise ``ResultsError`` unless each line is one that a run writes."""
    document = schema("results")
    validators = {
        kind: Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": document["$defs"]})
        for kind in (*KINDS, "result")
    }
    for number, line in enumerate(_lines(path), 1):
        try:
            problem = _problem(validators, line)
        except (ValueError, RecursionError) as error:
            problem = str(error) or "is nested too deeply"
        if problem is not None:
            raise ResultsError(
                f"{path} is not a results file: line {number} is none that a run writes "
                f"({problem[:200]!r})."
            )


def _problem(validators: Mapping[str, Draft202012Validator], line: bytes) -> str | None:
    """What is wrong with a line. Raises ``ValueError`` if it is no JSON."""
    document = json.loads(line, parse_constant=_no_number, parse_float=_finite)
    if not isinstance(document, dict):
        return "it is no object"
    kind = next((kind for kind in KINDS if len(document) == 1 and kind in document), "result")
    error = next(iter(validators[kind].iter_errors(document)), None)
    if error is not None:
        return f"{error.message} at {error.json_path}"
    if kind == "run":
        datetime.fromisoformat(document["run"]["started"])
    told = document[kind] if kind in KINDS else {k: document[k] for k in ("case", "reason")}
    return next((f"{text!r} cannot be printed" for text in _texts(told) if not _fit(text)), None)


def _texts(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for name, member in value.items():
                yield from (name, *_texts(member))
        case list():
            for member in value:
                yield from _texts(member)


def _fit(text: str) -> bool:
    return text.replace("\n", " ").isprintable()


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of a file. Raises ``ResultsError`` if it cannot be read, or not be held."""
    try:
        if not path.is_file():
            raise ResultsError(f"{path} is no file.")
        if path.stat().st_size > LARGEST_FILE:
            raise ResultsError(f"{path} has more than {LARGEST_FILE} bytes: no run writes that.")
        with path.open("rb") as file:
            for line in file:
                if not line.endswith(b"\n"):
                    raise ResultsError(f"{path} was cut off within its last line.")
                yield line
    except OSError as error:
        raise ResultsError(f"{path} cannot be read: {error.strerror or error}.") from error


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is beyond a double")
    return number


def _no_number(text: str) -> float:
    raise ValueError(f"{text} is no JSON")
