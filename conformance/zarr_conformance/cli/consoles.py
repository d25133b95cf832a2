"""The two consoles: what is asked for goes to standard output, what happens to standard error."""

from rich.console import Console


def output() -> Console:
    """For reports. Colours show on a terminal, unless NO_COLOR is set, and never in a pipe."""
    return Console(highlight=False, markup=False, emoji=False)


def errors() -> Console:
    """For progress and errors."""
    return Console(stderr=True, highlight=False, markup=False, emoji=False)
