"""``zarr-conformance run``: put the corpus to implementations and show what they answer."""

import os
from pathlib import Path

import click

from zarr_conformance.cli.consoles import errors, output
from zarr_conformance.cli.expected import Expected, expected_options
from zarr_conformance.cli.files import Files, file_options, outcomes_of
from zarr_conformance.cli.outcome import (
    any_red,
    exit_code,
    results_path,
    show_each_failure,
    stopped,
)
from zarr_conformance.cli.progress import Bars
from zarr_conformance.cli.zep import draft_option
from zarr_conformance.command_lines import command_line
from zarr_conformance.implementations import find_implementations, named
from zarr_conformance.limits import Limits, parse_size
from zarr_conformance.report.annotations import annotations
from zarr_conformance.report.outcomes import FailOn
from zarr_conformance.report.terminal import show
from zarr_conformance.results import Results
from zarr_conformance.run import Options, external, installed
from zarr_conformance.run import run as run_corpus
from zarr_fixtures.corpus import load
from zarr_fixtures.draft import open_draft
from zarr_fixtures.selection import select

EPILOG = """\
\b
Examples:
  zarr-conformance run
  zarr-conformance run zarr-python tensorstore --jobs 2
  zarr-conformance run tensorstore --select v3/codecs/blosc
  zarr-conformance run zarr-python@3.0.8 tensorstore@all
  zarr-conformance run --select "feature:codec:gzip polarity:negative"
  zarr-conformance run --select profile:sharding-reader
  zarr-conformance run --adapter "node my-adapter.js" --check-protocol
  zarr-conformance run --one-shot "mytool@1.2=./mytool --dump {array}"
  zarr-conformance run --zarr-cli "Rscript zarr-cli.R"
  zarr-conformance run --resume
  zarr-conformance run --adapter ./mine --write-expected expected.toml
  zarr-conformance run --adapter ./mine --expected expected.toml --junit junit.xml
"""


@click.command(short_help="Put the corpus to implementations.", epilog=EPILOG)
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option(
    "--adapter",
    "adapters",
    multiple=True,
    metavar="CMD",
    help="Run an adapter of your own: the command that starts it. May be given more than once.",
)
@click.option(
    "--one-shot",
    "one_shots",
    multiple=True,
    metavar="CMD",
    help="Run a command that prints the elements of one array: {store} and {path} in it, or "
    "{array} for both, are filled in.",
)
@click.option(
    "--zarr-cli",
    "zarr_clis",
    multiple=True,
    metavar="CMD",
    help="Run a command that takes --array_path=PATH and ends with status 0 if it can read it.",
)
@click.option(
    "--select",
    "expression",
    metavar="EXPR",
    help="Only these cases, and those they depend on: ids, patterns, feature:..., requirement:..., "
    "level:..., polarity:..., profile:..., not ..., with commas between alternatives.",
)
@click.option(
    "--jobs",
    type=click.IntRange(1),
    default=os.cpu_count() or 1,
    show_default="number of CPUs",
    metavar="N",
    help="How many adapters run at a time.",
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=Limits.seconds,
    show_default=True,
    metavar="SECONDS",
    help="How long one case may take.",
)
@click.option(
    "--memory",
    default="1GiB",
    show_default=True,
    metavar="SIZE",
    help="How much memory an adapter may take.",
)
@click.option(
    "--results",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Where the results go.  [default: results.jsonl, with --select selected.jsonl]",
)
@click.option("--resume", is_flag=True, help="Go on with a run that was stopped.")
@click.option(
    "--check-protocol", is_flag=True, help="Hold every line to the protocol's JSON Schemas."
)
@draft_option
@click.option(
    "--fail-on",
    type=click.Choice([each.value for each in FailOn]),
    default=FailOn.ANY.value,
    show_default=True,
    help="Which unexpected failures make the exit code 1: wrong data only, those of what the "
    "specification says MUST be, or any.",
)
@expected_options
@file_options
def run(
    names: tuple[str, ...],
    adapters: tuple[str, ...],
    one_shots: tuple[str, ...],
    zarr_clis: tuple[str, ...],
    expression: str | None,
    jobs: int,
    timeout: float,
    memory: str,
    path: Path | None,
    resume: bool,
    check_protocol: bool,
    draft_directory: Path | None,
    fail_on: str,
    expected: Expected,
    files: Files,
) -> int:
    """Put the corpus to implementations and show what they answer.

    Without a NAME and without a command, to all implementations that can run here; see
    `zarr-conformance adapters`. Each gets its own environment, made at the first run. NAME is the
    newest version that installs, NAME@VERSION another one, NAME@all each one that is listed.
    """
    every = find_implementations()
    theirs = [
        *map(external, adapters),
        *(command_line("one-shot", each) for each in one_shots),
        *(command_line("zarr-cli", each) for each in zarr_clis),
    ]
    ours = named(names, every) if names or theirs else list(every.values())
    contestants = expected.of([*map(installed, ours), *theirs])
    draft = None if draft_directory is None else open_draft(draft_directory)
    corpus = load() if draft is None else draft.corpus
    candidates = tuple(corpus) if draft is None else draft.cases
    cases = candidates if expression is None else select(candidates, expression)
    selected = draft is not None or expression is not None
    path = results_path(path, selected=selected, resume=resume)
    limits = Limits(seconds=timeout, memory=parse_size(memory))
    options = Options(path, resume, jobs, limits, check_protocol)
    try:
        with Bars(errors()) as bars:
            missed = run_corpus(corpus, cases, contestants, options, bars)
    except KeyboardInterrupt as interrupt:
        raise stopped(path) from interrupt
    results, policy = Results.read(path), FailOn(fail_on)
    if selected:
        show_each_failure(results, corpus.cases, expected.file)
    show(output(), results, corpus.cases)
    outcomes = outcomes_of(results, corpus.cases, expected.file)
    files.write(outcomes, corpus.cases)
    expected.write(results, corpus.cases)
    if os.environ.get("GITHUB_ACTIONS") == "true":
        for line in annotations(outcomes, policy):
            click.echo(line)
    red = any_red(results, corpus.cases, policy)
    return exit_code(results, missed, red, named=bool(names or theirs), selected=selected)
