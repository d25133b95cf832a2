"""A results file: JSON lines, written as a run goes on, so that nothing measured is ever lost.

The first line tells the run: corpus, specifications, harness, platform. Then come, in any order, an
``implementation`` line before the first result of each implementation, a ``cost`` line after its
last, a ``not_run`` line for each adapter that could not be, and a line for each case on each
implementation, which keeps observation and verdict apart. ``schema/results.schema.json`` describes
the lines for other languages.
"""

import json
from collections.abc import Collection, Container, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from zarr_conformance.errors import ResultsError, UsageError
from zarr_conformance.judge import VERDICTS, Observation, Verdict

if TYPE_CHECKING:
    import pandas as pd

    from zarr_conformance.report.notebook import Comparisons

FORMAT = 1
LONGEST_FIRST_LINE = 2**16  # bytes; a run's has some hundred
TEXTS = ("case", "implementation", "version", "lineage", "verdict", "reason")  # of a result


@dataclass(frozen=True)
class Run:
    """What was run, with what, where and when. ``corpus`` holds ``version`` and ``hash``."""

    corpus: Mapping[str, str]
    specs: Mapping[str, str]
    harness: str
    platform: str
    python: str
    started: str
    format: int = FORMAT

    def to_json(self) -> dict[str, Any]:
        """The line of the file."""
        members = asdict(self)
        return {"run": {"format": members.pop("format"), **members}}


@dataclass(frozen=True)
class Implementation:
    """An implementation, in the version that answered.

    ``command`` started its adapter if that is not one of ours, and is empty otherwise;
    ``asked_for`` gets it again if it is, and is its name or ``NAME@VERSION``.
    """

    name: str
    version: str
    language: str = "unknown"
    lineage: str = "unknown"
    libraries: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ()
    asked_for: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """What tells it from others in one file: two versions of a library are two."""
        return self.name, self.version

    def to_json(self) -> dict[str, Any]:
        """The line of the file."""
        return {"implementation": asdict(self)}


@dataclass(frozen=True)
class NotRun:
    """An adapter that was not run, and why, in a sentence."""

    name: str
    why: str

    def to_json(self) -> dict[str, Any]:
        """The line of the file."""
        return {"not_run": asdict(self)}


@dataclass(frozen=True)
class Cost:
    """What it took an implementation to answer so many cases in one run.

    ``start_seconds`` are until it told who it is, ``seconds`` those after, with all further starts;
    ``peak_memory`` are bytes, of its process and the descendants together.
    """

    name: str
    version: str
    cases: int
    seconds: float
    start_seconds: float
    peak_memory: int

    @property
    def key(self) -> tuple[str, str]:
        """The key of its ``Implementation``."""
        return self.name, self.version

    def to_json(self) -> dict[str, Any]:
        """The line of the file."""
        seconds = {"seconds": round(self.seconds, 3), "start_seconds": round(self.start_seconds, 3)}
        return {"cost": asdict(self) | seconds}


@dataclass(frozen=True)
class Result:
    """What one implementation said to one case, and what follows. ``seconds`` are wall-clock."""

    case: str
    implementation: str
    version: str
    lineage: str
    observation: Observation
    verdict: Verdict
    seconds: float

    @property
    def key(self) -> tuple[str, str]:
        """The key of its ``Implementation``."""
        return self.implementation, self.version

    def to_json(self) -> dict[str, Any]:
        """The line of the file."""
        return {
            "case": self.case,
            "implementation": self.implementation,
            "version": self.version,
            "lineage": self.lineage,
            "observation": self.observation.to_json(),
            "verdict": self.verdict.verdict,
            "reason": self.verdict.reason,
            "seconds": round(self.seconds, 6),
        }


Line: TypeAlias = Run | Implementation | Cost | NotRun | Result


