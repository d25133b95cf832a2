"""One adapter: a process that answers questions, started again whenever it breaks.

It knows no Zarr. Questions are sent some way ahead, so that the adapter never waits for the
harness; answers must come in order, one line each, flushed. The clock of a question starts when the
answer before it has arrived. Whatever breaks the process (a crash, a time-out, too much memory, a
line that is no answer) is laid to the question whose answer was due, the process is ended with all
its children, and the questions after that one are put to a new process.

An answer stands only once the next line, or the end, has shown that it was not given twice.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from threading import Event
from types import TracebackType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

from zarr_conformance.judge import Observation
from zarr_conformance.limits import Limits
from zarr_conformance.process import CannotStart, Launch, Process
from zarr_conformance.protocol import (
    BadAnswer,
    Breakdown,
    Question,
    broken,
    decode,
    encode,
    last_lines,
    require_description,
    require_form,
)

if TYPE_CHECKING:
    from zarr_conformance.schemas import Schemas

# Answers are fetched some at a time: to wake up for each costs more than to judge it, and takes the
# processor from the library. Meanwhile the adapter works on the questions that were sent ahead.
PAUSE = 0.02  # seconds
AHEAD = 256  # questions sent before their turn: more than the quickest library answers in a pause
STARTS = 3  # attempts to start, one after the other, before an adapter is given up
GRACE = 5.0  # seconds that an adapter may take to stop


# Hears of each line that is sent or comes.
Overhear: TypeAlias = Callable[[Literal["->", "<-"], bytes], None]


class Heard(NamedTuple):
    """What came of one question, and after how many seconds."""

    observation: Observation
    seconds: float


def _ready(_question: Question) -> None:
    """Most questions need no preparation."""


class SaidMore(BadAnswer):
    """Something more after the last answer: at fault is the question that was answered."""


class Adapter:
    """Puts questions to an adapter. Use it as a context manager: leaving ends the process."""

    def __init__(
        self,
        launch: Launch,
        limits: Limits | None = None,
        *,
        check_protocol: bool = False,
        stopping: Event | None = None,
        overhear: Overhear | None = None,
    ) -> None:
        self._launch = launch
        self._limits = limits or Limits()
        self._schemas = _schemas() if check_protocol else None
        self._stopping = stopping or Event()
        self._overhear = overhear
        self._process: Process | None = None
        self._known: frozenset[str] | None = None  # questions; None if it has not said which
        self._asked = 0  # one by one
        self._peak_memory = 0  # of the processes that have ended

    def __enter__(self) -> "Adapter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process, if there is one, at once and with all its children."""
        if self._process is not None:
            self._peak_memory = self.peak_memory
            self._process.kill()
            self._process = None

    @property
    def peak_memory(self) -> int:
        """The most bytes that a process was seen to hold, with its descendants."""
        return max(self._peak_memory, self._process.peak_memory if self._process else 0)

    def crash(self) -> None:
        """Kill the process that waits for a question, and leave it to be noticed."""
        if self._process is not None:
            self._process.crash()

    def start(self) -> Mapping[str, Any]:
        """Start a process and return how it describes itself, but for what it can be asked.

        Raises ``CannotStart`` if it cannot be started or breaks at each of several attempts.
        """
        _, description = self._start()
        return description

    def _start(self) -> tuple[Process, Mapping[str, Any]]:
        for _ in range(STARTS):
            self.close()
            process = self._process = Process(self._launch, self._limits.memory, self._stopping)
            try:
                return process, self._described(process)
            except Breakdown as breakdown:
                problem = f"its adapter {breakdown.detail} at its start"
                last_words = last_lines(process.stderr_tail()).rpartition("\n")[2]
        self.close()
        raise CannotStart(f"{problem} ({last_words})" if last_words else problem)

    def _described(self, process: Process) -> Mapping[str, Any]:
        question = Question("describe", {})
        self._send(process, 0, [question])
        limit = self._limits.start_seconds
        observation = self._answer(process, 0, question, time.monotonic(), limit)
        require_description(observation)
        description = dict(observation.content)
        questions = description.pop("questions", None)
        self._known = None if questions is None else frozenset(questions)
        return description

    def knows(self, question: str) -> bool:
        """Whether the adapter, once it has been started, can be asked this."""
        return self._known is None or question in self._known

    def ask(
        self, questions: Sequence[Question], prepare: Callable[[Question], None] = _ready
    ) -> Iterator[Heard]:
        """What comes of each question, in order; the process is stopped after the last.

        ``prepare`` is called with each question before it is sent, and again before it is sent to
        a new process. Raises ``CannotStart`` if the process breaks and cannot be started again,
        ``Stopped``, and what ``prepare`` raises.
        """
        turn = 0
        while turn < len(questions):
            process = self._process or self._start()[0]
            for heard in self._converse(process, questions, turn, prepare):
                yield heard
                turn += 1

    def ask_one(self, question: Question) -> Heard:
        """What comes of one question, after which the process goes on.

        It is for whoever does not know the next question yet. An answer that is given twice is laid
        to the question after it. Raises ``CannotStart`` as ``ask`` does.
        """
        process = self._process or self._start()[0]
        self._asked += 1
        since = time.monotonic()
        try:
            self._send(process, self._asked, [question])
            observation = self._answer(process, self._asked, question, since, self._limits.seconds)
        except Breakdown as breakdown:
            observation = broken(breakdown, process.stderr_tail())
            self.close()
        return Heard(observation, time.monotonic() - since)

    def _converse(
        self,
        process: Process,
        questions: Sequence[Question],
        first: int,
        prepare: Callable[[Question], None],
    ) -> Iterator[Heard]:
        """Put the questions from ``first`` on to one process, until the end or until it breaks."""
        sent = first
        held: list[Heard] = []  # the last answer, until it has proved to be the only one
        limit = self._limits.seconds
        since = time.monotonic()
        try:
            for turn in range(first, len(questions)):
                if sent - turn <= AHEAD // 2:
                    batch = questions[sent : turn + AHEAD]
                    for question in batch:
                        prepare(question)
                    self._send(process, sent + 1, batch)
                    sent += len(batch)
                observation = self._answer(process, turn + 1, questions[turn], since, limit, PAUSE)
                now = time.monotonic()
                yield from held
                held = [Heard(observation, now - since)]
                since = now
            self._stop(process)
        except Breakdown as breakdown:
            observation = broken(breakdown, process.stderr_tail())
            last = Heard(observation, time.monotonic() - since)
            self.close()
            if not isinstance(breakdown, SaidMore):
                yield from held
            yield last
        else:
            yield from held

    def _send(self, process: Process, first: int, questions: Sequence[Question]) -> None:
        """Send questions, whose ids are the numbers from ``first`` on."""
        lines = [encode(number, question) for number, question in enumerate(questions, first)]
        if self._schemas is not None:
            for line in lines:
                self._schemas.require_request(line)
        if self._overhear is not None:
            for line in lines:
                self._overhear("->", line)
        process.send(b"".join(lines))

    def _answer(
        self,
        process: Process,
        number: int,
        question: Question,
        since: float,
        limit: float,
        pause: float = 0.0,
    ) -> Observation:
        """The answer to the question with this number, whose turn it is. Raises ``Breakdown``."""
        line = self._next_line(process, since, limit, pause)
        identifier, observation = decode(line)
        if identifier == number - 1:
            raise SaidMore(f"answered with the id {identifier} once more")
        if identifier != number:
            raise BadAnswer(f"answered with the id {identifier}, not {number}")
        require_form(question.question, observation)
        if self._schemas is not None:
            self._schemas.require_answer(question.question, line)
        return observation

    def _next_line(self, process: Process, since: float, limit: float, pause: float = 0.0) -> bytes:
        line = process.next_line(since, limit, pause)
        if self._overhear is not None:
            self._overhear("<-", line)
        return line

    def _stop(self, process: Process) -> None:
        """Let the process end, and end it. Raises ``SaidMore`` if it says anything more."""
        self._send(process, 0, [Question("stop", {})])
        said_more = False
        with suppress(Breakdown):  # it ended, as it should, or it will be ended
            self._next_line(process, time.monotonic(), GRACE)
            said_more = True
        if said_more:
            raise SaidMore("wrote another line after its last answer")
        self.close()


def _schemas() -> "Schemas":
    from zarr_conformance.schemas import Schemas

    return Schemas()
