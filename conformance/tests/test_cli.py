"""The command line: what each command says, and the exit code of everything that can go wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from zarr_conformance.cli.command import run_command
from zarr_conformance.cli.root import root
from zarr_conformance.results import Results
from zarr_fixtures import generate
from zarr_fixtures.corpus import load
from zarr_fixtures.coverage import coverage as coverage_of

# One baseline, which needs no other case.
CASE = "v3/metadata/plainest-array"
SELECTED = ["--select", CASE]

ADAPTER = """\
import json, sys, time
for line in sys.stdin:
    message = json.loads(line)
    if "stop" in message:
        break
    if "describe" in message:
        answer = {{"returned": {{"name": "fake", "version": "1.0", "language": "python"}}}}
    else:
        time.sleep({delay})
        answer = {answer}
    print(json.dumps({{"id": message["id"], **answer}}), flush=True)
"""
REFUSES = {"refused": {"stage": "open", "message": "no"}}
LIES = {"returned": {"data_type": "uint8", "shape": [1], "elements": "AA=="}}


class Outcome(NamedTuple):
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Outcome]:
    """Runs a command in an empty directory; what it prints has no control codes, ever."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Outcome:
        outcome = Outcome(run_command(arguments), *capsys.readouterr())
        assert "\x1b" not in outcome.out + outcome.err
        assert "Traceback" not in outcome.err
        return outcome

    return run


@pytest.fixture
def adapter(tmp_path: Path) -> Callable[..., str]:
    """The command of an adapter that gives one answer to everything."""

    def make(answer: object, delay: float = 0) -> str:
        path = tmp_path / "fake.py"
        path.write_text(ADAPTER.format(answer=answer, delay=delay))
        return f"{sys.executable} {path}"

    return make


class TestHelp:
    @pytest.mark.parametrize("name", [*root.commands, "cases list", "cases show", "cases export"])
    def test_of_each_command_says_what_it_is_for(
        self, name: str, command: Callable[..., Outcome]
    ) -> None:
        outcome = command(*name.split(), "--help")
        assert outcome.code == 0
        assert outcome.out.startswith(f"Usage: zarr-conformance {name}")

    @pytest.mark.parametrize(
        "name", ["run", "report", "rejudge", "cases", "coverage", "corpus-audit", "generate"]
    )
    def test_teaches_by_examples(self, name: str, command: Callable[..., Outcome]) -> None:
        assert f"Examples:\n    zarr-conformance {name}" in command(name, "--help").out

    def test_of_all_tells_the_exit_codes(self, command: Callable[..., Outcome]) -> None:
        assert "130  stopped by Ctrl-C" in command("--help").out

    def test_the_version_is_told(self, command: Callable[..., Outcome]) -> None:
        assert command("--version").out == f"zarr-conformance {load().version}\n"


