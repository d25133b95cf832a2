"""The kits of other languages, from outside: each builds an adapter to a library without Zarr.

The library knows a few arrays by heart. All four adapters must say the same. What cannot be built
here, because its toolchain is missing or the network is, is skipped with that reason.
"""

import base64
import json
import shutil
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zarr_conformance.environments import NotPrepared, prepare
from zarr_conformance.implementations import Implementation
from zarr_conformance.process import Launch

HERE = Path(__file__).parent
KITS = HERE.parent / "kit"

TOOLCHAINS = {
    "javascript": ("node", (), ("{node}", "adapter.mjs")),
    "rust": ("cargo", ("libc@0.2",), ("{bin}/adapter",)),
    "java": ("maven", ("x=1",), ("{java}", "-cp", "target/classes:target/dependency/*", "Adapter")),
    "go": ("go", (), ("{bin}/adapter",)),
}


@pytest.fixture(scope="session", params=TOOLCHAINS)
def launch(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Launch:
    """How the adapter in one of the languages is started, built like those beside it."""
    language = request.param
    toolchain, requirements, run = TOOLCHAINS[language]
    here = tmp_path_factory.mktemp(language)
    shutil.copytree(HERE / "echo" / language, here / "echo")
    shutil.copytree(KITS / language, here / "kit" / language)
    implementation = Implementation(
        name="echo",
        language=language,
        lineage="echo",
        homepage="https://example.org",
        versions=("1.0",),
        requirements=requirements,
        run=run,
        directory=here / "echo",
        toolchain=toolchain,
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ZARR_CONFORMANCE_CACHE", str(here / "cache"))
        try:
            return prepare(implementation)
        except NotPrepared as reason:
            if " failed (" in reason.why:  # the kit does not compile
                raise
            pytest.skip(f"{language}: {reason}")


@pytest.fixture
def run(launch: Launch) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Lets the adapter read lines, and returns what it wrote."""

    def run(*lines: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            launch.command,
            cwd=launch.directory,
            env=dict(launch.environment),
            input="".join(line + "\n" for line in lines),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


Run = Callable[..., subprocess.CompletedProcess[str]]


def read(path: str, number: int = 7) -> str:
    place = {"store": "/none", "path": path, "zarr_format": 3}
    return json.dumps({"id": number, "read": place})


def ask(run: Run, line: str) -> Any:
    finished = run(line)
    assert finished.returncode == 0, finished.stderr
    answer = json.loads(finished.stdout)
    assert answer.pop("id") == json.loads(line)["id"]
    return answer


def test_it_describes_itself(run: Run, launch: Launch) -> None:
    description = ask(run, '{"id": 0, "describe": {}}')["returned"]
    assert (description["name"], description["version"]) == ("echo", "1.0")
    assert description["language"] in TOOLCHAINS
    assert all(isinstance(version, str) for version in description["libraries"].values())


@pytest.mark.parametrize(
    ("path", "data_type", "bits"),
    [
        ("/numbers", "uint64", [2**64 - 1, 1]),
        ("/nans", "float64", [2**63, 0x7FF0000000000001]),
    ],
)
def test_bits_are_moved_and_never_converted(
    path: str, data_type: str, bits: list[int], run: Run
) -> None:
    """Not the highest integer, not the sign of zero, and not the payload of a signalling NaN."""
    encoded = base64.b64encode(struct.pack("<2Q", *bits)).decode()
    assert ask(run, read(path)) == {
        "returned": {"data_type": data_type, "shape": [2], "elements": encoded}
    }


def test_strings_are_a_list(run: Run) -> None:
    assert ask(run, read("/strings")) == {
        "returned": {"data_type": "string", "shape": [3], "elements": ["a", "", "ü"]}
    }


@pytest.mark.parametrize("launch", ["javascript"], indirect=True)
def test_a_place_that_the_library_leaves_empty_is_null(run: Run) -> None:
    assert ask(run, read("/holes"))["returned"]["elements"] == ["a", None]


def write(path: str, data_type: str, shape: list[int], elements: Any) -> str:
    asked = {"data_type": data_type, "shape": shape, "elements": elements}
    document = {"fill_value": 2**64 - 1}
    place = {"store": "/none", "path": path, "zarr_format": 3}
    write = {**place, "metadata": {"zarr.json": document}, "elements": asked}
    return json.dumps({"id": 9, "write": write})


@pytest.mark.parametrize(
    ("data_type", "elements"),
    [
        ("uint64", struct.pack("<2Q", 2**64 - 1, 1)),
        ("float64", struct.pack("<2Q", 2**63, 0x7FF0000000000001)),
        ("float32", struct.pack("<2I", 2**31, 0x7F800001)),
        ("r24", b"\1\2\3\4\5\6"),
        ("string", ["a", "ü"]),
    ],
)
def test_what_is_to_be_written_is_what_was_asked(
    data_type: str, elements: bytes | list[str], run: Run
) -> None:
    """To the last bit, and the last digit of a number that JavaScript does not have."""
    sent = base64.b64encode(elements).decode() if isinstance(elements, bytes) else elements
    returned = ask(run, write("/a", data_type, [2], sent))["returned"]
    expected = {"data_type": data_type, "shape": [2], "elements": sent}
    assert returned == {**expected, "fill_value": str(2**64 - 1)}


def test_no_to_writing_is_a_refusal_too(run: Run) -> None:
    refusal = ask(run, write("/full", "uint8", [1], "AQ=="))["refused"]
    assert refusal["stage"] == "write"
    assert "there is no room" in refusal["message"]


@pytest.mark.parametrize(
    ("path", "stage", "said"),
    [("/absent", "open", "there is no such node"), ("/broken", "read", "its chunk is broken")],
)
def test_what_the_library_says_is_its_refusal(path: str, stage: str, said: str, run: Run) -> None:
    refusal = ask(run, read(path))["refused"]
    assert refusal["stage"] == stage
    assert said in refusal["message"]


def test_an_unknown_question_is_unsupported(run: Run) -> None:
    place = {"store": "/none", "path": "/", "zarr_format": 3}
    assert "unsupported" in ask(run, json.dumps({"id": 3, "list": place}))


def test_a_fault_is_never_a_refusal(run: Run) -> None:
    """An exhausted machine, or a library out of its mind, ends the process."""
    finished = run(read("/fault"))
    assert finished.returncode != 0
    assert finished.stdout == ""


def test_standard_output_is_the_protocols_alone(run: Run) -> None:
    finished = run(read("/numbers"))
    assert len(finished.stdout.splitlines()) == 1
    assert "a library may print what it likes" in finished.stderr


def test_requests_written_ahead_are_answered_in_order(run: Run) -> None:
    finished = run(*(read("/numbers", number) for number in range(200)))
    assert [json.loads(line)["id"] for line in finished.stdout.splitlines()] == list(range(200))


def test_stop_ends_it_and_so_does_the_end_of_the_input(run: Run) -> None:
    stopped = run('{"id": 1, "stop": {}}', read("/numbers"))
    assert (stopped.returncode, stopped.stdout) == (0, "")
    ended = run()
    assert (ended.returncode, ended.stdout) == (0, "")


in_javascript = pytest.mark.parametrize("launch", ["javascript"], indirect=True)


@in_javascript
def test_javascript_puts_strided_elements_into_c_order(run: Run) -> None:
    corners = {"store": "/none", "path": "/", "zarr_format": 3, "start": [0, 0], "stop": [2, 3]}
    answer = ask(run, json.dumps({"id": 4, "read_region": corners}))["returned"]
    assert answer["shape"] == [2, 3]
    assert base64.b64decode(answer["elements"]) == struct.pack("<6H", 1, 2, 3, 4, 5, 6)


@in_javascript
def test_javascript_notes_what_json_cannot_say(run: Run) -> None:
    place = {"store": "/none", "path": "/", "zarr_format": 3}
    answer = ask(run, json.dumps({"id": 5, "metadata": place}))["returned"]
    assert answer["metadata"]["attributes"] == {
        "huge": {"not_json": "Infinity"},
        "big": {"not_json": str(2**70)},
        "plain": 1.5,
    }
