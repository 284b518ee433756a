#!/usr/bin/env python3
"""tests/media/onterminal.py STEP... -- COMMAND...: runs a command on a terminal of 80x24 of its own.

Steps follow each other: a single letter is typed, anything else is waited for, from where the one
before was found; each that was found is added to $T/terminal.seen. In the end the terminal must be
as it was and the command have ended with 0; what it wrote is printed.
"""
import fcntl
import os
import pty
import select
import struct
import sys
import termios
import time


def main():
    split = sys.argv.index("--")
    steps, command = sys.argv[1:split], sys.argv[split + 1:]
    pid, master = pty.fork()
    if pid == 0:
        os.execv(command[0], command)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    before = termios.tcgetattr(master)[:4]
    seen, at, until = b"", 0, time.monotonic() + 90
    marks = open(os.environ["T"] + "/terminal.seen", "w", encoding="utf-8")
    while time.monotonic() < until:
        if steps and len(steps[0]) == 1 and steps[0].isascii():
            os.write(master, steps.pop(0).encode())
            continue
        found = seen.find(steps[0].encode(), at) if steps else -1
        if found >= 0:
            at = found + len(steps[0].encode())
            print(steps.pop(0), file=marks, flush=True)
            continue
        ready, _, _ = select.select([master], [], [], 1)
        if not ready:
            continue
        if not steps:
            after = termios.tcgetattr(master)[:4]
        try:
            seen += os.read(master, 65536)
        except OSError:
            break
    _, status = os.waitpid(pid, 0)
    sys.stdout.buffer.write(seen)
    if steps:
        sys.exit(f"never came: {steps[0]}")
    if after != before:
        sys.exit("the terminal is not as it was")
    sys.exit(os.waitstatus_to_exitcode(status))


main()
