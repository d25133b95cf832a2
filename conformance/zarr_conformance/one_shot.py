"""An adapter of ours for what is only a command line: one process a question, `python -m` this.

It is started with the name, the version, the form and the words of the command. In these
``{store}`` and ``{path}`` stand for what a question is about, and ``{array}`` for both in one: the
directory of the array. The harness watches over it and its descendants as over any adapter, so it
needs no limits of its own. How the command ends is its answer:

====  ==========================================================================================
0     it has read the array; the elements are on standard output, as ``printed.py`` reads them
65    it refuses: ``EX_DATAERR``, "the input data was incorrect". Standard error says why
69    it cannot do this: ``EX_UNAVAILABLE``
1     in the form ``zarr-cli`` only: it could not open the array, by refusal or by accident
====  ==========================================================================================

However else it ends, it has crashed. ``docs/decisions/0009`` says why status 1 is no refusal.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

from zarr_conformance.placeholders import Form, filled_in
from zarr_conformance.printed import returned
from zarr_conformance.process import how_it_ended

LONGEST_MESSAGE = 1000  # characters of standard error that are passed on as the reason
COULD_NOT_OPEN = 1


class Babble(Exception):
    """The command printed something else than elements, beginning with this line."""


def main(name: str, version: str, form: Form, *words: str) -> None:
    """Answer the questions on standard input."""
    description = {"name": name, "version": version, "language": "unknown"}
    for line in sys.stdin.buffer:
        message = json.loads(line)
        identifier = message.pop("id")
        [(question, parameters)] = message.items()
        if question == "stop":
            return
        if question == "describe":
            answer: Mapping[str, Any] = {"returned": description}
        elif question == "read":
            try:
                answer = read(form, words, parameters)
            except Babble as babble:
                print(babble, flush=True)  # the harness will say that this is no answer
                continue
        else:
            answer = {"unsupported": {"message": f"a command line cannot be asked to {question}"}}
        sys.stdout.write(json.dumps({"id": identifier, **answer}) + "\n")
        sys.stdout.flush()


def read(form: Form, words: Sequence[str], parameters: Mapping[str, Any]) -> Mapping[str, Any]:
    """The answer of the command to the question ``read``. Raises ``Babble``."""
    store, path = parameters["store"], parameters["path"]
    if path != "/" and not any("{path}" in word or "{array}" in word for word in words):
        return {"unsupported": {"message": "the command is not told which node of a store to read"}}
    code, out, err = _run(filled_in(words, store, path))
    reason = err.decode(errors="replace").strip()[-LONGEST_MESSAGE:]
    if code == os.EX_DATAERR:
        return {"refused": {"stage": "open", "message": reason}}
    if code == os.EX_UNAVAILABLE:
        return {"unsupported": {"message": reason}}
    if code == COULD_NOT_OPEN and form == "zarr-cli":
        return {"returned": {"opened": False, "message": reason}}
    if code != 0:
        return {"crashed": {"detail": how_it_ended(code), "stderr": err.decode(errors="replace")}}
    content = returned(out, parameters, exact=form == "one-shot")
    if content is None:
        raise Babble(out.partition(b"\n")[0].decode(errors="replace"))
    return {"returned": content}


def _run(command: Sequence[str]) -> tuple[int, bytes, bytes]:
    """Run a command: its exit code, standard output and error. It leaves no process behind."""
    with (
        ThreadPoolExecutor() as pool,
        subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            process_group=0,
        ) as process,
    ):
        reading = [pool.submit(each.read) for each in (process.stdout, process.stderr) if each]
        process.wait()
        with suppress(ProcessLookupError, PermissionError):  # who holds the pipes open
            os.killpg(process.pid, signal.SIGKILL)
        out, err = (each.result() for each in reading)
    return process.returncode, out, err


if __name__ == "__main__":
    main(*sys.argv[1:])  # type: ignore[arg-type]  # the form is ours
