"""Progress on a terminal: a bar for each adapter, with what it does and its failures so far."""

from collections import Counter
from types import TracebackType

from rich import progress
from rich.console import Console
from rich.markup import escape

from zarr_conformance.results import Implementation, Result
from zarr_conformance.run import Progress


class Bars(Progress):
    """The bars, which vanish when the run ends. On anything but a terminal nothing is shown."""

    def __init__(self, console: Console) -> None:
        self._bars = progress.Progress(
            progress.TextColumn("{task.description}"),
            progress.BarColumn(bar_width=24),
            progress.MofNCompleteColumn(),
            progress.TextColumn("{task.fields[state]}"),
            console=console,
            transient=True,
            disable=not console.is_terminal,
        )
        self._tasks: dict[str, progress.TaskID] = {}
        self._failures: Counter[str] = Counter()

    def __enter__(self) -> "Bars":
        self._bars.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._bars.stop()

    def preparing(self, name: str) -> None:
        """Show that an adapter is prepared: at the first run its library is installed."""
        self._tasks[name] = self._bars.add_task(name, total=None, state="getting ready")

    def started(self, name: str, answerer: Implementation, cases: int) -> None:
        """Show who answers, and how many cases there are."""
        description = f"{answerer.name} {answerer.version}"
        self._bars.update(self._tasks[name], description=description, total=cases, state="")

    def judged(self, name: str, result: Result) -> None:
        """Count a case."""
        if result.verdict.verdict == "fail":
            self._failures[name] += 1
            self._bars.update(self._tasks[name], state=f"[red]{self._failures[name]} failed")
        self._bars.advance(self._tasks[name])

    def finished(self, name: str) -> None:
        """Show that an adapter has answered."""
        if not self._failures[name]:
            self._bars.update(self._tasks[name], state="[green]done")

    def not_run(self, name: str, why: str) -> None:
        """Show why an adapter does not run."""
        self._bars.update(self._tasks[name], total=0, state=f"[yellow]{escape(why)}")
