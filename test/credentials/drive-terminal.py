"""Runs a command on a real pseudo-terminal and types into it.

usage: drive-terminal.py STEPS COMMAND...
STEPS is JSON: [{"wait": text, "type": text} or {"wait": text, "signal": name}, ...]. Each step waits until the
terminal shows the text. Prints JSON: the exit code (minus the signal, where one ended the command), all that
the terminal showed, whether it echoed at each step, and whether its modes at the end are those of the start.
"""

import fcntl
import json
import os
import pty
import select
import signal
import subprocess
import sys
import termios
import time

LIMIT_SECONDS = 20


def main():
    steps, command = json.loads(sys.argv[1]), sys.argv[2:]
    terminal, end = pty.openpty()
    before = termios.tcgetattr(end)

    def take_terminal():
        os.setsid()
        fcntl.ioctl(0, termios.TIOCSCTTY, 0)

    child = subprocess.Popen(command, stdin=end, stdout=end, stderr=end, preexec_fn=take_terminal)
    shown, echo, seen = b"", [], 0
    deadline = time.monotonic() + LIMIT_SECONDS

    def read(seconds):
        nonlocal shown
        if select.select([terminal], [], [], seconds)[0]:
            shown += os.read(terminal, 65536)

    try:
        for step in steps:
            wanted = step["wait"].encode()
            while wanted not in shown[seen:]:
                if time.monotonic() > deadline:
                    sys.exit(f"never saw {step['wait']!r}, only {shown!r}")
                read(0.1)
            seen = shown.index(wanted, seen) + len(wanted)
            echo.append(bool(termios.tcgetattr(end)[3] & termios.ECHO))
            if "signal" in step:
                child.send_signal(getattr(signal, step["signal"]))
            else:
                os.write(terminal, step["type"].encode())
        while child.poll() is None:
            if time.monotonic() > deadline:
                sys.exit(f"never ended: {shown!r}")
            read(0.05)
        while select.select([terminal], [], [], 0.05)[0]:
            read(0)
    finally:
        if child.poll() is None:
            child.kill()
    restored = termios.tcgetattr(end) == before
    print(json.dumps({"exit": child.returncode, "shown": shown.decode(), "echo": echo, "restored": restored}))


main()
