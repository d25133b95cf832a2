"""One adapter process: what comes of each question when the process breaks in between."""

import os
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from zarr_conformance import process
from zarr_conformance.adapter import AHEAD, STARTS, Adapter
from zarr_conformance.errors import UsageError
from zarr_conformance.limits import GIB, Limits, parse_size
from zarr_conformance.process import CannotStart, Launch, Stopped
from zarr_conformance.protocol import Question

Script = Callable[[str], Launch]

# Describes itself, then lets the body of ``reply`` answer the question with the id ``number``.
TEMPLATE = """
import json, os, signal, subprocess, sys, time

def say(number, **answer):
    print(json.dumps({{"id": number, **answer}}), flush=True)

def fine(number):
    say(number, returned={{"children": {{}}}})

def reply(number):
{body}

say(0, returned={{"name": "script", "version": "1", "language": "python"}})
sys.stdin.readline()
for line in sys.stdin:
    if "stop" in line:
        break
    reply(json.loads(line)["id"])
"""


@pytest.fixture
def script(tmp_path: Path) -> Script:
    """An adapter that replies to a question as the code given does."""

    def launch(body: str) -> Launch:
        path = tmp_path / "script.py"
        path.write_text(TEMPLATE.format(body=textwrap.indent(textwrap.dedent(body), "    ")))
        return Launch((sys.executable, str(path)), tmp_path, dict(os.environ))

    return launch


def questions(count: int) -> list[Question]:
    return [Question("list", {"store": "/s", "path": "/", "zarr_format": 3})] * count


def heard(adapter: Adapter, count: int) -> list[str]:
    """What came of each question: its kind, or how it broke."""
    with adapter:
        observations = [each.observation for each in adapter.ask(questions(count))]
    return [str(each.content.get("reason", each.kind)) for each in observations]


def test_every_question_gets_its_answer(script: Script) -> None:
    """Also when there are many more of them than are sent ahead."""
    assert heard(Adapter(script("fine(number)")), 5 * AHEAD + 1) == ["returned"] * (5 * AHEAD + 1)


def test_no_questions_need_no_process(script: Script) -> None:
    assert heard(Adapter(script("sys.exit(1)")), 0) == []


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("os._exit(7)", "crashed"),
        ("os.kill(os.getpid(), signal.SIGABRT)", "crashed"),
        ("time.sleep(600)", "timed_out"),
        ("print('what?', flush=True)", "bad_answer"),
        ("print(flush=True)", "bad_answer"),
        ("print('{', end='', flush=True); time.sleep(600)", "timed_out"),
        ("fine(number + 1)", "bad_answer"),
        ("fine(0)", "bad_answer"),
        ("say(number)", "bad_answer"),
        ("say(number, returned={})", "bad_answer"),
        ("fine(number); fine(number)", "bad_answer"),
    ],
)
@pytest.mark.parametrize("bad", [1, 2, AHEAD, AHEAD + 9])
def test_only_the_question_that_breaks_it_is_broken(
    body: str, reason: str, bad: int, script: Script
) -> None:
    """Questions that were sent ahead are put again to a new process."""
    adapter = Adapter(script(f"if number != {bad}: return fine(number)\n{body}"), Limits(0.4))
    expected = ["returned"] * (AHEAD + 9)
    expected[bad - 1] = reason
    assert heard(adapter, AHEAD + 9) == expected


def test_the_clock_of_a_question_starts_when_its_turn_comes(script: Script) -> None:
    """Ten answers of 0.1 s each do not exceed a limit of 0.6 s, though all are sent at once."""
    adapter = Adapter(script("time.sleep(0.1); fine(number)"), Limits(0.6))
    with adapter:
        seconds = [each.seconds for each in adapter.ask(questions(10))]
    assert all(0.05 < each < 0.6 for each in seconds[1:])


def test_a_harness_that_was_held_up_blames_nobody(script: Script) -> None:
    """Suspended, or waiting for a disk: what was answered in time was answered in time."""
    with Adapter(script("fine(number)"), Limits(0.3)) as adapter:
        came = adapter.ask(questions(AHEAD))
        kinds = [next(came).observation.kind]
        time.sleep(0.5)
        kinds += [each.observation.kind for each in came]
    assert kinds == ["returned"] * AHEAD


def test_answers_before_a_crash_count(script: Script) -> None:
    """Even if the process has ended before its answers are read."""
    adapter = Adapter(script("fine(number)\nif number == 5: os._exit(1)"))
    with adapter:
        came = adapter.ask(questions(8))
        first = next(came).observation.kind
        time.sleep(0.3)
        rest = [each.observation for each in came]
    assert first == "returned"
    assert [each.kind for each in rest] == [*["returned"] * 4, "broken", "returned", "returned"]
    assert rest[4].content["detail"] == "exited with code 1"


def test_a_line_without_end_is_cut_short(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "LONGEST_LINE", 2**20)
    body = "while number == 2: sys.stdout.write('x' * 65536)\nfine(number)"
    assert heard(Adapter(script(body)), 3) == ["returned", "bad_answer", "returned"]


def test_long_lines_are_read_whole(script: Script) -> None:
    body = "say(number, refused={'stage': 'open', 'message': 'x' * 3_000_000})"
    with Adapter(script(body)) as adapter:
        (said,) = adapter.ask(questions(1))
    assert len(said.observation.content["message"]) == 3_000_000


def test_standard_error_is_kept_up_to_its_end(script: Script) -> None:
    body = """
        for n in range(100_000): print("line", n, file=sys.stderr)
        print("\\udcff the end", file=sys.stderr)
        sys.exit(2)
    """
    with Adapter(script(body)) as adapter:
        (said,) = adapter.ask(questions(1))
    *lines, last = said.observation.content["stderr"].splitlines()
    assert lines[-1] == "line 99999"
    assert last.endswith("the end")
    assert len(lines) < 50


