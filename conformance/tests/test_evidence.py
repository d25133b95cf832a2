"""A page of evidence counts what was measured, tells what was not, and quotes without harm."""

import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zarr_conformance.cli.command import run_command
from zarr_conformance.errors import ResultsError
from zarr_conformance.judge import Observation, Verdict
from zarr_conformance.report.evidence.contestants import combined, contestants, sources
from zarr_conformance.report.evidence.page import Page, make_page, safe_name, write_page
from zarr_conformance.report.evidence.standings import newcomers, standing
from zarr_conformance.report.marks import Mark
from zarr_conformance.report.pages import code, md, supported
from zarr_conformance.results import Implementation, Result, Results, Run
from zarr_fixtures.case import Case
from zarr_fixtures.corpus import CASES, load
from zarr_fixtures.proposal import Proposal, proposal
from zarr_fixtures.register import register
from zarr_fixtures.uncovered import read_reasons

CORPUS = load()
MEASURED = Path(__file__).parent / "evidence" / "zstd.jsonl"
ZSTD = proposal("codec:zstd", CORPUS, register())


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Results:
    """What five implementations answered once, as if the corpus had not grown since."""
    first, *lines = MEASURED.read_text(encoding="utf-8").splitlines()
    run = json.loads(first)
    run["run"]["corpus"]["hash"] = CORPUS.hash
    kept = (line for line in lines if json.loads(line).get("case", ZSTD_CASES[0]) in CORPUS.cases)
    path = tmp_path_factory.mktemp("results") / "zstd.jsonl"
    path.write_text("\n".join([json.dumps(run), *kept]) + "\n", encoding="utf-8")
    return Results.read(path)


ZSTD_CASES = [case.id for case in ZSTD.members(CORPUS)]


@pytest.fixture(scope="module")
def page(results: Results) -> Page:
    return make_page(ZSTD, CORPUS, sources([results], CORPUS), read_reasons())


def test_a_page_is_made_from_real_results(results: Results, tmp_path: Path) -> None:
    assert (
        run_command(["evidence", "codec:zstd", str(results.path), "--output", str(tmp_path)]) == 0
    )
    text = (tmp_path / "codec-zstd.md").read_text(encoding="utf-8")
    for heading in (
        "What is proposed",
        "Readers",
        "Writers",
        "Independent lineages",
        "Where they part, worst first",
        "What readers do with it that do not know it",
        "Which earlier data changes its meaning",
        "Open questions",
        "What was not tested, and why",
        "How to repeat it",
        "All cases",
    ):
        assert f"\n## {heading}\n" in text
    assert CORPUS.hash in text
    assert "zarr-java did not run" in text
    assert "codec.zstd.multi\\_frame" in text


def test_the_same_results_make_the_same_page(page: Page, tmp_path: Path) -> None:
    first, second = write_page(page, tmp_path / "1"), write_page(page, tmp_path / "2")
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


def test_each_case_is_there_with_the_hash_of_its_file(page: Page) -> None:
    assert [each.case.id for each in page.lines] == ZSTD_CASES
    for each in page.lines:
        data = (CASES / f"{each.case.id}.json").read_bytes()
        assert each.sha256 == hashlib.sha256(data).hexdigest()


def test_lineages_are_counted_and_not_names_nor_the_reference(page: Page) -> None:
    assert {each.name for each in page.lineages} == {
        "netcdf-c",
        "tensorstore",
        "zarr-python",
        "zarrs",
    }
    assert page.names("reads") == ["tensorstore", "zarr-python", "zarrs"]
    assert [each.why_apart for each in page.apart] == ["it made the cases"]
    assert not any(each.key[0] == "zarr-reference" for split in page.splits for each in split.who)


def test_older_versions_are_asked_what_they_do_with_it_and_not_counted(page: Page) -> None:
    assert {each.label for each in page.older} == {"zarr-python 3.0.8", "zarr-python 2.18.7"}
    assert all(each.newest for each in page.columns)
    new = {each.who.label: each for each in page.newcomers}
    assert set(new) == {"netcdf-c 4.10.1", "zarr-python 2.18.7"}
    asked = new["netcdf-c 4.10.1"]
    assert asked.refused + asked.unasked + asked.broke > 0
    assert asked.wrong == ()


