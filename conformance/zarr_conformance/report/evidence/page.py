"""The page of evidence: what the templates show, put together from results and corpus."""

import hashlib
import shlex
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from zarr_conformance.expectations import Known
from zarr_conformance.report.divergences import Divergence, divergences
from zarr_conformance.report.evidence.contestants import Contestant, Sources, contestants
from zarr_conformance.report.evidence.demands import Demand, demands, sections, unshown
from zarr_conformance.report.evidence.matrices import NOTHING, Matrix, matrix_of, standings_of
from zarr_conformance.report.evidence.round_trips import RoundTrips, round_trips
from zarr_conformance.report.evidence.splits import Split, splits
from zarr_conformance.report.evidence.standings import (
    Lineage,
    Newcomer,
    is_decided,
    lineages,
    newcomers,
)
from zarr_conformance.report.marks import Mark, mark_of
from zarr_conformance.report.pages import render
from zarr_conformance.results import Implementation, NotRun, Result, Results
from zarr_fixtures.case import Case, canonical_json
from zarr_fixtures.corpus import Corpus
from zarr_fixtures.proposal import Proposal
from zarr_fixtures.register import text_link
from zarr_fixtures.selection import PROPERTIES
from zarr_fixtures.terms import fits, parse

ASKED = "○"  # where the text is open nothing is right or wrong: what was answered stands above


@dataclass(frozen=True)
class Line:
    """One case in the list of all: its file's SHA-256, and what everybody did with it.

    A mark is a symbol and the name of its class.
    """

    case: Case
    sha256: str
    marks: Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Page:
    """Everything that a page shows. ``columns`` are those whose answers it shows, ``listed`` those
    of them of whom a case shows anything.

    ``members`` are the cases that it is about, ``everybody`` those who answered anything.
    ``to_read`` and ``to_write`` are the cases that tell who reads and who writes the proposal,
    ``round_trips`` is what a cross-check tells, if one was given. ``again`` are the commands that
    measure and make it all again, of the cases in ``selection``; ``also`` is what each of them
    needs besides: where a draft is, if it is about one.
    """

    proposal: Proposal
    corpus: Corpus
    sources: Sources
    digests: Sequence[str]
    members: Sequence[Case]
    everybody: Sequence[Contestant]
    columns: Sequence[Contestant]
    listed: Sequence[Contestant]
    demands: Sequence[Demand]
    readers: Matrix
    writers: Matrix
    to_read: Mapping[str, str]
    to_write: Mapping[str, str]
    round_trips: RoundTrips | None
    lineages: Sequence[Lineage]
    splits: Sequence[Split]
    newcomers: Sequence[Newcomer]
    divergences: Sequence[Divergence]
    lines: Sequence[Line]
    selection: str
    again: Sequence[str]
    also: str

    def failing(self, mark: Mark) -> int:
        """How many cases somebody who is counted fails in this way."""
        return len({case.id for each in self.splits if each.mark is mark for case in each.cases})

    @property
    def broke_in_the_open(self) -> int:
        """How many of the cases in which somebody breaks are open or disputed."""
        broke = (each for each in self.splits if each.mark is Mark.BROKE)
        return len({case.id for each in broke for case in each.cases if not is_decided(case)})

    def names(self, what: str) -> Sequence[str]:
        """The lineages of which ``reads``, ``writes_all``, ... is true."""
        return [each.name for each in self.lineages if getattr(each, what)]

    def alone(self, feature: str) -> Sequence[str]:
        """The lineages that read a feature, or write ``write/...``, whatever else they lack."""
        standings = self.readers.standings if feature in self.to_read else self.writers.standings
        able = (each.who for each in standings if feature not in each.lacking)
        return sorted({who.implementation.lineage for who in able if who.counts})

    @property
    def files(self) -> Sequence[Results]:
        """The files that the page was made from."""
        return self.sources.files

    @property
    def texts(self) -> Mapping[str, str]:
        """The texts of the proposal, and their addresses."""
        return {text: text_link(text) for text in self.proposal.texts}

    @property
    def sections(self) -> Mapping[str, tuple[str, int]]:
        """The sections that the demands stand in: the address of each, and how many it has."""
        return sections(self.proposal)

    @property
    def without_case(self) -> Mapping[str, Sequence[Demand]]:
        """The demands that no case of the page shows, by the reason."""
        return unshown(self.demands)

    @property
    def polarities(self) -> Mapping[str, int]:
        """How many cases there are of each kind."""
        return Counter(case.polarity for case in self.members)

    @property
    def apart(self) -> Sequence[Contestant]:
        """Those who are not counted, whatever their version."""
        return [each for each in self.everybody if each.why_apart]

    @property
    def older(self) -> Sequence[Contestant]:
        """The older versions of those who are counted."""
        return [each for each in self.everybody if not each.newest and not each.why_apart]

    @property
    def knows_writers(self) -> bool:
        """Whether there are cases that tell who writes the proposal."""
        return bool(self.writers.cases and (self.to_write or not self.proposal.plainest))

    @property
    def agreed(self) -> Sequence[Case]:
        """The open questions on which nobody parts from anybody."""
        parted = {each.case.id for each in self.divergences}
        open_ones = [case for case in self.members if case.polarity in ("observe", "any_of")]
        return [case for case in open_ones if case.id not in parted]

    @property
    def contested(self) -> Sequence[Case]:
        """The cases of which it is disputed what the text says."""
        return [case for case in self.members if case.status == "contested"]

    @property
    def not_run(self) -> Sequence[NotRun]:
        """Those who could not be asked."""
        return list(self.sources.together.not_run.values())

    @property
    def export_again(self) -> str:
        """The command that writes the cases as files."""
        return f"zarr-conformance cases export corpus/ --select {shlex.quote(self.selection)}"


