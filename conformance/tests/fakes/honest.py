"""Answers as its file of answers says: ``honest.py ANSWERS``, JSON from case id to answer.

The other fakes take its honest answers and lie about one thing each.
"""

import json
import sys
from pathlib import Path

DESCRIPTION = {"name": Path(sys.argv[0]).stem, "version": "1.0", "language": "python"}
ANSWERS = json.loads(Path(sys.argv[1]).read_text())


def answer(message):
    """The honest answer to a question."""
    if "describe" in message:
        return {"id": message["id"], "returned": DESCRIPTION}
    return {"id": message["id"], **ANSWERS[case_of(message)]}


def case_of(message):
    """The id of the case: stores are laid out in directories that end with it."""
    store = next(value for name, value in message.items() if name != "id")["store"]
    return store.partition("/stores/")[2]


def say(document):
    print(json.dumps(document), flush=True)


def serve(reply):
    """Reply to each question, the first one honestly: a process has to get to its work."""
    for line in sys.stdin:
        message = json.loads(line)
        if "stop" in message:
            return
        if "describe" in message:
            say(answer(message))
        else:
            reply(message)


if __name__ == "__main__":
    serve(lambda message: say(answer(message)))
