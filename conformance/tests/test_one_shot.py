"""Tools that are only a command line: what they print and how they end, as observations."""

import base64
import json
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event

import pytest

from zarr_conformance.adapter import Adapter
from zarr_conformance.command_lines import command_line
from zarr_conformance.errors import UsageError
from zarr_conformance.judge import Observation
from zarr_conformance.limits import Limits
from zarr_conformance.placeholders import Form, filled_in
from zarr_conformance.printed import returned
from zarr_conformance.process import CannotStart
from zarr_conformance.protocol import Question
from zarr_conformance.report.failures import reproduction
from zarr_conformance.results import Implementation

METADATA = {
    "zarr_format": 3,
    "node_type": "array",
    "shape": [2, 2],
    "data_type": "int16",
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [2, 2]}},
    "chunk_key_encoding": {"name": "default"},
    "fill_value": 0,
    "codecs": [{"name": "bytes", "configuration": {"endian": "little"}}],
}
ONE = {
    "shape": [1],
    "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [1]}},
}
WHOLE = {"data_type": "int16", "shape": [2, 2], "elements": "AAABAAIAAwA="}


@pytest.fixture
def asked(tmp_path: Path) -> Callable[..., dict[str, object]]:
    """The parameters of a question about an array whose metadata has these members."""

    def write(**members: object) -> dict[str, object]:
        array = tmp_path / "store" / "a b"
        array.mkdir(parents=True, exist_ok=True)
        (array / "zarr.json").write_text(json.dumps(METADATA | members))
        return {"store": str(tmp_path / "store"), "path": "/a b", "zarr_format": 3}

    return write


def elements_of(content: object) -> bytes:
    assert isinstance(content, dict)
    return base64.b64decode(content["elements"])


class TestWhatIsPrinted:
    @pytest.mark.parametrize("printed", [b"0\n1\n2\n3\n", b"0 1 2 3 \n", b"\n0\r\n1\r\n2 \r\n 3"])
    @pytest.mark.parametrize("exact", [True, False])
    def test_is_elements_if_it_is_one_json_value_for_each(
        self, printed: bytes, exact: bool, asked: Callable[..., dict[str, object]]
    ) -> None:
        assert returned(printed, asked(), exact=exact) == WHOLE

    def test_may_be_a_whole_answer(self, asked: Callable[..., dict[str, object]]) -> None:
        answer = {"data_type": "int8", "shape": [1], "elements": "AA=="}
        assert returned(json.dumps(answer).encode(), asked(), exact=True) == answer

    @pytest.mark.parametrize(
        ("data_type", "printed", "expected"),
        [
            ("float32", b"0.1", bytes.fromhex("cdcccc3d")),
            ("float32", b"-0.0", bytes.fromhex("00000080")),
            ("float32", b'"0x7fc00001"', bytes.fromhex("0100c07f")),
            ("uint64", b"18446744073709551615", b"\xff" * 8),
            ("bool", b"true", b"\x01"),
            ("complex64", b'[1.0, "-Infinity"]', bytes.fromhex("0000803f000080ff")),
        ],
    )
    def test_is_read_to_the_last_bit(
        self,
        data_type: str,
        printed: bytes,
        expected: bytes,
        asked: Callable[..., dict[str, object]],
    ) -> None:
        fill = {"bool": False, "complex64": [0, 0]}.get(data_type, 0)
        parameters = asked(data_type=data_type, fill_value=fill, **ONE)
        assert elements_of(returned(printed, parameters, exact=False)) == expected

    def test_may_be_texts_a_line(self, asked: Callable[..., dict[str, object]]) -> None:
        members = {"data_type": "string", "fill_value": "", "codecs": [{"name": "vlen-utf8"}]}
        content = returned(b'"a b"\n""\n"\\u00fc"\n"NaN"\n', asked(**members), exact=False)
        assert content["elements"] == ["a b", "", "ü", "NaN"]

    @pytest.mark.parametrize(
        "printed",
        [
            b"",
            b"[[0 1]\n [2 3]]",
            b"0\n1\n2\n",
            b"0 1 2 40000",
            b"0 1 2 x",
            b"\xff\n1\n2\n3",
            b"{}",
        ],
    )
    def test_is_not_guessed_at(
        self, printed: bytes, asked: Callable[..., dict[str, object]]
    ) -> None:
        """Nobody has promised a form, so that it was opened is all that is known; or it is bad."""
        assert returned(printed, asked(), exact=False) == {"opened": True}
        assert returned(printed, asked(), exact=True) is None

    def test_no_elements_are_no_proof_of_having_read_none(
        self, asked: Callable[..., dict[str, object]]
    ) -> None:
        """A tool that prints nothing, ever, must not pass where there is nothing to print."""
        parameters = asked(shape=[0, 2])
        assert returned(b"", parameters, exact=False) == {"opened": True}
        assert elements_of(returned(b"", parameters, exact=True)) == b""

    def test_which_nan_is_meant_is_known_only_by_agreement(
        self, asked: Callable[..., dict[str, object]]
    ) -> None:
        parameters = asked(data_type="float32", fill_value=0, **ONE)
        assert returned(b'"NaN"', parameters, exact=False) == {"opened": True}
        assert elements_of(returned(b'"NaN"', parameters, exact=True)).hex() == "0000c07f"

    @pytest.mark.parametrize("exact", [True, False])
    def test_about_a_store_that_the_reference_refuses_shows_that_it_was_opened(
        self, exact: bool, asked: Callable[..., dict[str, object]]
    ) -> None:
        assert returned(b"0 1 2 3", asked(shape="no"), exact=exact) == {"opened": True}


