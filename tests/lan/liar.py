#!/usr/bin/env python3
"""tests/lan/liar.py PORT: says that the server that anybody looks for is here, at PORT."""
import socket
import sys

liar = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
liar.bind(("", 2425))
print("ready", flush=True)
while True:
    question, whence = liar.recvfrom(65536)
    if b"\nCO:1:0:" in question:
        for _ in range(3):
            liar.sendto(question.replace(b"CO:1:0:", b"CO:1:%d:" % int(sys.argv[1])), whence)
        print("lied to", whence, flush=True)
