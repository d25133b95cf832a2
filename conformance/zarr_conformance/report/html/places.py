"""Where each page lies in the site, and how one page points to another.

Names of implementations and cases come from files that anybody may have written: what is in them
never leads out of the site, and two names never share a page.
"""

import functools
import hashlib
import re
from pathlib import PurePosixPath

from zarr_conformance.report.matrix import Key

MATRIX = PurePosixPath("index.html")
DIVERGENCES = PurePosixPath("divergences.html")
COVERAGE = PurePosixPath("coverage.html")
FINDINGS = PurePosixPath("findings.html")  # each finding's anchor there is its id
LONGEST = 100  # characters of a file name, which file systems allow 255 of


def slug(text: str) -> str:
    """A file name or anchor for a text: the text itself if it is harmless, else one of its own."""
    if re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*", text) and len(text) <= LONGEST:
        return text
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    harmless = re.sub(r"[^A-Za-z0-9_]+", "-", text)[:LONGEST].strip("-")
    return f"{harmless or 'x'}.{digest}"


@functools.cache
def case_page(case_id: str) -> PurePosixPath:
    """The page of a case: a folder for each part of its id but the last."""
    *folders, name = map(slug, case_id.split("/"))
    return PurePosixPath("cases", *folders, f"{name}.html")


def anchor(key: Key) -> str:
    """What an implementation is called in addresses and in the page of a case."""
    return slug("-".join(key))


@functools.cache
def implementation_page(key: Key) -> PurePosixPath:
    """The page of an implementation in one version."""
    return PurePosixPath("implementations", f"{anchor(key)}.html")


def root_from(page: PurePosixPath) -> str:
    """How a page gets to the folder that holds the site: empty, or ``../`` so many times."""
    return "../" * (len(page.parts) - 1)