@pytest.fixture
def ask(
    tmp_path: Path, asked: Callable[..., dict[str, object]], nobody_left: Callable[[], list[str]]
) -> Iterator[Callable[..., list[Observation]]]:
    """Ask a command, which is a program in Python, for an array twice, and how else we like."""

    def put(form: Form, program: str, *questions: str, seconds: float = 30) -> list[Observation]:
        script = tmp_path / "tool.py"
        script.write_text(f"import os, sys, time\n{program}\n")
        words = f"{sys.executable} {script}" + ("" if form == "zarr-cli" else " {store} {path}")
        launch = command_line(form, words).prepare(Event())
        both = [Question(each, asked()) for each in questions or ("read", "read")]
        with Adapter(launch, Limits(seconds, memory=300 * 2**20), check_protocol=True) as adapter:
            return [heard.observation for heard in adapter.ask(both)]

    yield put
    assert nobody_left() == []


class TestHowItEnds:
    def test_elements_on_standard_output_are_returned(
        self, ask: Callable[..., list[Observation]]
    ) -> None:
        program = (
            "assert os.path.isfile(f'{sys.argv[1]}/{sys.argv[2]}/zarr.json'); print(0, 1, 2, 3)"
        )
        assert ask("one-shot", program) == [Observation("returned", WHOLE)] * 2

    def test_the_array_is_told_as_the_convention_has_it(
        self, ask: Callable[..., list[Observation]]
    ) -> None:
        program = "[word] = sys.argv[1:]; name, array = word.split('=')\n"
        program += "assert name == '--array_path' and os.path.isfile(array + '/zarr.json')"
        assert ask("zarr-cli", program) == [Observation("returned", {"opened": True})] * 2

    def test_status_1_is_no_refusal_in_the_convention_and_a_crash_here(
        self, ask: Callable[..., list[Observation]]
    ) -> None:
        told = {"opened": False, "message": "no such codec"}
        assert ask("zarr-cli", "sys.exit('no such codec')") == [Observation("returned", told)] * 2
        [crashed, _] = ask("one-shot", "sys.exit('no such codec')")
        assert crashed.content["detail"] == "exited with code 1"
        assert crashed.content["stderr"] == "no such codec"

    @pytest.mark.parametrize("form", ["one-shot", "zarr-cli"])
    def test_only_who_says_so_refuses(
        self, form: Form, ask: Callable[..., list[Observation]]
    ) -> None:
        program = "print('no such codec', file=sys.stderr); sys.exit(os.EX_DATAERR)"
        refused = Observation("refused", {"stage": "open", "message": "no such codec"})
        assert ask(form, program) == [refused] * 2
        program = "print('no strings', file=sys.stderr); sys.exit(os.EX_UNAVAILABLE)"
        assert ask(form, program) == [Observation("unsupported", {"message": "no strings"})] * 2

    @pytest.mark.parametrize("form", ["one-shot", "zarr-cli"])
    @pytest.mark.parametrize(
        ("program", "reason", "detail"),
        [
            ("os.kill(os.getpid(), 11)", "crashed", "was killed by SIGSEGV"),
            ("os.kill(os.getpid(), 9)", "crashed", "was killed by SIGKILL"),
            ("sys.exit(2)", "crashed", "exited with code 2"),
            ("sys.exit(101)", "crashed", "exited with code 101"),
            ("time.sleep(600)", "timed_out", "did not answer within 1 s"),
            ("os.fork() or os.fork(); time.sleep(600)", "timed_out", "did not answer within 1 s"),
            ("x = []\nwhile True: x.append(b'1' * 2**23)", "out_of_memory", "held"),
            ("while True: os.write(1, b'1' * 2**23)", "out_of_memory", "held"),
        ],
    )
    def test_whatever_else_it_does_is_a_crash(
        self, form: Form, program: str, reason: str, detail: str, ask: Callable[..., object]
    ) -> None:
        observations = ask(form, program, seconds=1 if reason == "timed_out" else 30)
        assert isinstance(observations, list)
        for observation in observations:
            assert observation.kind == "broken"
            assert observation.content["reason"] == reason
            assert observation.content["detail"].startswith(detail)

    def test_babble_in_place_of_elements_is_a_bad_answer(
        self, ask: Callable[..., list[Observation]]
    ) -> None:
        [first, second] = ask("one-shot", "print('opening...')")
        assert first.content["detail"] == "wrote a line that is not JSON: 'opening...'"
        assert first.content["reason"] == second.content["reason"] == "bad_answer"

    def test_a_child_that_it_leaves_is_ended(self, ask: Callable[..., list[Observation]]) -> None:
        program = "print(0, 1, 2, 3, flush=True)\nif not os.fork(): time.sleep(600)"
        assert ask("one-shot", program) == [Observation("returned", WHOLE)] * 2

    def test_a_command_line_can_only_be_asked_to_read(
        self, ask: Callable[..., list[Observation]]
    ) -> None:
        [observation] = ask("zarr-cli", "pass", "metadata")
        assert observation.kind == "unsupported"