@dataclass(frozen=True, repr=False)
class Results:
    """The content of a results file, by ``(name, version)`` of the implementation.

    Of two lines about the same thing the later counts: an adapter that could not be run at first
    is forgotten once it answers, but not one that was given up after it had.
    """

    path: Path
    run: Run
    implementations: Mapping[tuple[str, str], Implementation]
    not_run: Mapping[str, NotRun]
    results: Mapping[tuple[str, str], Mapping[str, Result]]
    costs: Mapping[tuple[str, str], Cost] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path | str, *, torn_end: bool = False) -> "Results":
        """Read a file. With ``torn_end`` a last line that was cut off is left out.

        Raises ``ResultsError`` that names the line that is wrong.
        """
        path = Path(path)
        lines = _read_lines(path, torn_end=torn_end)
        run = next(lines, None)
        if not isinstance(run, Run):
            raise _no_run(path)
        implementations: dict[tuple[str, str], Implementation] = {}
        not_run: dict[str, NotRun] = {}
        results: dict[tuple[str, str], dict[str, Result]] = {}
        costs: dict[tuple[str, str], Cost] = {}
        for number, line in enumerate(lines, 2):
            match line:
                case Implementation():
                    implementations[line.key] = line
                    results.setdefault(line.key, {})
                    not_run.pop(line.asked_for or line.name, None)
                case NotRun():
                    not_run[line.name] = line
                case Cost() if line.key in results:
                    costs[line.key] = line
                case Result() if line.key in results:
                    results[line.key][line.case] = line
                case _:
                    raise _bad_line(path, number, "is out of place")
        return cls(path, run, implementations, not_run, results, costs)

    @property
    def answers(self) -> Mapping[tuple[str, str], Mapping[str, Result]]:
        """The results of those who answered anything, sorted by name and version."""
        return {key: self.results[key] for key in sorted(self.results) if self.results[key]}

    def merged(self, other: "Results") -> "Results":
        """These results and those of another file, whose answers count where both have one.

        Raises ``ResultsError`` if the other file is of another corpus.
        """
        if other.run.corpus["hash"] != self.run.corpus["hash"]:
            raise ResultsError(f"{self.path} and {other.path} were made with different corpora.")
        implementations = {**self.implementations, **other.implementations}
        answered = {each.asked_for or each.name for each in implementations.values()}
        missed = {**self.not_run, **other.not_run}
        return replace(
            self,
            implementations=implementations,
            not_run={name: missed[name] for name in missed if name not in answered},
            results={
                key: {**self.results.get(key, {}), **other.results.get(key, {})}
                for key in implementations
            },
            costs={**self.costs, **other.costs},
        )

    def only(self, names: Collection[str]) -> "Results":
        """What these implementations said, in any version, or all of it if none is named.

        Raises ``UsageError`` if one did not take part.
        """
        missed = {asked_for: asked_for.partition("@")[0] for asked_for in self.not_run}
        taken_part = {name for name, _ in self.implementations} | set(missed.values())
        for name in names:
            if name not in taken_part:
                others = ", ".join(sorted(taken_part))
                raise UsageError(f"{name!r} is not in {self.path}; there are: {others}.")
        if not names:
            return self
        return replace(
            self,
            not_run={each: self.not_run[each] for each in missed if missed[each] in names},
            results={key: answers for key, answers in self.results.items() if key[0] in names},
        )

    def where(
        self,
        cases: str = "*",
        *,
        verdict: str | Collection[str] = (),
        reason: str | Collection[str] = (),
    ) -> "Results":
        """The results of some cases, with some verdicts, for some reasons; all if none are named.

        ``cases`` selects as ``run --select`` does: ``"v3/codecs/gzip"``, ``"feature:codec:zstd
        polarity:negative"``. Raises ``SelectionError`` if that selects nothing that there is.
        """
        from zarr_conformance.report.notebook import where

        return replace(self, results=where(self, cases, _several(verdict), _several(reason)))

    def compare(self, new: "Results") -> "Comparisons":
        """What changed from these results to ``new`` ones, case by case, as ``compare`` tells it.

        Raises ``UsageError`` if they have no implementation in common.
        """
        from zarr_conformance.report.comparison import compare
        from zarr_conformance.report.notebook import Comparisons

        return Comparisons(compare(self, new))

    def to_records(self) -> list[dict[str, Any]]:
        """A row for each case on each implementation, of texts and numbers alone.

        Its columns are ``case``, ``implementation``, ``version``, ``lineage``, ``said`` (the kind
        of the answer), ``verdict``, ``reason`` and ``seconds``. Every library of tables takes it.
        """
        from zarr_conformance.report.notebook import records

        return list(records(self))

    def to_pandas(self) -> "pd.DataFrame":
        """The rows of ``to_records`` in pandas. Raises ``ImportError`` if that is not installed."""
        from zarr_conformance.report.notebook import frame

        return frame(self)

    def __repr__(self) -> str:
        who = ", ".join(
            f"{name} {version}: {len(each)}" for (name, version), each in self.answers.items()
        )
        return f"<Results of {self.path} ({who or 'nobody'})>"

    def _repr_html_(self) -> str:
        """The matrix, which Jupyter shows."""
        from zarr_conformance.report.notebook import matrix_html

        return matrix_html(self)

    def require_corpus(self, corpus_hash: str, cases: Container[str]) -> None:
        """Raise ``ResultsError`` unless the results are of this corpus."""
        if self.run.corpus["hash"] != corpus_hash:
            raise ResultsError(
                f"{self.path} was made with another corpus (version {self.run.corpus['version']}, "
                f"{self.run.corpus['hash'][:19]}; here is {corpus_hash[:19]}). "
                "Install the zarr-conformance that made it, or run again."
            )
        for key, results in self.results.items():
            for case in results:
                if case not in cases:
                    name = " ".join(key)
                    raise ResultsError(f"{self.path}: {name} answered {case!r}, which is no case.")


