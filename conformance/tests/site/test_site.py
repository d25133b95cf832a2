"""The site as files: every page is there, leads somewhere, and escapes what others wrote."""

import json
import re
from base64 import b64encode
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urldefrag

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from zarr_conformance.cli.root import root
from zarr_conformance.errors import ResultsError, StorageError, UsageError
from zarr_conformance.expectations import Expectations, Known
from zarr_conformance.judge import NOTHING, Observation
from zarr_conformance.report.html import places
from zarr_conformance.report.html.answers import groups
from zarr_conformance.report.html.grid import MOST, grid
from zarr_conformance.report.html.site import Site, require_ours, write_file
from zarr_conformance.report.html.stored import stored_values
from zarr_conformance.report.html.table import code, tally
from zarr_conformance.report.marks import Mark
from zarr_conformance.report.matrix import Row, Share, matrix, row_of
from zarr_conformance.report.trend import KINDS, Entry, trends, write_history
from zarr_conformance.results import NotRun, Results
from zarr_conformance.visible import visible
from zarr_fixtures.case import Case, Elements, Items, StoredValue
from zarr_fixtures.corpus import Corpus

Pages = dict[PurePosixPath, str]
SHARD = "v3/codecs/sharding_indexed/entry-overlap"
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onmouseover='alert(1)",
    "javascript:alert(1)",
    "</script></title></style><b>",
    "../../etc/passwd",
    "{{ 7 * 7 }}{% raw %}",
    "\u202egnp.exe\x1b[31m\x00\ud800",
]
texts = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30)).filter(bool)


