"""One child process, supervised: lines go in, lines come out, and it always ends when it has to.

Everything happens in the thread that asks for a line. While it waits, it feeds standard input,
keeps the end of standard error, and looks at least every ``SLICE`` whether the process still runs
and how much memory it and its descendants hold. So neither a process that is silent, nor one that
floods its standard error, nor a child of it that holds its pipes open can stop a run.
"""

import os
import selectors
import signal
import subprocess
import time
from collections import deque
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import IO, cast

import psutil

from zarr_conformance import processors
from zarr_conformance.protocol import BadAnswer, Breakdown, quoted

SLICE = 0.05  # seconds between two looks at the process
CENSUS = 0.5  # seconds between two searches for its descendants, which cost some milliseconds
LAST_BREATH = 1.0  # seconds that a process may run on without its standard output
LONGEST_LINE = 64 * 2**20
STDERR_TAIL = 64 * 2**10
_CHUNK = 64 * 2**10
_LARGEST_PIPE = 2**20  # bytes that may still lie in a pipe when its writer is gone


class Stopped(Exception):
    """The run is being stopped: there will be no answer."""


class CannotStart(Exception):
    """The process cannot be started. The message is a clause: what is wrong with the command."""


@dataclass(frozen=True)
class Launch:
    """How a process is started: command, working directory, and its whole environment.

    With ``one_processor`` it is kept on one, where that is possible.
    """

    command: tuple[str, ...]
    directory: Path
    environment: Mapping[str, str]
    one_processor: bool = False


