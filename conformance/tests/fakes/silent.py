"""Never says anything, not even who it is."""

import sys

for _line in sys.stdin:
    pass