def make_page(
    proposal: Proposal,
    corpus: Corpus,
    sources: Sources,
    reasons: Mapping[str, str],
    *,
    known: Mapping[str, Sequence[Known]] | None = None,
    also: str = "",
) -> Page:
    """Put the page together; ``known`` is what is known of each implementation, by its name.

    Raises ``ResultsError`` if a cross-check among the sources is of other results.
    """
    members = proposal.members(corpus)
    decided = [each for each in members if is_decided(each)]
    everybody = contestants(sources.together)
    counted = [each for each in everybody if each.counts]
    columns = [*counted, *(each for each in everybody if each.why_apart and each.newest)]
    reading = [case for case in decided if not case.ask.changes]
    writing = [case for case in decided if case.ask.changes]
    to_read = _plainest(proposal, corpus, changes=False)
    to_write = _plainest(proposal, corpus, changes=True)
    readers = standings_of(everybody, columns, reading, to_read)
    shown = [each for each in readers if each.who in columns]
    writers = standings_of(columns, columns, writing, to_write)
    listed = [who for who in columns if _tells_anything(who, members)]
    trips = round_trips(counted, sources, corpus, writing, to_write.values())
    selection = _known_part(proposal.cases, members)
    return Page(
        proposal=proposal,
        corpus=corpus,
        sources=sources,
        digests=[hashlib.sha256(each.path.read_bytes()).hexdigest() for each in sources.files],
        members=members,
        everybody=everybody,
        columns=columns,
        listed=listed,
        demands=demands(proposal, corpus, members, reasons),
        readers=matrix_of(shown, reading, columns),
        writers=matrix_of(writers, writing, columns),
        to_read=to_read,
        to_write=to_write,
        round_trips=trips,
        lineages=lineages(shown, writers, trips),
        splits=splits(counted, members, known or {}),
        newcomers=newcomers(readers, reading),
        divergences=_parted(members, corpus, counted),
        lines=[_line(case, listed) for case in members],
        selection=selection,
        again=_again(everybody, selection, proposal, sources.crosscheck, also),
        also=also,
    )


