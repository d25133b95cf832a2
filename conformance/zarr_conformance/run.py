"""A run: the corpus, put to each implementation, judged, and written to the results as it goes.

Stores are laid out once for all. Each implementation has a worker thread that prepares its adapter,
asks, judges and writes; ``--jobs`` says how many work at a time. Whatever ends a run early, be it
Ctrl-C, SIGTERM or a full disk, ends all processes first and leaves a results file that ``--resume``
goes on with.
"""

import os
import platform
import shlex
import shutil
import signal
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Lock, current_thread, main_thread
from typing import Any

from zarr_conformance.adapter import Adapter, Heard
from zarr_conformance.environments import NotPrepared, adapter_environment, prepare
from zarr_conformance.errors import StorageError, UsageError
from zarr_conformance.expectations import Expectations
from zarr_conformance.implementations import Implementation
from zarr_conformance.judge import Judge, Observation, Verdict, ordered
from zarr_conformance.limits import Limits
from zarr_conformance.own_stores import OwnStores
from zarr_conformance.process import CannotStart, Launch
from zarr_conformance.protocol import Question, parameters
from zarr_conformance.read_written import read_back
from zarr_conformance.results import Cost, NotRun, Result, Results, Run
from zarr_conformance.results import Implementation as Answerer
from zarr_conformance.results_writer import ResultsWriter
from zarr_fixtures.case import Case
from zarr_fixtures.corpus import Corpus
from zarr_fixtures.errors import LayoutError
from zarr_fixtures.layout import lay_out_store
from zarr_fixtures.register import SPEC_COMMITS

# The stores are thousands of small files: in memory they come and go thirty times as quickly.
MEMORY = Path("/dev/shm")  # noqa: S108 - only unpredictable names are made in it
ROOM = 2**28  # bytes that must be free there

# The verdict on a case whose store this machine's file system cannot hold: nobody was asked.
SKIPPED = Verdict("skipped", "not_laid_out")


@dataclass(frozen=True)
class Contestant:
    """An implementation that is to be asked: how to get its adapter, and what is known of it.

    ``name`` is what it was asked for by, such as ``tensorstore`` or ``tensorstore@0.1.64``, and
    ``command`` is that of an adapter which is not one of ours.
    """

    name: str
    lineage: str
    prepare: Callable[[Event], Launch]
    expectations: Path | None = None
    command: tuple[str, ...] = ()


def installed(implementation: Implementation) -> Contestant:
    """An implementation that comes with the project."""
    return Contestant(
        implementation.asked_for,
        implementation.lineage,
        lambda stopping: prepare(implementation, stopping),
        implementation.expectations,
    )


def external(command: str) -> Contestant:
    """An adapter somewhere else, by the command that starts it in the current directory.

    Raises ``UsageError`` if it is no command.
    """
    try:
        words = tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"The adapter command {command!r} cannot be split: {error}.") from error
    if not words:
        raise UsageError("The adapter command is empty.")
    launch = Launch(words, Path.cwd(), adapter_environment())
    return Contestant(command, "unknown", lambda _stopping: launch, command=words)


@dataclass(frozen=True)
class Options:
    """How a run is made."""

    results: Path
    resume: bool = False
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    limits: Limits = field(default_factory=Limits)
    check_protocol: bool = False


class Progress:
    """What happens during a run. Methods are called from the workers' threads; these do nothing."""

    def preparing(self, name: str) -> None:
        """The environment of an adapter is being looked for, or made."""

    def not_run(self, name: str, why: str) -> None:
        """An adapter could not be prepared or started, or was given up."""

    def started(self, name: str, answerer: Answerer, cases: int) -> None:
        """An adapter has told who it is, and is asked so many cases."""

    def judged(self, name: str, result: Result) -> None:
        """A case has been judged and written."""

    def finished(self, name: str) -> None:
        """An adapter has answered all cases."""


def run(
    corpus: Corpus,
    cases: Sequence[Case],
    contestants: Sequence[Contestant],
    options: Options,
    progress: Progress | None = None,
) -> list[NotRun]:
    """Put the cases, and those that they depend on, to the contestants.

    Returns what could not be run, or not to the end. Raises ``StorageError`` if the stores or the
    results cannot be written, ``ResultsError`` if there is nothing to resume from the results, and
    ``KeyboardInterrupt`` after Ctrl-C, SIGTERM or SIGHUP.
    """
    wanted = ordered(cases, corpus.cases)
    for contestant in contestants:
        expectations_of(contestant, corpus, version="")  # a mistake in the file shows at once
    earlier = _earlier(corpus, options)
    with (
        _terminable(),
        temporary_directory(quickest_place()) as stores,
        temporary_directory(quickest_place()) as scratch,
        ResultsWriter(options.results, append=earlier is not None) as writer,
    ):
        if earlier is None:
            writer.write_run(this_run(corpus))
        laid_out, unplaced = _lay_out(wanted, stores / "stores")
        own = stores / "own"
        table = _Table(corpus, wanted, laid_out, unplaced, own, scratch, options, writer, earlier)
        return _side_by_side(table, contestants, progress or Progress())


