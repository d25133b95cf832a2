"""The report, to the letter: matrix, summary, failures, divergences."""

import io
import shlex
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet
from rich.console import Console

from zarr_conformance.expectations import Expectations, Known
from zarr_conformance.judge import Judge, Observation, Verdict, ordered
from zarr_conformance.report.difference import contrasts, remarks
from zarr_conformance.report.divergences import divergences, show_divergences
from zarr_conformance.report.failures import reproduction, show_failures
from zarr_conformance.report.marks import Mark, mark_of_all
from zarr_conformance.report.matrix import OF_LEVELS, Row, matrix, row_of
from zarr_conformance.report.terminal import show
from zarr_conformance.results import Cost, Implementation, NotRun, Result, Results, Run
from zarr_fixtures.case import (
    AnyOf,
    Ask,
    Case,
    Children,
    Elements,
    Expect,
    Items,
    Metadata,
    Observe,
    Reading,
    Refused,
)
from zarr_fixtures.readback import read_back

PLAIN = Elements("uint16", (2, 2), bytes([1, 0, 2, 0, 3, 0, 4, 0]))
WRONG = Elements("uint16", (2, 2), bytes([1, 0, 2, 0, 3, 0, 4, 128]))
HALF = Elements("float32", (1,), b"\x00\x00\xa0\x7f")
QUIET = Elements("float32", (1,), b"\x00\x00\xe0\x7f")
REFUSED = Observation("refused", {"stage": "open", "message": "no such codec"})


def case(
    case_id: str,
    expect: Expect,
    *features: str,
    control: str | None = None,
    baseline_of: tuple[str, ...] = (),
    question: str = "read",
    level: str = "must",
) -> Case:
    return Case(
        id=case_id,
        title=f"What {case_id.rpartition('/')[2]} shows",
        requirements=("core.version.major_only_recorded",),
        level=level,  # type: ignore[arg-type]
        features=("v2" if case_id.startswith("v2") else "v3", *features),
        store={},
        ask=Ask(question, {"path": "/"}),
        expect=expect,
        source="by hand",
        control=control,
        baseline_of=baseline_of,
    )


def corpus(*cases: Case) -> dict[str, Case]:
    return {case.id: case for case in cases}


CASES = corpus(
    case("v3/metadata/plainest", PLAIN, baseline_of=("v3",)),
    case("v3/metadata/unknown", Refused("open", mandated=True), control="v3/metadata/plainest"),
    case("v3/metadata/null", Refused("open", mandated=False), control="v3/metadata/plainest"),
    case("v3/hierarchy/list", Children({"a": "array"}), question="list", level="should"),
    case("v3/data_types/float32", HALF, "data_type:float32"),
    case("v3/codecs/gzip/plainest", PLAIN, "codec:gzip", baseline_of=("codec:gzip",)),
    case("v3/codecs/gzip/level", PLAIN, "codec:gzip", level="may"),
    case("v3/codecs/blosc/lz4", PLAIN, "codec:blosc", "codec:blosc/lz4"),
    case("v3/codecs/gzip/junk", Observe((Reading("ignored", PLAIN),)), "codec:gzip"),
    case("v2/metadata/plainest", PLAIN, baseline_of=("v2",)),
)


def returned(answer: Elements | Children | Metadata) -> Observation:
    match answer:
        case Elements(data_type, shape, data):
            text = b64encode(data).decode()
            content = {"data_type": data_type, "shape": list(shape), "elements": text}
            return Observation("returned", content)
        case Children(nodes):
            return Observation("returned", {"children": dict(nodes)})
        case Metadata(members):
            return Observation("returned", {"metadata": dict(members)})


def honest(case: Case) -> Observation:
    match case.expect:
        case Elements() | Children() | Metadata() as answer:
            return returned(answer)
        case _:
            return REFUSED


