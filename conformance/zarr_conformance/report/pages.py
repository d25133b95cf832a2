"""Files that are made from templates: what comes from results is escaped for where it stands."""

import functools

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape


def render(template: str, **values: object) -> str:
    """A file of ``templates/``, filled in. In HTML and SVG every value is escaped."""
    text: str = _environment().get_template(template).render(**values)
    return text


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("zarr_conformance.report"),
        autoescape=select_autoescape(("html", "svg")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
