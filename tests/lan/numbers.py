#!/usr/bin/env python3
# numbers.py: numbered datagrams, to see what a cable does to them (cable_selftest.sh).
#
#   numbers.py send ADDR PORT COUNT            0 .. COUNT-1, one datagram each
#   numbers.py receive PORT                    prints each number; "ready" on stderr first;
#                                              ends, exit 0, at SIGTERM
#   numbers.py foretell SEED COUNT LOSS DUP    what arrives, as relay.c's header has it
#   numbers.py ping ADDR                       ms there and back (ICMP, needs root)
import select
import signal
import socket
import struct
import sys
import time

MASK = (1 << 64) - 1


def send(addr, port, count):
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    for number in range(int(count)):
        wire.sendto(b"%d" % number, (addr, int(port)))
        if number % 50 == 49:  # the queue of a TAP device holds some hundred frames
            select.select([], [], [], 0.005)


def receive(port):
    wire = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 22)
    wire.bind(("0.0.0.0", int(port)))

    done = []
    signal.signal(signal.SIGTERM, lambda *_: done.append(True))
    print("ready", file=sys.stderr, flush=True)
    while True:
        # Asked to leave it still reads what has arrived.
        leaving = bool(done)
        if select.select([wire], [], [], 0 if leaving else 0.05)[0]:
            print(wire.recv(100).decode())
        elif leaving:
            return


def fate(seed, direction, number, which):
    z = (seed + (direction << 63) + 4 * number + which + 0x9E3779B97F4A7C15) & MASK
    z = ((z ^ z >> 30) * 0xBF58476D1CE4E5B9) & MASK
    z = ((z ^ z >> 27) * 0x94D049BB133111EB) & MASK
    return z ^ z >> 31


def foretell(seed, count, loss, dup):
    for number in range(int(count)):
        if fate(int(seed), 0, number, 0) % 10000 >= 100 * int(loss):
            print(number)
            if fate(int(seed), 0, number, 1) % 10000 < 100 * int(dup):
                print(number)


def ping(addr):
    wire = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
    wire.settimeout(20)
    body = struct.pack("!HH", 77, 1)
    total = 0x0800 + 77 + 1
    total = ~(total + (total >> 16)) & 0xFFFF
    began = time.monotonic()
    wire.sendto(b"\x08\x00" + struct.pack("!H", total) + body, (addr, 0))
    while True:
        packet = wire.recv(1000)
        if packet[20:21] == b"\0" and packet[24:28] == body:
            print(int(1000 * (time.monotonic() - began)))
            return


{"send": send, "receive": receive, "foretell": foretell, "ping": ping}[sys.argv[1]](*sys.argv[2:])
