"""Ends at its first question by a segmentation fault."""

import os
import signal

from honest import serve

serve(lambda _message: os.kill(os.getpid(), signal.SIGSEGV))
