"""Known failures of an adapter of one's own: how a run writes them, and how it reads them."""

import json
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from zarr_conformance.cli.command import run_command
from zarr_conformance.expectations import UNFILLED, read_known
from zarr_conformance.judge import Observation, Verdict
from zarr_conformance.results import Implementation, Result, Results
from zarr_conformance.write_expected import expected_entries, write_entries

PLAINEST = "v3/metadata/plainest-array"
CASES = ("a/one", "a/two", "a/three", "b/one")
LIBRARY = Implementation("lib", "2.0", command=("./mine", "\udc80'\x7f"))
NO = Observation("refused", {"stage": "open", "message": "no"})

P = Verdict("pass", "equal")
R = Verdict("fail", "rejected_valid")
W = Verdict("fail", "wrong_elements")
X = Verdict("fail", "unexpected_pass")
K = Verdict("known", "rejected_valid")

EARLIER = """
[[known]]
cases = "a/t*"
kind = "rejected_valid"
reason = "Twos and threes are not read."
link = "https://example.org/1"

[[known]]
cases = "b/one"
kind = "crashed"
reason = "It crashes."
reproduce = '''
read("b/one")
'''
shows = "Segmentation fault"
finding = "falls-over"
versions = "<2"
sometimes = true
limitation = true

[[known]]
cases = "b/one"
kind = "timed_out"
reason = "It takes for ever."
finding = "other/slow"
versions = "<2"
private = "Told its authors."
"""


def results(verdicts: dict[str, Verdict]) -> dict[str, Result]:
    return {
        case: Result(case, "lib", "2.0", "lib", NO, verdict, 0.0)
        for case, verdict in verdicts.items()
    }


def written(path: Path, verdicts: dict[str, Verdict], earlier: str = "") -> list[dict[str, object]]:
    source = path.with_name("earlier.toml")
    source.write_text(earlier or "known = []")
    entries = expected_entries(LIBRARY, results(verdicts), read_known(source, CASES))
    write_entries(path, entries)
    assert [known.cases for known in read_known(path, CASES)] == [e.cases for e in entries]
    return tomllib.loads(path.read_text())["known"]


def test_each_kind_and_chapter_gets_an_entry_to_fill_in(tmp_path: Path) -> None:
    verdicts = {"a/one": W, "a/two": R, "a/three": R, "b/one": P}
    wrong, rejected = sorted(written(tmp_path / "e.toml", verdicts), key=lambda e: str(e["cases"]))
    assert (wrong["cases"], wrong["kind"]) == (["a/one"], "wrong_elements")
    assert (rejected["cases"], rejected["kind"]) == (["a/three", "a/two"], "rejected_valid")
    assert str(wrong["reason"]).startswith(UNFILLED)
    assert str(wrong["reproduce"]).startswith("zarr-conformance run --adapter ")
    assert str(wrong["reproduce"]).endswith(" --select a/one")


def test_entries_of_before_stay_as_they_are(tmp_path: Path) -> None:
    entries = written(tmp_path / "e.toml", {"a/two": K, "a/three": K}, EARLIER)
    expected = tomllib.loads(EARLIER)["known"]
    assert entries == [{**each, "cases": [each["cases"]]} for each in expected]


def test_what_passes_leaves_its_entry_but_not_one_of_other_versions(tmp_path: Path) -> None:
    entries = written(tmp_path / "e.toml", {"a/two": X, "a/three": K, "b/one": P}, EARLIER)
    assert [each["cases"] for each in entries] == [["a/three"], ["b/one"], ["b/one"]]
    entries = written(tmp_path / "e.toml", {"a/two": X, "a/three": X}, EARLIER)
    assert [each["cases"] for each in entries] == [["b/one"], ["b/one"]]


ADAPTER = """\
import json, sys
for line in sys.stdin:
    message = json.loads(line)
    if "stop" in message:
        break
    if "describe" in message:
        answer = {"returned": {"name": "fake", "version": "1.0", "language": "python"}}
    else:
        answer = {"returned": ANSWER}
    print(json.dumps({"id": message["id"], **answer}), flush=True)
"""
RIGHT = {"data_type": "uint8", "shape": [4, 6], "elements": "AQIDBAUGBwgJCgsMDQ4PEBESExQVFhcY"}
WRONG = {"data_type": "uint8", "shape": [1], "elements": "AA=="}


