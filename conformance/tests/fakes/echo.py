"""Answers at once, always the same, and honestly so: what is left is the cost of the harness."""

import sys

DESCRIBE = b'"returned":{"name":"echo","version":"1","language":"python"}}\n'
ANSWER = b'"returned":{"data_type":"uint8","shape":[4],"elements":"AAECAw=="}}\n'

for line in sys.stdin.buffer:
    start = line[: line.index(b",") + 1]
    if b'"stop":{}' in line:
        break
    sys.stdout.buffer.write(start + (DESCRIBE if b'"describe"' in line else ANSWER))
    sys.stdout.buffer.flush()
