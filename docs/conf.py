"""How Sphinx builds the site; every warning is an error there.

Three pages are READMEs of the repository, which are written to be read where they lie. Their links
to files are checked here: one that leads into ``docs/`` stays a link, any other becomes the file's
name, as the site has no copy of the code.
"""

import os
import re
from pathlib import Path
from typing import Any

project = "zarr-conformance"
author = "The zarr-conformance authors"
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_click"]
source_suffix = {".md": "markdown"}
html_theme = "furo"
html_title = "zarr-conformance"
html_show_copyright = False
myst_heading_anchors = 3
exclude_patterns = ["tests"]
autodoc_typehints_format = "short"
autodoc_preserve_defaults = True  # or they would show where they were built
# In signatures stand types of other packages too, and of ours that a caller need not know.
nitpick_ignore_regex = [("py:(class|data|obj)", ".*")]

DOCS = Path(__file__).parent.resolve()
READMES = {
    "reference/case-format": DOCS.parent / "fixtures" / "README.md",
    "reference/chapters": DOCS.parent / "reference" / "README.md",
    "how-to/add-an-implementation": DOCS.parent / "implementations" / "README.md",
}
LINK = re.compile(r"\[([^\]]+)\]\((?!https?:|#)([^)#]+)(#[^)]*)?\)")


def with_readme(_app: Any, page: str, source: list[str]) -> None:
    """Put the README of ``page``, if it has one, behind what the page itself says."""
    if page in READMES:
        text = READMES[page].read_text(encoding="utf-8")
        source[0] += "\n" + LINK.sub(lambda link: relinked(page, link), text)


def relinked(page: str, link: re.Match[str]) -> str:
    """A link of a README, as it has to be on the page; raises ``ValueError`` if it is broken."""
    text, target, anchor = link.groups(default="")
    file = (READMES[page].parent / target).resolve()
    if not file.exists():
        raise ValueError(f"{READMES[page]}: there is no {target} to link to")
    if file.is_relative_to(DOCS):
        return f"[{text}]({os.path.relpath(file, (DOCS / page).parent)}{anchor})"
    return text if text.startswith("`") else f"{text} (`{file.relative_to(DOCS.parent)}`)"


def setup(app: Any) -> None:
    """Sphinx calls this once."""
    app.connect("source-read", with_readme)