class TestCommand:
    """``run --expected`` and ``--write-expected``, with an adapter that can be repaired."""

    @pytest.fixture
    def run(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> Callable[..., tuple[int, str, str]]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.delenv("GITHUB_ACTIONS", raising=False)

        def command(answer: dict[str, object], *more: str) -> tuple[int, str, str]:
            Path("adapter.py").write_text(ADAPTER.replace("ANSWER", json.dumps(answer)))
            adapter = ["--adapter", f"{sys.executable} adapter.py", "--select", PLAINEST]
            return run_command(["run", *adapter, *more]), *capsys.readouterr()

        return command

    def test_a_failure_is_written_then_known_then_an_unexpected_pass(
        self, run: Callable[..., tuple[int, str, str]]
    ) -> None:
        code, _, err = run(WRONG, "--write-expected", "expected.toml")
        assert (code, err) == (
            1,
            "expected.toml: 1 entry says TO FILL IN where the reason should stand.\n",
        )
        code, out, err = run(WRONG, "--expected", "expected.toml")
        assert code == 0
        assert "Known: TO FILL IN" in out
        assert "1 entry says TO FILL IN" in err
        code, out, _ = run(RIGHT, "--expected", "expected.toml")
        assert code == 1
        assert "unexpected pass" in out
        run(RIGHT, "--expected", "expected.toml", "--write-expected", "expected.toml")
        assert "[[known]]" not in Path("expected.toml").read_text()
        assert run(RIGHT, "--expected", "expected.toml")[0] == 0

    def test_an_answer_is_judged_again_with_the_file(
        self, run: Callable[..., tuple[int, str, str]]
    ) -> None:
        run(WRONG, "--write-expected", "expected.toml")
        assert run_command(["rejudge", "selected.jsonl", "--expected", "expected.toml"]) == 0
        (result,) = Results.read(Path("selected.jsonl")).results["fake", "1.0"].values()
        assert result.verdict == Verdict("known", "wrong_elements")

    def test_a_file_is_not_overwritten(self, run: Callable[..., tuple[int, str, str]]) -> None:
        Path("mine.toml").write_text("known = []\n")
        code, _, err = run(WRONG, "--write-expected", "mine.toml")
        assert code == 2
        assert "is there already" in err
        assert Path("mine.toml").read_text() == "known = []\n"

    def test_entries_are_about_one_implementation(
        self, run: Callable[..., tuple[int, str, str]]
    ) -> None:
        code, _, err = run(WRONG, "--adapter", "./other", "--write-expected", "expected.toml")
        assert code == 2
        assert "this would run 2" in err

    def test_files_for_ci_are_written_and_the_policy_decides(
        self, run: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("GITHUB_ACTIONS", "true")
        monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")
        Path("summary.md").write_text("# Before\n")
        files = ["--junit", "out/j.xml", "--tap", "out/t.tap", "--markdown", "summary.md"]
        code, out, _ = run(WRONG, "--fail-on", "wrong-data", *files)
        assert code == 1
        assert "::error title=fake 1.0%3A wrong elements%3A v3/metadata/plainest-array::" in out
        assert Path("out/j.xml").read_text().startswith("<?xml")
        assert "not ok 1 - " in Path("out/t.tap").read_text()
        assert Path("summary.md").read_text().startswith("# Before\n## Zarr conformance\n")
        refused = {"data_type": 1}  # no proper answer, and no wrong data
        code, out, _ = run(refused, "--fail-on", "wrong-data")
        assert code == 0
        assert "::warning title=fake 1.0%3A bad answer" in out

    def test_a_report_writes_the_same_files(
        self, run: Callable[..., tuple[int, str, str]], capsys: pytest.CaptureFixture[str]
    ) -> None:
        run(WRONG, "--junit", "a.xml", "--tap", "a.tap", "--markdown", "a.md")
        files = ["--junit", "b.xml", "--tap", "b.tap", "--markdown", "b.md"]
        assert run_command(["report", "selected.jsonl", *files]) == 0
        assert capsys.readouterr().out == ""
        for kind in ("xml", "tap", "md"):
            assert Path(f"a.{kind}").read_bytes() == Path(f"b.{kind}").read_bytes()

    def test_a_file_that_cannot_be_written_is_5(
        self, run: Callable[..., tuple[int, str, str]]
    ) -> None:
        Path("file").touch()
        code, _, err = run(WRONG, "--junit", "file/junit.xml")
        assert code == 5
        assert "file/junit.xml cannot be written" in err
