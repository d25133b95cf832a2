"""Marks: what one cell of the matrix says at a glance, by symbol and by colour alike."""

from collections.abc import Collection
from enum import Enum

from zarr_conformance.judge import Verdict


class Mark(Enum):
    """The marks, the gravest first: symbol, the same in ASCII, style, and meaning."""

    WRONG = ("✗", "X", "bold red", "wrong data")
    BROKE = ("†", "!", "bold magenta", "crash, time-out, bad answer")
    ACCEPTED = ("▲", "A", "red", "accepts what must be refused")
    REJECTED = ("⊘", "R", "red", "refuses valid data")
    UNEXPECTED = ("‼", "U", "bold yellow", "passes, but known to fail")
    KNOWN = ("◇", "k", "yellow", "known failure")
    PARTLY = ("◐", "~", "cyan", "passes where supported")
    LENIENT = ("△", "a", "cyan", "accepts what is implied invalid")
    PASSED = ("✓", "+", "green", "passes all")
    UNSUPPORTED = ("–", "-", "dim", "not supported")
    INCONCLUSIVE = ("?", "?", "dim", "proves nothing")
    ABSENT = ("·", ".", "dim", "not run")

    def __init__(self, symbol: str, ascii_symbol: str, style: str, meaning: str) -> None:
        self.symbol = symbol
        self.ascii_symbol = ascii_symbol
        self.style = style
        self.meaning = meaning


_OF_REASON = {
    "wrong_elements": Mark.WRONG,
    "wrong_children": Mark.WRONG,
    "wrong_metadata": Mark.WRONG,
    "damaged": Mark.WRONG,
    "invalid_store": Mark.WRONG,
    "stray_keys": Mark.WRONG,
    "accepted_invalid": Mark.ACCEPTED,
    "rejected_valid": Mark.REJECTED,
    "unexpected_pass": Mark.UNEXPECTED,
}
_OF_VERDICT = {
    "known": Mark.KNOWN,
    "lenient": Mark.LENIENT,
    "pass": Mark.PASSED,
    "unsupported": Mark.UNSUPPORTED,
    "inconclusive": Mark.INCONCLUSIVE,
}


def mark_of(verdict: Verdict) -> Mark:
    """The mark of one verdict."""
    if verdict.verdict == "fail":
        return _OF_REASON.get(verdict.reason, Mark.BROKE)
    return _OF_VERDICT.get(verdict.verdict, Mark.ABSENT)


def finding(verdict: Verdict) -> Mark:
    """The mark of one verdict whatever was expected of it: a known failure is the failure it is."""
    if verdict.verdict == "known":
        return mark_of(Verdict("fail", verdict.reason))
    mark = mark_of(verdict)
    return Mark.PASSED if mark is Mark.UNEXPECTED else mark


def mark_of_all(marks: Collection[Mark]) -> Mark:
    """The mark of several verdicts together: the gravest finding, or how far they pass."""
    gravest = next((mark for mark in Mark if mark in marks), Mark.ABSENT)
    incomplete = Mark.UNSUPPORTED in marks or Mark.INCONCLUSIVE in marks
    if gravest in (Mark.LENIENT, Mark.PASSED) and Mark.PASSED in marks and incomplete:
        return Mark.PARTLY
    return gravest


def plainly(verdict: Verdict) -> Verdict:
    """What was measured, whether somebody expected it or not."""
    if verdict.verdict == "known":
        return Verdict("fail", verdict.reason)
    return Verdict("pass", "equal") if verdict.reason == "unexpected_pass" else verdict
