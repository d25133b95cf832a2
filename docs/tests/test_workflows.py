"""The action and the ready workflows: their commands are run, in a project of that language.

GitHub's own actions are left out, and what would fetch or build something (pip, npm, cargo, mvn)
only leaves what it would leave: an environment with the suite, or an adapter. All else is as it is
written: paths, options, variables, and what the adapter answers.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "how-to" / "use-in-ci.md"
WORKFLOWS = sorted((ROOT / "docs" / "how-to" / "ci").glob("*.yml"))
ACTION = yaml.safe_load((ROOT / "action.yml").read_text())
OURS = "OWNER/zarr-conformance@main"
REFERENCE = ROOT / "implementations" / "zarr-reference" / "adapter.py"

# A run asks a handful of cases, as in the other tests of the documentation.
LITTLE = Path(__file__).with_name("asks_little.py")
VENV = f"""\
mkdir -p "$3/bin"
printf '#!/bin/sh\\nexec "{sys.executable}" "{LITTLE}" "$@"\\n' > "$3/bin/zarr-conformance"
printf '#!/bin/sh\\nexit 0\\n' > "$3/bin/python"
chmod +x "$3"/bin/*
"""
ADAPTER = f'exec "{sys.executable}" "{REFERENCE}"'
PROGRAMS = {
    "python": f'case "$2" in venv) {VENV};; pip) exit 0;; *) {ADAPTER};; esac',
    "python3": VENV,
    "cargo": "mkdir -p conformance/target/release\n"
    'cp "$ADAPTERS/adapter" conformance/target/release/adapter',
    "npm": "exit 0",
    "mvn": "exit 0",
    "node": ADAPTER,
    "java": ADAPTER,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project whose adapter, in whatever language, is the reference's."""
    (tmp_path / "conformance").mkdir()
    (tmp_path / "conformance" / "expected.toml").write_text("known = []\n")
    (tmp_path / "runner").mkdir()
    programs = tmp_path / "programs"
    programs.mkdir()
    for name, script in {**PROGRAMS, "adapter": ADAPTER}.items():
        (programs / name).write_text(f"#!/bin/bash\n{script}\n")
        (programs / name).chmod(0o755)
    return tmp_path


def run_step(script: str, project: Path, environment: Mapping[str, str]) -> None:
    assert "${{" not in script, "an expression in a script can become a part of it"
    done = subprocess.run(
        ["bash", "-eo", "pipefail", "-c", script],
        cwd=project,
        env={
            **os.environ,
            "PATH": f"{project / 'programs'}{os.pathsep}{os.environ['PATH']}",
            "ADAPTERS": str(project / "programs"),
            "RUNNER_TEMP": str(project / "runner"),
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_STEP_SUMMARY": str(project / "summary.md"),
            "GITHUB_ACTIONS": "true",
            **environment,
        },
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{script}\n{done.stdout}\n{done.stderr}"


def run_action(given: Mapping[str, str], project: Path) -> None:
    inputs = {name: each.get("default", "") for name, each in ACTION["inputs"].items()}
    assert given.keys() <= inputs.keys()
    inputs |= given
    for step in ACTION["runs"]["steps"]:
        values = {
            name: re.sub(r"\$\{\{ inputs\.([a-z-]+) \}\}", lambda each: inputs[each[1]], value)
            for name, value in step.get("env", {}).items()
        }
        run_step(step["run"], project, values)


def steps_of(workflow: Path) -> Iterator[dict[str, Any]]:
    document = yaml.safe_load(workflow.read_text())
    assert document[True] == ["push", "pull_request"]  # YAML takes "on" for a truth
    assert document["permissions"] == {"contents": "read"}
    (job,) = document["jobs"].values()
    yield from job["steps"]


@pytest.mark.parametrize("workflow", WORKFLOWS, ids=lambda each: each.stem)
def test_the_commands_of_a_workflow(workflow: Path, project: Path) -> None:
    artifacts = ""
    for step in steps_of(workflow):
        if "run" in step:
            run_step(step["run"], project, {})
        elif step["uses"] == OURS:
            run_action(step["with"], project)
        else:
            assert re.fullmatch(r"actions/[a-z-]+@v[0-9]+", step["uses"])
            artifacts += step.get("with", {}).get("path", "")
    assert artifacts.split() == ["results.jsonl", "junit.xml"]
    for name in artifacts.split():
        assert (project / name).stat().st_size > 0
    assert (project / "summary.md").read_text().startswith("## Zarr conformance")


def test_there_is_a_workflow_for_each_language() -> None:
    assert [each.stem for each in WORKFLOWS] == ["java", "javascript", "python", "rust"]
    page = PAGE.read_text()
    for each in WORKFLOWS:
        assert f"{{literalinclude}} ci/{each.name}" in page


def test_each_input_of_the_action_is_told_and_used(project: Path) -> None:
    page = PAGE.read_text()
    used = str(ACTION["runs"]["steps"])
    for name in ACTION["inputs"]:
        assert f"| `{name}` |" in page
        assert f"inputs.{name} " in used
    given = {
        "adapter": "python conformance/adapter.py",
        "select": "v3/metadata/plainest-array",
        "fail-on": "must",
        "results": "out/r.jsonl",
        "junit": "out/j.xml",
    }
    run_action(given, project)
    assert (project / "out" / "r.jsonl").read_text().count('"verdict"') == 1
    assert (project / "out" / "j.xml").exists()


def test_an_adapter_that_fails_fails_the_job(project: Path) -> None:
    with pytest.raises(AssertionError, match="did not run"):
        run_action({"adapter": "./none", "select": "v3/metadata/plainest-array"}, project)
