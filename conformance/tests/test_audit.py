"""The audit counts independent lineages, and asks for arguments where too few agree."""

from collections.abc import Callable
from pathlib import Path

import pytest

from zarr_conformance.audit import Audited, audit, lineages
from zarr_conformance.cli.command import run_command
from zarr_conformance.judge import Observation, Verdict
from zarr_conformance.results import Implementation, Result, Results, Run
from zarr_fixtures.case import Ask, Case, Elements, Refused
from zarr_fixtures.corpus import Corpus

PASS = Verdict("pass", "equal")
FAIL = Verdict("fail", "wrong_elements")
KNOWN = Verdict("known", "rejected_valid")
UNSUPPORTED = Verdict("unsupported", "feature_unsupported")
BETTER = Verdict("fail", "unexpected_pass")


def case(name: str, *, why: str | None = None, positive: bool = True) -> Case:
    elements = Elements("uint8", (1,), b"\1")
    return Case(
        id=f"v3/small/{name}",
        title=name,
        requirements=("core.version.major_only_recorded",),
        level="must",
        features=("v3",),
        store={},
        ask=Ask("read", {"path": "/"}),
        expect=elements if positive else Refused("open", mandated=True),
        source="by hand",
        why=why,
    )


PLAIN, ARGUED, INVALID = case("plain"), case("argued", why="So."), case("bad", positive=False)
CASES = {each.id: each for each in (PLAIN, ARGUED, INVALID)}


def results_of(
    *said: tuple[str, str, Verdict], cases: tuple[Case, ...] = (PLAIN, ARGUED), name: str = "r"
) -> Results:
    """Results of (name, lineage, verdict): each says the same to every case."""
    implementations, answers = {}, {}
    for who, lineage, verdict in said:
        implementations[who, "1"] = Implementation(who, "1", "c", lineage)
        answers[who, "1"] = {
            each.id: Result(each.id, who, "1", lineage, Observation("returned", {}), verdict, 0)
            for each in cases
        }
    run = Run({"version": "0", "hash": f"sha256:{name}"}, {}, "0", "Linux", "3.11", "2026-01-01")
    return Results(Path(f"{name}.jsonl"), run, implementations, {}, answers)


def audited(*said: tuple[str, str, Verdict]) -> Audited:
    return next(each for each in audit(results_of(*said), CASES) if each.case is PLAIN)


def test_only_positive_cases_are_audited() -> None:
    results = results_of(("a", "a", PASS), cases=(PLAIN, ARGUED, INVALID))
    assert [each.case for each in audit(results, CASES)] == [PLAIN, ARGUED]


def test_lineages_are_counted_not_names() -> None:
    each = audited(("zarrs", "zarrs", PASS), ("zarrs-python", "zarrs", PASS), ("ts", "ts", PASS))
    assert each.agree == ("ts", "zarrs")


@pytest.mark.parametrize("lineage", ["zarr-reference", "unknown"])
def test_the_reference_and_strangers_are_no_evidence(lineage: str) -> None:
    results = results_of(("a", lineage, PASS), ("ts", "ts", UNSUPPORTED))
    assert lineages(results) == ("ts",)
    assert audited(("a", lineage, PASS), ("ts", "ts", UNSUPPORTED)).needs_argument


@pytest.mark.parametrize(
    ("verdict", "agree", "disagree", "abstain"),
    [
        (PASS, 1, 0, 0),
        (BETTER, 1, 0, 0),
        (FAIL, 0, 1, 0),
        (KNOWN, 0, 1, 0),
        (UNSUPPORTED, 0, 0, 1),
        (Verdict("skipped", "not_laid_out"), 0, 0, 1),
    ],
)
def test_each_verdict_is_a_vote(verdict: Verdict, agree: int, disagree: int, abstain: int) -> None:
    each = audited(("a", "a", verdict))
    assert (len(each.agree), len(each.disagree), len(each.abstain)) == (agree, disagree, abstain)


def test_one_version_that_agrees_speaks_for_its_lineage() -> None:
    each = audited(("old", "zp", FAIL), ("new", "zp", PASS))
    assert (each.agree, each.disagree) == (("zp",), ())