CRASHED = Observation(
    "broken",
    {"reason": "crashed", "detail": "ended by SIGSEGV", "stderr": "loading\n\x1b[31mabort\n"},
)
HASTY = {
    "v3/metadata/unknown": returned(PLAIN),
    "v3/metadata/null": returned(PLAIN),
    "v3/data_types/float32": returned(QUIET),
    "v3/codecs/gzip/level": REFUSED,
    "v3/codecs/blosc/lz4": CRASHED,
    "v3/codecs/gzip/junk": returned(PLAIN),
    "v3/hierarchy/list": Observation("unsupported", {"message": "arrays only"}),
}
OLD = {case_id: REFUSED for case_id in CASES if case_id.startswith("v3")}


def results_of(
    said: Mapping[str, Mapping[str, Observation]],
    cases: Mapping[str, Case] = CASES,
    not_run: Mapping[str, str] | None = None,
) -> Results:
    """Results of implementations that answer honestly but for what is said here."""
    implementations = {(name, "1.0"): Implementation(name, "1.0", "c", name) for name in said}
    answers = {}
    for key in implementations:
        judge = Judge(cases, read_back)
        answers[key] = {
            each.id: Result(
                each.id,
                *key,
                key[0],
                (observation := said[key[0]].get(each.id, honest(each))),
                judge.verdict(each, observation),
                0.001,
            )
            for each in ordered(cases.values(), cases)
        }
    corpus = {"version": "0.1.0", "hash": "sha256:" + "ab" * 32}
    run = Run(corpus, {"zarr-specs": "fc7dd9c"}, "0.1.0", "Linux", "3.11", "2026-11-20T10:00:00Z")
    missed = {name: NotRun(name, why) for name, why in (not_run or {}).items()}
    return Results(Path("results.jsonl"), run, implementations, missed, answers)


THREE = results_of({"hasty": HASTY, "honest": {}, "old": OLD}, not_run={"zarrs": "no cargo here"})


KNOWN = Expectations(
    (
        Known(
            ("v3/metadata/*",),
            "wrong_elements",
            "It adds one.",
            SpecifierSet(),
            finding="honest/one-more",
            link="https://a.b/1",
        ),
    )
)


def printed(results: Results, *, width: int = 80, failures: bool = False, **options: bool) -> str:
    console = Console(file=io.StringIO(), width=width, highlight=False, markup=False, **options)  # type: ignore[arg-type]
    if failures:
        show_failures(console, results, CASES, dict.fromkeys(results.implementations, KNOWN))
    else:
        show(console, results, CASES)
    return console.file.getvalue()  # type: ignore[attr-defined,no-any-return]


def trimmed(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines()) + "\n"


MATRIX = """\
                    hasty  honest  old
                    1.0    1.0     1.0
Zarr v3
  hierarchy SHOULD  –      ✓ 1     –
  metadata          ▲ 1/3  ✓ 3     –
Zarr v3 data types
  float32           ✗ 0/1  ✓ 1     –
Zarr v3 codecs
  blosc/lz4         † 0/1  ✓ 1     –
  gzip              ✓ 1    ✓ 1     –
  gzip MAY          ⊘ 0/1  ✓ 1     –
Zarr v2
  metadata          ✓ 1    ✓ 1     ✓ 1

✗ wrong data                     † crash, time-out, bad answer
▲ accepts what must be refused   ⊘ refuses valid data
✓ passes all                     – not supported
n/m  n of m cases pass
Rows count what is a MUST; those of SHOULD and MAY say so.

                                            unsup-   incon-     ob-
Implementation  pass  fail  known  lenient  ported  clusive  served
hasty 1.0          3     4      0        1       1        0       1
honest 1.0         9     0      0        0       0        0       1
old 1.0            1     0      0        0       6        2       1

                reads valid               refuses invalid
Implementation         MUST  SHOULD  MAY         mandated  implied
hasty 1.0               3/5       -  0/1              0/1      0/1
honest 1.0              5/5     1/1  1/1              1/1      1/1
old 1.0                 1/1       -    -                -        -

zarrs did not run: no cargo here
Corpus 0.1.0 (sha256:abababababab), of zarr-specs fc7dd9c
Results: results.jsonl
  zarr-conformance report results.jsonl --failures  # expected and got
  zarr-conformance report results.jsonl --divergences  # where the text leaves it open
"""