def _plainest(proposal: Proposal, corpus: Corpus, *, changes: bool) -> dict[str, str]:
    """The plainest case of each thing that a reader, or a writer, must have, by what it is called.

    Empty for a mere selection, and for a proposal of which nobody has named such cases.
    """
    if proposal.features and changes:
        named = (f"write/{each}" for each in proposal.features)
        return {each: corpus.baselines[each] for each in named if each in corpus.baselines}
    if proposal.features:
        return {each: corpus.baselines.get(each, "") for each in proposal.features}
    known = (each for each in proposal.plainest if each in corpus.cases)
    changing = {each for each in known if corpus[each].ask.changes}
    return {each: each for each in proposal.plainest if (each in changing) is changes}


def _tells_anything(who: Contestant, cases: Sequence[Case]) -> bool:
    answers = (who.answers[case.id] for case in cases if case.id in who.answers)
    return any(mark_of(each.verdict) not in NOTHING for each in answers)


def _line(case: Case, columns: Sequence[Contestant]) -> Line:
    digest = hashlib.sha256(canonical_json(case.to_json()).encode()).hexdigest()
    return Line(case, digest, [_mark(each.answers.get(case.id)) for each in columns])


def _mark(answer: Result | None) -> tuple[str, str]:
    """The symbol of an answer, and the name of its class."""
    mark = Mark.ABSENT if answer is None else mark_of(answer.verdict)
    asked = answer is not None and mark is Mark.ABSENT
    return (ASKED if asked else mark.symbol), mark.name


def _parted(
    members: Sequence[Case], corpus: Corpus, counted: Sequence[Contestant]
) -> list[Divergence]:
    """The open questions among the cases on which those who are counted part."""
    wanted = {case.id for case in members}
    answers = {each.key: each.answers for each in counted}
    return [each for each in divergences(corpus.cases, answers) if each.case.id in wanted]


def _known_part(selection: str, members: Sequence[Case]) -> str:
    """The selection without those alternatives that no case fits: ``run`` would not know them."""
    parts = [" ".join(part.split()) for part in selection.split(",")]
    kept = [part for part in parts if any(fits(parse(part, PROPERTIES), case) for case in members)]
    return ", ".join(kept) or "*"


def _again(
    everybody: Sequence[Contestant],
    selection: str,
    proposal: Proposal,
    crosscheck: Results | None,
    also: str,
) -> list[str]:
    """The commands that measure all of it again and make the page."""
    asked = ["zarr-conformance", "run"]
    for each in (who.implementation for who in everybody):
        asked += ["--adapter", shlex.join(each.command)] if each.command else [_name(each)]
    run = shlex.join([*asked, "--select", selection, "--results", "evidence.jsonl"])
    page = ["zarr-conformance", "evidence", proposal.name, "evidence.jsonl"]
    if crosscheck is None:
        return [run + also, shlex.join(page) + also]
    readers = sorted(map(_name, crosscheck.implementations.values()))
    check = ["zarr-conformance", "crosscheck", "evidence.jsonl", *readers]
    return [run + also, shlex.join(check), shlex.join([*page, "crosscheck.jsonl"]) + also]


def _name(implementation: Implementation) -> str:
    return implementation.asked_for or implementation.name


def safe_name(proposal: Proposal) -> str:
    """What the files of the page are called, without what no file name should have."""
    allowed = (c if c.isalnum() or c in "._-" else "-" for c in proposal.name)
    return "".join(allowed).strip(".-")[:80] or "evidence"


def write_page(page: Page, directory: Path) -> list[Path]:
    """Write the page as Markdown and as HTML; the files. Raises ``OSError`` if that fails."""
    directory.mkdir(parents=True, exist_ok=True)
    paths = [directory / f"{safe_name(page.proposal)}{ending}" for ending in (".md", ".html")]
    for path in paths:
        text = render(f"evidence{path.suffix}", page=page, marks=Mark)
        path.write_text(text, encoding="utf-8", newline="\n")
    return paths