def test_who_was_not_asked_abstains() -> None:
    results = results_of(("a", "a", PASS), cases=(ARGUED,))
    (plain, _) = audit(results, CASES)
    assert plain.abstain == ("a",)


@pytest.mark.parametrize(
    ("verdicts", "needed"),
    [
        ([PASS], False),
        ([PASS, FAIL], False),
        ([PASS, FAIL, UNSUPPORTED], False),
        ([PASS, FAIL, KNOWN], True),
        ([FAIL], True),
        ([UNSUPPORTED, UNSUPPORTED], True),
    ],
)
def test_where_too_few_agree_the_case_argues(verdicts: list[Verdict], needed: bool) -> None:
    said = [(f"i{n}", f"l{n}", verdict) for n, verdict in enumerate(verdicts)]
    plain, argued = audit(results_of(*said), CASES)
    assert plain.needs_argument == argued.needs_argument == needed
    assert (plain.fault is not None) == needed
    assert argued.fault is None


def test_the_fault_names_both_sides() -> None:
    fault = audited(("a", "one", FAIL), ("b", "other", FAIL)).fault
    assert fault is not None
    assert fault.startswith("v3/small/plain: nobody agrees, one, other disagrees: write into its")


class TestCommand:
    @pytest.fixture
    def command(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> Callable[..., tuple[int, str, str]]:
        corpus = Corpus(CASES, "sha256:r", "0")
        monkeypatch.setattr("zarr_conformance.cli.corpus_audit.load", lambda: corpus)

        def audit_of(*said: tuple[str, str, Verdict]) -> tuple[int, str, str]:
            results = results_of(*said)
            monkeypatch.setattr(Results, "read", lambda _path: results)
            return run_command(["corpus-audit", "r.jsonl"]), *capsys.readouterr()

        return audit_of

    def test_lists_every_positive_case(self, command: Callable[..., tuple[int, str, str]]) -> None:
        code, out, _ = command(
            ("a", "one", PASS), ("b", "other", FAIL), ("c", "third", UNSUPPORTED)
        )
        assert code == 0
        assert out.splitlines() == [
            "v3/small/plain  agree: 1 (one)  disagree: 1 (other)  do not support it: 1 (third)",
            "v3/small/argued  agree: 1 (one)  disagree: 1 (other)  do not support it: 1 (third)  "
            "argued",
            "    2 cases with 1 on their side",
            "    0 cases that need an argument",
        ]

    def test_fails_where_an_argument_is_missing(
        self, command: Callable[..., tuple[int, str, str]]
    ) -> None:
        code, out, _ = command(("a", "one", FAIL))
        assert code == 1
        assert "    2 cases that need an argument\nv3/small/plain: nobody agrees, one" in out

    def test_of_the_reference_alone_is_2(
        self, command: Callable[..., tuple[int, str, str]]
    ) -> None:
        code, _, err = command(("zarr-reference", "zarr-reference", PASS))
        assert code == 2
        assert "holds no answers but the reference's" in err

    def test_without_a_file_all_that_can_run_here_are_asked(
        self, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        asked = []
        results = results_of(("a", "one", PASS))
        module = "zarr_conformance.cli.corpus_audit"
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(f"{module}.load", lambda: Corpus(CASES, "sha256:r", "0"))
        monkeypatch.setattr(f"{module}.run_corpus", lambda *given: asked.append(given))
        monkeypatch.setattr(Results, "read", lambda _path: results)
        assert run_command(["corpus-audit"]) == 0
        (_, cases, contestants, options, _) = asked[0]
        assert len(cases) == len(CASES)
        assert "tensorstore" in [each.name for each in contestants]
        assert options.results == Path("audit.jsonl")

    def test_that_is_stopped_says_how_to_go_on(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
    ) -> None:
        def stopped(*_: object) -> None:
            raise KeyboardInterrupt

        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr("zarr_conformance.cli.corpus_audit.run_corpus", stopped)
        assert run_command(["corpus-audit"]) == 130
        assert "zarr-conformance run --results audit.jsonl --resume" in capsys.readouterr().err