class Process:
    """A running child in a session of its own. Raises ``CannotStart`` if it cannot be started."""

    def __init__(self, launch: Launch, memory: int, stopping: Event) -> None:
        self._popen = _popen(launch)
        self._processor = processors.keep_on_one(self._popen.pid) if launch.one_processor else None
        self._memory = memory
        self._stopping = stopping
        self._self = psutil.Process(self._popen.pid)
        self._family: set[psutil.Process] = {self._self}
        self._selector = selectors.DefaultSelector()
        self._input = _unblocked(self._popen.stdin)
        self._output = _unblocked(self._popen.stdout)
        self._errors = _unblocked(self._popen.stderr)
        self._selector.register(self._output, selectors.EVENT_READ, self._read_output)
        self._selector.register(self._errors, selectors.EVENT_READ, self._read_errors)
        self._outgoing = bytearray()
        self._lines: deque[bytes] = deque()
        self._partial = bytearray()
        self._stderr = bytearray()
        self._next_look = self._next_census = 0.0
        self.peak_memory = 0  # bytes, of the process and its descendants together, as far as seen
        self._closed_at: float | None = None

    def send(self, data: bytes) -> None:
        """Write to standard input, now or while waiting for a line."""
        idle = not self._outgoing
        self._outgoing += data
        if idle and self._left_to_write():
            self._selector.register(self._input, selectors.EVENT_WRITE, self._write)

    def next_line(self, since: float, seconds: float, pause: float = 0.0) -> bytes:
        """The next line of standard output, without its end.

        ``since``, on the monotonic clock, is when the ``seconds`` that it may take began. If there
        is none yet, the next look for one is after ``pause`` seconds. Raises ``Breakdown`` if no
        line comes, and ``Stopped`` if the run is stopped.
        """
        while not self._lines:
            now = time.monotonic()
            if self._stopping.is_set():
                raise Stopped
            if now >= since + seconds:
                self._transfer(0)  # it may have answered long ago, while we were held up
                if not self._lines:
                    raise Breakdown("timed_out", f"did not answer within {seconds:g} s")
            elif now >= self._next_look:
                self._look(now)
            else:
                time.sleep(pause)
                self._transfer(max(0.0, min(self._next_look, since + seconds) - now - pause))
        return self._lines.popleft()

    def stderr_tail(self) -> str:
        """The end of what was written to standard error."""
        return self._stderr.decode(errors="replace")

    def crash(self) -> None:
        """Kill the process as anybody might: what it was started with stays, and finds out."""
        self._popen.kill()

    def kill(self) -> None:
        """End the process, its process group, and the descendants in groups of their own."""
        self._count_family()
        for leader in {self._popen.pid, *(member.pid for member in self._family)}:
            with suppress(ProcessLookupError, PermissionError):  # macOS: not permitted for zombies
                os.killpg(leader, signal.SIGKILL)  # nothing, unless it leads a group
        for member in self._family - {self._self}:
            with suppress(psutil.Error):
                member.kill()
        self._popen.wait()
        processors.leave(self._processor)
        self._selector.close()
        for pipe in (self._popen.stdin, self._popen.stdout, self._popen.stderr):
            if pipe is not None:
                pipe.close()

    def _transfer(self, seconds: float) -> bool:
        """Move through the pipes what can be moved within the time given, if anything can."""
        ready = self._selector.select(seconds)
        for key, _ in ready:
            key.data()
        return bool(ready)

    def _write(self) -> None:
        """Write what the pipe takes, and stop waiting for it once nothing is left."""
        if not self._left_to_write():
            self._selector.unregister(self._input)

    def _left_to_write(self) -> bool:
        with suppress(BlockingIOError):
            try:
                del self._outgoing[: os.write(self._input, self._outgoing)]
            except BrokenPipeError:  # it reads no more; if it ended, that is noticed elsewhere
                self._outgoing.clear()
        return bool(self._outgoing)

    def _read_output(self) -> None:
        try:
            data = os.read(self._output, _CHUNK)
        except BlockingIOError:
            return
        if not data:
            self._selector.unregister(self._output)
            self._closed_at = time.monotonic()
            self._next_look = 0.0
            return
        head, newline, rest = data.rpartition(b"\n")
        if newline:
            self._lines.extend((bytes(self._partial) + head).split(b"\n"))
            self._partial.clear()
        self._partial += rest
        if len(self._partial) > LONGEST_LINE:
            raise BadAnswer(f"wrote a line of more than {LONGEST_LINE} bytes")

    def _read_errors(self) -> None:
        try:
            data = os.read(self._errors, _CHUNK)
        except BlockingIOError:
            return
        if not data:
            self._selector.unregister(self._errors)
        self._stderr += data
        del self._stderr[:-STDERR_TAIL]

    def _look(self, now: float) -> None:
        """See whether the process still runs, and within its memory."""
        if self._popen.poll() is not None:
            self._drain()
            if not self._lines:
                raise self._end()
            return
        self._next_look = now + SLICE
        if self._closed_at is not None:
            self._next_look = now + SLICE / 25  # it is about to end
            if now >= self._closed_at + LAST_BREATH:
                raise Breakdown("crashed", "closed its standard output and ran on")
        if now >= self._next_census:
            self._next_census = now + CENSUS
            self._count_family()
        used = sum(map(_resident, self._family))
        self.peak_memory = max(self.peak_memory, used)
        if used > self._memory:
            raise Breakdown("out_of_memory", f"held {used} bytes; the limit is {self._memory}")

    def _count_family(self) -> None:
        """Note the descendants, for a child that left the group cannot be found without."""
        self._family = {member for member in self._family if member.is_running()}
        with suppress(psutil.Error):
            self._family.update(self._self.children(recursive=True))

    def _drain(self) -> None:
        """Read what the process left in its pipes, but not for ever what a child still writes."""
        for _ in range(_LARGEST_PIPE // _CHUNK):
            if not self._transfer(0):
                return

    def _end(self) -> Breakdown:
        code = self._popen.returncode
        if code == 0 and self._partial:
            return BadAnswer(f"ended within a line: {quoted(self._partial)}")
        return Breakdown("crashed", how_it_ended(code))


def _popen(launch: Launch) -> subprocess.Popen[bytes]:
    if not launch.directory.is_dir():
        raise CannotStart(f"its directory {launch.directory} does not exist")
    try:
        return subprocess.Popen(
            launch.command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            bufsize=0,
            cwd=launch.directory,
            env=dict(launch.environment),
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise CannotStart(f"{launch.command[0]!r} cannot be started: {reason}") from error


def _unblocked(pipe: IO[bytes] | None) -> int:
    descriptor = cast(IO[bytes], pipe).fileno()  # a pipe was asked for, so it is not None
    os.set_blocking(descriptor, False)
    return descriptor


def _resident(process: psutil.Process) -> int:
    """The memory of the process in bytes, nothing if it has ended."""
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def how_it_ended(code: int) -> str:
    """How a process ended, in a clause that follows "it", by the code that ``subprocess`` gives."""
    if code >= 0:
        return f"exited with code {code}"
    try:
        return f"was killed by {signal.Signals(-code).name}"
    except ValueError:
        return f"was killed by signal {-code}"
