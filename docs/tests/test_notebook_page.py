"""The notebook of the documentation: its code runs, and what it shows was made by running it."""

import json
import re
from pathlib import Path

import pytest

from zarr_conformance import Results
from zarr_conformance.cli.command import run_command

PATH = Path(__file__).parents[1] / "how-to" / "notebook.ipynb"
NOTEBOOK = json.loads(PATH.read_text(encoding="utf-8"))
CELLS = [cell for cell in NOTEBOOK["cells"] if cell["cell_type"] == "code"]
PAGE = PATH.with_name("use-in-a-notebook.md").read_text(encoding="utf-8")


def test_every_cell_was_executed_in_order_and_shows_something() -> None:
    assert [cell["execution_count"] for cell in CELLS] == list(range(1, len(CELLS) + 1))
    for cell in CELLS:
        assert cell["outputs"], cell["source"]
        assert all(output["output_type"] == "execute_result" for output in cell["outputs"])


def test_it_shows_the_matrix_and_nothing_of_the_machine_it_was_made_on() -> None:
    (output,) = CELLS[0]["outputs"]
    html = "".join(output["data"]["text/html"])
    assert "zarr-python" in html
    assert "gzip" in html
    assert not re.search(r"(?<![\w.<])/(home|root|tmp|usr|work)\b", PATH.read_text())


def test_the_code_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(tmp_path)
    names: dict[str, object] = {}
    for cell in CELLS:
        exec("".join(cell["source"]), names)


def test_the_code_of_the_page_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    run(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    exec(code, {})


def run(directory: Path) -> None:
    """Leave the files that the notebook reads; of one implementation, which is always there.

    The old one is of an older corpus, which had less.
    """
    for name, cases in (("results.jsonl", "v3/codecs/gzip"), ("old.jsonl", "v3/codecs/gzip/plain")):
        arguments = ["zarr-reference", "--select", cases, "--results", name]
        assert run_command(["run", *arguments]) == 0
        text = (directory / name).read_text().replace("zarr-reference", "zarr-python")
        if name == "old.jsonl":
            text = text.replace(Results.read("old.jsonl").run.corpus["hash"], "sha256:00")
        (directory / name).write_text(text)
