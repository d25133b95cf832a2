"""``zarr-conformance`` while the documentation is tested: the same, but a run asks little.

Where a page asks the whole corpus, a handful of cases is asked here; where it asks everybody, those
whose environments are quickly made. All else is as the page has it.
"""

import sys

from zarr_conformance.__main__ import main
from zarr_conformance.cli.run import run

A_HANDFUL = "v3/codecs/gzip/*"
QUICKLY_MADE = ["zarr-reference", "zarr-python", "tensorstore"]


def asking_little(arguments: list[str]) -> list[str]:
    """The arguments of a command, with less to do if it is a run of everything."""
    if arguments[:1] != ["run"] or {"-h", "--help"} & set(arguments):
        return arguments
    asked = run.make_context("run", arguments[1:]).params
    less = list(arguments)
    if asked["expression"] is None and asked["draft_directory"] is None:
        less += ["--select", A_HANDFUL]
        less += [] if asked["path"] else ["--results", "results.jsonl"]
    somebody = ("names", "adapters", "one_shots", "zarr_clis")
    return less if any(asked[each] for each in somebody) else [*less, *QUICKLY_MADE]


if __name__ == "__main__":
    sys.argv[1:] = asking_little(sys.argv[1:])
    main()
