"""TAP, the Test Anything Protocol, version 14: a line for each case, with the details of failures.

Expected failures are ``TODO``, which a reader of TAP counts as no failures.
"""

import json
from collections.abc import Iterator

from zarr_conformance.report.outcomes import Kind, Outcome, Outcomes
from zarr_conformance.visible import visible


def tap(outcomes: Outcomes) -> str:
    """The document."""
    results = outcomes.results
    several = len(results.answers) > 1
    tests: list[str] = []
    for key in results.answers:
        for outcome in outcomes.of(key):
            prefix = f"{' '.join(key)}: " if several else ""
            tests.append(_test(len(tests) + 1, prefix, outcome, outcomes))
    for missing in results.not_run.values():
        about = _escaped(f"{missing.name} did not run: {missing.why}")
        tests.append(f"not ok {len(tests) + 1} - {about}\n")
    return "".join(["TAP version 14\n", f"1..{len(tests)}\n", *tests])


def _test(number: int, prefix: str, outcome: Outcome, outcomes: Outcomes) -> str:
    about = f"{number} - {_escaped(prefix + outcome.case.id)}"
    sentence = _escaped(outcome.sentence)
    match outcome.kind:
        case Kind.PASSED:
            return f"ok {about}\n"
        case Kind.SKIPPED:
            return f"ok {about} # SKIP {sentence}\n"
        case Kind.EXPECTED:
            return f"not ok {about} # TODO {sentence}\n"
    return f"not ok {about}\n" + "".join(_details(outcome, outcomes))


def _details(outcome: Outcome, outcomes: Outcomes) -> Iterator[str]:
    """The block of YAML behind a failure; its strings are JSON's, which are YAML's too."""
    yield "  ---\n"
    yield f"  message: {json.dumps(outcome.sentence)}\n"
    yield f"  severity: {json.dumps(outcome.result.verdict.reason)}\n"
    yield "  details:\n"
    for line in outcomes.details(outcome).rstrip().splitlines():
        yield f"    - {json.dumps(line)}\n"
    yield "  ...\n"


def _escaped(text: str) -> str:
    """A text in a line of TAP, where ``#`` starts a directive."""
    return visible(text).replace("\n", " ").replace("\\", "\\\\").replace("#", "\\#")