FAILURES = r"""
✗ hasty 1.0: wrong elements
  v3/data_types/float32
  What float32 shows
  MUST: Stored documents carry only the major version; a minor version never
  appears in metadata
  https://github.com/zarr-developers/zarr-specs/blob/fc7dd9c/docs/v3/core/index.rst#stability-policy
            expected                  got
            float32 [1]: 00 00 a0 7f  float32 [1]: 00 00 e0 7f
  differ    1 of 1 element
  at [0]    nan                       nan
  in bytes  00 00 [a0] 7f             00 00 [e0] 7f
  $ zarr-conformance run hasty --select v3/data_types/float32

† hasty 1.0: crashed
  v3/codecs/blosc/lz4
  What lz4 shows
  MUST: Stored documents carry only the major version; a minor version never
  appears in metadata
  https://github.com/zarr-developers/zarr-specs/blob/fc7dd9c/docs/v3/core/index.rst#stability-policy
    expected                                got
    uint16 [2, 2]: 01 00 02 00 03 00 04 00  crashed: ended by SIGSEGV
  stderr | loading
  stderr | \x1b[31mabort
  $ zarr-conformance run hasty --select v3/codecs/blosc/lz4

▲ hasty 1.0: accepted invalid
  v3/metadata/unknown
  What unknown shows
  MUST: Stored documents carry only the major version; a minor version never
  appears in metadata
  https://github.com/zarr-developers/zarr-specs/blob/fc7dd9c/docs/v3/core/index.rst#stability-policy
    expected                              got
    a refusal at open: the text orders    uint16 [2, 2]: 01 00 02 00 03 00 04 00
    an error
  $ zarr-conformance run hasty --select v3/metadata/unknown

⊘ hasty 1.0: rejected valid
  v3/codecs/gzip/level
  What level shows
  MUST: Stored documents carry only the major version; a minor version never
  appears in metadata
  https://github.com/zarr-developers/zarr-specs/blob/fc7dd9c/docs/v3/core/index.rst#stability-policy
    expected                                got
    uint16 [2, 2]: 01 00 02 00 03 00 04 00  refused at open
  said | no such codec
  $ zarr-conformance run hasty --select v3/codecs/gzip/level

"""


def test_the_report_to_the_letter() -> None:
    assert trimmed(printed(THREE)) == MATRIX


def test_the_failures_to_the_letter() -> None:
    assert "\n" + trimmed(printed(THREE, failures=True)) == FAILURES


def test_without_failures_that_is_said() -> None:
    assert printed(results_of({"honest": {}}), failures=True).startswith("There are no failures")
    assert "--failures" not in printed(results_of({"honest": {}}))


def test_of_nobody_only_the_reason_is_shown() -> None:
    text = printed(results_of({}, not_run={"zarrs": "no cargo here"}))
    assert text.startswith("zarrs did not run: no cargo here\nCorpus")


def test_what_each_implementation_took_is_shown() -> None:
    results = results_of({"honest": {}, "hasty": HASTY})
    cost = Cost("honest", "1.0", 3000, 2.0, 0.25, 60 * 2**20)
    lines = printed(replace(results, costs={cost.key: cost})).splitlines()
    heading = next(n for n, line in enumerate(lines) if line.split()[-2:] == ["most", "memory"])
    assert lines[heading + 1].split() == ["honest", "1.0", "1,500", "0.2", "s", "60", "MiB"]
    assert not lines[heading + 2].strip()  # nothing is known of the other


@pytest.mark.parametrize("count", [1, 4, 5, 12, 20])
@pytest.mark.parametrize("width", [80, 120])
def test_any_number_of_implementations_fits(count: int, width: int) -> None:
    many = results_of({f"implementation-{number}": HASTY for number in range(count)})
    lines = trimmed(printed(many, width=width)).splitlines()
    assert max(map(len, lines)) <= width
    matrix_lines = [line for line in lines if line.startswith("  blosc/lz4")]
    assert [line.count("†") for line in matrix_lines] == [count]
    assert "…" not in matrix_lines[0]


def test_who_tells_only_that_it_opens_is_told_why_nothing_passes() -> None:
    status = dict.fromkeys(CASES, Observation("returned", {"opened": True}))
    assert "tells only whether it opens an array" in printed(results_of({"status": status}))
    assert "tells only" not in printed(THREE)