@dataclass
class _Table:
    """What the workers share."""

    corpus: Corpus
    cases: Sequence[Case]
    stores: Mapping[str, Path]
    unplaced: Mapping[str, str]
    own: Path
    scratch: Path
    options: Options
    writer: ResultsWriter
    earlier: Results | None
    stopping: Event = field(default_factory=Event)
    taken: set[tuple[str, str]] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)


def _side_by_side(
    table: _Table, contestants: Sequence[Contestant], progress: Progress
) -> list[NotRun]:
    """Let each contestant have its worker, and stop them all if anything stops one."""
    missed: list[NotRun] = []
    with ThreadPoolExecutor(max_workers=table.options.jobs) as pool:
        try:
            turns = [pool.submit(_turn, table, each, progress) for each in contestants]
            missed.extend(not_run for turn in as_completed(turns) if (not_run := turn.result()))
        except BaseException:
            table.stopping.set()
            pool.shutdown(cancel_futures=True)
            raise
    return missed


def _turn(table: _Table, contestant: Contestant, progress: Progress) -> NotRun | None:
    """One contestant, from its preparation to its last case."""
    name = contestant.name
    progress.preparing(name)
    try:
        launch = contestant.prepare(table.stopping)
        _ask_all(table, contestant, launch, progress)
    except (NotPrepared, CannotStart) as reason:
        not_run = NotRun(name, str(reason))
        table.writer.write_not_run(not_run)
        progress.not_run(name, not_run.why)
        return not_run
    progress.finished(name)
    return None


def _ask_all(table: _Table, contestant: Contestant, launch: Launch, progress: Progress) -> None:
    scratch = {"TMPDIR": str(table.scratch)}  # what a killed adapter leaves there goes with the run
    launch = replace(launch, environment={**launch.environment, **scratch})
    options = table.options
    with Adapter(
        launch,
        options.limits,
        check_protocol=options.check_protocol,
        stopping=table.stopping,
    ) as adapter:
        launched = time.monotonic()
        answerer = _answerer(contestant, adapter.start())
        started = time.monotonic()
        done = _claim(table, answerer)
        cases = [case for case in table.cases if case.id not in done]
        progress.started(contestant.name, answerer, len(cases))
        expectations = expectations_of(contestant, table.corpus, answerer.version)
        for result in _results(table, adapter, answerer, cases, done.values(), expectations):
            table.writer.write_result(result)
            progress.judged(contestant.name, result)
        seconds, start_seconds = time.monotonic() - started, started - launched
        table.writer.write_cost(
            Cost(*answerer.key, len(cases), seconds, start_seconds, adapter.peak_memory)
        )


def _answerer(contestant: Contestant, description: Mapping[str, Any]) -> Answerer:
    return Answerer(
        **description,
        lineage=contestant.lineage,
        command=contestant.command,
        asked_for="" if contestant.command else contestant.name,
    )


def _results(
    table: _Table,
    adapter: Adapter,
    answerer: Answerer,
    cases: Sequence[Case],
    done: Iterable[Result],
    expectations: Expectations,
) -> Iterator[Result]:
    """The result of each case, in order. The judge hears of earlier results first."""
    judge = Judge(table.corpus.cases, read_back)
    for result in done:
        judge.verdict(table.corpus[result.case], result.observation)
    who = (*answerer.key, answerer.lineage)
    asked = []
    for case in cases:
        if (why := table.unplaced.get(case.id)) is not None:
            yield Result(case.id, *who, Observation("unsupported", {"message": why}), SKIPPED, 0.0)
        elif not adapter.knows(case.ask.question):
            observation = unknown(case.ask.question)
            yield Result(case.id, *who, observation, judge.verdict(case, observation), 0.0)
        else:
            asked.append(case)
    own = OwnStores(asked, table.own / "-".join(answerer.key).replace("/", "-"))
    questions = [question_of(case, own.path(case) or table.stores[case.id]) for case in asked]
    answers = _prepared(adapter, questions, own)
    for case, (said, seconds) in zip(asked, answers, strict=True):
        observation = own.collected(case, said)
        verdict = expectations.applied(case.id, judge.verdict(case, observation))
        yield Result(case.id, *who, observation, verdict, seconds)