def require_results_file(path: Path) -> None:
    """Raise ``ResultsError`` unless the first line of a file tells a run, whatever follows."""
    try:
        with path.open("rb") as file:
            line = _parse_line(json.loads(file.readline(LONGEST_FIRST_LINE).decode()))
    except OSError as error:
        raise ResultsError(f"{path} cannot be read: {error.strerror or error}.") from error
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise _no_run(path) from error
    if not isinstance(line, Run):
        raise _no_run(path)


def _several(names: str | Collection[str]) -> Collection[str]:
    return (names,) if isinstance(names, str) else names


def _read_lines(path: Path, *, torn_end: bool) -> Iterator[Line]:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ResultsError(f"{path} cannot be read: {error.strerror or error}.") from error
    *lines, rest = data.split(b"\n")
    if rest and not torn_end:
        lines.append(rest)
    for number, line in enumerate(lines, 1):
        try:
            yield _parse_line(json.loads(line.decode()))
        except (ValueError, TypeError, KeyError, RecursionError) as error:
            if rest and number == len(lines):
                sentence = f"{path} was cut off in line {number}: go on with the run with --resume."
                raise ResultsError(sentence) from error
            raise _bad_line(path, number, "is none that a run writes") from error


def _no_run(path: Path) -> ResultsError:
    return ResultsError(f"{path} is not a results file: its first line tells no run.")


def _bad_line(path: Path, number: int, problem: str) -> ResultsError:
    return ResultsError(f"{path} is not a results file: line {number} {problem}.")


def _parse_line(document: Any) -> Line:
    """One line. Raises ``ValueError``, ``TypeError`` or ``KeyError`` if no run writes it."""
    match document:
        case {"case": str()}:
            return _parse_result(document)
        case {"implementation": {"name": str(), "version": str(), "command": list(c)} as members}:
            return Implementation(**members | {"command": tuple(c)})
        case {
            "cost": {
                "name": str(),
                "version": str(),
                "cases": int(),
                "seconds": int() | float(),
                "start_seconds": int() | float(),
                "peak_memory": int(),
            } as members
        }:
            return Cost(**members)
        case {"not_run": {"name": str(name), "why": str(why)}}:
            return NotRun(name, why)
        case {"run": {"format": 1, "corpus": {"version": str(), "hash": str()}} as members}:
            return Run(**members)
    raise ValueError("no line of a results file")


def _parse_result(members: Mapping[str, Any]) -> Result:
    # No ``match`` with all members: there are tens of thousands of these lines.
    texts = [members[name] for name in TEXTS]
    observation, seconds = members["observation"], members["seconds"]
    if not (
        all(isinstance(text, str) for text in texts)
        and isinstance(observation, dict)
        and isinstance(seconds, int | float)
        and members["verdict"] in VERDICTS
    ):
        raise ValueError("no result")
    case, name, version, lineage, verdict, reason = texts
    said, follows = Observation.from_json(observation), Verdict(verdict, reason)
    return Result(case, name, version, lineage, said, follows, seconds)
