"""What a case expects, as a page shows it: elements as a grid and as bytes, the rest as lines."""

from collections.abc import Iterator
from dataclasses import dataclass

from zarr_conformance.report.divergences import readings_of
from zarr_conformance.report.html.grid import Grid, grid
from zarr_conformance.report.html.stored import Row, dump_rows
from zarr_conformance.visible import visible
from zarr_fixtures.case import Answer, Case, Elements, Items, Written
from zarr_fixtures.show import answer_lines


@dataclass(frozen=True)
class Expected:
    """An answer that is right, and the reading of the text that it follows from, if there are
    several; a reading may leave the answer open.
    """

    reading: str
    lines: tuple[str, ...]
    grid: Grid | None
    rows: tuple[Row, ...]


def expected_answers(case: Case) -> Iterator[Expected]:
    """The one answer that a case expects, or those of its readings."""
    readings = readings_of(case)
    for number, reading in enumerate(readings, 1):
        yield _expected(reading.text, reading.answer, f"e{number}")
    if not readings:
        yield _expected("", case.expect, "e")  # type: ignore[arg-type]  # no readings: an answer


def _expected(reading: str, answer: Answer | None, name: str) -> Expected:
    match answer:
        case None:
            return Expected(reading, (), None, ())
        case Elements():
            return Expected(reading, (), grid(answer), dump_rows(answer.data, name))
        case Items():
            return Expected(reading, (), grid(answer), ())
        case Written(elements=Elements() | Items() as elements):
            return Expected(reading, _lines(answer), grid(elements), ())
        case _:
            return Expected(reading, _lines(answer), None, ())


def _lines(answer: Answer) -> tuple[str, ...]:
    return tuple(map(visible, answer_lines(answer)))
