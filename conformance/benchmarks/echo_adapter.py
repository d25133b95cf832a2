"""An adapter that answers at once, always the same: what is left is what the harness costs."""

import json
import sys

ELEMENTS = {"data_type": "uint16", "shape": [4, 4], "elements": "AAAB" * 10 + "AAE="}
ANSWERS = {
    "describe": {"name": "echo", "version": "1", "language": "python"},
    "read": ELEMENTS,
    "read_region": ELEMENTS,
    "list": {"children": {"a": "array"}},
    "metadata": {"metadata": {"node_type": "array"}},
}
LINES = {question: json.dumps(answer) for question, answer in ANSWERS.items()}
CHANGED = "{}"  # the answer to whatever asks for a change: the store, which stays as it was

for line in sys.stdin:
    message = json.loads(line)
    identifier = message.pop("id")
    [question] = message
    if question == "stop":
        break
    sys.stdout.write(f'{{"id": {identifier}, "returned": {LINES.get(question, CHANGED)}}}\n')
    sys.stdout.flush()
