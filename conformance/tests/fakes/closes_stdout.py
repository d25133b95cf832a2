"""Closes its standard output over the first question, and runs on."""

import os
import time

from honest import serve


def shut_up(_message):
    os.close(1)
    time.sleep(600)


serve(shut_up)
