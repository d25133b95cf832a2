"""Results files: what is written is read again, and nothing else is taken for results."""

import errno
import json
import threading
from collections.abc import Callable
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from zarr_conformance.errors import ExitCode, ResultsError, StorageError, UsageError
from zarr_conformance.judge import Observation, Verdict
from zarr_conformance.results import Cost, Implementation, NotRun, Result, Results, Run
from zarr_conformance.results_writer import ResultsWriter

HASH = "sha256:" + "0" * 64
RUN = Run(
    {"version": "0.1.0", "hash": HASH}, {"zarr-specs": "fc7dd9c"}, "0.1.0", "Linux", "3.11", ""
)
MINE = Implementation("mine", "1.0", "c", "mine", {"zlib": "1.3"}, ("./mine", "--adapter"))
ZARRS = NotRun("zarrs", "cargo was not found")
REFUSED = Observation("refused", {"stage": "open", "message": "é\n\ud800"})
BROKEN = Observation("broken", {"reason": "crashed", "detail": "exit 1", "stderr": "boom"})
RESULT = Result("a", "mine", "1.0", "mine", REFUSED, Verdict("unsupported", "x"), 0.25)
COST = Cost("mine", "1.0", 2, 0.5, 0.125, 2**20)
SCHEMA = Draft202012Validator(
    json.loads(files("zarr_conformance").joinpath("schema/results.schema.json").read_text("utf-8"))
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "new" / "results.jsonl"
    with ResultsWriter(path) as writer:
        writer.write_run(RUN)
        writer.write_not_run(ZARRS)
        writer.write_implementation(MINE)
        writer.write_result(RESULT)
        writer.write_cost(COST)
        writer.write_result(replace(RESULT, case="b", observation=BROKEN))
    return path


def test_what_is_written_is_read_again(path: Path) -> None:
    results = Results.read(path)
    assert results.run == RUN
    assert results.implementations == {MINE.key: MINE}
    assert results.not_run == {"zarrs": ZARRS}
    assert results.results[MINE.key]["a"] == RESULT
    assert list(results.results[MINE.key]) == ["a", "b"]
    assert results.costs == {MINE.key: COST}


def test_the_schema_describes_every_line(path: Path) -> None:
    for line in path.read_bytes().splitlines():
        SCHEMA.validate(json.loads(line))


def test_each_line_is_on_disk_at_once(tmp_path: Path) -> None:
    writer = ResultsWriter(tmp_path / "r")
    writer.write_run(RUN)
    assert Results.read(tmp_path / "r").run == RUN
    writer.close()


def test_threads_do_not_tear_each_others_lines(tmp_path: Path) -> None:
    with ResultsWriter(tmp_path / "r") as writer:
        writer.write_run(RUN)
        writer.write_implementation(MINE)
        results = [replace(RESULT, case=f"{i}" * 2000) for i in range(8)]
        jobs = [
            threading.Thread(target=lambda r=r: [writer.write_result(r) for _ in range(50)])
            for r in results
        ]
        for job in jobs:
            job.start()
        for job in jobs:
            job.join()
    assert len((tmp_path / "r").read_bytes().splitlines()) == 402
    assert len(Results.read(tmp_path / "r").results[MINE.key]) == 8


def test_the_later_of_two_lines_about_one_case_counts(path: Path) -> None:
    with ResultsWriter(path, append=True) as writer:
        writer.write_result(replace(RESULT, seconds=9.0))
    assert Results.read(path).results[MINE.key]["a"].seconds == 9.0


def test_an_adapter_that_runs_later_is_no_longer_missed(path: Path) -> None:
    with ResultsWriter(path, append=True) as writer:
        writer.write_implementation(replace(MINE, name="zarrs"))
    assert not Results.read(path).not_run


def test_a_version_that_runs_later_is_no_longer_missed(path: Path) -> None:
    """And it alone: another version may still be missing."""
    with ResultsWriter(path, append=True) as writer:
        writer.write_not_run(NotRun("mine@1.0", "no wheel"))
        writer.write_not_run(NotRun("mine@0.9", "no wheel"))
        writer.write_implementation(replace(MINE, asked_for="mine@1.0"))
    assert Results.read(path).not_run.keys() == {"zarrs", "mine@0.9"}


def test_an_adapter_that_was_given_up_is_missed(path: Path) -> None:
    with ResultsWriter(path, append=True) as writer:
        writer.write_not_run(NotRun("mine", "it does not start again"))
    assert "mine" in Results.read(path).not_run


class TestTornEnd:
    @pytest.fixture
    def torn(self, path: Path) -> Path:
        path.write_bytes(path.read_bytes()[:-20])
        return path

    def test_is_refused_with_advice(self, torn: Path) -> None:
        with pytest.raises(ResultsError, match=r"cut off in line 6: .* --resume"):
            Results.read(torn)

    def test_is_left_out_where_a_run_resumes(self, torn: Path) -> None:
        assert list(Results.read(torn, torn_end=True).results[MINE.key]) == ["a"]

    def test_is_removed_when_the_file_is_continued(self, torn: Path) -> None:
        with ResultsWriter(torn, append=True) as writer:
            writer.write_result(replace(RESULT, case="c"))
        assert list(Results.read(torn).results[MINE.key]) == ["a", "c"]

    def test_inside_the_file_is_never_tolerated(self, path: Path) -> None:
        lines = path.read_bytes().splitlines(keepends=True)
        lines[2] = lines[2][:30] + b"\n"
        path.write_bytes(b"".join(lines))
        with pytest.raises(ResultsError, match="line 3 is none"):
            Results.read(path, torn_end=True)

    def test_a_last_line_without_an_end_is_whole_if_it_is_json(self, path: Path) -> None:
        path.write_bytes(path.read_bytes().removesuffix(b"\n"))
        assert list(Results.read(path).results[MINE.key]) == ["a", "b"]


def lines_of(path: Path) -> list[Any]:
    return [json.loads(line) for line in path.read_bytes().splitlines()]


def forged(path: Path, number: int, change: Callable[[Any], None]) -> Any:
    lines = lines_of(path)
    change(lines[number])
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))
    return lines[number]


