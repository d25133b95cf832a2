"""New adapters: each skeleton is built as its README says, and talks at once."""

import json
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path
from threading import Event

import pytest

from zarr_conformance.adapter import Adapter
from zarr_conformance.cli.command import run_command
from zarr_conformance.errors import UsageError
from zarr_conformance.implementations import directory, find_implementations
from zarr_conformance.limits import Limits
from zarr_conformance.protocol import Question
from zarr_conformance.run import external
from zarr_conformance.skeletons import SKELETONS, Written, write_skeleton

NETWORK = ("rust", "java")  # whose kits need libraries


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Written]:
    """Write a skeleton and build it, or skip where that is not possible."""
    monkeypatch.chdir(tmp_path)

    def write(language: str) -> Written:
        new = write_skeleton("my-zarr", language, tmp_path)
        for command in filter(None, (new.build, new.run)):
            program = shlex.split(command)[0]
            if "/" not in program and shutil.which(program) is None:
                pytest.skip(f"there is no {program} here")
        if new.build:
            built = subprocess.run(shlex.split(new.build), capture_output=True, text=True)
            if built.returncode and language in NETWORK:
                pytest.skip(f"not built: {built.stderr[-300:]}")
            assert built.returncode == 0, built.stderr
        return new

    return write


@pytest.mark.parametrize("language", SKELETONS)
def test_a_skeleton_talks_at_once(language: str, written: Callable[[str], Written]) -> None:
    new = written(language)
    place = {"store": "/nowhere", "path": '/\u00fc\U0001f600"\\', "zarr_format": 3}
    region = place | {"start": [0, 1], "stop": [2, 3]}
    questions = [Question("read", place), Question("read_region", region), Question("list", place)]
    launch = external(new.run).prepare(Event())
    with Adapter(launch, Limits(60), check_protocol=True) as adapter:
        description = adapter.start()
        said = [heard.observation for heard in adapter.ask(questions)]
    assert (description["name"], description["language"]) == ("my-zarr", language)
    assert [each.kind for each in said] == ["unsupported"] * 3
    readme = (new.directory / "README.md").read_text()
    assert new.run in readme
    assert new.build in readme


@pytest.mark.parametrize("language", sorted(set(SKELETONS) - {"c"}))
def test_its_adapter_toml_is_one(language: str, tmp_path: Path) -> None:
    new = write_skeleton("my-zarr", language, tmp_path)
    document = tomllib.loads((new.directory / "adapter.toml").read_text())
    assert document["name"] == "my-zarr"
    [found] = find_implementations(tmp_path).values()
    assert found.language == language


@pytest.mark.parametrize("language", SKELETONS)
def test_its_kit_is_the_kit(language: str, tmp_path: Path) -> None:
    kit = SKELETONS[language].kit
    copied = write_skeleton("my-zarr", language, tmp_path).directory / kit
    assert copied.read_bytes() == (directory() / "kit" / language / Path(kit).name).read_bytes()