def _prepared(adapter: Adapter, questions: Sequence[Question], own: OwnStores) -> Iterator[Heard]:
    """What comes of each question. Raises ``StorageError`` if a store cannot be laid out."""

    def prepare(question: Question) -> None:
        try:
            own.prepare(question)
        except OSError as error:
            raise _no_room(Path(question.parameters["store"]), error) from error

    return adapter.ask(questions, prepare)


def _claim(table: _Table, answerer: Answerer) -> Mapping[str, Result]:
    """Announce who answers from here on, and return its earlier results.

    Raises ``CannotStart`` if another adapter has the same name and version: their results could not
    be told apart.
    """
    with table.lock:
        if answerer.key in table.taken:
            name = " ".join(answerer.key)
            raise CannotStart(f"another adapter of this run says that it is {name} too")
        table.taken.add(answerer.key)
    table.writer.write_implementation(answerer)
    return table.earlier.results.get(answerer.key, {}) if table.earlier else {}


def question_of(case: Case, store: Path) -> Question:
    """The question of a case, about the directory where its store lies."""
    where = {"store": str(store), "zarr_format": case.zarr_format}
    return Question(case.ask.question, where | parameters(case.ask))


def unknown(question: str) -> Observation:
    """What an adapter says, or would say, to a question that it does not know."""
    return Observation("unsupported", {"message": f"this adapter does not know how to {question}"})


def expectations_of(contestant: Contestant, corpus: Corpus, version: str) -> Expectations:
    """What is known of a contestant in a version."""
    if contestant.expectations is None:
        return Expectations()
    return Expectations.read(contestant.expectations, corpus.cases, version)


def _earlier(corpus: Corpus, options: Options) -> Results | None:
    """The results that are to be continued, if there are any."""
    path = options.results
    if not options.resume or not path.exists() or path.stat().st_size == 0:
        return None
    earlier = Results.read(path, torn_end=True)
    earlier.require_corpus(corpus.hash, corpus.cases)
    return earlier


def this_run(corpus: Corpus) -> Run:
    """What is run, and when: now."""
    return Run(
        corpus={"version": corpus.version, "hash": corpus.hash},
        specs=SPEC_COMMITS,
        harness=corpus.version,
        platform=platform.platform(),
        python=platform.python_version(),
        started=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def quickest_place() -> Path | None:
    """Where stores are laid out and removed quickest, unless the user has a place for them."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return None
    return MEMORY if shutil.disk_usage(MEMORY).free >= ROOM else None


@contextmanager
def temporary_directory(place: Path | None) -> Iterator[Path]:
    """A directory that goes with the block. Raises ``StorageError`` if there is no room for one."""
    try:
        directory = tempfile.TemporaryDirectory(
            prefix="zarr-conformance-", dir=place, ignore_cleanup_errors=True
        )
    except OSError as error:
        raise _no_room(Path(tempfile.gettempdir()), error) from error
    with directory as name:
        yield Path(name).resolve()


def _lay_out(cases: Sequence[Case], directory: Path) -> tuple[dict[str, Path], dict[str, str]]:
    """The directories of the cases' stores, and why others cannot be on this file system."""
    stores: dict[str, Path] = {}
    unplaced: dict[str, str] = {}
    for case in cases:
        try:
            stores[case.id] = lay_out_store(case.store, directory / case.id)
        except LayoutError as error:
            unplaced[case.id] = str(error)
        except OSError as error:
            raise _no_room(directory, error) from error
    return stores, unplaced


def _no_room(directory: Path, error: OSError) -> StorageError:
    return StorageError(
        f"The stores cannot be laid out in {directory}: {error.strerror or error}. "
        "Let TMPDIR name a directory with room."
    )


@contextmanager
def _terminable() -> Iterator[None]:
    """Let SIGTERM and SIGHUP end a run as Ctrl-C does, so that no process outlives it.

    Whoever handles or ignores one of them, as ``nohup`` does, has a reason.
    """
    deadly: list[signal.Signals] = []
    if current_thread() is main_thread():  # no other may decide on signals
        both = (signal.SIGTERM, signal.SIGHUP)
        deadly = [each for each in both if signal.getsignal(each) is signal.SIG_DFL]
    for each in deadly:
        signal.signal(each, signal.default_int_handler)
    try:
        yield
    finally:
        for each in deadly:
            signal.signal(each, signal.SIG_DFL)
