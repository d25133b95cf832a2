"""Tools that are only a command line, as contestants of a run.

``--one-shot "mytool {store} {path}"`` names a command that prints the elements of an array, and
``--zarr-cli "mytool"`` one that takes ``--array_path=PATH``, as several implementations have it for
their own tests. Such a tool says neither its name nor its version; ``NAME@VERSION=`` before the
command does.
"""

import re
import shlex
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from zarr_conformance.environments import adapter_environment
from zarr_conformance.errors import UsageError
from zarr_conformance.placeholders import PLACEHOLDER, Form
from zarr_conformance.process import CannotStart, Launch
from zarr_conformance.run import Contestant

NAMED = re.compile(r"(?P<name>[\w.+-]+)@(?P<version>[\w.+-]+)=(?P<command>.*)", re.DOTALL)
UNKNOWN = "unknown"


def command_line(form: Form, text: str) -> Contestant:
    """What an option ``--one-shot`` or ``--zarr-cli`` asks for.

    Raises ``UsageError`` if the text is no command, or one that is not told what to read.
    """
    named = NAMED.fullmatch(text)
    command = named["command"] if named else text
    words = _words(form, command)
    own = [Path(word).name for word in words if not PLACEHOLDER.search(word)]
    name = named["name"] if named else " ".join(own)
    version = named["version"] if named else UNKNOWN
    template = [*words, "--array_path={array}"] if form == "zarr-cli" else words
    if not any(PLACEHOLDER.search(word) for word in template):
        raise UsageError(
            f"The command {command!r} is not told what to read: write {{store}} and {{path}} where "
            "these belong, or {array} for the directory of the array."
        )
    adapter = (sys.executable, "-P", "-m", "zarr_conformance.one_shot", name, version, form)
    launch = Launch((*adapter, *template), Path.cwd(), adapter_environment())
    given = (f"--{form}", text)
    return Contestant(text, UNKNOWN, lambda _stopping: _found(launch, words[0]), command=given)


def _words(form: Form, command: str) -> Sequence[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise UsageError(
            f"The command {command!r} of --{form} cannot be split: {error}."
        ) from error
    if not words:
        raise UsageError(f"The command of --{form} is empty.")
    return words


def _found(launch: Launch, program: str) -> Launch:
    if shutil.which(program) is None:
        raise CannotStart(f"{program!r} is no command that can be found")
    return launch
