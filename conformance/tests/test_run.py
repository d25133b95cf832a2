"""A run: what is written when it goes well, and what is left when it does not."""

import os
import resource
import shlex
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from zarr_conformance import run as run_module
from zarr_conformance.environments import NotPrepared, adapter_environment
from zarr_conformance.errors import ExpectationsError, ResultsError, StorageError, UsageError
from zarr_conformance.implementations import Implementation
from zarr_conformance.judge import Verdict
from zarr_conformance.limits import Limits
from zarr_conformance.process import Launch
from zarr_conformance.results import Implementation as Answerer
from zarr_conformance.results import NotRun, Result, Results
from zarr_conformance.run import Contestant, Options, Progress, external, installed, run
from zarr_fixtures.case import Case, StoredValue
from zarr_fixtures.corpus import Corpus

Fake = Callable[[str], Launch]


@pytest.fixture
def options(tmp_path: Path) -> Options:
    return Options(tmp_path / "results.jsonl", limits=Limits(20))


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where temporary directories are made; a run leaves nothing there."""
    directory = tmp_path / "temporary"
    directory.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(directory))
    monkeypatch.setenv("TMPDIR", str(directory))
    yield directory
    assert list(directory.iterdir()) == []


def fakes(fake: Fake, *names: str) -> list[Contestant]:
    return [Contestant(name, "fake", lambda _stopping, n=name: fake(n)) for name in names]


def verdicts(path: Path, name: str = "honest") -> dict[str, str]:
    results = Results.read(path).results[name, "1.0"]
    return {case: result.verdict.verdict for case, result in results.items()}


def test_a_run_writes_what_it_needs_to_be_judged_again(
    fake: Fake, small_corpus: Corpus, options: Options
) -> None:
    assert run(small_corpus, list(small_corpus), fakes(fake, "honest"), options) == []
    results = Results.read(options.results)
    results.require_corpus(small_corpus.hash, small_corpus.cases)
    assert results.run.specs.keys() == {"zarr-specs", "zarr-extensions", "zeps"}
    answerer = results.implementations["honest", "1.0"]
    assert (answerer.lineage, answerer.language) == ("fake", "python")
    assert answerer.command == ()
    assert list(results.results["honest", "1.0"]) == [case.id for case in small_corpus]


def test_what_an_adapter_says_that_it_does_not_know_it_is_not_asked(
    fake: Fake, small_corpus: Corpus, options: Options
) -> None:
    assert run(small_corpus, list(small_corpus), fakes(fake, "knows_only_read"), options) == []
    results = Results.read(options.results).results["knows_only_read", "1.0"]
    assert results.keys() == small_corpus.cases.keys()
    assert results["v3/small/read"].verdict.verdict == "pass"
    unknown = [each for each in small_corpus if each.ask.question != "read"]
    assert {each.ask.question for each in unknown} > {"list", "read_region"}
    for each in unknown:
        assert results[each.id].verdict == Verdict("unsupported", "question_unsupported")
        assert results[each.id].observation.content == {
            "message": f"this adapter does not know how to {each.ask.question}"
        }


def test_a_run_writes_what_it_cost(fake: Fake, small_corpus: Corpus, options: Options) -> None:
    run(small_corpus, list(small_corpus), fakes(fake, "honest"), options)
    cost = Results.read(options.results).costs["honest", "1.0"]
    assert cost.cases == len(small_corpus.cases)
    assert 0 < cost.start_seconds < 60
    assert 0 < cost.seconds < 60
    assert 2**20 < cost.peak_memory < 2**30


def test_prerequisites_are_asked_too(fake: Fake, small_corpus: Corpus, options: Options) -> None:
    """A negative case alone brings its control, and the baselines of its features."""
    run(small_corpus, [small_corpus["v3/small/implied"]], fakes(fake, "honest"), options)
    assert verdicts(options.results) == dict.fromkeys(
        ["v3/small/read", "v3/small/typed", "v3/small/implied"], "pass"
    )


class Log(Progress):
    """Writes down what happens."""

    def __init__(self) -> None:
        self.events: list[tuple[object, ...]] = []

    def preparing(self, name: str) -> None:
        self.events.append(("preparing", name))

    def not_run(self, name: str, why: str) -> None:
        self.events.append(("not run", name, why))

    def started(self, name: str, answerer: Answerer, cases: int) -> None:
        self.events.append(("started", name, answerer.version, cases))

    def judged(self, name: str, result: Result) -> None:
        self.events.append(("judged", name, result.case))

    def finished(self, name: str) -> None:
        self.events.append(("finished", name))


def test_progress_is_told(fake: Fake, small_corpus: Corpus, options: Options) -> None:
    log = Log()
    run(small_corpus, list(small_corpus), fakes(fake, "honest", "exits_1"), options, log)
    assert [event[1:] for event in log.events if event[0] == "preparing"] == [
        ("honest",),
        ("exits_1",),
    ]
    assert ("started", "honest", "1.0", len(small_corpus)) in log.events
    judged = [event[2] for event in log.events if event[:2] == ("judged", "exits_1")]
    assert judged == [case.id for case in small_corpus]
    assert log.events.count(("finished", "exits_1")) == 1


def test_what_cannot_be_run_does_not_stop_the_others(
    fake: Fake, small_corpus: Corpus, options: Options
) -> None:
    def unprepared(_stopping: threading.Event) -> Launch:
        raise NotPrepared("library", "cargo was not found", "install it")

    contestants = [
        Contestant("library", "library", unprepared),
        external("/no/such/adapter --fast"),
        *fakes(fake, "honest"),
    ]
    log = Log()
    missed = run(small_corpus, list(small_corpus), contestants, replace(options, jobs=1), log)
    assert missed == [
        NotRun("library", "cargo was not found; install it"),
        NotRun(
            "/no/such/adapter --fast",
            "'/no/such/adapter' cannot be started: No such file or directory",
        ),
    ]
    assert set(Results.read(options.results).not_run.values()) == set(missed)
    assert [event[1] for event in log.events if event[0] == "not run"] == [
        each.name for each in missed
    ]
    assert set(verdicts(options.results).values()) == {"pass", "observed"}


def test_the_results_tell_how_to_ask_for_each_again(
    fake: Fake, small_corpus: Corpus, options: Options
) -> None:
    """One of ours by the name it was asked for by, another by its command."""
    launch = fake("honest")
    ours = Contestant("honest@1.0", "fake", lambda _stopping: launch)
    run(small_corpus, list(small_corpus), [ours], options)
    (implementation,) = Results.read(options.results).implementations.values()
    assert (implementation.asked_for, implementation.command) == ("honest@1.0", ())
    run(small_corpus, list(small_corpus), [external(shlex.join(launch.command))], options)
    (implementation,) = Results.read(options.results).implementations.values()
    assert (implementation.asked_for, implementation.command) == ("", launch.command)


def test_two_adapters_may_not_call_themselves_the_same(
    fake: Fake, small_corpus: Corpus, options: Options
) -> None:
    """Their results could not be told apart."""
    twice = fakes(fake, "honest", "honest")
    (missed,) = run(small_corpus, list(small_corpus), twice, options)
    assert missed.why == "another adapter of this run says that it is honest 1.0 too"


def test_an_external_adapter_runs_where_we_are(
    fake: Fake, small_corpus: Corpus, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    python, script, answers = fake("honest").command
    monkeypatch.chdir(Path(script).parent)
    command = f"{shlex.quote(python)} './honest.py' {shlex.quote(answers)}"
    assert run(small_corpus, list(small_corpus), [external(command)], options) == []
    assert Results.read(options.results).implementations["honest", "1.0"].lineage == "unknown"


@pytest.mark.parametrize(
    ("command", "message"), [("", "is empty"), ("run 'it", "cannot be split: No closing")]
)
def test_a_command_that_is_none(command: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        external(command)


def test_an_adapter_has_a_directory_for_its_own_files(
    fake: Fake, small_corpus: Corpus, options: Options, tmp_path: Path
) -> None:
    """What it leaves there goes when the run ends, even if it was killed: see ``temporary``."""
    code = "import tempfile, os; print(tempfile.mkdtemp(), flush=True); os._exit(1)"
    launch = Launch((sys.executable, "-c", code), tmp_path, dict(os.environ))
    litter = Contestant("litter", "fake", lambda _stopping: launch)
    (missed,) = run(small_corpus, list(small_corpus), [litter], options)
    assert str(tmp_path / "temporary") in missed.why


# Resuming


def test_resuming_asks_only_what_is_missing(
    fake: Fake, small_corpus: Corpus, options: Options
) -> None:
    """Wherever the file was cut off, and in the midst of a line too."""
    run(small_corpus, list(small_corpus), fakes(fake, "honest"), options)
    whole = options.results.read_bytes()
    expected = verdicts(options.results)
    lines = whole.splitlines(keepends=True)
    for kept in range(1, len(lines)):
        options.results.write_bytes(b"".join(lines[:kept]) + lines[kept][:9])
        log = Log()
        resuming = replace(options, resume=True)
        run(small_corpus, list(small_corpus), fakes(fake, "honest"), resuming, log)
        assert verdicts(options.results) == expected
        judged = [event for event in log.events if event[0] == "judged"]
        assert len(judged) == len(small_corpus) - max(0, kept - 2)


@pytest.mark.parametrize("content", [None, b""])
def test_resuming_from_nothing_is_a_new_run(
    content: bytes | None, fake: Fake, small_corpus: Corpus, options: Options
) -> None:
    if content is not None:
        options.results.write_bytes(content)
    resuming = replace(options, resume=True)
    run(small_corpus, list(small_corpus), fakes(fake, "honest"), resuming)
    assert len(verdicts(options.results)) == len(small_corpus)


def test_resuming_asks_another_version_everything(
    fake: Fake, small_corpus: Corpus, options: Options
) -> None:
    run(small_corpus, list(small_corpus), fakes(fake, "honest"), options)
    text = options.results.read_text().replace('"version":"1.0"', '"version":"0.9"')
    options.results.write_text(text)
    run(small_corpus, list(small_corpus), fakes(fake, "honest"), replace(options, resume=True))
    results = Results.read(options.results).results
    assert {key: len(each) for key, each in results.items()} == {
        ("honest", "0.9"): len(small_corpus),
        ("honest", "1.0"): len(small_corpus),
    }


def test_results_of_another_corpus_are_not_continued(
    fake: Fake, small_corpus: Corpus, options: Options
) -> None:
    run(small_corpus, list(small_corpus), fakes(fake, "honest"), options)
    before = options.results.read_bytes()
    other = replace(small_corpus, hash="sha256:" + 64 * "f")
    with pytest.raises(ResultsError, match="another corpus"):
        run(other, list(other), fakes(fake, "honest"), replace(options, resume=True))
    assert options.results.read_bytes() == before


# Being stopped


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_ends_all_processes_and_keeps_the_results(
    number: signal.Signals,
    fake: Fake,
    small_corpus: Corpus,
    options: Options,
    nobody_left: Callable[[], list[str]],
) -> None:
    # Who started the tests may ignore signals, as a shell does for what is in the background.
    before = signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL
    signal.signal(number, before)
    timer = threading.Timer(0.7, os.kill, (os.getpid(), number))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run(
            small_corpus,
            list(small_corpus),
            fakes(fake, "honest", "sleeps", "leaves_a_child"),
            replace(options, jobs=3),
        )
    assert signal.getsignal(number) is before
    assert nobody_left() == []
    assert len(verdicts(options.results)) == len(small_corpus)
    run(small_corpus, list(small_corpus), fakes(fake, "honest"), replace(options, resume=True))


def test_a_run_in_another_thread_leaves_signals_alone(
    fake: Fake, small_corpus: Corpus, options: Options
) -> None:
    arguments = (small_corpus, list(small_corpus), fakes(fake, "honest"), options)
    thread = threading.Thread(target=run, args=arguments)
    thread.start()
    thread.join()
    assert len(verdicts(options.results)) == len(small_corpus)


# A full disk and the like


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no /dev/full")
def test_results_on_a_full_disk(
    fake: Fake, small_corpus: Corpus, options: Options, nobody_left: Callable[[], list[str]]
) -> None:
    with pytest.raises(StorageError, match="No space left on device"):
        run(
            small_corpus,
            list(small_corpus),
            fakes(fake, "honest"),
            replace(options, results=Path("/dev/full")),
        )
    assert nobody_left() == []


def test_a_disk_that_fills_up_keeps_what_was_measured(
    fake: Fake, small_corpus: Corpus, options: Options, nobody_left: Callable[[], list[str]]
) -> None:
    with file_size_limit(1500), pytest.raises(StorageError, match="File too large"):
        run(small_corpus, list(small_corpus), fakes(fake, "honest", "sleeps"), options)
    assert nobody_left() == []
    assert options.results.stat().st_size == 1500
    torn = Results.read(options.results, torn_end=True)
    assert len(torn.results["honest", "1.0"]) > 2
    run(small_corpus, list(small_corpus), fakes(fake, "honest"), replace(options, resume=True))
    assert len(verdicts(options.results)) == len(small_corpus)


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))


def test_stores_on_a_full_disk(fake: Fake, small_corpus: Corpus, options: Options) -> None:
    with_a_large_one = {case.id: with_store(case, "x" * 100_000) for case in small_corpus}
    corpus = replace(small_corpus, cases=with_a_large_one)
    with file_size_limit(9999), pytest.raises(StorageError, match="Let TMPDIR name"):
        run(corpus, list(corpus), fakes(fake, "honest"), options)


def with_store(case: Case, text: str, key: str = "zarr.json") -> Case:
    return replace(case, store={key: StoredValue("text", text)})


def test_no_temporary_directory(
    fake: Fake, small_corpus: Corpus, options: Options, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as context:
        context.setattr(tempfile, "tempdir", "/no/such/directory")
        with pytest.raises(StorageError, match="cannot be laid out in /no/such/directory"):
            run(small_corpus, list(small_corpus), fakes(fake, "honest"), options)


@pytest.mark.parametrize(("room", "quick"), [(1, True), (2**80, False)])
def test_stores_are_laid_out_in_memory_where_there_is_room(
    room: int,
    quick: bool,
    fake: Fake,
    small_corpus: Corpus,
    options: Options,
    temporary: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    memory = temporary.parent / "memory"
    memory.mkdir()
    monkeypatch.delenv("TMPDIR")
    monkeypatch.setattr(run_module, "MEMORY", memory)
    monkeypatch.setattr(run_module, "ROOM", room)
    seen = []

    class Look(Progress):
        def started(self, *_: object) -> None:
            seen.extend(memory.iterdir())

    run(small_corpus, list(small_corpus), fakes(fake, "honest"), options, Look())
    assert bool(seen) is quick
    assert list(memory.iterdir()) == []


def test_a_store_that_no_directory_can_hold_is_skipped(
    fake: Fake, small_corpus: Corpus, options: Options
) -> None:
    """It says nothing about the implementation, which is not asked."""
    bad = with_store(small_corpus["v3/small/typed"], "x", key="a" * 300)
    corpus = replace(small_corpus, cases={**small_corpus.cases, bad.id: bad})
    run(corpus, list(corpus), fakes(fake, "honest"), options)
    result = Results.read(options.results).results["honest", "1.0"][bad.id]
    assert result.verdict.verdict == "skipped"
    assert "File name too long" in result.observation.content["message"]
    assert verdicts(options.results)["v3/small/implied"] == "inconclusive"


# Expectations


def test_a_known_failure_is_known(
    fake: Fake, small_corpus: Corpus, options: Options, tmp_path: Path
) -> None:
    expected = tmp_path / "expected.toml"
    expected.write_text(
        '[[known]]\ncases = "v3/small/list"\nkind = "wrong_children"\n'
        'reason = "It lists nobody."\nlink = "https://example.org/1"\nversions = ">=1"\n'
    )
    (each,) = fakes(fake, "always_wrong")
    run(small_corpus, list(small_corpus), [replace(each, expectations=expected)], options)
    assert verdicts(options.results, "always_wrong")["v3/small/list"] == "known"


def test_a_mistake_in_the_expectations_shows_before_anything_runs(
    fake: Fake, small_corpus: Corpus, options: Options, tmp_path: Path
) -> None:
    expected = tmp_path / "expected.toml"
    expected.write_text("known = 3")
    (each,) = fakes(fake, "honest")
    with pytest.raises(ExpectationsError):
        run(small_corpus, list(small_corpus), [replace(each, expectations=expected)], options)
    assert not options.results.exists()


def test_an_implementation_of_ours_is_a_contestant(tmp_path: Path) -> None:
    python = ("{python}", "adapter.py")
    ours = Implementation("x", "python", "y", "https://example.org", (), (), python, tmp_path)
    contestant = installed(ours)
    assert (contestant.name, contestant.lineage) == ("x", "y")
    assert contestant.expectations == tmp_path / "expected.toml"
    launch = contestant.prepare(threading.Event())
    assert launch == Launch((sys.executable, "adapter.py"), tmp_path, adapter_environment())
