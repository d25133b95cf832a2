"""Lets a child take the memory, which has left the process group too."""

import subprocess
import sys
import time

from honest import serve

EAT = "import time\neaten = []\nwhile True: eaten.append(b'1' * 2**23); time.sleep(0.001)"


def order(_message):
    subprocess.Popen([sys.executable, "-c", EAT, sys.argv[1]], start_new_session=True)
    time.sleep(600)


serve(order)
