"""``zarr-conformance report``: show a results file."""

from pathlib import Path

import click

from zarr_conformance.cli.consoles import output
from zarr_conformance.cli.files import Files, file_options, outcomes_of
from zarr_conformance.cli.outcome import show_each_failure
from zarr_conformance.errors import UsageError
from zarr_conformance.report.badge import write_badges
from zarr_conformance.report.divergences import show_divergences
from zarr_conformance.report.history import show_history
from zarr_conformance.report.profile_table import show_profile, show_profiles
from zarr_conformance.report.terminal import show
from zarr_conformance.report.trend import read_history, trends
from zarr_conformance.results import Results
from zarr_fixtures.corpus import load
from zarr_fixtures.profile import profile, profiles

EPILOG = """\
\b
Examples:
  zarr-conformance report results.jsonl
  zarr-conformance report results.jsonl tensorstore netcdf-c
  zarr-conformance report results.jsonl --failures
  zarr-conformance report results.jsonl --failures zarr-python | less -R
  zarr-conformance report results.jsonl --divergences
  zarr-conformance report results.jsonl --versions tensorstore
  zarr-conformance report results.jsonl --profiles
  zarr-conformance report results.jsonl --profiles sharding-reader
  zarr-conformance report results.jsonl --badge badges/
  zarr-conformance report results.jsonl --junit junit.xml --markdown summary.md
  zarr-conformance report results.jsonl --html site/
  zarr-conformance report results.jsonl --html site/ --history history.jsonl
  zarr-conformance report python.jsonl rust.jsonl --html site/
"""

RESULTS = ".jsonl"
ALL = "*"  # no profile is called so


@click.command(short_help="Show a results file, or each failure in it.", epilog=EPILOG)
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("names", nargs=-1, metavar="[FILE.jsonl|NAME]...")
@click.option(
    "--failures",
    is_flag=True,
    help="Show each failure: what the specification demands, expected and got, how to reproduce.",
)
@click.option(
    "--divergences",
    is_flag=True,
    help="Show where the specification leaves the answer open and implementations part: the "
    "question, the readings of the text, who follows which.",
)
@click.option(
    "--versions",
    "name",
    metavar="NAME",
    help="Show which release of an implementation fixed or broke which case, by the answers of "
    "several versions, as `run NAME@all` gets them.",
)
@click.option(
    "--profiles",
    "profile_name",
    is_flag=False,
    flag_value=ALL,
    metavar="[PROFILE]",
    help="Show who conforms to which profile, or all about one of them.",
)
@click.option(
    "--badge",
    "badges",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write a badge for each profile and implementation into DIR, as SVG and as the JSON that "
    "badge services read.",
)
@click.option(
    "--html",
    "directory",
    type=click.Path(file_okay=False, path_type=Path),
    metavar="DIR",
    help="Write all of it as pages into DIR, which is new, empty, or holds an earlier report: the "
    "matrix with filters, a page for each case and each implementation.",
)
@click.option(
    "--history",
    "past",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="With --html: show the trend of each implementation on its page, from the FILE that "
    "`history add` keeps.",
)
@file_options
def report(
    file: Path,
    names: tuple[str, ...],
    failures: bool,
    divergences: bool,
    name: str | None,
    profile_name: str | None,
    badges: Path | None,
    directory: Path | None,
    past: Path | None,
    files: Files,
) -> None:
    """Show what a results FILE says, of all implementations in it or of those named.

    Further results files, whose names end with .jsonl, are taken together with the first.
    """
    if past is not None and directory is None:
        raise UsageError("--history is shown on the pages of a report: say where, with --html DIR.")
    kept = [] if past is None else read_history(past)
    corpus = load()
    results = Results.read(file)
    for each in names:
        if each.endswith(RESULTS):
            results = results.merged(Results.read(Path(each)))
    names = tuple(each for each in names if not each.endswith(RESULTS))
    results.require_corpus(corpus.hash, corpus.cases)
    results = results.only(names)
    if failures:
        show_each_failure(results, corpus.cases)
    if divergences:
        show_divergences(output(), results, corpus.cases)
    if name is not None:
        show_history(output(), name, results, corpus.cases)
    if profile_name == ALL:
        show_profiles(output(), results, corpus.cases, profiles())
    elif profile_name is not None:
        show_profile(output(), results, corpus.cases, profile(profile_name))
    if badges is not None:
        written = write_badges(badges, results, corpus.cases, profiles())
        output().print(f"{written} badges, each as SVG and JSON, in {badges}", soft_wrap=True)
    if files:
        files.write(outcomes_of(results, corpus.cases), corpus.cases)
    if directory is not None:
        from zarr_conformance.cli.site import write_site  # and with it what makes pages

        write_site(directory, results, corpus, trends(kept))
    if not (failures or divergences or name or profile_name or badges or files or directory):
        show(output(), results, corpus.cases)
