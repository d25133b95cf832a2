"""Tells who it is, and falls asleep over the first question."""

import time

from honest import serve

serve(lambda _message: time.sleep(600))
