"""How adapters in other languages are built: by which commands, where, and what is said if not.

The toolchains are scripts here, which write down what they are told: no network is needed.
"""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from zarr_conformance.environments import TOOLCHAINS, NotPrepared, prepare
from zarr_conformance.environments.programs import version_of
from zarr_conformance.implementations import TOOLCHAINS as NAMES
from zarr_conformance.implementations import Implementation

PROGRAM = """#!{python}
import json, os, pathlib, sys
name, arguments = pathlib.Path(sys.argv[0]).name, sys.argv[1:]
if arguments in (["--version"], ["version"], ["-version"]):
    sys.exit(print(name, "1.2.3"))
with open({log!r}, "a") as log:
    log.write(json.dumps([name, arguments, os.getcwd()]) + "\\n")
told = " ".join(arguments)
{body}
"""
PROGRAMS = {
    "node": ("node", "npm"),
    "cargo": ("cargo",),
    "maven": ("java", "javac", "mvn"),
    "go": ("go",),
}
BUILT = tuple(PROGRAMS)
KITS = {"node": "javascript", "cargo": "rust", "maven": "java", "go": "go"}

Told = list[tuple[str, list[str], str]]
Fake = Callable[[str, str], Callable[[], Told]]


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("ZARR_CONFORMANCE_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    return tmp_path / "cache"


@pytest.fixture
def fake(tmp_path: Path) -> Fake:
    """The programs of a toolchain, which do what the code given does; returns what they heard."""

    def make(toolchain: str, body: str = "") -> Callable[[], Told]:
        log = tmp_path / "log"
        log.touch()
        (tmp_path / "bin").mkdir(exist_ok=True)
        version_of.cache_clear()
        for name in PROGRAMS[toolchain]:
            program = tmp_path / "bin" / name
            program.write_text(PROGRAM.format(python=sys.executable, log=str(log), body=body))
            program.chmod(0o755)
        return lambda: [tuple(json.loads(line)) for line in log.read_text().splitlines()]

    return make


def implementation(tmp_path: Path, toolchain: str) -> Implementation:
    """One whose adapter is a file beside the kit of its language."""
    here = tmp_path / "implementations"
    for folder in (here / "library", here / "kit" / KITS[toolchain]):
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "file").write_text("content")
    return Implementation(
        name="library",
        language="some",
        lineage="library",
        homepage="https://example.org",
        versions=("2.0", "1.0"),
        requirements=("library@{version}",),
        run=("{node}", "{bin}/adapter", "{java}"),
        directory=here / "library",
        toolchain=toolchain,
    )


def test_each_toolchain_that_may_be_named_is_there() -> None:
    assert (*TOOLCHAINS, "program") == NAMES


COMMANDS = {
    "node": [
        "npm install --no-audit --no-fund --no-update-notifier --no-package-lock"
        " --ignore-scripts --engine-strict --save-exact library@2.0"
    ],
    "cargo": [
        "cargo add --quiet library@2.0",
        "cargo install --quiet --locked --path . --root {env}",
    ],
    "maven": ["mvn --batch-mode --quiet -Dlibrary@2.0 package"],
    "go": ["go get library@2.0", "go build -o {env}/bin/ ."],
}


@pytest.mark.parametrize("toolchain", BUILT)
def test_a_library_is_built_by_its_toolchain(toolchain: str, tmp_path: Path, fake: Fake) -> None:
    told = fake(toolchain, "")
    launch = prepare(implementation(tmp_path, toolchain))
    environment = launch.directory.parent
    assert [" ".join([name, *arguments]) for name, arguments, _ in told()] == [
        command.format(env=environment) for command in COMMANDS[toolchain]
    ]
    assert environment.parent == tmp_path / "cache"
    where = environment if toolchain == "node" else launch.directory
    assert {directory for *_, directory in told()} == {str(where)}


def test_a_feature_of_the_manifest_can_choose_the_version(tmp_path: Path, fake: Fake) -> None:
    """Nothing is added to a manifest that has each of several versions of a crate already."""
    told = fake("cargo", "")
    subject = replace(implementation(tmp_path, "cargo"), requirements=("v{version}",))
    prepare(subject)
    [[_, arguments, _]] = told()
    assert arguments[-4:-2] == ["--no-default-features", "--features=v2.0"]