class TestTheCommand:
    def test_is_filled_in_once(self) -> None:
        words = ["{store}", "-p={path}", "{array}", "{other}"]
        assert filled_in(words, "/s", "/{store}") == ["/s", "-p=/{store}", "/s/{store}", "{other}"]
        assert filled_in(["{array}"], "/s", "/") == ["/s"]

    def test_has_a_name_and_a_version_if_it_is_given_one(self) -> None:
        named = command_line("zarr-cli", "zaro@0.0.2=Rscript inst/zaro.R")
        assert named.command == ("--zarr-cli", "zaro@0.0.2=Rscript inst/zaro.R")
        assert command_line("zarr-cli", f"{sys.executable} x=y@1").prepare(Event()).command[
            4:6
        ] == (
            f"{Path(sys.executable).name} x=y@1",
            "unknown",
        )

    def test_is_named_without_what_is_filled_in(self) -> None:
        tool = command_line("one-shot", f"{sys.executable} --dump {{store}} {{path}}")
        words = tool.prepare(Event()).command
        assert words[4] == f"{Path(sys.executable).name} --dump"
        assert words[-2:] == ("{store}", "{path}")

    def test_is_shown_as_it_was_asked_for(self) -> None:
        given = ("--zarr-cli", "zaro@0.0.2=Rscript zaro.R")
        assert reproduction(Implementation("zaro", "0.0.2", command=given), "v3/a/b") == (
            "zarr-conformance run --zarr-cli 'zaro@0.0.2=Rscript zaro.R' --select v3/a/b"
        )

    @pytest.mark.parametrize(
        ("form", "text", "sentence"),
        [
            ("one-shot", "cat", "is not told what to read"),
            ("one-shot", " ", "is empty"),
            ("zarr-cli", "a@1=", "is empty"),
            ("zarr-cli", "cat '", "cannot be split"),
        ],
    )
    def test_that_makes_no_sense_is_refused(self, form: Form, text: str, sentence: str) -> None:
        with pytest.raises(UsageError, match=sentence):
            command_line(form, text)

    def test_that_does_not_exist_is_not_run(self) -> None:
        with pytest.raises(CannotStart, match="'no-such-tool' is no command that can be found"):
            command_line("zarr-cli", "no-such-tool").prepare(Event())