@pytest.mark.parametrize(
    ("number", "change"),
    [
        (0, lambda line: line["run"].update(format=2)),
        (0, lambda line: line["run"].pop("started")),
        (0, lambda line: line["run"].update(hostname="secret")),
        (0, lambda line: line["run"].update(corpus={})),
        (1, lambda line: line["not_run"].update(why=None)),
        (2, lambda line: line["implementation"].update(name=["mine"])),
        (2, lambda line: line["implementation"].update(command="mine")),
        (2, lambda line: line["implementation"].update(score=100)),
        (3, lambda line: line.update(verdict="perfect")),
        (3, lambda line: line.update(seconds="fast")),
        (3, lambda line: line.pop("reason")),
        (3, lambda line: line.update(observation={"said": "yes"})),
        (5, lambda line: line["observation"]["broken"].pop("reason")),
    ],
)
def test_a_forged_line_is_refused_by_reader_and_schema(
    path: Path, number: int, change: Callable[[Any], None]
) -> None:
    line = forged(path, number, change)
    assert not SCHEMA.is_valid(line)
    with pytest.raises(ResultsError, match=f"line {number + 1} |tells no run"):
        Results.read(path)


def test_a_result_without_its_implementation_is_out_of_place(path: Path) -> None:
    forged(path, 3, lambda line: line.update(version="9.9"))
    with pytest.raises(ResultsError, match="line 4 is out of place"):
        Results.read(path)


@pytest.mark.parametrize("content", [b"", b"{}\n", b"[1]\n", b"hello\n", b"\xff\n", b"[" * 10**5])
def test_another_file_is_no_results_file(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(ResultsError, match=r"is not a results file|was cut off") as caught:
        Results.read(tmp_path / "other")
    assert caught.value.exit_code is ExitCode.BAD_FILE


def test_a_file_that_is_not_there_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(ResultsError, match="cannot be read: No such file"):
        Results.read(tmp_path / "none")


class TestCorpus:
    def test_of_these_results_is_accepted(self, path: Path) -> None:
        Results.read(path).require_corpus(HASH, {"a", "b"})

    def test_of_another_hash_is_refused(self, path: Path) -> None:
        with pytest.raises(ResultsError, match="another corpus"):
            Results.read(path).require_corpus("sha256:" + "1" * 64, {"a", "b"})

    def test_without_one_of_the_cases_is_refused(self, path: Path) -> None:
        with pytest.raises(ResultsError, match=r"mine 1\.0 answered 'b', which is no case"):
            Results.read(path).require_corpus(HASH, {"a"})


class TestOnly:
    def test_without_names_is_everything(self, path: Path) -> None:
        results = Results.read(path)
        assert results.only(()) is results

    def test_leaves_out_the_others(self, path: Path) -> None:
        assert Results.read(path).only(["zarrs"]).results == {}
        assert Results.read(path).only(["mine"]).not_run == {}

    def test_means_all_versions(self, path: Path) -> None:
        with ResultsWriter(path, append=True) as writer:
            writer.write_not_run(NotRun("mine@0.9", "no wheel"))
        assert Results.read(path).only(["mine"]).not_run.keys() == {"mine@0.9"}

    def test_a_stranger_is_refused(self, path: Path) -> None:
        with pytest.raises(UsageError, match=r"'gdal' is not in .*; there are: mine, zarrs"):
            Results.read(path).only(["gdal"])


class TestStorage:
    def test_a_place_that_cannot_be_written_is_named(self, tmp_path: Path) -> None:
        (tmp_path / "file").touch()
        with pytest.raises(
            StorageError, match=r"a file stands where .* name another file"
        ) as caught:
            ResultsWriter(tmp_path / "file" / "results.jsonl")
        assert caught.value.exit_code is ExitCode.NO_STORAGE

    @pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
    def test_a_full_disk_is_a_sentence(self) -> None:
        with (
            ResultsWriter(Path("/dev/full")) as writer,
            pytest.raises(StorageError, match="No space left"),
        ):
            writer.write_run(RUN)

    def test_a_disk_that_fills_up_keeps_the_lines_before(
        self, path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        writer = ResultsWriter(path, append=True)
        inner = writer._file

        class Full:
            def write(self, data: memoryview) -> int:
                if len(data) < 100:
                    raise OSError(errno.ENOSPC, "No space left on device")
                return int(inner.write(data[:60]) or 0)

        monkeypatch.setattr(writer, "_file", Full())
        with pytest.raises(StorageError, match="--resume goes on"):
            writer.write_result(replace(RESULT, case="c"))
        inner.close()
        assert list(Results.read(path, torn_end=True).results[MINE.key]) == ["a", "b"]