def test_a_pipe_gets_no_control_codes() -> None:
    assert "\x1b" not in printed(THREE) + printed(THREE, failures=True)


def test_a_terminal_gets_colours_beside_the_symbols() -> None:
    assert "\x1b[1;31m✗ 0/1" in printed(THREE, force_terminal=True)


def test_no_color_is_honoured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[1;31m" not in printed(THREE, force_terminal=True)


def test_an_ascii_terminal_gets_ascii_symbols() -> None:
    console = Console(file=io.TextIOWrapper(io.BytesIO(), encoding="ascii"), width=80)
    show(console, THREE, CASES)
    console.file.flush()
    text = console.file.buffer.getvalue().decode("ascii")  # type: ignore[attr-defined]
    assert "X 0/1" in text
    assert "+ 1" in text


class TestMarks:
    @pytest.mark.parametrize(
        ("marks", "together"),
        [
            ([Mark.PASSED], Mark.PASSED),
            ([Mark.PASSED, Mark.LENIENT], Mark.LENIENT),
            ([Mark.PASSED, Mark.UNSUPPORTED], Mark.PARTLY),
            ([Mark.PASSED, Mark.LENIENT, Mark.INCONCLUSIVE], Mark.PARTLY),
            ([Mark.LENIENT, Mark.UNSUPPORTED], Mark.LENIENT),
            ([Mark.UNSUPPORTED, Mark.INCONCLUSIVE], Mark.UNSUPPORTED),
            ([Mark.PASSED, Mark.REJECTED, Mark.WRONG, Mark.BROKE], Mark.WRONG),
            ([Mark.UNSUPPORTED, Mark.KNOWN], Mark.KNOWN),
            ([], Mark.ABSENT),
        ],
    )
    def test_the_gravest_finding_shows(self, marks: list[Mark], together: Mark) -> None:
        assert mark_of_all(marks) is together

    def test_no_two_marks_look_alike(self) -> None:
        assert len({mark.symbol for mark in Mark}) == len({mark.ascii_symbol for mark in Mark})
        assert len({mark.symbol for mark in Mark}) == len(Mark)


class TestRows:
    @pytest.mark.parametrize(
        ("case_id", "features", "row"),
        [
            ("v3/node_names/a", (), Row(3, "format", "node names")),
            ("v3/fill_values/a", ("data_type:r*",), Row(3, "data types", "r*")),
            ("v3/chunk_grids/a", ("chunk_grid:regular",), Row(3, "chunks", "regular")),
            (
                "v3/codecs/blosc/a",
                ("codec:blosc", "codec:blosc/lz4"),
                Row(3, "codecs", "blosc/lz4"),
            ),
            ("v3/codecs/pipeline/a", ("codec:bytes",), Row(3, "codecs", "pipeline")),
            ("v2/data_types/a", ("dtype:|S*",), Row(2, "data types", "|S*")),
            ("v2/compressors/a", ("compressor:zlib",), Row(2, "compressors", "zlib")),
            ("v2/compressors/a", (), Row(2, "compressors", "compressors")),
        ],
    )
    def test_each_case_has_one(self, case_id: str, features: tuple[str, ...], row: Row) -> None:
        assert row_of(case(case_id, PLAIN, *features)) == row

    def test_data_types_stand_by_kind_and_size(self) -> None:
        names = ["float64", "uint8", "int16", "bool", "r*", "float16", "int8", "complex64"]
        rows = sorted((Row(3, "data types", name) for name in names), key=lambda row: row.place)
        order = ["bool", "int8", "int16", "uint8", "float16", "float64", "complex64", "r*"]
        assert [row.label for row in rows] == order

    def test_every_judged_case_counts_once(self) -> None:
        judged = sum(
            cells[("honest", "1.0")].judged for cells in matrix(CASES, THREE.results).values()
        )
        assert judged == len([each for each in CASES.values() if each.polarity != "observe"])

    def test_each_level_has_one_after_what_the_feature_must(self) -> None:
        cells = matrix(CASES, THREE.results)
        names = {row.name: cells[row]["hasty", "1.0"] for row in cells if row.label == "gzip"}
        assert list(names) == ["gzip", "gzip MAY"]
        assert [(each.passed, each.judged) for each in names.values()] == [(1, 1), (0, 1)]

    def test_without_other_levels_none_is_spoken_of(self) -> None:
        must = {case_id: each for case_id, each in CASES.items() if each.level == "must"}
        assert OF_LEVELS in printed(results_of({"honest": {}}))
        assert OF_LEVELS not in printed(results_of({"honest": {}}, must))

    def test_a_case_that_was_not_asked_is_absent(self) -> None:
        two = results_of({"honest": {}, "other": {}})
        answers = {key: dict(said) for key, said in two.results.items()}
        del answers[("other", "1.0")]["v3/data_types/float32"]
        cells = matrix(CASES, answers)[Row(3, "data types", "float32")]
        assert cells[("other", "1.0")].mark is Mark.ABSENT


def lines_about(judged: Case, observation: Observation) -> list[tuple[str, ...]]:
    return [tuple(line) for line in contrasts(judged, observation)]


class TestContrasts:
    def elements(self, expected: Elements, said: Elements) -> list[tuple[str, ...]]:
        return lines_about(case("v3/a/b", expected), returned(said))[1:]

    def test_the_first_differing_element_is_named_and_its_byte_marked(self) -> None:
        assert self.elements(PLAIN, WRONG) == [
            ("differ", "1 of 4 elements", ""),
            ("at [1, 1]", "4", "32772"),
            ("in bytes", "04 [00]", "04 [80]"),
        ]

    @pytest.mark.parametrize(
        ("data_type", "expected", "said", "numbers"),
        [
            ("bool", b"\x01", b"\x02", ("true", "neither true nor false")),
            ("int8", b"\xff", b"\x00", ("-1", "0")),
            ("float16", b"\x00\x3c", b"\x01\x3c", ("1.0", "1.001")),
            ("complex64", bytes(8), bytes(7) + b"\x80", ("0j", "-0j")),
        ],
    )
    def test_numbers_are_shown_as_numbers(
        self, data_type: str, expected: bytes, said: bytes, numbers: tuple[str, str]
    ) -> None:
        pair = (Elements(data_type, (1,), expected), Elements(data_type, (1,), said))
        left, right = self.elements(*pair)[1][1:]
        assert (left, right.strip("()").replace("0-0j", "-0j")) == numbers

    def test_a_raw_element_is_no_number(self) -> None:
        pair = (Elements("r24", (), b"abc"), Elements("r24", (), b"abd"))
        assert self.elements(*pair) == [
            ("differ", "1 of 1 element", ""),
            ("in bytes", "61 62 [63]", "61 62 [64]"),
        ]

    def test_of_a_type_unknown_to_numpy_only_bytes_are_shown(self) -> None:
        for name in ("numpy.datetime64", "float24"):
            pair = (Elements(name, (1,), b"abc"), Elements(name, (1,), b"abb"))
            assert self.elements(*pair)[1:] == [("in bytes", "61 62 [63]", "61 62 [62]")]

    def test_texts_of_any_length_are_shown_as_texts(self) -> None:
        judged = case("v3/a/b", Items("string", (2,), (b"a", "é\x1b".encode())))
        content = {"data_type": "string", "shape": [2], "elements": ["a", "é"]}
        assert lines_about(judged, Observation("returned", content)) == [
            ("", r"string [2]: 'a' 'é\x1b'", "string [2]: 'a' 'é'"),
            ("differ", "1 of 2 elements", ""),
            ("at [1]", r"'é\x1b'", "'é'"),
            ("in bytes", "c3 a9 [1b]", "c3 a9 []"),
        ]

    def test_a_place_left_empty_is_shown_as_that(self) -> None:
        judged = case("v3/a/b", Items("string", (2,), (b"a", b"")))
        content = {"data_type": "string", "shape": [2], "elements": ["a", None]}
        assert lines_about(judged, Observation("returned", content)) == [
            ("", "string [2]: 'a' ''", "string [2]: 'a' nothing"),
            ("differ", "1 of 2 elements", ""),
            ("at [1]", "''", "nothing"),
        ]

    def test_another_type_and_shape_are_named(self) -> None:
        said = Elements("int16", (4,), PLAIN.data)
        assert self.elements(PLAIN, said) == [
            ("data type", "uint16", "int16"),
            ("shape", "[2, 2]", "[4]"),
        ]

    def test_children_that_differ_are_named(self) -> None:
        judged = case("v3/a/b", Children({"a": "array", "g": "group"}), question="list")
        said = returned(Children({"a": "group", "g": "group", "x": "array"}))
        assert lines_about(judged, said) == [
            ("a", '"array"', '"group"'),
            ("x", "absent", '"array"'),
        ]

    def test_only_expected_members_are_contrasted(self) -> None:
        judged = case("v3/a/b", Metadata({"shape": [2], "attributes": {}}), question="metadata")
        said = returned(Metadata({"shape": [3], "attributes": {}, "data_type": "int8"}))
        assert lines_about(judged, said) == [("shape", "[2]", "[3]")]

    def test_each_allowed_answer_is_named(self) -> None:
        readings = (Reading("one", PLAIN), Reading("none", Refused("read", mandated=False)))
        (line, *_) = lines_about(case("v3/a/b", AnyOf(readings)), returned(WRONG))
        assert line[1] == (
            "one (uint16 [2, 2]: 01 00 02 00 03 00 04 00) or\n"
            "none (a refusal at read: an error is implied)"
        )

    def test_an_answer_of_no_form_is_quoted_in_short(self) -> None:
        observation = Observation("returned", {"elements": "#" * 1000})
        ((_, _, said),) = lines_about(case("v3/a/b", PLAIN), observation)
        assert said.startswith('no proper answer: {"elements": "###')
        assert len(said) < 600

    def test_what_an_adapter_writes_cannot_command_the_terminal(self) -> None:
        message = {"stage": "open", "message": "\x1b]0;owned\x07\nby \u202e"}
        lines = list(remarks(Observation("refused", message)))
        assert lines == ["said | \\x1b]0;owned\\x07", "said | by \\u202e"]

    def test_only_the_end_of_standard_error_is_shown(self) -> None:
        stderr = "".join(f"{number}\n" for number in range(100))
        content = {"reason": "crashed", "detail": "", "stderr": stderr}
        assert list(remarks(Observation("broken", content)))[-1] == "stderr | 99"
        assert len(list(remarks(Observation("broken", content)))) == 10


JUNK = "v3/codecs/gzip/junk"
EITHER = "v3/codecs/gzip/either"
OPEN = CASES | corpus(
    case(
        EITHER,
        AnyOf((Reading("It ends there.", PLAIN), Reading("It is junk.", Refused("read", False)))),
        "codec:gzip",
        control="v3/codecs/gzip/plainest",
    )
)

DIVERGENCES = """\
v3/codecs/gzip

v3/codecs/gzip/either
What either shows (read /)
MUST: Stored documents carry only the major version; a minor version never
appears in metadata
https://github.com/zarr-developers/zarr-specs/blob/fc7dd9c/docs/v3/core/index.rst#stability-policy
 1  It ends there. (uint16 [2, 2]: 01 00 02 00 03 00 04 00)
      reads 1.0
 2  It is junk. (a refusal at read: an error is implied)
      refuses 1.0
 a  by no reading: float32 [1]: 00 00 e0 7f
      wrong 1.0
 -  not supported: old 1.0

1 of 2 open questions are answered in different ways.
"""


class TestDivergences:
    def shown(self, results: Results, cases: Mapping[str, Case] = CASES) -> str:
        console = Console(file=io.StringIO(), width=80, highlight=False, markup=False)
        show_divergences(console, results, cases)
        return trimmed(console.file.getvalue())  # type: ignore[attr-defined]

    def test_to_the_letter(self) -> None:
        said = {"reads": returned(PLAIN), "refuses": REFUSED, "wrong": returned(QUIET)}
        junk = {JUNK: returned(PLAIN)}
        each = {name: junk | {EITHER: answer} for name, answer in said.items()}
        assert self.shown(results_of(each | {"old": OLD}, OPEN), OPEN) == DIVERGENCES

    def test_equal_marks_stand_for_equal_answers(self) -> None:
        broken = Observation("broken", {"reason": "crashed", "detail": "", "stderr": ""})
        said = {
            "first": returned(PLAIN),
            "other": returned(WRONG),
            "same-as-other": returned(WRONG),
            "third": returned(HALF),
            "refuses": REFUSED,
            "crashes": broken,
            "cannot": Observation("unsupported", {"message": ""}),
            "was-not-asked": returned(PLAIN),
        }
        results = results_of({name: {JUNK: answer} for name, answer in said.items()} | {"old": OLD})
        del results.results[("was-not-asked", "1.0")][JUNK]  # type: ignore[attr-defined]
        (found,) = divergences(CASES, results.answers)
        who = {each.mark: [name for name, _ in each.who] for each in found.answers}
        assert who == {
            "1": ["first"],
            "a": ["other", "same-as-other"],
            "b": ["third"],
            "R": ["refuses"],
            "!": ["crashes"],
        }
        assert [name for name, _ in found.silent] == ["cannot", "old", "was-not-asked"]

    def test_a_reading_that_nobody_follows_is_shown_too(self) -> None:
        text = self.shown(results_of({"one": {JUNK: returned(WRONG)}, "refuses": {}}))
        assert " 1  ignored (uint16 [2, 2]: 01 00 02 00 03 00 04 00)\n      nobody\n" in text

    def test_who_answers_alike_does_not_part(self) -> None:
        text = self.shown(results_of({"one": {}, "other": {}, "old": OLD}))
        assert text == "0 of 1 open questions are answered in different ways.\n"

    def test_the_region_and_the_argument_are_shown(self) -> None:
        asked = replace(
            OPEN[EITHER],
            ask=Ask("read_region", {"path": "/a", "start": [0, 1], "stop": [2, 2]}),
            why="The text says both.",
        )
        cases = CASES | {EITHER: asked}
        text = self.shown(results_of({"a": {EITHER: returned(PLAIN)}, "b": {}}, cases), cases)
        assert "What either shows (read region /a start [0, 1] stop [2, 2])\n" in text
        assert "Why: The text says both.\n" in text


def test_a_failure_that_passes_says_what_to_do() -> None:
    results = results_of({"honest": {}})
    answers = results.results[("honest", "1.0")]
    passed = answers["v3/metadata/plainest"]
    answers["v3/metadata/plainest"] = replace(passed, verdict=Verdict("fail", "unexpected_pass"))  # type: ignore[index]
    assert "a pass: remove the entry" in printed(results, failures=True)


def test_a_known_failure_tells_why_and_where() -> None:
    results = results_of({"honest": {}})
    answers = results.results[("honest", "1.0")]
    passed = answers["v3/metadata/plainest"]
    answers["v3/metadata/plainest"] = replace(passed, verdict=Verdict("known", "wrong_elements"))  # type: ignore[index]
    text = printed(results, failures=True)
    assert text.startswith("◇ honest 1.0: wrong elements, as is known\n")
    lines = [line.rstrip() for line in text.splitlines()]
    at = lines.index("  Known: It adds one.")
    assert lines[at + 1 : at + 3] == ["  Finding: honest/one-more", "  https://a.b/1"]


def test_a_version_is_reproduced_by_what_it_was_asked_for() -> None:
    old = Implementation("ours", "1.0", asked_for="ours@1.0")
    assert reproduction(old, "v3/a/b") == "zarr-conformance run ours@1.0 --select v3/a/b"
    assert reproduction(Implementation("ours", "1.0"), "v3/a").startswith(
        "zarr-conformance run ours -"
    )


def test_an_adapter_of_ones_own_is_reproduced_by_its_command() -> None:
    mine = Implementation("mine", "1", command=("node", "my adapter.js"))
    line = reproduction(mine, "v3/a/b")
    assert line.endswith("--select v3/a/b")
    (_, _, _, command, *_) = shlex.split(line)
    assert shlex.split(command) == ["node", "my adapter.js"]
