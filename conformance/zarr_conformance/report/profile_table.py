"""Profiles in a terminal: all of them at a glance, or one of them in numbers."""

from collections.abc import Mapping

from rich.console import Console
from rich.table import Table
from rich.text import Text

from zarr_conformance.report.conformity import KINDS, Conformity, Outcome, conformities
from zarr_conformance.report.matrix import Key
from zarr_conformance.report.tables import Layout, show_columns
from zarr_conformance.results import Results
from zarr_conformance.visible import visible
from zarr_fixtures.case import Case
from zarr_fixtures.profile import Profile
from zarr_fixtures.words import counted

# Symbol, the same in ASCII, and style of each outcome.
MARKS = {
    Outcome.CONFORMS: ("✓", "+", "green"),
    Outcome.FALLS_SHORT: ("✗", "X", "red"),
    Outcome.UNSUPPORTED: ("–", "-", "dim"),
    Outcome.INCOMPLETE: ("?", "?", "yellow"),
    Outcome.UNMEASURED: ("·", ".", "dim"),
}
SHOWN_FEATURES = 6


def show_profiles(
    console: Console, results: Results, cases: Mapping[str, Case], profiles: Mapping[str, Profile]
) -> None:
    """Print a table with a row for each profile and a column for each implementation."""
    table = {profile.name: conformities(profile, cases, results) for profile in profiles.values()}

    def build(into: Table, layout: Layout) -> None:
        for name, row in table.items():
            into.add_row(Text(name), *(_cell(console, each, layout) for each in row.values()))

    show_columns(console, list(results.answers), build)
    met = {each.outcome for row in table.values() for each in row.values()}
    legend = "   ".join(
        f"{_symbol(console, outcome)} {outcome.value}" for outcome in MARKS if outcome in met
    )
    console.print(f"\n{legend}\nn/m  n of m cases at the level MUST pass")
    console.print("†n   broke (crash, time-out, bad answer) on n stores with invalid data")
    console.print(Text(f"\n  zarr-conformance report {results.path} --profiles NAME", "cyan"))


def show_profile(
    console: Console, results: Results, cases: Mapping[str, Case], profile: Profile
) -> None:
    """Print what a profile promises, and a row for each implementation."""
    console.print(Text(f"{profile.name}: {profile.title}", style="bold"))
    console.print(f"{profile.prose.strip()}\n")
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    table.add_column("\nImplementation")
    table.add_column("\nOutcome")
    for heading in ("passes\nMUST", "\nSHOULD", "\nMAY", "refuses\nimplied", "\nfails"):
        table.add_column(heading, justify="right")
    table.add_column("\nlacks", ratio=1)
    for key, each in conformities(profile, cases, results).items():
        table.add_row(*_row(console, key, each))
    console.print(table)


def _cell(console: Console, conformity: Conformity, layout: Layout) -> Text:
    text = _symbol(console, conformity.outcome)
    counted = conformity.measured and layout.counted
    if counted and conformity.outcome in (Outcome.CONFORMS, Outcome.FALLS_SHORT):
        text += f" {conformity.counts['must']}"
        if broken := conformity.counts["implied"].failed:
            text += f" {'!' if console.options.ascii_only else '†'}{broken}"
    return Text(text, style=MARKS[conformity.outcome][2])


def _symbol(console: Console, outcome: Outcome) -> str:
    symbol, in_ascii, _ = MARKS[outcome]
    return in_ascii if console.options.ascii_only else symbol


def _row(console: Console, key: Key, conformity: Conformity) -> list[Text]:
    outcome = conformity.outcome
    counts = [Text(str(conformity.counts[kind])) for kind in KINDS]
    return [
        Text(visible(" ".join(key))),
        Text(f"{_symbol(console, outcome)} {outcome.value}", style=MARKS[outcome][2]),
        *counts,
        Text(str(conformity.failed or "-")),
        Text(_lacks(conformity), style="dim"),
    ]


def _lacks(conformity: Conformity) -> str:
    """The features that are not supported, and how many cases of others are excused."""
    lacking = conformity.lacking
    names = [", ".join(lacking[:SHOWN_FEATURES])] if lacking else []
    if len(lacking) > SHOWN_FEATURES:
        names[0] += f" and {len(lacking) - SHOWN_FEATURES} more"
    if conformity.excused:
        names.append(f"{counted(conformity.excused, 'case')} of features that are not asked for")
    return "; ".join(names)