@pytest.mark.parametrize(
    ("toolchain", "place", "path"),
    [
        ("node", "{node}", "{tmp}/bin/node"),
        ("cargo", "{bin}/adapter", "{env}/bin/adapter"),
        ("maven", "{java}", "{tmp}/bin/java"),
        ("go", "{bin}/adapter", "{env}/bin/adapter"),
    ],
)
def test_the_command_is_told_where_things_are(
    toolchain: str, place: str, path: str, tmp_path: Path, fake: Fake
) -> None:
    fake(toolchain, "")
    subject = implementation(tmp_path, toolchain)
    launch = prepare(subject)
    found = launch.command[subject.run.index(place)]
    assert found == path.format(tmp=tmp_path, env=launch.directory.parent)


@pytest.mark.parametrize("toolchain", BUILT)
def test_nothing_is_built_in_the_source_tree(toolchain: str, tmp_path: Path, fake: Fake) -> None:
    """The files are copied, side by side as they lie here, without what others left there."""
    fake(toolchain, "pathlib.Path('made').write_text('by the build')")
    subject = implementation(tmp_path, toolchain)
    (subject.directory / "node_modules").mkdir()
    before = sorted(subject.directory.parent.rglob("*"))
    launch = prepare(subject)
    assert sorted(subject.directory.parent.rglob("*")) == before
    assert (launch.directory / "file").read_text() == "content"
    assert (launch.directory.parent / "kit" / KITS[toolchain] / "file").read_text() == "content"
    assert not (launch.directory / "node_modules").exists()


@pytest.mark.parametrize("toolchain", BUILT)
def test_it_is_built_again_if_anything_changed(toolchain: str, tmp_path: Path, fake: Fake) -> None:
    told = fake(toolchain, "")
    subject = implementation(tmp_path, toolchain)
    first = prepare(subject)
    count = len(told())
    (subject.directory / "expected.toml").write_text("what is known of it")
    assert prepare(subject) == first
    assert len(told()) == count
    for changed in (subject.directory, subject.directory.parent / "kit" / KITS[toolchain]):
        (changed / "file").write_text("another content")
        assert prepare(subject).directory not in (first.directory, first)
        count += len(COMMANDS[toolchain])
        assert len(told()) == count


@pytest.mark.parametrize("toolchain", BUILT)
def test_another_compiler_is_noticed(toolchain: str, tmp_path: Path, fake: Fake) -> None:
    fake(toolchain, "")
    subject = implementation(tmp_path, toolchain)
    first = prepare(subject)
    for program in (tmp_path / "bin").iterdir():
        program.write_text(program.read_text().replace("1.2.3", "1.3.0"))
    version_of.cache_clear()
    assert prepare(subject) != first


MISSING = [
    ("node", "node", "node was not found; install Node.js (https://nodejs.org)"),
    ("node", "npm", "npm was not found; install Node.js (https://nodejs.org)"),
    ("cargo", "cargo", "cargo was not found; install Rust (https://rustup.rs)"),
    (
        "maven",
        "javac",
        "javac was not found; install a Java development kit (https://adoptium.net)",
    ),
    ("maven", "mvn", "mvn was not found; install Maven (https://maven.apache.org)"),
    ("go", "go", "go was not found; install Go (https://go.dev)"),
]


@pytest.mark.parametrize(("toolchain", "program", "sentence"), MISSING)
def test_a_toolchain_that_is_missing_is_named(
    toolchain: str, program: str, sentence: str, tmp_path: Path, fake: Fake
) -> None:
    fake(toolchain, "")
    (tmp_path / "bin" / program).unlink()
    with pytest.raises(NotPrepared) as caught:
        prepare(implementation(tmp_path, toolchain))
    assert str(caught.value) == sentence


@pytest.mark.parametrize("toolchain", BUILT)
def test_a_toolchain_that_does_not_work_is_named(
    toolchain: str, tmp_path: Path, fake: Fake
) -> None:
    """Such as a shim that has no version to choose from."""
    fake(toolchain, "")
    for program in (tmp_path / "bin").iterdir():
        program.write_text("#!/bin/sh\nexit 1\n")
    with pytest.raises(NotPrepared, match=r"does not work; see what `.*version` says"):
        prepare(implementation(tmp_path, toolchain))


def test_a_program_is_what_the_machine_has(tmp_path: Path, fake: Fake, cache: Path) -> None:
    """Nothing is installed, and no environment kept: the adapter is told where the program is."""
    told = fake("go", "")
    launch = prepare(program(tmp_path))
    assert launch.command == (sys.executable, "adapter.py", str(tmp_path / "bin" / "go"))
    assert launch.directory == tmp_path
    assert not told()
    assert not cache.exists()


