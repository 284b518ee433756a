#!/usr/bin/env python3
# spoof.py: datagrams from any address, and a look at those on a wire.
#
#   spoof.py send FROM[:PORT] TO[:PORT]     sends each line of stdin as one datagram, with
#                                           \0, \n, \a and \\ as escapes
#   spoof.py pairs FROM TO USER HOST        one for every command with every flag
#   spoof.py watch INTERFACE                a line for each datagram seen: from, to, length,
#                                           command, all of it (escaped); "ready" first
import select
import socket
import struct
import sys


def address(text):
    host, _, port = text.partition(":")
    return host, int(port or 2425)


class Spoofer:
    def __init__(self, source, target):
        self.source, self.target = address(source), address(target)
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)

    def send(self, data):
        udp = struct.pack("!HHHH", self.source[1], self.target[1], 8 + len(data), 0)
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(data), 0, 0, 64, 17, 0,
                         socket.inet_aton(self.source[0]), socket.inet_aton(self.target[0]))
        self.socket.sendto(ip + udp + data, (self.target[0], 0))


def send(source, target):
    spoofer = Spoofer(source, target)
    for line in sys.stdin.buffer:
        spoofer.send(line.rstrip(b"\n").decode("unicode_escape").encode("latin-1"))


def pairs(source, target, user, host):
    spoofer = Spoofer(source, target)
    number = 2000000
    for command in range(256):
        for flag in range(8, 32):
            number += 1
            spoofer.send(b"1:%d:%s:%s:%d:%d\0" % (number, user.encode(), host.encode(),
                                                command | 1 << flag, number))
            # A wire of the real world, not a flood: floods meet the budget first.
            if number % 50 == 0:
                select.select([], [], [], 0.02)
    print(number - 2000000)


def watch(interface):
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(3))
    wire.bind((interface, 0))
    print("ready", flush=True)
    while True:
        frame, info = wire.recvfrom(65535)
        if info[2] == socket.PACKET_OUTGOING or frame[12:14] != b"\x08\x00":
            continue
        packet = frame[14:]
        if packet[9] != 17:
            continue
        begin = (packet[0] & 15) * 4
        source, target, length = struct.unpack("!HHH", packet[begin:begin + 6])
        data = packet[begin + 8:begin + length]
        fields = data.split(b":", 5)
        command = int(fields[4]) & 0xff if len(fields) > 4 and fields[4].isdigit() else -1
        print("%s:%d %s:%d %d 0x%02x %s" % (
            socket.inet_ntoa(packet[12:16]), source, socket.inet_ntoa(packet[16:20]), target,
            len(data), command, ascii(data)[2:-1].replace(" ", "\\x20")), flush=True)


{"send": send, "pairs": pairs, "watch": watch}[sys.argv[1]](*sys.argv[2:])
