"""``zarr-conformance corpus-audit``: who else says what the corpus claims."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
from rich.console import Console

from zarr_conformance.audit import Audited, audit, lineages
from zarr_conformance.cli.consoles import errors, output
from zarr_conformance.cli.outcome import results_path
from zarr_conformance.cli.progress import Bars
from zarr_conformance.errors import ExitCode, Interrupted, UsageError
from zarr_conformance.implementations import find_implementations
from zarr_conformance.results import Results
from zarr_conformance.run import Options, installed
from zarr_conformance.run import run as run_corpus
from zarr_fixtures.corpus import Corpus, load

WHOLE = Path("audit.jsonl")

EPILOG = """\
\b
Examples:
  zarr-conformance corpus-audit
  zarr-conformance corpus-audit results.jsonl
  zarr-conformance corpus-audit results.jsonl | grep " agree: 0"
"""


@click.command(
    "corpus-audit", short_help="Tell who else says what the corpus claims.", epilog=EPILOG
)
@click.argument("file", required=False, type=click.Path(dir_okay=False, path_type=Path))
def corpus_audit(file: Path | None) -> ExitCode:
    """List for every positive case which independent lineages agree with its expected answer.

    The answers are those in a results FILE; without one, all implementations that can run here are
    asked, and what they say goes to audit.jsonl. Bindings of one library are one lineage, and the
    reference does not count. Where nobody agrees, or more disagree than agree, the case must say
    `why`: it fails where one does not.
    """
    corpus = load()
    results = _asked_here(corpus) if file is None else Results.read(file)
    results.require_corpus(corpus.hash, corpus.cases)
    if not lineages(results):
        raise UsageError(f"{results.path} holds no answers but the reference's: run others too.")
    audited = list(audit(results, corpus.cases))
    console = output()
    for each in audited:
        console.print(_line(each), soft_wrap=True)
    return _concluded(console, results, audited)


def _asked_here(corpus: Corpus) -> Results:
    path = results_path(WHOLE, selected=False, resume=False)
    contestants = [installed(each) for each in find_implementations().values()]
    try:
        with Bars(errors()) as bars:
            run_corpus(corpus, tuple(corpus), contestants, Options(path), bars)
    except KeyboardInterrupt as interrupt:
        go_on = f"zarr-conformance run --results {path} --resume"
        raise Interrupted(f"Stopped. The answers so far are in {path}; to go on: {go_on}") from (
            interrupt
        )
    return Results.read(path)


def _line(each: Audited) -> str:
    argued = ("argued",) if each.case.why else ()
    counts = (
        f"{verb}: {len(names)}" + (f" ({', '.join(names)})" if names else "")
        for verb, names in (
            ("agree", each.agree),
            ("disagree", each.disagree),
            ("do not support it", each.abstain),
        )
    )
    return "  ".join((each.case.id, *counts, *argued))


def _concluded(console: Console, results: Results, audited: Sequence[Audited]) -> ExitCode:
    """Sum up, and name the cases whose argument is missing."""
    for number, count in sorted(Counter(len(each.agree) for each in audited).items()):
        console.print(f"{count:5} cases with {number} on their side")
    console.print(f"{sum(each.needs_argument for each in audited):5} cases that need an argument")
    for not_run in results.not_run.values():
        console.print(f"{not_run.name} did not run: {not_run.why}", soft_wrap=True)
    faults = [each.fault for each in audited if each.fault]
    for fault in faults:
        console.print(fault, style="red", soft_wrap=True)
    return ExitCode.UNEXPECTED_FAILURES if faults else ExitCode.NOTHING_UNEXPECTED
