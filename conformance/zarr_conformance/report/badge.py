"""Badges: for each profile and implementation an SVG, and the JSON that badge services read.

They are ``DIR/NAME/PROFILE.svg`` and ``.json`` for the newest version of each implementation in the
results, so that a page can link to them for good, and ``DIR/NAME@VERSION/PROFILE...`` for the
others. The JSON is what shields.io calls an endpoint. A badge says what was measured, by how many
cases at the level MUST, and nothing when nothing was.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import quote

from zarr_conformance.report.conformity import Conformity, Outcome, conformities
from zarr_conformance.report.history import by_age
from zarr_conformance.report.matrix import Key
from zarr_conformance.report.pages import render
from zarr_conformance.results import Results
from zarr_fixtures.case import Case
from zarr_fixtures.profile import Profile

# The colour of each outcome: its name at shields.io, and its value, dark enough for white text.
COLOURS = {
    Outcome.CONFORMS: ("brightgreen", "#2d7d1f"),
    Outcome.FALLS_SHORT: ("orange", "#b3520a"),
    Outcome.UNSUPPORTED: ("lightgrey", "#6b6b6b"),
    Outcome.INCOMPLETE: ("yellow", "#7d6a00"),
    Outcome.UNMEASURED: ("lightgrey", "#6b6b6b"),
}
# The widths of characters of Verdana at 11 pixels, roughly: the SVG stretches the text to the sum.
NARROW, WIDE = 4.6, 7.0
NARROW_ONES = frozenset(" ,-./ijlfrt")


def write_badges(
    directory: Path, results: Results, cases: Mapping[str, Case], profiles: Mapping[str, Profile]
) -> int:
    """Write all badges below a directory; how many. Raises ``OSError`` where that is impossible."""
    places = dict(_places(results))
    for profile in profiles.values():
        for key, each in conformities(profile, cases, results).items():
            folder = directory / places[key]
            folder.mkdir(parents=True, exist_ok=True)
            badge = svg(profile.name, each, about=" ".join(key))
            (folder / f"{profile.name}.svg").write_text(badge, encoding="utf-8")
            document = json.dumps(endpoint(profile.name, each), indent=2) + "\n"
            (folder / f"{profile.name}.json").write_text(document, encoding="utf-8")
    return len(places) * len(profiles)


def endpoint(label: str, conformity: Conformity) -> Mapping[str, object]:
    """What a badge service reads: schema version, label, message and colour."""
    colour, _ = COLOURS[conformity.outcome]
    return {"schemaVersion": 1, "label": label, "message": message(conformity), "color": colour}


def svg(label: str, conformity: Conformity, *, about: str) -> str:
    """The badge itself. Whom it is ``about`` shows where somebody points at it."""
    said = message(conformity)
    left, right = map(_width, (label, said))
    return render(
        "badge.svg",
        about=about,
        label=label,
        message=said,
        left=left,
        width=left + right,
        colour=COLOURS[conformity.outcome][1],
    )


def _width(text: str) -> int:
    return 12 + round(sum(NARROW if each in NARROW_ONES else WIDE for each in text))


def message(conformity: Conformity) -> str:
    """The right half of a badge."""
    must = conformity.counts["must"]
    match conformity.outcome:
        case Outcome.CONFORMS:
            return f"conforms, {must.passed} MUST"
        case Outcome.FALLS_SHORT if conformity.measured:
            broken = conformity.counts["implied"].failed
            also = f", breaks on {broken}" if broken else ""
            return f"{must.passed} of {must.asked} MUST{also}"
        case outcome:
            return str(outcome.value)


def _places(results: Results) -> Iterator[tuple[Key, str]]:
    """The folder of each implementation. No name can lead out of the directory."""
    newest = {key[0]: key for key in sorted(results.answers, key=by_age)}
    for name, version in results.answers:
        is_newest = newest[name] == (name, version)
        yield (name, version), _safe(name if is_newest else f"{name}@{version}")


def _safe(name: str) -> str:
    escaped = quote(name, safe="@+ ")
    return escaped if escaped.strip(".") else escaped.replace(".", "%2E")