def test_a_program_that_is_missing_is_named(tmp_path: Path) -> None:
    sentence = "go was not found; install it with `apt-get install golang`"
    with pytest.raises(NotPrepared, match=f"^{sentence}$"):
        prepare(program(tmp_path))


def program(tmp_path: Path) -> Implementation:
    return Implementation(
        name="tool",
        language="some",
        lineage="library",
        homepage="https://example.org",
        versions=(),
        requirements=("go from golang",),
        run=("{python}", "adapter.py", "{go}"),
        directory=tmp_path,
        toolchain="program",
    )


UNAVAILABLE = {
    "node": [
        "npm error code ETARGET\nnpm error notarget No matching version found for library@2.0.",
        "npm ERR! code EBADENGINE\nnpm ERR! engine Unsupported engine",
    ],
    "cargo": [
        "error: the crate `library@=2.0` could not be found in registry index.",
        "error: rustc 1.80.0 is not supported by the following package:\n  library@2.0",
    ],
    "maven": ["[ERROR] Could not find artifact org:library:jar:2.0 in central"],
    "go": [
        "go: module library: reading https://example.org/library/@v/v2.0.info: 404 Not Found",
        "go: library@v2.0: invalid version: unknown revision v2.0",
    ],
}


@pytest.mark.parametrize(
    ("toolchain", "said"), [(name, said) for name, all_of in UNAVAILABLE.items() for said in all_of]
)
def test_an_older_version_is_taken_if_there_is_no_newer_one(
    toolchain: str, said: str, tmp_path: Path, fake: Fake
) -> None:
    told = fake(toolchain, f"if '2.0' in told: sys.exit({said!r})")
    launch = prepare(implementation(tmp_path, toolchain))
    assert any("library@1.0" in argument for _, arguments, _ in told() for argument in arguments)
    assert json.loads((launch.directory.parent / "prepared.json").read_text()) == {"version": "1.0"}


@pytest.mark.parametrize("toolchain", BUILT)
def test_a_library_that_cannot_be_had_is_not_run(
    toolchain: str, tmp_path: Path, fake: Fake, cache: Path
) -> None:
    said = UNAVAILABLE[toolchain][0]
    fake(toolchain, f"sys.exit({said!r})")
    with pytest.raises(
        NotPrepared, match=r"^none of the versions 2\.0, 1\.0 installs for .*1\.2\.3 \("
    ):
        prepare(implementation(tmp_path, toolchain))
    assert [path.suffix for path in cache.iterdir()] == [".lock"]


FAULTS = [
    (
        "node",
        "npm error code ENOTFOUND\nnpm error request failed",
        "the package registry cannot be reached (request failed); check the network and run again",
    ),
    (
        "cargo",
        "error: failed to get `library`\n  [6] Could not resolve host: index.example",
        "the crate registry cannot be reached (failed to get `library`)",
    ),
    (
        "maven",
        "[ERROR] Connection refused: repo.example",
        "a Maven repository cannot be reached (Connection refused: repo.example); see whether",
    ),
    (
        "go",
        'go: Get "https://proxy.example": dial tcp: lookup proxy.example: no such host',
        "the module proxy cannot be reached",
    ),
    ("node", "npm error code ENOSPC\nnpm error nospc write", "the disk is full (nospc write)"),
    ("cargo", "error: x\n  No space left on device (os error 28)", "the disk is full (x); make"),
    ("maven", "[ERROR] /cache/x: Permission denied", "cannot be written"),
    (
        "cargo",
        "error[E0425]: cannot find value `x`",
        "cargo failed (cannot find value `x`); see whether it builds by hand",
    ),
    (
        "maven",
        "[ERROR] COMPILATION ERROR :\n[ERROR] Adapter.java:[3,1] cannot find symbol",
        "Maven failed (Adapter.java:[3,1] cannot find symbol)",
    ),
    ("go", "./adapter.go:3: undefined: x", "go failed (./adapter.go:3: undefined: x)"),
]


