"""Annotations: lines that GitHub Actions finds in a log and shows beside the change.

GitHub shows ten errors and ten warnings of a step, so the gravest ten failures that turn the run
red are errors, the gravest ten others warnings, and a notice tells of the rest.
"""

from collections.abc import Iterator

from zarr_conformance.report.outcomes import FailOn, Outcome, Outcomes

SHOWN = 10


def annotations(outcomes: Outcomes, fail_on: FailOn) -> Iterator[str]:
    """The lines, of all implementations."""
    failed = [each for key in outcomes.results.answers for each in outcomes.failed(key)]
    red = [each for each in failed if fail_on.counts(each.case, each.result)]
    others = [each for each in failed if not fail_on.counts(each.case, each.result)]
    yield from (_annotation("error", each, outcomes) for each in red[:SHOWN])
    yield from (_annotation("warning", each, outcomes) for each in others[:SHOWN])
    for missing in outcomes.results.not_run.values():
        yield _command("warning", f"{missing.name} did not run", missing.why)
    if hidden := len(red[SHOWN:]) + len(others[SHOWN:]):
        yield _command("notice", "zarr-conformance", f"{hidden} more failures are in the log.")


def _annotation(level: str, outcome: Outcome, outcomes: Outcomes) -> str:
    name = f"{outcome.implementation.name} {outcome.implementation.version}"
    title = f"{name}: {outcome.sentence}: {outcome.case.id}"
    return _command(level, title, outcomes.details(outcome).rstrip())


def _command(level: str, title: str, message: str) -> str:
    property_ = _escaped(title).replace(":", "%3A").replace(",", "%2C")
    return f"::{level} title={property_}::{_escaped(message)}"


def _escaped(text: str) -> str:
    """A text in a command of one line. ``%`` comes first: it introduces the other escapes."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")
