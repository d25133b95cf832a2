"""``zarr-conformance crosscheck``: who reads what others wrote."""

import os
from collections.abc import Container
from dataclasses import replace
from pathlib import Path

import click

from zarr_conformance.cli.consoles import errors, output
from zarr_conformance.cli.outcome import results_path, stopped
from zarr_conformance.cli.progress import Bars
from zarr_conformance.crosscheck import pairs, stores_of
from zarr_conformance.errors import ExitCode, UsageError
from zarr_conformance.implementations import find_implementations, named
from zarr_conformance.report.crosscheck import show_crosscheck
from zarr_conformance.results import Results
from zarr_conformance.run import Options, installed
from zarr_conformance.run import run as run_corpus
from zarr_fixtures.corpus import load

ANSWERS = Path("crosscheck.jsonl")
EPILOG = """\
\b
Examples:
  zarr-conformance crosscheck results.jsonl
  zarr-conformance crosscheck results.jsonl more.jsonl tensorstore zarr-python@3.1.6
  zarr-conformance crosscheck results.jsonl --resume
"""


@click.command(short_help="Let everybody read what everybody wrote.", epilog=EPILOG)
@click.argument("arguments", nargs=-1, required=True, metavar="FILE... [NAME]...")
@click.option(
    "--results",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    default=ANSWERS,
    show_default=True,
    metavar="FILE",
    help="Where the answers go.",
)
@click.option("--resume", is_flag=True, help="Go on with a cross-check that was stopped.")
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    show_default="number of CPUs",
    metavar="N",
    help="How many readers run at a time.",
)
def crosscheck(arguments: tuple[str, ...], path: Path, resume: bool, jobs: int) -> ExitCode:
    """Let each implementation NAMEd, or every one, read all that was written.

    Stores are taken from the results FILEs, in which implementations were asked to write. A store
    that several wrote is asked about once. Where a reader does not return what the writer was asked
    to store, the writer is at fault if the reference does not find it there either, and the reader
    otherwise.
    """
    every = find_implementations()
    names = tuple(each for each in arguments if _is_name(each, every))
    files = [Path(each) for each in arguments if each not in names]
    if not files:
        raise UsageError("Name a results file: without one there is nothing to read.")
    readers = [installed(each) for each in (named(names, every) if names else every.values())]
    corpus = load()
    results = [Results.read(file) for file in files]
    for each in results:
        each.require_corpus(corpus.hash, corpus.cases)
    stores = stores_of(results, corpus)
    path = results_path(path, selected=False, resume=resume)
    contestants = [replace(each, expectations=None) for each in readers]
    try:
        with Bars(errors()) as bars:
            options = Options(path, resume, jobs)
            missed = run_corpus(stores.corpus, stores.questions, contestants, options, bars)
    except KeyboardInterrupt as interrupt:
        raise stopped(path) from interrupt
    show_crosscheck(output(), pairs(stores, Results.read(path)))
    return ExitCode.NOT_RUN if names and missed else ExitCode.NOTHING_UNEXPECTED


def _is_name(argument: str, known: Container[str]) -> bool:
    """Whether an argument names an implementation, be it one that nobody knows, and no file."""
    path = Path(argument)
    named = argument.partition("@")[0] in known
    return named or not (path.suffix == ".jsonl" or os.sep in argument or path.is_file())