def test_no_threshold_is_written_in(page: Page, tmp_path: Path) -> None:
    for path in write_page(page, tmp_path):
        text = path.read_text(encoding="utf-8").lower()
        for word in ("quorum", "majority", "sufficient", "recommended", "enough"):
            assert word not in text


class Links(HTMLParser):
    """Collects elements and addresses of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.addresses += [value or "" for name, value in attrs if name in ("href", "src")]


def test_the_html_stands_alone(page: Page, tmp_path: Path) -> None:
    _, html = write_page(page, tmp_path)
    links = Links()
    links.feed(html.read_text(encoding="utf-8"))
    assert links.addresses
    assert not {"script", "link", "img", "iframe"}.intersection(links.tags)
    assert all(each.startswith(("#", "https://github.com/")) for each in links.addresses)


def answered(verdicts: dict[str, Verdict], who: Implementation) -> Results:
    """Results in which one implementation refuses each case, with these verdicts."""
    said = Observation("refused", {"stage": "open", "message": "no"})
    answers = {
        case: Result(case, *who.key, who.lineage, said, verdict, 0.0)
        for case, verdict in verdicts.items()
    }
    run = Run({"version": "0", "hash": CORPUS.hash}, {}, "0", "Linux", "3.11", "today")
    return Results(MEASURED, run, {who.key: who}, {}, {who.key: answers})


P = Verdict("pass", "equal")


@pytest.mark.parametrize(
    ("who", "why"),
    [
        (Implementation("a", "1.0", lineage="a"), ""),
        (Implementation("a", "1.0", lineage="a", command=("./a",)), "adapter does not come with"),
        (Implementation("a", "1.0", lineage="zarr-reference"), "made the cases"),
        (Implementation("a", "1.0", lineage="unknown"), "which lineage"),
        (Implementation("a", "1.0.dev3", lineage="a"), "no released version"),
        (Implementation("a", "1.0rc1", lineage="a"), "no released version"),
        (Implementation("a", "4.9.3-development", lineage="a"), "no released version"),
        (Implementation("a", "1.0+local", lineage="a"), "no released version"),
        (Implementation("a", "unknown", lineage="a"), "no released version"),
    ],
    ids=lambda value: str(getattr(value, "version", value)),
)
def test_only_released_adapters_of_the_corpus_count(who: Implementation, why: str) -> None:
    found = contestants(answered({ZSTD_CASES[0]: P}, who))
    assert [each.counts for each in found] == [not why]
    assert why in found[0].why_apart


def test_a_newer_development_version_does_not_hide_the_release() -> None:
    release = Implementation("a", "1.0", lineage="a")
    development = Implementation("a", "1.1.dev0", lineage="a")
    both = combined(
        [answered({ZSTD_CASES[0]: P}, release), answered({ZSTD_CASES[0]: P}, development)]
    )
    assert [each.label for each in contestants(both) if each.counts] == ["a 1.0"]


def test_known_failures_are_failures_and_unexpected_passes_are_passes() -> None:
    cases = [CORPUS[each] for each in ZSTD_CASES[:2]]
    verdicts = {
        cases[0].id: Verdict("known", "wrong_elements"),
        cases[1].id: Verdict("fail", "unexpected_pass"),
    }
    who = contestants(answered(verdicts, Implementation("a", "1", lineage="a")))[0]
    found = standing(who, cases, {})
    assert (found.count("WRONG"), found.count("PASSED")) == (1, 1)


def test_who_reads_new_data_wrongly_is_named() -> None:
    features = ("codec:zstd",)
    valid = [
        case
        for case in ZSTD.members(CORPUS)
        if case.polarity == "positive" and case.ask.question == "read"
    ][:3]
    verdicts = {case.id: Verdict("unsupported", "feature_unsupported") for case in valid}
    verdicts[valid[1].id] = Verdict("fail", "wrong_elements")
    who = contestants(answered(verdicts, Implementation("a", "1", lineage="a")))[0]
    plainest = {each: CORPUS.baselines[each] for each in features}
    [found] = newcomers([standing(who, valid, plainest)], valid)
    assert found.wrong == (valid[1].id,)
    assert found.lacking == features


def test_who_could_not_be_asked_is_not_said_to_lack_anything() -> None:
    case = CORPUS[CORPUS.baselines["codec:zstd"]]
    unasked = Verdict("unsupported", "question_unsupported")
    lacks = Verdict("unsupported", "feature_unsupported")
    told = []
    for verdict in (unasked, lacks, P):
        who = contestants(answered({case.id: verdict}, Implementation("a", "1", lineage="a")))[0]
        told.append(supported(standing(who, [case], {"codec:zstd": case.id})))
    assert told == ["cannot be asked", "no (lacks codec:zstd)", "yes"]


def test_a_level_that_the_text_does_not_state_is_in_brackets(page: Page, tmp_path: Path) -> None:
    markdown, html = (path.read_text("utf-8") for path in write_page(page, tmp_path))
    rows = {each.row.id: each.row for each in page.demands}
    assert rows["codec.zstd.name"].firm
    assert not rows["codec.zstd.multi_frame"].firm
    demanded = markdown.partition("## Requirements")[2]
    assert re.search(r"codec\.zstd\.name\]\S+ \| MUST \|.*\| (keyword|descriptive) \|", demanded)
    assert re.search(
        r"codec\.zstd\.multi\\_frame\]\S+ \| \(MUST\) \|.*\| external ref \|", demanded
    )
    assert "<td>(MUST)" in html


def test_commands_ask_for_the_versions_that_were_measured(results: Results) -> None:
    releases = {"tensorstore": ["0.1.86"], "zarrista": ["9"], "zarr-python": ["3.0.8", "3.4.2"]}
    made = make_page(ZSTD, CORPUS, sources([results], CORPUS, releases), {})
    asked = made.again[0].split()
    assert "tensorstore@0.1.86" in asked
    assert "zarrista" in asked
    assert {"zarr-python@3.4.2", "zarr-python@3.0.8"} <= {*asked}
    commands = [each.again for each in made.splits if each.who[0].key[0] == "tensorstore"]
    assert commands
    assert all(each.startswith("zarr-conformance run tensorstore@0.1.86 ") for each in commands)


def test_files_of_different_corpora_do_not_stand_beside_each_other(results: Results) -> None:
    run = replace(results.run, corpus={"version": "9", "hash": "sha256:9"})
    with pytest.raises(ResultsError, match="different corpora"):
        combined([results, replace(results, run=run)])


def test_who_answered_in_a_later_file_did_run(results: Results) -> None:
    java = Implementation("zarr-java", "1.0", lineage="zarr-java", asked_for="zarr-java")
    later = answered({ZSTD_CASES[0]: P}, java)
    assert "zarr-java" in combined([results]).not_run
    assert "zarr-java" not in combined([results, later]).not_run


HOSTILE = "<script>alert(1)</script>|`[x](javascript:y)\n# **b**"


def test_names_and_messages_are_quoted_and_not_obeyed(tmp_path: Path) -> None:
    who = Implementation(HOSTILE, HOSTILE, HOSTILE, "a", {HOSTILE: HOSTILE}, asked_for=HOSTILE)
    verdicts = {case: Verdict("fail", "crashed") for case in ZSTD_CASES[:3]}
    made = make_page(ZSTD, CORPUS, sources([answered(verdicts, who)], CORPUS), {})
    markdown, html = write_page(made, tmp_path)
    assert "<script" not in html.read_text(encoding="utf-8")
    text = markdown.read_text(encoding="utf-8")
    for quoted in (r"```text\n.*?```", r"\\[^\n]", r"`[^`\n]*`"):  # blocks, escapes, code
        text = re.sub(quoted, "", text, flags=re.DOTALL)
    assert "<script" not in text
    assert "\n# **b**" not in text


def test_a_file_where_the_folder_of_a_page_should_be_is_named(
    results: Results, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").touch()
    place = str(tmp_path / "file" / "pages")
    assert run_command(["evidence", "codec:zstd", str(results.path), "--output", place]) == 5
    assert f"{place}: a file stands where a folder has to be" in capsys.readouterr().err


@given(st.text(max_size=40))
def test_markdown_is_one_line_without_markup(text: str) -> None:
    assert "\n" not in md(text)
    assert not re.search(r"(?<!\\)(\\\\)*[<>|`*_]", md(text))
    assert code(text).count("`") == 2


@pytest.mark.parametrize("name", ["../x", "..", "a/b c", "*", "codec:zstd", "x" * 300, "\x1b"])
def test_the_files_of_a_page_stay_in_their_directory(name: str) -> None:
    chosen = safe_name(Proposal(name, "t", "*"))
    assert re.fullmatch(r"[\w-][\w.-]{0,79}", chosen)


@pytest.mark.parametrize(
    "name", ["ZEP0001", "zep0002", "ZEP0003", "ZEP0009", "codec:zstd", "strings"]
)
def test_a_written_proposal_names_what_exists(name: str) -> None:
    each = proposal(name, CORPUS, register())
    members, demands = each.members(CORPUS), each.demands(register())
    assert members
    assert demands
    features = {feature for case in members for feature in case.features}
    assert set(each.features) <= features
    assert each.features or each.plainest
    assert set(each.plainest) <= {case.id for case in members}
    assert each.earlier
    assert each.open
    tested = {named for case in members for named in case.requirements}
    assert any(row.id in tested for row in demands)


def of(name: str) -> tuple[Proposal, list[Case]]:
    found = proposal(name, CORPUS, register())
    return found, list(found.members(CORPUS))


def test_an_extension_or_a_selection_needs_no_file() -> None:
    gzip, cases = of("codec:gzip")
    assert gzip.features == ("codec:gzip",)
    assert all({"codec:gzip", "write/codec:gzip"}.intersection(case.features) for case in cases)
    assert {row.chapter for row in gzip.demands(register())} == {"codec.gzip"}
    chunks, cases = of("v2/chunks")
    assert chunks.features == ()
    assert all(case.id.startswith("v2/chunks/") for case in cases)


@pytest.mark.parametrize(
    ("subject", "sentence"),
    [
        ("ZEP002", "there is no 'ZEP002': did you mean 'ZEP0002'"),
        ("zep0020", "'ZEP0002'"),
        ("codec:zsdt", "did you mean 'codec:zstd'"),
        ("data_type:strin", "did you mean 'data_type:string'"),
        ("stringz", "did you mean 'strings'"),
        ("nothing-like-it", "proposals with a page of their own: ZEP0001, ZEP0002"),
    ],
)
def test_of_a_wrong_subject_is_told_what_may_be_meant(
    subject: str, sentence: str, results: Results, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["evidence", subject, str(results.path)]) == 2
    assert sentence in capsys.readouterr().err.replace("\n", " ")


def test_a_proposal_without_features_is_read_by_who_passes_its_plainest_cases() -> None:
    case = CORPUS["v3/extensions/codec-short-hand"]
    other = CORPUS["v3/must_understand/field-ignorable"]
    refused = Verdict("fail", "rejected_valid")
    answers = answered({case.id: refused, other.id: P}, Implementation("a", "1", lineage="a"))
    found = standing(
        contestants(answers)[0], [case, other], {each.id: each.id for each in (case, other)}
    )
    assert (found.supports, found.lacking) == (False, (case.id,))


def test_marks_are_gravest_first_in_the_splits(page: Page) -> None:
    order = [Mark.WRONG, Mark.BROKE, Mark.REJECTED, Mark.ACCEPTED, Mark.LENIENT]
    found = [order.index(split.mark) for split in page.splits]
    assert found == sorted(found)
