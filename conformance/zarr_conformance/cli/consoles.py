"""The two consoles: what is asked for goes to standard output, what happens to standard error.

Names, versions and messages come from results files and adapters: what in them would command a
terminal is shown as an escape, wherever it is printed.
"""

from collections.abc import Iterable

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from zarr_conformance.visible import visible


class TextConsole(Console):
    """A console to which no text is a command. What rich itself does with the cursor stays."""

    def render(
        self, renderable: RenderableType, options: ConsoleOptions | None = None
    ) -> Iterable[Segment]:
        """The parts of what is printed."""
        for text, style, control in super().render(renderable, options):
            yield Segment(text if control else visible(text), style, control)


def output() -> Console:
    """For reports. Colours show on a terminal, unless NO_COLOR is set, and never in a pipe."""
    return TextConsole(highlight=False, markup=False, emoji=False)


def errors() -> Console:
    """For progress and errors."""
    return TextConsole(stderr=True, highlight=False, markup=False, emoji=False)
