"""How environments are made: which Python, which version, and what is said when none can be.

uv is a script here, which "installs" by writing down what it was told: no network is needed.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from zarr_conformance import interpreters
from zarr_conformance.environments import NotPrepared, cache_directory, prepare, python
from zarr_conformance.errors import UsageError
from zarr_conformance.implementations import (
    Implementation,
    Release,
    directory,
    find_implementations,
    named,
)
from zarr_conformance.interpreters import Interpreter, find_interpreters
from zarr_conformance.process import Stopped

FAKE_UV = """#!{python}
import json, os, pathlib, sys, time
arguments = sys.argv[1:]
with open({log!r}, "a") as log:
    log.write(json.dumps(arguments) + "\\n")
def option(name):
    return arguments[arguments.index(name) + 1]
if "venv" in arguments:
    bin = pathlib.Path(arguments[-1], "bin")
    bin.mkdir(parents=True)
    (bin / "python").symlink_to(option("--python"))
if "install" in arguments:
    python, requirement = os.path.realpath(option("--python")), arguments[-1]
{body}
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own, and two Pythons, of which one pretends to be newer than it is."""
    monkeypatch.setenv("ZARR_CONFORMANCE_CACHE", str(tmp_path / "cache"))
    old, new = Path(sys.executable), tmp_path / "python3.99"
    new.write_text("a Python")
    found = [Interpreter((3, 99, 0), new), Interpreter((3, 11, 0), old)]
    monkeypatch.setattr(python, "candidates", lambda: (old, new))
    monkeypatch.setattr(python, "find_interpreters", lambda _paths: found)
    return tmp_path / "cache"


FakeUv = Callable[[str], Callable[[], list[list[str]]]]


@pytest.fixture
def fake_uv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FakeUv:
    """A uv whose installation does what the code given does; it returns what uv was told."""

    def make(body: str) -> Callable[[], list[list[str]]]:
        log, program = tmp_path / "uv.log", tmp_path / "uv"
        log.touch()
        program.write_text(FAKE_UV.format(python=sys.executable, log=str(log), body=f"    {body}"))
        program.chmod(0o755)
        monkeypatch.setattr(python.uv, "find_uv_bin", lambda: str(program))
        return lambda: [json.loads(line) for line in log.read_text().splitlines()]

    return make


IMPLEMENTATION = Implementation(
    name="library",
    language="python",
    lineage="library",
    homepage="https://example.org",
    versions=("2.0", "1.0"),
    requirements=("library=={version}",),
    run=("{python}", "adapter.py"),
    directory=Path("/implementations/library"),
)
UNSOLVABLE = """sys.exit("error: No solution found\\n  cause: it asks for another Python")"""


def installed(told: list[list[str]]) -> list[str]:
    return [arguments[-1] for arguments in told if "install" in arguments]


def test_the_newest_version_is_installed_on_the_newest_python(
    fake_uv: FakeUv, cache: Path, tmp_path: Path
) -> None:
    told = fake_uv("pass")
    launch = prepare(IMPLEMENTATION)
    python = Path(launch.command[0])
    assert launch.command[1:] == ("adapter.py",)
    assert launch.directory == Path("/implementations/library")
    assert python.is_relative_to(cache)
    assert python.resolve() == tmp_path / "python3.99"
    assert installed(told()) == ["library==2.0"]
    assert all("--no-python-downloads" in arguments for arguments in told())


def test_nothing_is_built_but_what_is_named(fake_uv: FakeUv) -> None:
    """A wheel runs nothing when it is installed; what has none does, and is asked for by name."""
    told = fake_uv("pass")
    built = ("library==2.0", "--no-binary=dependency")
    prepare(IMPLEMENTATION)
    prepare(replace(IMPLEMENTATION, requirements=built))
    plain, building = [arguments for arguments in told() if "install" in arguments]
    for arguments in (plain, building):
        assert arguments[arguments.index("--only-binary") + 1] == ":all:"
    assert not [each for each in plain if each.startswith("--no-binary")]
    assert building[-2:] == list(built)


def test_a_second_run_finds_it_at_once(fake_uv: FakeUv) -> None:
    told = fake_uv("pass")
    first = prepare(IMPLEMENTATION)
    count = len(told())
    began = time.monotonic()
    assert prepare(IMPLEMENTATION) == first
    assert time.monotonic() - began < 0.05
    assert len(told()) == count


def test_another_python_is_tried_before_another_version(fake_uv: FakeUv, tmp_path: Path) -> None:
    told = fake_uv(f"python.endswith('3.99') and {UNSOLVABLE}")
    python = Path(prepare(IMPLEMENTATION).command[0])
    assert python.resolve() == Path(sys.executable).resolve()
    assert installed(told()) == ["library==2.0", "library==2.0"]


def test_an_older_version_is_better_than_none(fake_uv: FakeUv) -> None:
    told = fake_uv(f"'2.0' in requirement and {UNSOLVABLE}")
    prepare(IMPLEMENTATION)
    assert installed(told()) == ["library==2.0", "library==2.0", "library==1.0"]


def test_what_installs_nowhere_is_not_prepared(fake_uv: FakeUv, cache: Path) -> None:
    fake_uv(UNSOLVABLE)
    with pytest.raises(NotPrepared) as caught:
        prepare(IMPLEMENTATION)
    assert caught.value.name == "library"
    assert caught.value.why == (
        "none of the versions 2.0, 1.0 installs for CPython 3.99.0, CPython 3.11.0 "
        "(uv: it asks for another Python)"
    )
    assert [path.suffix for path in cache.iterdir()] == [".lock"]


@pytest.mark.parametrize(
    ("output", "why"),
    [
        ("error: Failed to fetch: x\n cause: dns error", "the package index cannot be reached"),
        ("error: No solution found\nhint: the network was disabled", "the package index cannot be"),
        ("error: write failed: No space left on device (os error 28)", "the disk is full"),
        ("error: Permission denied (os error 13)", "the cache directory .* cannot be written"),
        ("panicked at the disco", "uv failed .panicked at the disco"),
        ("", "uv failed .it said nothing"),
    ],
)
def test_a_fault_of_the_machine_is_told_and_not_retried(
    output: str, why: str, fake_uv: FakeUv
) -> None:
    """It says nothing about the library: no older version may be taken for it."""
    told = fake_uv(f"print({output!r}); sys.exit(2)")
    with pytest.raises(NotPrepared, match=why) as caught:
        prepare(IMPLEMENTATION)
    assert "\n" not in str(caught.value)
    assert installed(told()) == ["library==2.0"]


def test_without_uv(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> str:
        raise FileNotFoundError

    monkeypatch.setattr(python.uv, "find_uv_bin", missing)
    monkeypatch.setenv("PATH", "")
    with pytest.raises(NotPrepared, match="uv was not found; install it with `pip install uv`"):
        prepare(IMPLEMENTATION)


def test_a_cache_that_cannot_be_made(cache: Path, fake_uv: FakeUv) -> None:
    fake_uv("pass")
    cache.write_text("a file where the directory should be")
    with pytest.raises(NotPrepared, match="File exists"):
        prepare(IMPLEMENTATION)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_cache_that_may_not_be_written(cache: Path, fake_uv: FakeUv) -> None:
    fake_uv("pass")
    cache.mkdir(mode=0o500)
    with pytest.raises(NotPrepared, match="cannot be written"):
        prepare(IMPLEMENTATION)


def test_what_a_stopped_preparation_leaves_is_made_anew(fake_uv: FakeUv) -> None:
    """The mark comes last: without it, or with half of it, or without its Python, start again."""
    told = fake_uv("pass")
    environment = Path(prepare(IMPLEMENTATION).command[0]).parents[1]
    for damage in (
        lambda: (environment / "prepared.json").unlink(),
        lambda: (environment / "prepared.json").write_text('{"vers'),
        lambda: (environment / "bin" / "python").unlink(),
    ):
        damage()
        before = len(installed(told()))
        prepare(IMPLEMENTATION)
        assert len(installed(told())) == before + 1


def test_a_new_python_is_noticed(
    fake_uv: FakeUv, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    fake_uv("pass")
    first = prepare(IMPLEMENTATION)
    monkeypatch.setattr(python, "candidates", lambda: (tmp_path / "python3.100",))
    assert prepare(IMPLEMENTATION) != first


def test_two_runs_at_once_make_one_environment(fake_uv: FakeUv) -> None:
    told = fake_uv("time.sleep(0.3)")
    launches = []
    runs = [
        threading.Thread(target=lambda: launches.append(prepare(IMPLEMENTATION))) for _ in range(3)
    ]
    for run in runs:
        run.start()
    for run in runs:
        run.join()
    assert len(set(map(str, launches))) == 1
    assert len(installed(told())) == 1


@pytest.mark.parametrize("waiting_for", ["uv", "the lock"])
def test_a_preparation_can_be_stopped(waiting_for: str, fake_uv: FakeUv) -> None:
    fake_uv("time.sleep(30)")
    stopping = threading.Event()
    other = threading.Event()
    if waiting_for == "the lock":
        holder = threading.Thread(target=_until_stopped, args=(other,))
        holder.start()
        time.sleep(0.3)
    threading.Timer(0.3, stopping.set).start()
    began = time.monotonic()
    with pytest.raises(Stopped):
        prepare(IMPLEMENTATION, stopping)
    assert time.monotonic() - began < 5
    if waiting_for == "the lock":
        other.set()
        holder.join()


def _until_stopped(stopping: threading.Event) -> None:
    with pytest.raises(Stopped):
        prepare(IMPLEMENTATION, stopping)


def test_what_needs_nothing_runs_with_our_own_python() -> None:
    launch = prepare(replace(IMPLEMENTATION, requirements=(), versions=()))
    assert launch.command == (sys.executable, "adapter.py")


def test_the_variables_of_an_adapter(fake_uv: FakeUv, monkeypatch: pytest.MonkeyPatch) -> None:
    """One thread, unless somebody says otherwise, and no packages of another Python."""
    fake_uv("pass")
    monkeypatch.setenv("PYTHONPATH", "/somewhere")
    monkeypatch.setenv("OMP_NUM_THREADS", "4")
    own = prepare(IMPLEMENTATION).environment
    ours = prepare(replace(IMPLEMENTATION, requirements=())).environment
    assert (own["OMP_NUM_THREADS"], own["BLOSC_NTHREADS"]) == ("4", "1")
    assert "PYTHONPATH" not in own
    assert ours["PYTHONPATH"] == "/somewhere"


def test_where_the_cache_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ZARR_CONFORMANCE_CACHE")
    monkeypatch.setenv("XDG_CACHE_HOME", "/x")
    monkeypatch.setenv("HOME", "/h")
    monkeypatch.setattr(sys, "platform", "linux")
    assert cache_directory() == Path("/x/zarr-conformance")
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache_directory() == Path("/h/Library/Caches/zarr-conformance")


def test_interpreters_are_found_where_people_keep_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In pyenv, not its shims, and on the path; files that cannot be run are none."""
    real = Path(sys.executable).resolve()
    names = ["pyenv/versions/3.12.1/bin/python3.12", "path/python3.13", "pyenv/shims/python3.14"]
    for name in names:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("")
        (tmp_path / name).chmod(0o755)
    (tmp_path / "path" / "python3.11").symlink_to(real)
    (tmp_path / "path" / "python3.10").write_text("not executable")
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path / "pyenv"))
    monkeypatch.setenv("PATH", f"{tmp_path}/path:{tmp_path}/pyenv/shims::/none")
    interpreters.candidates.cache_clear()
    found = interpreters.candidates()
    interpreters.candidates.cache_clear()
    within = [str(path.relative_to(tmp_path)) for path in found if path.is_relative_to(tmp_path)]
    assert within == names[:2]
    assert found.count(real) == 1