@pytest.mark.parametrize("child", ["subprocess.DEVNULL", "None"])
@pytest.mark.parametrize("detached", [True, False])
def test_a_flooding_child_cannot_keep_a_run_alive(
    child: str, detached: bool, script: Script
) -> None:
    """It writes to the pipes for ever when its parent is gone, or just lives on."""
    body = f"""
        flood = [sys.executable, "-c", "while True: print('x' * 999)"]
        subprocess.Popen(flood, stdout={child}, start_new_session={detached})
        time.sleep(0.5 if {detached} else 0)  # long enough for it to be seen
        os._exit(0)
    """
    before = set(psutil.Process().children(recursive=True))
    assert heard(Adapter(script(body), Limits(5)), 1)[0] in ("crashed", "bad_answer")
    time.sleep(0.1)
    after = {each for each in psutil.process_iter() if "'x' * 999" in " ".join(_command(each))}
    assert after - before == set()


def _command(running: psutil.Process) -> list[str]:
    try:
        return running.cmdline()
    except psutil.Error:
        return []


def test_who_does_not_stop_is_stopped(script: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    """An adapter that goes on after ``stop`` has answered all the same."""
    monkeypatch.setattr("zarr_conformance.adapter.GRACE", 0.2)
    adapter = Adapter(script("fine(number)\nif number == 2: time.sleep(600)"))
    assert heard(adapter, 2) == ["returned", "returned"]


def test_an_adapter_that_reads_nothing_is_timed_out(script: Script) -> None:
    """More questions than its pipe takes do not block the harness."""
    launch = script("os.close(0); time.sleep(600)")
    with Adapter(launch, Limits(0.5)) as adapter:
        long = Question("list", {"store": "/s" * 50_000, "path": "/", "zarr_format": 3})
        first = next(adapter.ask([long] * 40))
    assert first.observation.content["reason"] == "timed_out"


def test_stopping_ends_the_process_at_once(script: Script) -> None:
    stopping = threading.Event()
    with Adapter(script("time.sleep(600)"), stopping=stopping) as adapter:
        adapter.start()
        threading.Timer(0.2, stopping.set).start()
        began = time.monotonic()
        with pytest.raises(Stopped):
            list(adapter.ask(questions(3)))
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    ("command", "message"),
    [
        (("/no/such/adapter",), "'/no/such/adapter' cannot be started: No such file or directory"),
        ((__file__,), "cannot be started: Permission denied"),
        (("a\0b",), "cannot be started: embedded null byte"),
    ],
)
def test_a_command_that_cannot_be_started(command: tuple[str, ...], message: str) -> None:
    with pytest.raises(CannotStart, match=message):
        Adapter(Launch(command, Path("/"), {})).start()


def test_a_directory_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(CannotStart, match="does not exist"):
        Adapter(Launch((sys.executable,), tmp_path / "none", {})).start()


@pytest.mark.parametrize(
    ("code", "message"),
    [
        ("import no_such_library", "exited with code 1 at its start .ModuleNotFoundError: .*"),
        ("print('hello', flush=True); input()", "wrote a line that is not JSON: 'hello'"),
        ("""print('{"id": 0, "returned": {"name": "x"}}')""", "left out language and version"),
        (
            """print('{"id": 0, "unsupported": {"message": "x"}}')""",
            "said 'unsupported' when asked to describe itself",
        ),
        (
            """print('{"id": 0, "returned": {"name": 1, "version": "1", "language": "x"}}')""",
            "no printable text",
        ),
        (
            """print('{"id": 0, "returned": {"name": "x", "version": "1", "language": "c", '"""
            """'"questions": [1]}}')""",
            "questions with something else than an array of names",
        ),
    ],
)
def test_an_adapter_that_breaks_at_its_start_is_given_up(
    code: str, message: str, tmp_path: Path
) -> None:
    """After a few attempts, with its last words."""
    attempts = tmp_path / "attempts"
    note = f"open({str(attempts)!r}, 'a').write('x')\n"
    launch = Launch((sys.executable, "-c", note + code), tmp_path, dict(os.environ))
    with Adapter(launch) as adapter, pytest.raises(CannotStart, match=message):
        adapter.start()
    assert attempts.read_text() == "x" * STARTS


def test_an_adapter_that_cannot_be_started_again_keeps_its_answers(script: Script) -> None:
    launch = script("if number == 2: os.remove(__file__); os._exit(1)\nfine(number)")
    with Adapter(launch) as adapter:
        came = adapter.ask(questions(3))
        assert [next(came).observation.kind for _ in range(2)] == ["returned", "broken"]
        with pytest.raises(CannotStart, match="at its start"):
            next(came)


def test_ours_are_the_only_descriptors(script: Script, tmp_path: Path) -> None:
    """An adapter inherits its three pipes and nothing else."""
    body = "say(number, refused={'stage': 'open', 'message': str(os.listdir('/dev/fd'))})"
    with (tmp_path / "open").open("w") as file:
        os.set_inheritable(file.fileno(), True)
        with Adapter(script(body)) as adapter:
            (said,) = adapter.ask(questions(1))
    assert len(said.observation.content["message"].split(",")) <= 4  # one is the listing's own


@pytest.mark.parametrize(
    ("text", "size"),
    [("2GiB", 2 * GIB), ("512 MiB", GIB // 2), ("1.5g", 1_500_000_000), ("64kib", 65536), ("9", 9)],
)
def test_sizes(text: str, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "0", "GiB", "-1", "2TiB", "1e9", "nan", "١"])
def test_what_is_no_size(text: str) -> None:
    with pytest.raises(UsageError, match="is not a size"):
        parse_size(text)
