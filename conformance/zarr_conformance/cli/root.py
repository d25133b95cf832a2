"""The command ``zarr-conformance`` and its subcommands."""

import click

from zarr_conformance.cli.adapters import adapters
from zarr_conformance.cli.cases import cases
from zarr_conformance.cli.compare import compare
from zarr_conformance.cli.corpus_audit import corpus_audit
from zarr_conformance.cli.coverage import coverage
from zarr_conformance.cli.crosscheck import crosscheck
from zarr_conformance.cli.evidence import evidence
from zarr_conformance.cli.findings import findings
from zarr_conformance.cli.generate import generate
from zarr_conformance.cli.history import history
from zarr_conformance.cli.rejudge import rejudge
from zarr_conformance.cli.report import report
from zarr_conformance.cli.results import results
from zarr_conformance.cli.run import run
from zarr_conformance.cli.zep import zep

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


@click.group(epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="zarr-conformance", message="zarr-conformance %(version)s")
def root() -> None:
    """Find out what implementations of the Zarr format do with the data of a shared corpus.

    Each case of the corpus is a small store, a question, and the answer that follows from the
    specification. Adapters put the questions to implementations; the answers are judged and shown
    as a matrix.
    """


COMMANDS = (
    run,
    report,
    compare,
    history,
    evidence,
    rejudge,
    findings,
    results,
    crosscheck,
    cases,
    adapters,
    coverage,
    corpus_audit,
    generate,
    zep,
)
for command in COMMANDS:
    root.add_command(command)