@pytest.mark.parametrize(("toolchain", "said", "sentence"), FAULTS)
def test_a_fault_is_told_in_a_sentence_and_no_older_version_taken_for_it(
    toolchain: str, said: str, sentence: str, tmp_path: Path, fake: Fake
) -> None:
    told = fake(toolchain, f"sys.exit({said!r})")
    with pytest.raises(NotPrepared) as caught:
        prepare(implementation(tmp_path, toolchain))
    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not any("1.0" in argument for _, arguments, _ in told() for argument in arguments)


ARTIFACT = "edu.example:core:pom:5.9.1"
REPOSITORY = "https://repo.example/all/"
FAILED = (
    "[ERROR] Failed to execute goal on project adapter: Could not resolve dependencies for project"
    " adapter:adapter:jar:1.0: Failed to collect dependencies at org:library:jar:2.0 -> "
    "edu.example:core:jar:5.9.1: Failed to read artifact descriptor for edu.example:core:jar:5.9.1:"
    " {problem} -> [Help 1]\n[ERROR]\n[ERROR] To see the full stack trace, use the -e switch."
)
NOT_HAD = [
    (
        f"Could not transfer artifact {ARTIFACT} from/to all ({REPOSITORY}): transfer failed for"
        f" {REPOSITORY}edu/example/core.pom: Unknown host repo.example: Name not known",
        f"was not got from {REPOSITORY}: Unknown host repo.example: Name not known)",
        "a Maven repository cannot be reached",
    ),
    (
        f"Could not transfer artifact {ARTIFACT} from/to all ({REPOSITORY}): transfer failed for"
        f" {REPOSITORY}edu/example/core.pom, status: 503 Service Unavailable",
        f"was not got from {REPOSITORY}: transfer failed for",
        "a Maven repository cannot be reached",
    ),
    (
        f"Could not transfer artifact {ARTIFACT} from/to all ({REPOSITORY}):"
        " status code: 403, reason phrase: Forbidden (403)",
        f"was not got from {REPOSITORY}: status code: 403, reason phrase: Forbidden (403))",
        "none of the versions 2.0, 1.0 installs for java 1.2.3",
    ),
    (
        f"Could not find artifact {ARTIFACT} in all ({REPOSITORY})",
        f"is not in {REPOSITORY})",
        "none of the versions 2.0, 1.0 installs for java 1.2.3",
    ),
    (
        f"{ARTIFACT} was not found in {REPOSITORY} during a previous attempt. This is cached",
        f"is not in {REPOSITORY})",
        "none of the versions 2.0, 1.0 installs for java 1.2.3",
    ),
]


@pytest.mark.parametrize(("problem", "why", "beginning"), NOT_HAD)
def test_it_is_said_which_artifact_of_which_maven_repository_was_not_to_be_had(
    problem: str, why: str, beginning: str, tmp_path: Path, fake: Fake
) -> None:
    """The library itself may have been found: what it needs, and where that lies, is named."""
    fake("maven", f"sys.exit({FAILED.format(problem=problem)!r})")
    with pytest.raises(NotPrepared) as caught:
        prepare(implementation(tmp_path, "maven"))
    said = str(caught.value)
    assert said.startswith(beginning)
    assert f"{ARTIFACT}, which org:library:jar:2.0 needs, {why}" in said
    assert "check the network" not in said
    assert "Help" not in said
    assert "\n" not in said


def test_what_a_crate_compiles_to_is_kept_for_the_next_build(
    tmp_path: Path, fake: Fake, cache: Path
) -> None:
    fake("cargo", "pathlib.Path(os.environ['CARGO_TARGET_DIR']).mkdir(exist_ok=True)")
    prepare(implementation(tmp_path, "cargo"))
    assert (cache / "library-target").is_dir()


def test_go_downloads_no_other_go(tmp_path: Path, fake: Fake) -> None:
    fake("go", "assert os.environ['GOTOOLCHAIN'] == 'local'")
    prepare(implementation(tmp_path, "go"))


def test_an_adapter_finds_no_libraries_but_its_own(
    tmp_path: Path, fake: Fake, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake("node", "")
    monkeypatch.setenv("NODE_PATH", "/somewhere")
    assert "NODE_PATH" not in prepare(implementation(tmp_path, "node")).environment


def test_colours_do_not_get_into_a_sentence(tmp_path: Path, fake: Fake) -> None:
    fake("maven", "sys.exit('\\x1b[1;31m[ERROR]\\x1b[m it \\x1b[1mfailed\\x1b[m')")
    with pytest.raises(NotPrepared, match=r"Maven failed \(it failed\)"):
        prepare(implementation(tmp_path, "maven"))