@pytest.mark.parametrize("name", ["", ".", "..", "../up", "a/b", "a b", "-x", 'a"b', "\u00fc"])
def test_a_name_that_is_none_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be the name"):
        write_skeleton(name, "python", tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_is_there_is_left_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run_command(["adapters", "new", "mine", "--language", "c"]) == 0
    assert "cc -o mine/adapter mine/adapter.c" in capsys.readouterr().out
    assert run_command(["adapters", "new", "mine", "--language", "go"]) == 2
    assert "mine is there already" in capsys.readouterr().err
    assert sorted(each.name for each in (tmp_path / "mine").iterdir()) == [
        "README.md",
        "adapter.c",
        "zarr_adapter.h",
    ]


def test_the_list_is_what_a_bare_command_shows(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["adapters"]) == run_command(["adapters", "list"]) == 0
    out = capsys.readouterr().out
    first, second = out[: len(out) // 2], out[len(out) // 2 :]
    assert first == second
    assert "zarr-reference" in first


ECHO = """
#include "zarr_adapter.h"

static void answer(const char *question, const zarr_place *place) {
  static const uint64_t shape[] = {2, 1}, values[] = {UINT64_MAX, 1};
  printf("a library may print what it likes\\n");
  if (strcmp(question, "read") != 0) zarr_unsupported(question);
  else if (strcmp(place->path, "/absent") == 0) zarr_refused("open", "no \\"such\\"\\nnode \\xff");
  else if (strcmp(place->path, "/bytes") == 0) zarr_elements("r8", 1, shape, place->store, 2);
  else if (strcmp(place->path, "/scalar") == 0) zarr_elements("uint8", 0, NULL, "\\x05", 1);
  else if (strcmp(place->path, "/twice") == 0) zarr_unsupported("a"), zarr_unsupported("b");
  else if (strcmp(place->path, "/silent") == 0) return;
  else if (strcmp(place->path, "/a\\xc3\\xbc\\xf0\\x9f\\x98\\x80\\"\\\\") == 0)
    zarr_elements("uint64", 2, shape, values, sizeof values);
  else zarr_refused("read", place->path);
}

int main(void) { return zarr_serve("echo", "1.0", answer); }
"""


@pytest.fixture(scope="module")
def echo_in_c(tmp_path_factory: pytest.TempPathFactory) -> Path:
    if shutil.which("cc") is None:
        pytest.skip("there is no cc here")
    place = tmp_path_factory.mktemp("c")
    (place / "echo.c").write_text(ECHO)
    warnings = ("-std=c99", "-Wall", "-Wextra", "-Wpedantic", "-Werror")
    kit = f"-I{directory() / 'kit' / 'c'}"
    subprocess.run(("cc", *warnings, kit, "-o", place / "echo", place / "echo.c"), check=True)
    return place / "echo"


def asked_in_c(program: Path, *lines: object) -> tuple[int, list[object]]:
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    done = subprocess.run([program], input=text, capture_output=True, text=True, timeout=30)
    return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]


def read_in_c(path: str, number: int = 7) -> dict[str, object]:
    return {"id": number, "read": {"store": "/st", "path": path, "zarr_format": 3}}


class TestTheKitInC:
    @pytest.mark.parametrize(
        ("path", "answer"),
        [
            (
                '/a\u00fc\U0001f600"\\',
                {
                    "returned": {
                        "data_type": "uint64",
                        "shape": [2, 1],
                        "elements": "//////////8BAAAAAAAAAA==",
                    }
                },
            ),
            ("/bytes", {"returned": {"data_type": "r8", "shape": [2], "elements": "L3M="}}),
            ("/scalar", {"returned": {"data_type": "uint8", "shape": [], "elements": "BQ=="}}),
            ("/absent", {"refused": {"stage": "open", "message": 'no "such" node ?'}}),
        ],
    )
    def test_answers_what_was_asked(self, path: str, answer: object, echo_in_c: Path) -> None:
        assert isinstance(answer, dict)
        assert asked_in_c(echo_in_c, read_in_c(path, 2**63)) == (0, [{"id": 2**63, **answer}])

    def test_reads_over_what_it_does_not_know(self, echo_in_c: Path) -> None:
        write = {
            "store": "/s",
            "metadata": {"zarr.json": {"a": [1, -2.5e3, '}]\\"', None, True, [], {}], "b": {}}},
            "elements": {"shape": [], "elements": ""},
            "path": "/p",
            "zarr_format": 3,
        }
        code, [said, after] = asked_in_c(echo_in_c, {"id": 1, "write": write}, read_in_c("/bytes"))
        assert code == 0
        assert said == {"id": 1, "unsupported": {"message": "write"}}
        assert isinstance(after, dict)
        assert "returned" in after

    @pytest.mark.parametrize("path", ["/twice", "/silent"])
    def test_ends_over_a_fault(self, path: str, echo_in_c: Path) -> None:
        assert asked_in_c(echo_in_c, read_in_c(path))[0] == 70

    @pytest.mark.parametrize("line", ["{", '{"id": 1, "read": {"store": "/x', "[]", "", '{"id": "'])
    def test_ends_over_what_is_no_question(self, line: str, echo_in_c: Path) -> None:
        done = subprocess.run([echo_in_c], input=line + "\n", capture_output=True, text=True)
        assert done.returncode == 70
        assert not done.stdout

    def test_stops(self, echo_in_c: Path) -> None:
        lines = ({"id": 1, "stop": {}}, read_in_c("/bytes"))
        assert asked_in_c(echo_in_c, *lines) == (0, [])
