"""What the texts demand of a proposal: the rows of the register, and what shows each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from zarr_fixtures.case import Case
from zarr_fixtures.corpus import Corpus
from zarr_fixtures.proposal import Proposal
from zarr_fixtures.register import Requirement, register


@dataclass(frozen=True)
class Demand:
    """One row of the register, how many cases of the page name it, and why none does, if so."""

    row: Requirement
    cases: int
    why_none: str


def demands(
    proposal: Proposal, corpus: Corpus, members: Sequence[Case], reasons: Mapping[str, str]
) -> list[Demand]:
    """All that is demanded, in the order of the register."""
    elsewhere = {each for case in corpus for each in case.requirements}
    named = [each for case in members for each in case.requirements]
    return [
        Demand(
            row,
            named.count(row.id),
            "" if row.id in named else _why_none(row, reasons, row.id in elsewhere),
        )
        for row in proposal.demands(register())
    ]


def _why_none(row: Requirement, reasons: Mapping[str, str], elsewhere: bool) -> str:
    if row.id in reasons:
        return " ".join(reasons[row.id].split())
    if elsewhere:
        return "Its cases are not of this page."
    if not row.testable:
        return "No stored byte shows it."
    if not row.firm:
        return f"It does not bind (“{row.basis}” in the list of requirements)."
    return "Nobody has written a case yet."


def sections(proposal: Proposal) -> dict[str, tuple[str, int]]:
    """The sections that the demands stand in: the address of each, and how many it has."""
    found: dict[str, tuple[str, int]] = {}
    for row in proposal.demands(register()):
        _, count = found.get(row.source, ("", 0))
        found[row.source] = (row.link, count + 1)
    return found


def unshown(found: Sequence[Demand]) -> dict[str, list[Demand]]:
    """Those that no case shows, by the reason."""
    reasons: dict[str, list[Demand]] = {}
    for each in found:
        if not each.cases:
            reasons.setdefault(each.why_none, []).append(each)
    return reasons
