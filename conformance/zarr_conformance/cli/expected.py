"""The options for known failures: the file of them that a run reads, and the one that it writes."""

import functools
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click

from zarr_conformance.cli.consoles import errors
from zarr_conformance.errors import UsageError
from zarr_conformance.expectations import UNFILLED, read_known
from zarr_conformance.results import Results
from zarr_conformance.run import Contestant
from zarr_conformance.write_expected import expected_entries, write_entries
from zarr_fixtures.words import counted


@dataclass(frozen=True)
class Expected:
    """The file that is read, and the one that is written, if any."""

    file: Path | None
    output: Path | None

    def of(self, contestants: Sequence[Contestant]) -> list[Contestant]:
        """The contestants with the known failures of the file instead of their own.

        Raises ``UsageError`` if there are several: entries do not say whom they are about.
        """
        if self.file is None and self.output is None:
            return list(contestants)
        if len(contestants) != 1:
            raise UsageError(
                "--expected and --write-expected are about one implementation in one version: "
                f"this would run {len(contestants)}."
            )
        if self.output and self.output.exists() and self.output != self.file:
            raise UsageError(
                f"{self.output} is there already. Give it as --expected too, and its entries stay; "
                "or name another."
            )
        return [replace(each, expectations=self.file or each.expectations) for each in contestants]

    def write(self, results: Results, case_ids: Iterable[str]) -> None:
        """Write the file that is to be written, and tell of reasons that are missing."""
        case_ids = tuple(case_ids)
        earlier = read_known(self.file, case_ids) if self.file else ()
        entries, path = list(earlier), self.file
        if self.output and results.answers:
            (key, answers), *others = results.answers.items()
            if others:
                raise UsageError(
                    f"{results.path} holds the answers of several: {self.output} is not written."
                )
            path = self.output
            entries = expected_entries(results.implementations[key], answers, earlier)
            write_entries(path, entries)
        if unfilled := sum(known.reason.startswith(UNFILLED) for known in entries):
            say = counted(unfilled, "entry says", "entries say")
            sentence = f"{path}: {say} {UNFILLED} where the reason should stand."
            errors().print(sentence, style="yellow", soft_wrap=True)


def expected_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the two options, which it gets together as ``expected``."""

    @functools.wraps(command)
    def with_expected(
        *args: Any, expected: Path | None, write_expected: Path | None, **more: Any
    ) -> Any:
        return command(*args, expected=Expected(expected, write_expected), **more)

    reading = click.Path(exists=True, dir_okay=False, path_type=Path)
    writing = click.Path(dir_okay=False, path_type=Path)
    return click.option(
        "--expected",
        type=reading,
        metavar="TOML",
        help="The known failures: they stay green, and red is what passes though it is known to "
        "fail. For our own adapters, instead of their expected.toml.",
    )(
        click.option(
            "--write-expected",
            type=writing,
            metavar="TOML",
            help="Write a file of known failures with all that fails; the reasons are yours to "
            "fill in.",
        )(with_expected)
    )