class Parsed(HTMLParser):
    """What a browser would make of a page: elements, attributes, addresses, and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def addresses(self) -> list[str]:
        names = ("href", "src")
        return [each[name] or "" for _, each in self.elements for name in names if name in each]

    def anchors(self) -> set[str]:
        return {each["id"] or "" for _, each in self.elements if "id" in each}


@pytest.fixture(scope="module")
def parsed(pages: Pages) -> dict[PurePosixPath, Parsed]:
    return {place: Parsed(text) for place, text in pages.items() if place.suffix == ".html"}


def test_there_is_a_page_for_each_case_and_implementation(
    pages: Pages, corpus: Corpus, results: Results
) -> None:
    assert {places.case_page(case.id) for case in corpus} <= pages.keys()
    assert {places.implementation_page(key) for key in results.answers} <= pages.keys()
    assert {places.MATRIX, places.DIVERGENCES, places.COVERAGE} <= pages.keys()


def test_the_number_of_files_is_known_before_they_are_made(
    pages: Pages, corpus: Corpus, results: Results, make_site: Callable[..., Site]
) -> None:
    assert len(make_site(corpus, results)) == len(pages)


def test_every_link_inside_the_site_leads_somewhere(
    pages: Pages, parsed: dict[PurePosixPath, Parsed]
) -> None:
    anchors = {place: each.anchors() for place, each in parsed.items()}
    followed = 0
    for place, page in parsed.items():
        if place == places.COVERAGE:  # it links to the whole corpus, of which a part is here
            continue
        for address in page.addresses():
            if address.startswith("https://"):
                continue
            path, fragment = urldefrag(unquote(address))
            target = PurePosixPath(_resolved(place.parent / path)) if path else place
            assert target in pages, f"{place}: {address}"
            if fragment and target != places.MATRIX and target.suffix == ".html":
                assert fragment in anchors[target], f"{place}: {address}"
            followed += 1
    assert followed > 1000


def _resolved(place: PurePosixPath) -> str:
    parts: list[str] = []
    for part in place.parts:
        if part == "..":
            parts.pop()
        else:
            parts.append(part)
    return "/".join(parts)


def test_nothing_is_fetched_from_a_network(parsed: dict[PurePosixPath, Parsed]) -> None:
    for place, page in parsed.items():
        for tag, attributes in page.elements:
            if tag in ("script", "link", "img", "iframe"):
                address = attributes.get("src") or attributes.get("href") or ""
                assert not address.startswith(("http", "//", "data:")), place


def test_the_matrix_counts_as_the_terminal_does(corpus: Corpus, results: Results) -> None:
    judged = [case for case in corpus if case.polarity != "observe"]
    for row, cells in matrix(corpus.cases, results.answers).items():
        cases = [case.id for case in judged if _row(case) == row]
        for key, cell in cells.items():
            mine = [results.results[key].get(case) for case in cases]
            told = tally((row.level, code(each)) for each in mine)
            assert told.mark is cell.mark
            assert sum(each.passed for each in told.counts) == cell.passed
            assert {each.level for each in told.counts} <= {row.level}


def _row(case: Case) -> Row:
    return replace(row_of(case), level=case.level)


def test_a_known_failure_is_shown_as_the_failure_it_is() -> None:
    cell = tally(("must", each) for each in "aIb")
    assert (cell.mark, cell.known, *map(str, cell.told)) == (Mark.WRONG, True, "1/3")
    assert tally(("must", each) for each in "aIB").known is False


def test_a_cell_counts_each_level_that_has_cases_apart() -> None:
    cell = tally([("may", "A"), ("must", "I"), ("should", "I"), ("may", "I"), ("must", "I")])
    assert (cell.mark, *map(str, cell.told)) == (Mark.WRONG, "2", "SHOULD 1", "MAY 1/2")
    assert cell.share == "--p:100%;--f:100%"  # of what is a MUST
    assert tally([("may", "A"), ("may", "L"), ("must", "0")]).share == "--p:0%;--f:100%"
    assert tally([("must", "J")]).told == ()


def test_the_page_names_the_levels_beside_their_counts(pages: Pages) -> None:
    assert re.search(r"<i>\d+/\d+</i><i class=more>MAY \d+/\d+</i>", pages[places.MATRIX])


def test_known_failures_come_with_reason_and_evidence(
    corpus: Corpus, results: Results, make_site: Callable[..., Site]
) -> None:
    key = ("wrong", "1.0")
    failed = next(
        each for each in results.results[key].values() if each.verdict.reason == "wrong_elements"
    )
    entry = Known(
        (failed.case,),
        "wrong_elements",
        "The last bit.",
        SpecifierSet(),
        link="https://example.org/7",
    )
    expectations = Expectations((entry,))
    verdict = expectations.applied(failed.case, failed.verdict)
    answers = {**results.results[key], failed.case: replace(failed, verdict=verdict)}
    changed = replace(results, results={**results.results, key: answers})
    site = make_site(corpus, changed, {key: expectations})
    for _, text in (site.case(corpus[failed.case]), site.implementation(key)):
        page = Parsed(text)
        assert "The last bit." in page.text
        assert "https://example.org/7" in page.addresses()


def test_those_who_say_the_same_are_shown_together_the_worst_first(
    corpus: Corpus, results: Results
) -> None:
    case = corpus["v2/chunks/many-chunks"]
    supports = {key: frozenset(case.features) for key in results.answers}
    found = [
        (group.mark, [member.key[0] for member in group.members])
        for group in groups(case, results, {}, supports)
    ]
    assert found == [
        (Mark.WRONG, ["wrong"]),
        (Mark.BROKE, ["crashes"]),
        (Mark.REJECTED, ["refuses"]),
        (Mark.PASSED, ["right", "wrong"]),
        (Mark.UNSUPPORTED, ["can't"]),
    ]


def test_a_failure_shows_the_first_difference_and_the_command_that_repeats_it(
    pages: Pages,
) -> None:
    page = Parsed(pages[places.case_page("v2/chunks/many-chunks")])
    marks = [each.get("class") for tag, each in page.elements if tag == "td"]
    assert marks.count("first") == 2
    assert "zarr-conformance run wrong --select v2/chunks/many-chunks" in page.text


def test_what_was_written_instead_of_what_was_asked_for_is_shown(
    corpus: Corpus, answer_all: Callable[..., Results], make_site: Callable[..., Site]
) -> None:
    case = next(case for case in corpus if case.ask.changes and len(case.store) > 1)
    left = {key: b64encode(value.to_bytes()).decode() for key, value in case.store.items()}
    left |= {"stray": b64encode(b"a stray key").decode()}
    observation = Observation("returned", {"store": left})
    results = answer_all({case.id: case}, {("does nothing", "1"): lambda _: observation})
    _, text = make_site(corpus, results).case(case)
    page = Parsed(text)
    assert "What it wrote" in page.text
    shown = [each["class"] for _, each in page.elements if each.get("class") == "value"]
    assert len(shown) == 1 + len(case.store)
    assert "a stray key" in page.text


def test_a_shard_is_drawn_with_its_parts_in_their_places(corpus: Corpus) -> None:
    (value,) = (each for each in stored_values(corpus[SHARD]) if each.strips)
    (strip,) = value.strips
    assert strip.lanes == 2
    assert [(each.left, each.lane) for each in strip.stretches[:2]] == [(0.0, 0), (2.381, 1)]
    targets = {row.id for row in value.rows}
    assert {each.target for each in strip.stretches if each.target} <= targets


@pytest.mark.parametrize("shape", [(), (1,), (40,), (3, 4), (2, 3, 4), (2, 0, 3), (0,)])
def test_a_grid_holds_every_element_once(shape: tuple[int, ...]) -> None:
    size = 1
    for length in shape:
        size *= length
    shown = grid(Elements("uint8", shape, bytes(range(size))))
    squares = [square for part in shown.slices for row in part.rows for square in row.squares]
    assert [square.text for square in squares] == [str(n) for n in range(size)]


def test_a_grid_of_many_elements_tells_how_many_are_left_out() -> None:
    assert grid(Elements("uint8", (MOST + 5,), bytes(MOST + 5))).omitted == 5


def test_a_grid_beside_another_marks_what_differs() -> None:
    left = Items("string", (3,), (b"a", b"b", b"c"))
    shown = grid(left, Items("string", (3,), (b"a", b"x", b"y")))
    (row,) = shown.slices[0].rows
    assert [square.mark for square in row.squares] == ["", "first", "different"]


def test_a_place_left_empty_has_no_bytes() -> None:
    (row,) = grid(Items("string", (2,), (b"a", NOTHING))).slices[0].rows
    assert [(square.text, square.bytes) for square in row.squares] == [
        ("'a'", "61"),
        ("nothing", ""),
    ]


@settings(deadline=None, max_examples=20, suppress_health_check=list(HealthCheck))
@given(name=texts, version=texts, title=texts, message=texts, key=texts)
def test_no_text_from_a_file_becomes_part_of_a_page(
    corpus: Corpus,
    answer_all: Callable[..., Results],
    make_site: Callable[..., Site],
    name: str,
    version: str,
    title: str,
    message: str,
    key: str,
) -> None:
    store = {key: StoredValue("text", message.encode("utf-8", "replace").decode())}
    case = replace(corpus["v2/chunks/many-chunks"], title=title, store=store, why=message)
    small = Corpus({case.id: case}, corpus.hash, corpus.version)
    broken = Observation("broken", {"reason": "crashed", "detail": message, "stderr": message})
    answers = {(name, version): lambda _: broken, ("a", "1"): lambda _: broken}
    results = answer_all(
        small.cases, answers, libraries={name: version}, language=message, command=(message,)
    )
    past = trends([replace(entry(version, 1), name=name, corpus_hash=message)])
    site = replace(make_site(small, results), profiles=(), trends=past)
    files = dict([site.case(case), site.implementation((name, version)), *site.matrix()])
    for place, text in files.items():
        assert ".." not in place.parts
        assert not place.is_absolute()
        if place.suffix == ".html":
            _assert_harmless(Parsed(text))
    assert visible(title) in visible(Parsed(files[places.case_page(case.id)]).text)
    data = json.loads(files[PurePosixPath("data.js")].removeprefix("window.MATRIX = ")[:-2])
    assert data["cases"][0][1] == title
    assert files[PurePosixPath("data.js")].isascii()


def _assert_harmless(page: Parsed) -> None:
    scripts = [each.get("src") for tag, each in page.elements if tag == "script"]
    assert {str(each).rpartition("/")[2] for each in scripts} <= {"site.js", "data.js"}
    assert not any(tag in ("img", "iframe", "object") for tag, _ in page.elements)
    for _, attributes in page.elements:
        assert not any(name.startswith("on") for name in attributes)
    for address in page.addresses():
        assert not address.lower().startswith(("javascript", "data:", "/", "file"))


@given(st.lists(st.tuples(texts, texts), unique=True, max_size=5), texts)
def test_names_lead_to_pages_of_their_own_inside_the_site(
    keys: list[tuple[str, str]], case_id: str
) -> None:
    found = [places.implementation_page(key) for key in keys]
    assert all(page.parent == PurePosixPath("implementations") for page in found)
    assert all(len(page.name.encode()) < 200 for page in found)
    names = {"-".join(key) for key in keys}
    assert len(set(found)) == len(names)
    assert ".." not in places.case_page(case_id).parts
    assert places.case_page(case_id).parts[0] == "cases"


def test_a_directory_with_anything_else_is_left_alone(tmp_path: Path, pages: Pages) -> None:
    require_ours(tmp_path / "new")
    require_ours(tmp_path)
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(UsageError, match="holds something else"):
        require_ours(tmp_path)
    write_file(tmp_path, places.MATRIX, pages[places.MATRIX])
    require_ours(tmp_path)


def test_what_cannot_be_written_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "cases").write_text("a file")
    with pytest.raises(StorageError, match="cannot be written"):
        write_file(tmp_path, PurePosixPath("cases/a.html"), "")


def test_the_command_line_writes_a_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_chapter: Corpus, results_in_one: Results
) -> None:
    from zarr_conformance.rejudge import write

    monkeypatch.setattr("zarr_conformance.cli.report.load", lambda: one_chapter)
    path = tmp_path / "results.jsonl"
    run = replace(results_in_one.run, corpus={"version": "0", "hash": one_chapter.hash})
    write(replace(results_in_one, run=run), path)
    done = CliRunner().invoke(root, ["report", str(path), "--html", str(tmp_path / "site")])
    assert done.exception is None or done.exit_code == 0, done.output
    assert "index.html" in done.output
    assert (tmp_path / "site" / "index.html").is_file()


def entry(version: str, passed: int) -> Entry:
    """What a history keeps of a version of the implementation ``wrong``."""
    shares = dict.fromkeys(KINDS, Share()) | {"must": Share(passed, 4)}
    verdicts = {"pass": passed, "fail": 4 - passed}
    return Entry("wrong", version, "wrong", "0.1.0", "sha256:0", "", verdicts, shares)


def test_the_trend_of_an_implementation_is_drawn_and_told_in_numbers(
    corpus: Corpus, results: Results, make_site: Callable[..., Site]
) -> None:
    past = trends([entry("1.10", 3), entry("1.9", 1), entry("1.0", 0)])
    site = replace(make_site(corpus, results), trends=past)
    _, text = site.implementation(("wrong", "1.0"))
    page = Parsed(text)
    rows = text.rpartition('<table class="plain trend">')[2].split("<tr>")[1:]
    assert [re.findall(r"<t[hd][^>]*>([^<]*)", row) for row in rows] == [
        ["version", "corpus", "pass", "fail", "known", "lenient", "MUST", "mandated"],
        ["1.0", "0.1.0 0", "0", "4", "0", "0", "0/4", "-"],
        ["1.9", "0.1.0 0", "1", "3", "0", "0", "1/4", "-"],
        ["1.10", "0.1.0 0", "3", "1", "0", "0", "3/4", "-"],
    ]
    (drawn,) = (each for tag, each in page.elements if tag == "svg")
    label = drawn["aria-label"] or ""
    assert "1.0 has 0/4 right, 1.10 3/4" in label
    bars = [each["height"] for _, each in page.elements if each.get("class") == "share"]
    assert bars == ["12.00", "36.00"]


def test_no_trend_is_shown_of_what_is_not_in_the_history(
    corpus: Corpus, results: Results, make_site: Callable[..., Site]
) -> None:
    site = replace(make_site(corpus, results), trends=trends([entry("1.0", 1)]))
    for made, key in [(site, ("right", "1.0")), (make_site(corpus, results), ("wrong", "1.0"))]:
        page = Parsed(made.implementation(key)[1])
        assert "trend" not in page.anchors()
        assert not any(tag == "svg" for tag, _ in page.elements)


def test_the_command_line_shows_a_history_on_the_pages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_chapter: Corpus, results_in_one: Results
) -> None:
    from zarr_conformance.rejudge import write

    monkeypatch.setattr("zarr_conformance.cli.report.load", lambda: one_chapter)
    path, past, site = tmp_path / "results.jsonl", tmp_path / "history.jsonl", tmp_path / "site"
    run = replace(results_in_one.run, corpus={"version": "0", "hash": one_chapter.hash})
    write(replace(results_in_one, run=run), path)
    write_history(past, [entry("0.8", 1), entry("0.9", 3)])
    asked = ["report", str(path), "--history", str(past)]
    done = CliRunner().invoke(root, [*asked, "--html", str(site)])
    assert done.exit_code == 0, done.output
    page = (site / places.implementation_page(("wrong", "1.0"))).read_text()
    assert page.index(">0.8</th>") < page.index(">0.9</th>")
    with pytest.raises(UsageError, match="with --html DIR"):
        CliRunner().invoke(root, asked, standalone_mode=False, catch_exceptions=False)


def test_results_of_two_files_are_taken_together(
    corpus: Corpus, results: Results, answer_all: Callable[..., Results]
) -> None:
    one = answer_all(corpus.cases, {("right", "1.0"): right_of(results)})
    two = answer_all(corpus.cases, {("late", "2"): right_of(results)})
    both = one.merged(replace(two, not_run={"late": NotRun("late", "in the other file it did")}))
    assert list(both.answers) == [("late", "2"), ("right", "1.0")]
    assert list(both.not_run) == ["absent"]
    with pytest.raises(ResultsError, match="different corpora"):
        one.merged(replace(two, run=replace(two.run, corpus={"version": "1", "hash": "other"})))


def right_of(results: Results) -> Callable[[Case], Observation]:
    return lambda case: results.results["right", "1.0"][case.id].observation


def test_a_demand_that_the_text_does_not_state_says_so(pages: dict[PurePosixPath, str]) -> None:
    page = pages[PurePosixPath("coverage.html")]
    stated, _, inferred = page.partition("codec.sharding_indexed.empty.half_marker</code>")
    assert inferred
    assert "(inferred)" in stated.rpartition('<p class="demand">')[2]
    named = page.partition("codec.sharding_indexed.name</code>")[0].rpartition('<p class="demand">')
    assert "(inferred)" not in named[2]
    assert "MUST</b> name is sharding_indexed" in named[2]
