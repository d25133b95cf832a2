"""The README of the reference names every module, and nothing that is not there."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
LINKS = re.findall(r"\]\(([^)]+)\)", README)
TABLE_ROWS = [line for line in README.splitlines() if re.match(r"\|.*\.py\)", line)]


def has_code(module: Path) -> bool:
    """Whether there is more in a module than its docstring."""
    return len(ast.parse(module.read_text(encoding="utf-8")).body) > 1


def modules() -> set[str]:
    return {
        module.relative_to(ROOT).as_posix()
        for module in (ROOT / "zarr_reference").rglob("*.py")
        if module.name != "__init__.py" or has_code(module)
    }


def test_every_module_is_named() -> None:
    assert modules() - set(LINKS) == set()


def test_everything_named_is_there() -> None:
    files = [link for link in LINKS if not link.startswith("https://")]
    assert [link for link in files if not (ROOT / link).is_file()] == []


def test_a_module_is_named_as_it_is_called() -> None:
    for name, path in re.findall(r"\[(\w+)\]\((zarr_reference/[^)]+\.py)\)", README):
        assert name == (Path(path).parent.name if path.endswith("__init__.py") else Path(path).stem)


@pytest.mark.parametrize("row", TABLE_ROWS)
def test_every_chapter_has_an_address(row: str) -> None:
    chapter, module = row.strip("|").split("|")
    assert "](https://" in chapter
    assert "](zarr_reference/" in module


def test_the_example_runs() -> None:
    examples = re.findall(r"```python\n(.*?)```", README, flags=re.DOTALL)
    assert len(examples) == 1
    exec(compile(examples[0], "README.md", "exec"), {})
