"""Says that it can be asked to read and nothing else, and ends if it is asked anything else."""

import sys

import honest

honest.DESCRIPTION["questions"] = ["read"]


def reply(message):
    if "read" not in message:
        sys.exit(1)
    honest.say(honest.answer(message))


honest.serve(reply)