class TestBadUsage:
    @pytest.mark.parametrize(
        ("arguments", "sentence"),
        [
            (["rum"], "Did you mean 'run'?"),
            (["run", "tensorstor"], "Did you mean tensorstore?"),
            (["run", "--adapter", ""], "The adapter command is empty."),
            (["run", "--adapter", "'"], "cannot be split"),
            (["run", "--select", "v3/metadata/plainest-aray"], f"did you mean '{CASE}'"),
            (["run", "--select", " "], "the selection is empty"),
            (["run", "--memory", "lots"], "'lots' is not a size"),
            (["run", "--jobs", "0"], "0 is not in the range"),
            (["run", "--timeout", "0"], "0.0 is not in the range"),
            (["cases", "show", "v3/metadata/plainest-aray"], f"did you mean '{CASE}'"),
            (["cases", "show", "x"], "see `zarr-conformance cases list`"),
            (["cases", "list", "--select", "colour:red"], "no property 'colour'"),
            (["cases", "export", "."], "not an empty directory"),
            (["report"], "Missing argument 'FILE'"),
        ],
    )
    def test_is_a_sentence_and_2(
        self, arguments: list[str], sentence: str, command: Callable[..., Outcome], tmp_path: Path
    ) -> None:
        (tmp_path / "something").touch()
        outcome = command(*arguments)
        assert outcome.code == 2
        assert sentence in outcome.err

    def test_a_file_where_the_folder_of_the_results_should_be_is_named(
        self, command: Callable[..., Outcome], tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        outcome = command("run", "zarr-reference", *SELECTED, "--results", "file/x/results.jsonl")
        assert outcome.code == 2
        assert "file is a file, and no folder" in " ".join(outcome.err.split())

    def test_a_file_of_another_kind_is_not_overwritten(
        self, command: Callable[..., Outcome], tmp_path: Path
    ) -> None:
        (tmp_path / "thesis.txt").write_text("three years\n")
        outcome = command("run", "zarr-reference", *SELECTED, "--results", "thesis.txt")
        assert outcome.code == 2
        assert "It is not overwritten" in outcome.err
        assert (tmp_path / "thesis.txt").read_text() == "three years\n"


class TestRun:
    def test_of_the_reference_has_nothing_unexpected(
        self, command: Callable[..., Outcome], tmp_path: Path
    ) -> None:
        outcome = command("run", "zarr-reference", *SELECTED)
        assert outcome.code == 0, outcome.out
        assert "✓ 1" in outcome.out
        assert "Results: selected.jsonl" in outcome.out
        assert not outcome.err
        assert not (tmp_path / "results.jsonl").exists()

    def test_of_a_liar_fails_and_shows_how(
        self, command: Callable[..., Outcome], adapter: Callable[..., str]
    ) -> None:
        outcome = command("run", "--adapter", adapter(LIES), *SELECTED)
        assert outcome.code == 1
        assert outcome.out.startswith("✗ fake 1.0: wrong elements\n")
        assert f"--select {CASE}" in outcome.out

    def test_of_an_adapter_that_does_not_start_is_3(
        self, command: Callable[..., Outcome], tmp_path: Path
    ) -> None:
        outcome = command("run", "--adapter", "./none", *SELECTED)
        assert outcome.code == 3
        assert "./none did not run: './none' cannot be started" in outcome.out
        assert "./none" in Results.read(tmp_path / "selected.jsonl").not_run

    def test_with_one_of_two_that_does_not_start_is_3_too(
        self, command: Callable[..., Outcome], adapter: Callable[..., str]
    ) -> None:
        both = ("--adapter", "./none", "--adapter", adapter(REFUSES))
        assert command("run", *both, *SELECTED).code == 3

    def test_of_whoever_passes_nothing_at_all_is_3(
        self, command: Callable[..., Outcome], adapter: Callable[..., str]
    ) -> None:
        outcome = command("run", "--adapter", adapter(REFUSES))
        assert outcome.code == 3
        assert "fake 1.0 passed nothing: is its adapter working?" in outcome.out

    def test_goes_on_where_it_was_cut_off(
        self, command: Callable[..., Outcome], adapter: Callable[..., str], tmp_path: Path
    ) -> None:
        arguments = ("run", "--adapter", adapter(REFUSES), "--select", "v3/metadata")
        command(*arguments)
        path = tmp_path / "selected.jsonl"
        whole = path.read_bytes()
        path.write_bytes(whole[: len(whole) // 2])
        command(*arguments, "--resume")
        before = {line for line in whole.splitlines() if b'"seconds"' in line}
        after = {line for line in path.read_bytes().splitlines() if b'"seconds"' in line}
        kept = [line for line in whole[: len(whole) // 2].splitlines()[:-1] if b'"case"' in line]
        assert after.issuperset(kept)
        assert len(after) == len(before)


class TestStorage:
    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
    def test_a_full_disk_is_5(self, command: Callable[..., Outcome]) -> None:
        outcome = command("run", "zarr-reference", *SELECTED, "--results", "/dev/full")
        assert outcome.code == 5
        assert "No space left" in outcome.err

    def test_a_directory_that_cannot_be_written_is_5(
        self, command: Callable[..., Outcome], tmp_path: Path
    ) -> None:
        (tmp_path / "file").touch()
        outcome = command("cases", "export", "file/corpus", *SELECTED)
        assert outcome.code == 5
        assert "file/corpus" in outcome.err


@pytest.fixture
def liars_results(
    command: Callable[..., Outcome], adapter: Callable[..., str], tmp_path: Path
) -> Path:
    command("run", "--adapter", adapter(LIES), *SELECTED)
    return tmp_path / "selected.jsonl"


class TestReport:
    def test_shows_what_the_run_showed(
        self, liars_results: Path, command: Callable[..., Outcome]
    ) -> None:
        outcome = command("report", str(liars_results))
        assert outcome.code == 0
        assert "✗ 0/1" in outcome.out

    def test_of_failures_shows_each(
        self, liars_results: Path, command: Callable[..., Outcome]
    ) -> None:
        assert "in bytes" not in command("report", str(liars_results)).out
        outcome = command("report", str(liars_results), "--failures", "fake")
        assert outcome.out.startswith("✗ fake 1.0: wrong elements")

    @pytest.mark.parametrize("option", [[], ["--failures"], ["--divergences"], ["--profiles"]])
    def test_commands_no_terminal_whatever_a_file_says(
        self, option: list[str], liars_results: Path, command: Callable[..., Outcome]
    ) -> None:
        first, *lines = (
            liars_results.read_text().replace("fake", r"f\u001b[31m\ud800e").splitlines()
        )
        run = json.loads(first)
        run["run"]["specs"] = {"zarr-specs": "\x1b]0;x\x07\n::error::"}
        not_run = {"not_run": {"name": "\x1b[2J", "why": "\n::error::no"}}
        liars_results.write_text("\n".join([json.dumps(run), json.dumps(not_run), *lines, ""]))
        outcome = command("report", str(liars_results), *option)
        assert outcome.code == 0
        assert "\x1b" not in outcome.out + outcome.err
        assert "\n::" not in outcome.out + outcome.err

    def test_of_a_stranger_is_2(self, liars_results: Path, command: Callable[..., Outcome]) -> None:
        outcome = command("report", str(liars_results), "gdal")
        assert outcome.code == 2
        assert "there are: fake" in outcome.err

    def test_of_no_file_is_4(self, command: Callable[..., Outcome]) -> None:
        outcome = command("report", "none.jsonl")
        assert (outcome.code, outcome.err) == (
            4,
            "Error: none.jsonl cannot be read: No such file or directory.\n",
        )

    def test_of_a_truncated_file_is_4(
        self, liars_results: Path, command: Callable[..., Outcome]
    ) -> None:
        liars_results.write_bytes(liars_results.read_bytes()[:-9])
        outcome = command("report", str(liars_results))
        assert outcome.code == 4
        assert "cut off" in outcome.err

    @pytest.mark.parametrize("name", ["report", "rejudge"])
    def test_of_another_corpus_is_4(
        self, name: str, liars_results: Path, command: Callable[..., Outcome]
    ) -> None:
        liars_results.write_text(liars_results.read_text().replace(load().hash, "sha256:00"))
        outcome = command(name, str(liars_results))
        assert outcome.code == 4
        assert "another corpus" in outcome.err


class TestRejudge:
    def test_restores_verdicts_and_keeps_what_was_said(
        self, liars_results: Path, command: Callable[..., Outcome]
    ) -> None:
        honest = liars_results.read_text()
        forged = honest.replace('"verdict":"fail"', '"verdict":"pass"')
        liars_results.write_text(forged)
        outcome = command("rejudge", str(liars_results))
        assert outcome.code == 1
        assert f"fake 1.0 {CASE}: pass (wrong_elements) -> fail (wrong_elements)" in outcome.out
        assert liars_results.read_text() == honest

    def test_can_write_to_another_file(
        self, liars_results: Path, command: Callable[..., Outcome], tmp_path: Path
    ) -> None:
        before = liars_results.read_bytes()
        outcome = command("rejudge", str(liars_results), "--results", "new.jsonl")
        assert "0 verdicts changed. Results: new.jsonl" in outcome.out
        assert liars_results.read_bytes() == before == (tmp_path / "new.jsonl").read_bytes()


class TestCases:
    def test_are_listed_one_a_line(self, command: Callable[..., Outcome]) -> None:
        outcome = command("cases", "list")
        assert len(outcome.out.splitlines()) == len(load())
        assert f"{CASE}\tpositive\t" in outcome.out

    def test_are_shown(self, command: Callable[..., Outcome]) -> None:
        assert command("cases", "show", CASE).out.startswith(CASE)

    def test_are_exported(self, command: Callable[..., Outcome], tmp_path: Path) -> None:
        outcome = command("cases", "export", "out", *SELECTED)
        assert outcome.code == 0
        assert (tmp_path / "out" / CASE / "store" / "zarr.json").exists()
        assert "1 case, listed in" in outcome.out


class TestOthers:
    def test_adapters_are_listed(self, command: Callable[..., Outcome]) -> None:
        outcome = command("adapters")
        assert all(name in outcome.out for name in ("zarr-reference", "tensorstore", "netcdf-c"))

    def test_coverage_is_a_document(self, command: Callable[..., Outcome]) -> None:
        assert json.loads(command("coverage", "--json").out)["total"]["covered"] > 0
        assert command("coverage").out.splitlines()[1].split()[:2] == ["chapter", "testable"]

    def test_coverage_fails_only_where_a_check_finds_neither_case_nor_reason(
        self, command: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        missing = coverage_of(load(), {}).missing
        for reasons, code, last in (
            (dict.fromkeys(missing, "Nobody can see it."), 0, "a reason why there is none."),
            ({}, 1, "a reason why there is none"),
        ):
            monkeypatch.setattr(
                "zarr_conformance.cli.coverage.read_reasons", lambda these=reasons: these
            )
            outcome = command("coverage", "--check")
            assert outcome.code == code
            assert outcome.out.splitlines()[-1].endswith(last)
            assert command("coverage").code == 0

    @pytest.mark.parametrize(
        ("arguments", "kinds", "code"),
        [(["--check"], [], 0), (["--check"], ["changed"], 1), ([], ["missing"], 0)],
    )
    def test_generate_fails_only_where_a_check_finds_differences(
        self,
        arguments: list[str],
        kinds: list[str],
        code: int,
        command: Callable[..., Outcome],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        found = [generate.Difference("v3/a/b", kind) for kind in kinds]  # type: ignore[arg-type]
        monkeypatch.setattr(generate, "check", lambda: found)
        monkeypatch.setattr(generate, "write", lambda: found)
        outcome = command("generate", *arguments)
        assert outcome.code == code
        assert all(f"{kind}" in outcome.out for kind in kinds)

    def test_recipes_that_make_no_corpus_are_1(
        self, command: Callable[..., Outcome], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def fail() -> None:
            raise generate.GenerationError("v3/a/b: the reference refuses it")

        monkeypatch.setattr(generate, "check", fail)
        outcome = command("generate", "--check")
        assert outcome.code == 1
        assert "the reference refuses it" in outcome.err


def shell(line: str, directory: Path) -> subprocess.CompletedProcess[str]:
    program = f"{sys.executable} -m zarr_conformance"
    line = line.replace("zarr-conformance", program)
    return subprocess.run(
        ["bash", "-c", line], cwd=directory, capture_output=True, text=True, check=False
    )


def test_a_pipe_that_closes_is_no_error(tmp_path: Path) -> None:
    done = shell("zarr-conformance cases list | head -1", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.splitlines()) == 1


def test_an_output_that_knows_ascii_only_gets_escapes(tmp_path: Path) -> None:
    done = shell(f"PYTHONIOENCODING=ascii zarr-conformance cases show {CASE}", tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert r"positive \xb7 must" in done.stdout


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_an_output_that_is_full_is_5(tmp_path: Path) -> None:
    done = shell("zarr-conformance adapters > /dev/full", tmp_path)
    assert done.returncode == 5
    assert done.stderr == "Error: The output cannot be written: no space is left there.\n"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_run_that_is_stopped_says_how_to_go_on(
    stop: signal.Signals, tmp_path: Path, adapter: Callable[..., str]
) -> None:
    arguments = ["run", "--adapter", adapter(REFUSES, delay=0.05), "--results", "r.jsonl"]
    process = subprocess.Popen(
        [sys.executable, "-m", "zarr_conformance", *arguments],
        cwd=tmp_path,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "COLUMNS": "80"},
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )
    path = tmp_path / "r.jsonl"
    deadline = time.monotonic() + 60
    while not (path.exists() and b'"seconds"' in path.read_bytes()):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    process.send_signal(stop)
    _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert err.startswith("Stopped. The answers so far are in r.jsonl; to go on: ")
    assert err.endswith("--results r.jsonl --resume\n")
    assert Results.read(path).results[("fake", "1.0")]
