"""Files that are made from templates: what comes from results is escaped for where it stands.

In HTML and SVG every value is. In Markdown each says how: ``md`` for prose, ``code`` for code
within a line, ``line`` for a line of a code block. Characters that nobody can see, such as those
that command a terminal, are shown as escapes everywhere.
"""

import functools
import re
from collections.abc import Sequence

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from zarr_conformance.report.evidence.standings import Standing
from zarr_conformance.report.failures import reproduction
from zarr_conformance.results import Implementation
from zarr_conformance.visible import visible
from zarr_fixtures.words import counted


def render(template: str, **values: object) -> str:
    """A file of ``templates/``, filled in."""
    text: str = _environment().get_template(template).render(**values)
    return text


@functools.cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("zarr_conformance.report"),
        autoescape=select_autoescape(("html", "svg")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_shown,
        auto_reload=False,
    )
    environment.filters |= {
        "able": able,
        "again": lambda who: code(command(who)),
        "code": code,
        "command": command,
        "counted": counted,
        "line": line,
        "md": md,
        "named": named,
        "supported": supported,
        "yes": lambda value: "yes" if value else "no",
    }
    return environment


def _shown(value: object) -> object:
    """A value as it goes into a file; what is markup already is ours."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def line(text: str) -> str:
    """A text on one line, without what would command a terminal."""
    return " ".join(visible(text).split())


def md(text: str) -> str:
    """Prose in Markdown: one line, in which nothing is markup."""
    return re.sub(r"([\\`*_\[\]<>|#~$&{}])", r"\\\1", line(text))


def code(text: str) -> str:
    """Code in a line of Markdown, also in a cell of a table."""
    return "`" + line(text).replace("`", "'").replace("|", "\\|") + "`"


def named(names: Sequence[str]) -> str:
    """Names in brackets, escaped for Markdown; nothing if there are none."""
    return f" ({md(', '.join(names))})" if names else ""


def supported(standing: Standing) -> str:
    """Whether somebody supports a proposal, and what is lacking if not."""
    if standing.unasked:
        return "cannot be asked"
    lacking = f" (lacks {', '.join(standing.lacking)})" if standing.lacking else ""
    return "yes" if standing.supports else f"no{lacking}"


def able(value: bool, never: bool) -> str:
    """Whether a lineage can do something, if it could be asked at all."""
    return "cannot be asked" if never else "yes" if value else "no"


def command(who: Implementation) -> str:
    """What asks an implementation again."""
    return reproduction(who, "").removesuffix(" --select ")