def test_a_place_that_cannot_be_read_has_no_interpreters(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a pyenv of another user. For root there is none: a name too long."""
    monkeypatch.setenv("PYENV_ROOT", f"/{5000 * 'x'}")
    interpreters.candidates.cache_clear()
    found = interpreters.candidates()
    interpreters.candidates.cache_clear()
    assert Path(sys.executable).resolve() in found


def test_of_each_minor_version_the_newest_is_taken(tmp_path: Path) -> None:
    """Whatever is no released CPython, or too old, or no Python at all, is passed over."""
    said = {
        "a": "[true, 3, 12, 1]",
        "b": "[true, 3, 12, 3]",
        "c": "[true, 3, 12, 2]",
        "d": "[true, 3, 13, 0]",
        "e": "[false, 3, 14, 0]",
        "f": "[true, 3, 9, 18]",
        "g": "hello",
    }
    for name, text in said.items():
        (tmp_path / name).write_text(f"#!/bin/sh\necho '{text}'\n")
        (tmp_path / name).chmod(0o755)
    found = find_interpreters([*(tmp_path / name for name in said), tmp_path / "none"])
    assert [(str(each), each.path.name) for each in found] == [("3.13.0", "d"), ("3.12.3", "b")]


def test_our_own_python_is_one(tmp_path: Path) -> None:
    (found,) = find_interpreters([Path(sys.executable)])
    assert found.version == sys.version_info[:3]


def test_the_implementations_of_the_project_can_be_read() -> None:
    known = find_implementations()
    assert {"netcdf-c", "tensorstore", "zarr-python", "zarr-reference"} <= known.keys()
    for name, each in known.items():
        assert each.directory == directory() / name


def test_an_unknown_implementation() -> None:
    known = dict.fromkeys(("zarr-python", "tensorstore"), IMPLEMENTATION)
    assert named(("tensorstore", "tensorstore"), known) == [IMPLEMENTATION]
    with pytest.raises(UsageError, match=r"called 'zarr-pyhton'. Did you mean zarr-python\?"):
        named(("zarr-pyhton",), known)
    with pytest.raises(UsageError, match=r"There are: zarr-python, tensorstore\."):
        named(("hdf5",), known)


def several(**more: str) -> Implementation:
    releases = {"2.0": Release("2.0", ("x=={version}",), ("new.py",))}
    for version, package in more.items():
        releases[version] = Release(package, ("x=={version}", "y<1"), ("old.py",))
    return replace(IMPLEMENTATION, name="x", releases=releases)


def test_another_version_can_be_asked_for() -> None:
    """It is installed alone, and with what it needs that newer ones do not."""
    known = {"x": several(**{"1.0": "1.0"}), "y": replace(IMPLEMENTATION, name="y")}
    (old,) = named(("x@1.0",), known)
    assert (old.name, old.asked_for, old.versions) == ("x", "x@1.0", ("1.0",))
    assert (old.requirements, old.run) == (("x=={version}", "y<1"), ("old.py",))
    everything = named(("x@all", "y", "x@2.0"), known)
    assert [each.asked_for for each in everything] == ["x@2.0", "x@1.0", "y"]


@pytest.mark.parametrize(
    ("version", "run"), [("3.0", "new.py"), ("1.5", "new.py"), ("0.9", "old.py")]
)
def test_a_version_that_is_not_listed_runs_as_the_next_newer_one(version: str, run: str) -> None:
    (found,) = named((f"x@{version}",), {"x": several(**{"1.0": "1.0"})})
    assert (found.versions, found.run) == ((version,), (run,))


def test_a_version_goes_by_the_librarys_own_number() -> None:
    (found,) = named(("x@4.9",), {"x": several(**{"4.9": "1.6"})})
    assert (found.asked_for, found.versions) == ("x@4.9", ("1.6",))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ("x@1.6", r"There is no x@1\.6; there are: 2\.0, 4\.9\."),
        ("y@1.0", r"Of y no version can be chosen: .* comes with the harness. Leave @1\.0 out\."),
        ("y@all", r"Leave @all out\."),
        ("w@4.9.0", r"Of w no version .*: it is the one that this machine has. Leave @4\.9\.0 out"),
        ("z@newest", r"x@newest is no version; there are: 2\.0\."),
        ("z@", r"x@ is no version"),
        ("a@1.0", r"no implementation called 'a'\. There are: x, y, z, w\."),
    ],
)
def test_a_version_that_cannot_be_had(asked: str, message: str) -> None:
    known = {
        "x": several(**{"4.9": "1.6"}),
        "y": replace(IMPLEMENTATION, name="y", versions=()),
        "z": several(),
        "w": replace(IMPLEMENTATION, name="w", versions=(), toolchain="program"),
    }
    with pytest.raises(UsageError, match=message):
        named((asked,), known)


OLDER = """
name = "x"
language = "c"
lineage = "x"
homepage = "https://example.org"
[versions]
"4.10" = "1.7"
"4.9" = "1.6"
[python]
requirements = ["x=={version}"]
run = ["new.py"]
[[python.older]]
versions = ["3.6"]
requirements = ["x=={version}", "y<1"]
run = ["old.py"]
"""


def test_versions_in_an_adapter_file(tmp_path: Path) -> None:
    """Those of [python] are tried from the newest on; older ones are run only if asked for."""
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "adapter.toml").write_text(OLDER)
    found = find_implementations(tmp_path)["x"]
    assert found.versions == ("1.7", "1.6")
    assert found.releases == {
        "4.10": Release("1.7", ("x=={version}",), ("new.py",)),
        "4.9": Release("1.6", ("x=={version}",), ("new.py",)),
        "3.6": Release("3.6", ("x=={version}", "y<1"), ("old.py",)),
    }


WHOLE = """
name = "x"
language = "c"
lineage = "x"
homepage = "https://example.org"
[python]
requirements = []
run = ["x"]
"""


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name = ", "cannot be read"),
        (WHOLE.replace('lineage = "x"', ""), "`lineage` is missing"),
        (WHOLE.replace('run = ["x"]', ""), r"\[python\]: `run` is missing"),
        (WHOLE.replace('"c"', "3"), "`language` must be a str"),
        (WHOLE.replace('["x"]', "[1]"), "run must hold strings"),
        ("speed = 3\n" + WHOLE, "'speed' is not a member"),
        ("versions = 3\n" + WHOLE, r"`versions` must be a list \| dict"),
        ("versions = [3]\n" + WHOLE, r"\[python\]: versions must hold strings"),
        ("versions = {a = 3}\n" + WHOLE, r"\[python\]: versions must hold strings"),
        (WHOLE + "older = [3]", r"\[\[python.older\]\] 1 must be a table"),
        (WHOLE + "[[python.older]]\nrun = []", r"\[\[python.older\]\] 1: `\w+` is missing"),
    ],
)
def test_an_adapter_file_that_is_wrong(text: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "adapter.toml").write_text(text)
    with pytest.raises(UsageError, match=message):
        find_implementations(tmp_path)
