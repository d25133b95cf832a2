"""The command ``zarr-conformance`` and its subcommands."""

from collections.abc import Iterator, Mapping
from importlib import import_module

import click

NAMES = (
    "adapters",
    "cases",
    "compare",
    "corpus-audit",
    "coverage",
    "crosscheck",
    "evidence",
    "findings",
    "generate",
    "history",
    "rejudge",
    "report",
    "results",
    "run",
    "zep",
)

EPILOG = """\
\b
Start here:
  zarr-conformance run                      every implementation that can run here
  zarr-conformance run tensorstore          one of them
  zarr-conformance run --adapter ./mine     an adapter of your own
  zarr-conformance report results.jsonl --failures
  zarr-conformance cases show v3/codecs/bytes/big-endian

\b
Exit codes:
  0  nothing unexpected                     4  a results or corpus file cannot be used
  1  unexpected failures                    5  no space, or no permission to write
  2  bad usage                              130  stopped by Ctrl-C; results so far are kept
  3  nothing could be run, or not what was asked for by name
"""


class Commands(Mapping[str, click.Command]):
    """The subcommands: each is loaded when it is asked for, as to load all takes a second."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in NAMES:
            raise KeyError(name)
        module = name.replace("-", "_")
        command: click.Command = getattr(import_module(f"zarr_conformance.cli.{module}"), module)
        return command

    def __iter__(self) -> Iterator[str]:
        return iter(NAMES)

    def __len__(self) -> int:
        return len(NAMES)


@click.group(
    commands=Commands(),
    epilog=EPILOG,
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="zarr-conformance", message="zarr-conformance %(version)s")
def root() -> None:
    """Find out what implementations of the Zarr format do with the data of a shared corpus.

    Each case of the corpus is a small store, a question, and the answer that follows from the
    specification. Adapters put the questions to implementations; the answers are judged and shown
    as a matrix.
    """
