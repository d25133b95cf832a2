"""The page of findings: one entry for each root cause, to which the other pages link."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import PurePosixPath

from packaging.specifiers import SpecifierSet

from zarr_conformance.expectations import Expectations, Known
from zarr_conformance.report.findings import Finding, catalogue
from zarr_conformance.report.html.site import Site
from zarr_conformance.results import Results
from zarr_fixtures.corpus import Corpus

PAGE = PurePosixPath("findings.html")
KNOWN = Known(
    ("v3/codecs/crc32c/*",),
    "rejected_valid",
    "It <i>refuses</i>.",
    SpecifierSet(),
    finding="refuses/crc32c",
    reproduce="print(1)",
    shows="1",
)


def site(
    corpus: Corpus, results: Results, make_site: Callable[..., Site], known: Known
) -> tuple[Site, list[Finding]]:
    key = ("refuses", "2")
    found = catalogue([results], corpus.cases, {"refuses": [known]}).seen
    made = make_site(corpus, results, {key: Expectations((known,))})
    return replace(made, findings=found), found


def judged(results: Results, known: Known) -> Results:
    """The results, in view of what is known of the one that refuses."""
    key = ("refuses", "2")
    answers = {
        case: replace(each, verdict=Expectations((known,)).applied(case, each.verdict))
        for case, each in results.results[key].items()
    }
    return replace(results, results={**results.results, key: answers})


def test_a_known_failure_links_to_its_finding(
    one_chapter: Corpus, results_in_one: Results, make_site: Callable[..., Site]
) -> None:
    known = KNOWN
    results = judged(results_in_one, known)
    made, (found,) = site(one_chapter, results, make_site, known)
    pages = dict(made.files())
    assert f'id="{found.id}"' in pages[PAGE]
    case = found.smallest.id
    link = f'href="{"../" * (case.count("/") + 1)}findings.html#refuses/crc32c"'
    assert link in pages[PurePosixPath("cases", f"{case}.html")]
    assert (
        'href="../findings.html#refuses/crc32c"'
        in pages[PurePosixPath("implementations/refuses-2.html")]
    )
    for each in found.cases:
        assert f'href="cases/{each}.html"' in pages[PAGE]
    assert len(made) == len(pages)


def test_a_finding_that_has_no_entry_is_named_and_not_linked(
    one_chapter: Corpus, results_in_one: Results, make_site: Callable[..., Site]
) -> None:
    known = replace(KNOWN, finding="elsewhere/crc32c")
    results = judged(results_in_one, known)
    made, found = site(one_chapter, results, make_site, known)
    assert found == []
    failed = results.results["refuses", "2"].values()
    known_one = next(each.case for each in failed if each.verdict.verdict == "known")
    text = made.case(one_chapter[known_one])[1]
    assert "elsewhere/crc32c" in text
    assert "findings.html#" not in text
    assert "None of the failures" in dict(made.files())[PAGE]


def test_what_an_entry_says_is_no_markup(
    one_chapter: Corpus, results_in_one: Results, make_site: Callable[..., Site]
) -> None:
    known = replace(KNOWN, link="javascript:alert(1)", reproduce="<script>alert(2)</script>")
    made, _ = site(one_chapter, judged(results_in_one, known), make_site, known)
    text = dict(made.files())[PAGE]
    assert not re.search(r"<script>|<i>refuses|href=\"javascript", text)
    assert "It &lt;i&gt;refuses" in text
