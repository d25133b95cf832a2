"""What the harness costs, as ratios of what was measured in the same run, in one table.

``python conformance/benchmarks/run.py`` takes some five minutes. Each figure is the median of
several runs, and what is compared takes turns, because machines are noisy. The start is left out on
both sides: the clock runs from the first answer on.
"""

import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from rich import box
from rich.console import Console
from rich.table import Table

from zarr_conformance.environments import prepare
from zarr_conformance.implementations import find_implementations
from zarr_conformance.run import (
    Contestant,
    Options,
    Progress,
    external,
    installed,
    quickest_place,
    run,
)
from zarr_fixtures import corpus, generate
from zarr_fixtures.case import Case
from zarr_fixtures.corpus import Corpus
from zarr_fixtures.layout import lay_out

HERE = Path(__file__).parent
RUNS = 9
PAIRS = 25  # of a run and a loop: a loop of half a second is now a fifth quicker, now slower
SAMPLES = {"zarr-python": 4, "tensorstore": 1}  # every fourth case, since it takes its time
MOST = {"zarr-python": 1.1, "tensorstore": 1.5}  # times an in-process loop
FEWEST = 5000  # cases a second through an adapter that answers at once
WIDTH = 110


class Stopwatch(Progress):
    """The time that cases take, once an adapter is warm.

    The first is left out, in which libraries do what they put off, and the last, which the harness
    holds back until the process has ended.
    """

    def __init__(self) -> None:
        self._marks: list[float] = []

    def judged(self, *_: object) -> None:
        """Note that a case is on the results file."""
        self._marks.append(time.perf_counter())

    @property
    def seconds_per_case(self) -> float:
        """Of all cases but the first and the last."""
        return (self._marks[-2] - self._marks[0]) / (len(self._marks) - 2)


class Harness:
    """Runs cases through one adapter, and takes the time."""

    def __init__(self, whole: Corpus, directory: Path) -> None:
        self._whole = whole
        self._options = Options(results=directory / "results.jsonl", jobs=1)

    def seconds_per_case(self, contestant: Contestant, cases: Sequence[Case]) -> float:
        """From question to verdict to results file."""
        stopwatch = Stopwatch()
        missed = run(self._whole, cases, [contestant], self._options, stopwatch)
        if missed:
            sys.exit(f"{missed[0].name} could not be run: {missed[0].why}")
        return stopwatch.seconds_per_case


def in_process(name: str, cases: Sequence[Case]) -> float:
    """Seconds a case of a loop over the library's calls, in its environment.

    The stores are new each time, as they are in a run.
    """
    launch = prepare(find_implementations()[name])
    with tempfile.TemporaryDirectory() as directory:
        stores = lay_out(cases, Path(directory, "stores"))
        questions = [[str(stores[case.id]), case.ask.path, case.zarr_format] for case in cases]
        manifest = Path(directory, "manifest.json")
        manifest.write_text(json.dumps(questions))
        finished = subprocess.run(
            [launch.command[0], str(HERE / "in_process.py"), name, str(manifest)],
            env=launch.environment,
            capture_output=True,
            check=True,
            text=True,
        )
    return float(finished.stdout) / (len(cases) - 1)


def echo_row(harness: Harness, cases: Sequence[Case], goal: str) -> list[str]:
    """Cases a second through an adapter that answers at once.

    A change costs more: the store is laid out before, and read back after by the reference.
    """
    contestant = external(f"{sys.executable} {HERE / 'echo_adapter.py'}")
    seconds = statistics.median(harness.seconds_per_case(contestant, cases) for _ in range(RUNS))
    measured = f"{1 / seconds:,.0f} cases/s"
    what = "changes nothing" if cases[0].ask.changes else "answers at once"
    return [f"an adapter that {what}", measured, goal]


def library_row(name: str, harness: Harness, cases: Sequence[Case]) -> list[str]:
    """How much longer a library takes through the harness than in a loop."""
    contestant = installed(find_implementations()[name])
    pairs = [
        (harness.seconds_per_case(contestant, cases), in_process(name, cases)) for _ in range(PAIRS)
    ]
    ratio = statistics.median(through / alone for through, alone in pairs)
    speeds = [1 / statistics.median(seconds) for seconds in zip(*pairs, strict=True)]
    measured = f"{ratio:.2f} times ({speeds[0]:,.0f} and {speeds[1]:,.0f} cases/s)"
    return [f"{name}, against a loop in its process", measured, f"at most {MOST[name]} times"]


def generation_row() -> list[str]:
    """The time that it takes to make the corpus, and put it to the reference."""
    start = time.perf_counter()
    files = generate.generate()
    seconds = time.perf_counter() - start
    return ["generating the corpus", f"{seconds:.1f} s for {len(files)} cases", ""]


def memory_row() -> list[str]:
    """The most memory that this process, the harness, has held so far."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    mebibytes = peak / (2**20 if sys.platform == "darwin" else 2**10)
    return ["peak memory of the harness", f"{mebibytes:.0f} MiB", ""]


def main() -> None:
    """Measure, and print the table."""
    # The harness and the loop find their stores on one file system, the quickest.
    os.environ.setdefault("TMPDIR", str(quickest_place() or tempfile.gettempdir()))
    whole = corpus.load()
    reads = [case for case in whole if case.ask.question == "read" and case.polarity == "positive"]
    changes = [case for case in whole if case.ask.changes]
    looks = [case for case in whole if not case.ask.changes]
    with tempfile.TemporaryDirectory() as directory:
        harness = Harness(whole, Path(directory))
        rows = [echo_row(harness, looks, f"at least {FEWEST:,} cases/s")]
        rows += [echo_row(harness, changes, "")]
        rows += [library_row(name, harness, reads[::n]) for name, n in SAMPLES.items()]
        rows += [memory_row(), generation_row()]
    table = Table("", "measured", "goal", box=box.MARKDOWN)
    for row in rows:
        table.add_row(*row)
    console = Console()
    console = console if console.is_terminal else Console(width=WIDTH)
    console.print(table)


if __name__ == "__main__":
    main()
