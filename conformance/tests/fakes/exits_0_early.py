"""Ends at its first question, with the exit code of success."""

import sys

from honest import serve

serve(lambda _message: sys.exit(0))
