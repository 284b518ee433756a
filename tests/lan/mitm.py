#!/usr/bin/env python3
# mitm.py: a man in the middle of the only cable between two camd, driven by text as peer.py is.
#
#   mitm.py --user NAME --near NETNS --far NETNS [--near-rsa PEM] [--far-rsa PEM]
#
# In the namespace NEAR it has the address of the far one (bob) and hears all that the near
# one (anna) says to him, in FAR that of the near one. Datagrams and connections are passed
# on, as what the modes leave of them. Towards each end it has keys of its own with which it
# plays the other.
#
# Commands, one a line on stdin; each ends in an event "ok" or "error". SIDE is near or far:
# the end that is talked to.
#   udp MODE              pass | drop
#       strip             without the CM line, the flags of encryption and UTF-8, and with
#                         capability words of the weakest encryption
#       plain-cm          without the CM line
#       swap              under names with the fingerprints of our RSA keys, CM lines of our own
#                         devices, GETPUBKEY answered with our keys
#   tcp MODE              pass | refuse | hang (accepted, then silence) | reset (accepted and reset)
#       own               TLS ends here, on both sides, with hellos of our own
#   cut                   breaks all connections that are open
#   dial SIDE             connects to that end as the other, with our own keys
#   anspubkey SIDE [CAPS] an ANSPUBKEY nobody asked for, with our key, from the other's address
#   counts                "ok" has datagrams by side, command and encryption
#   quit
#
# Events beside those: connection (side, what), greeted (side, name), refused (side, why),
# message (side, text): one that was sealed to us.
import argparse
import base64
import ctypes
import json
import os
import re
import select
import shlex
import socket
import ssl
import struct
import sys
import time

import cam1
import envelope
import peerwire as wire
from cam1 import Broken

STARTED = time.monotonic()
PORT = 2425
SIDES = ("near", "far")
NEW_NET = 0x40000000
PKTINFO = 8
WEAKEST = wire.RSA_1024 | wire.BLOWFISH_128


def emit(event, **fields):
    fields = {"event": event, "t": round(time.monotonic() - STARTED, 3), **fields}
    print(json.dumps(fields, ensure_ascii=False), flush=True)


class Namespace:
    """Sockets of another network namespace: what is made inside "with" belongs there."""

    libc = ctypes.CDLL(None, use_errno=True)

    def __init__(self, name):
        self.there = os.open("/run/netns/" + name, os.O_RDONLY)
        self.here = os.open("/proc/self/ns/net", os.O_RDONLY)

    def enter(self, place):
        if self.libc.setns(place, NEW_NET) != 0:
            raise OSError(ctypes.get_errno(), "setns")

    def __enter__(self):
        self.enter(self.there)

    def __exit__(self, *_):
        self.enter(self.here)


class Side:
    """One end of the cable: peer is who is there, persona who we are to them."""

    def __init__(self, name, netns, rsa_path):
        self.name = name
        self.netns = Namespace(netns)
        self.addr = "10.77.0.1" if name == "near" else "10.77.0.2"
        self.peer_name = self.persona = None
        self.rsa_key = cam1.load_rsa(rsa_path) if rsa_path else None
        self.other = None
        with self.netns:
            self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.udp.setsockopt(socket.IPPROTO_IP, PKTINFO, 1)
        self.udp.bind(("0.0.0.0", PORT))
        self.listener = None

    def listen(self, yes):
        if yes and not self.listener:
            with self.netns:
                self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
            self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.listener.bind(("0.0.0.0", PORT))
            self.listener.listen(16)
        elif not yes and self.listener:
            self.listener.close()
            self.listener = None

    def connect(self):
        """To the camd at this end, from the address that the other one has."""
        with self.netns:
            made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        made.settimeout(30)
        made.connect((self.addr, PORT))
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return made


class Pipe:
    """A connection passed on: what one socket gives the other gets."""

    def __init__(self, one, two):
        self.ends = {one: two, two: one}
        for end in self.ends:
            end.settimeout(30)

    def carry(self, end):
        """False: it is over."""
        try:
            data = end.recv(65536)
            if data:
                self.ends[end].sendall(data)
                return True
        except OSError:
            pass
        self.close()
        return False

    def close(self):
        for end in self.ends:
            end.close()


class Man:
    def __init__(self, args):
        self.sides = {"near": Side("near", args.near, args.near_rsa),
                      "far": Side("far", args.far, args.far_rsa)}
        self.near, self.far = self.sides["near"], self.sides["far"]
        self.near.other, self.far.other = self.far, self.near
        self.udp_mode = self.tcp_mode = "pass"
        self.pipes, self.links, self.hung = [], {}, []
        self.counts = {side: {} for side in SIDES}
        for side in self.sides.values():
            side.listen(True)

    # Datagrams. A packet that a side's camd sends comes in at that side and leaves at the other.

    def on_datagram(self, side):
        data, control, _, addr = side.udp.recvmsg(65535, 100)
        target = socket.inet_ntoa(control[0][2][8:12])
        if addr[0] != side.addr:  # a broadcast of our own
            return
        self.learn(side, data)
        self.count(side, data)
        data = self.changed(side, data)
        if data:
            whole = target.endswith("255") or target.startswith("224.")
            place = "10.77.0.255" if whole else side.other.addr
            side.other.udp.sendto(data, (place, PORT))

    def learn(self, side, data):
        """Who is at that end: so we are that to the other end."""
        match = re.match(rb"1[^:]*:\d+:([^:]+):([^:]+):(\d+):", data)
        if not match or int(match[3]) & 0xFF not in (1, 3, 4) or side.peer_name:
            return
        user, host = match[1].decode(), match[2].decode()
        side.peer_name = (wire.FINGERPRINT.sub("", user), host)
        side.peer_wire = user
        side.other.persona = cam1.Person(*side.peer_name, rsa_key=side.other.rsa_key)
        emit("learned", side=side.name, name="%s@%s" % side.peer_name)

    def count(self, side, data):
        try:
            packet = wire.Packet(data)
        except wire.Refused:
            return
        name = packet.name
        if name == "SENDMSG":
            word = packet.part(0).split(b":")[0] if packet.has("ENCRYPT") else b"clear"
            name += " " + word.decode("latin-1")
        self.counts[side.name][name] = self.counts[side.name].get(name, 0) + 1

    def changed(self, side, data):
        if self.udp_mode == "pass":
            return data
        if self.udp_mode == "drop":
            return None
        try:
            packet = wire.Packet(data)
        except wire.Refused:
            return data
        if packet.name in ("BR_ENTRY", "ANSENTRY", "BR_ABSENCE"):
            return self.changed_entry(side, packet, data)
        if self.udp_mode == "strip" and packet.name == "ANSPUBKEY":
            word = int(data.split(b":")[5], 16) & WEAKEST | WEAKEST
            fields = data.split(b":")
            fields[5] = b"%X" % word
            return b":".join(fields)
        if self.udp_mode == "swap":
            return self.swapped(side, packet, data)
        return data

    def changed_entry(self, side, packet, data):
        data = re.sub(rb"\nCM:[^\n\0]*", b"", data)
        if self.udp_mode == "strip":
            weak = packet.command & ~(wire.ENTRY_OPTIONS["ENCRYPT"] | wire.ENTRY_OPTIONS["CAPUTF8"]
                                      | wire.ENTRY_OPTIONS["ENCEXTMSG"])
            data = data.replace(b":%d:" % packet.command, b":%d:" % weak, 1)
        if self.udp_mode == "swap":
            line = self.announced(side)
            data = re.sub(rb"(\n\w\w:[^\n\0]*)(?=\0*$)", lambda m: m[1] + line, data, count=1)
            data = self.renamed(side, data)
        return data

    def our_wire(self, side):
        """The wire name, with our fingerprint, under which we play who is at that side."""
        persona = side.other.persona
        if not persona.rsa_key:
            return side.peer_wire
        return "%s-<%s>" % (persona.user, wire.fingerprint(persona.rsa_key.public_key()))

    def renamed(self, side, data):
        return data.replace(side.peer_wire.encode(), self.our_wire(side).encode())

    def announced(self, side):
        """The CM line of our device that plays who is at that side."""
        persona, now = side.other.persona, int(time.time() * 1000)
        text = self.our_wire(side).encode() + b"\0" + persona.host.encode() + b"\0"
        text += struct.pack(">H", PORT) + persona.device + struct.pack(">q", now)
        signature = cam1.sign(persona.signing_key, "cam/announce/1", text)
        return b"\nCM:1:%d:%s:%x:%s" % (PORT, persona.device.hex().encode(), now,
                                        base64.urlsafe_b64encode(signature).rstrip(b"="))

    def swapped(self, side, packet, data):
        if packet.name == "GETPUBKEY" and side.persona and side.persona.rsa_key:
            # Answered by us, in the name of the other end.
            self.answer_pubkey(side, wire.RSA_2048 | wire.AES_256 | wire.SIGNS
                               | wire.PACKETNO_IV | wire.BASE64 | WEAKEST)
            return None
        return self.renamed(side, data)

    def answer_pubkey(self, side, caps):
        persona = side.persona
        user = self.our_wire(side.other) if self.udp_mode == "swap" else side.other.peer_wire
        body = wire.pubkey_body(caps, persona.rsa_key.public_key()) + b"\0"
        data = wire.build(int(time.time()) + os.getpid(), user, persona.host,
                          wire.COMMANDS["ANSPUBKEY"], body)
        side.udp.sendto(data, (side.addr, PORT))

    # Connections.

    def on_connection(self, side):
        made, _ = side.listener.accept()
        made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        emit("connection", side=side.name, what=self.tcp_mode)
        if self.tcp_mode == "hang":
            self.hung.append(made)
        elif self.tcp_mode == "reset":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            made.close()
        elif self.tcp_mode == "own":
            self.play(side, made, False)
        else:
            try:
                self.pipes.append(Pipe(made, side.other.connect()))
            except OSError:
                made.close()

    def play(self, side, made, first):
        """TLS and hello with that end, as the other one, with our own keys."""
        made.settimeout(30)
        shown = cam1.shown("own", side.persona.link_key)
        try:
            stream = cam1.context(not first, *shown).wrap_socket(made, server_side=not first)
            link = cam1.Link(stream, first)
            card = link.greet(side.persona.hello(), 30)
        except (Broken, ssl.SSLError, OSError) as problem:
            made.close()
            emit("refused", side=side.name, why=str(problem))
            return
        link.side = side
        self.links[link] = card
        emit("greeted", side=side.name, name=card.name)

    def on_link(self, link):
        alive = link.pump(0)
        for data in link.items:
            self.on_envelope(link, data)
        link.items.clear()
        for request in link.requests:
            if request.get("id") is not None:
                link.answer(request)
        link.requests.clear()
        if not alive:
            emit("closed", side=link.side.name, why=link.closed)
            self.links.pop(link, None)
            link.close()

    def on_envelope(self, link, data):
        card = self.links[link]
        try:
            opened = envelope.Opened(data, link.side.persona, card.signing_key)
        except envelope.CannotOpen as problem:
            emit("envelope", side=link.side.name, why=str(problem))
            return
        emit("message", side=link.side.name, text=opened.text)
        link.notify("message.receipts", cam1.receipt(
            link.side.persona.signing_key, link.side.persona.device, card.device, [opened.id]))

    # Commands.

    def obey(self, words):
        return getattr(self, "do_" + words[0].replace("-", "_"))(*words[1:]) or {}

    def do_udp(self, mode):
        if mode not in ("pass", "drop", "strip", "plain-cm", "swap"):
            raise ValueError(mode)
        self.udp_mode = mode

    def do_tcp(self, mode):
        if mode not in ("pass", "refuse", "hang", "reset", "own"):
            raise ValueError(mode)
        self.tcp_mode = mode
        for side in self.sides.values():
            side.listen(mode != "refuse")
        for made in self.hung:
            made.close()
        self.hung.clear()

    def do_cut(self):
        for pipe in self.pipes:
            pipe.close()
        self.pipes.clear()
        for link in list(self.links):
            link.close()
        self.links.clear()

    def do_dial(self, name):
        side = self.sides[name]
        self.play(side, side.connect(), True)

    def do_anspubkey(self, name, caps="0x65920006"):
        self.answer_pubkey(self.sides[name], int(caps, 16))

    def do_counts(self):
        return {"counts": self.counts}

    def do_quit(self):
        emit("ok")
        sys.exit(0)

    def command(self, line):
        words = json.loads(line) if line.startswith("[") else shlex.split(line)
        try:
            emit("ok", **self.obey(words))
        except Exception as problem:  # told, whatever it is: a test reads it
            emit("error", what=words, why="%s: %s" % (type(problem).__name__, problem))

    def run(self):
        text = b""
        while True:
            udp = {side.udp: side for side in self.sides.values()}
            listeners = {side.listener: side for side in self.sides.values() if side.listener}
            carried = {end: pipe for pipe in self.pipes for end in pipe.ends}
            watched = [sys.stdin.fileno(), *udp, *listeners, *carried, *self.links]
            for ready in select.select(watched, [], [], 30)[0]:
                if ready in udp:
                    self.on_datagram(udp[ready])
                elif ready in listeners:
                    if listeners[ready].listener is ready:
                        self.on_connection(listeners[ready])
                elif ready in carried:
                    pipe = carried[ready]
                    if pipe in self.pipes and not pipe.carry(ready):
                        self.pipes.remove(pipe)
                elif ready in self.links:
                    self.on_link(ready)
                elif ready == sys.stdin.fileno():
                    data = os.read(ready, 65536)
                    if not data:
                        return
                    *lines, text = (text + data).split(b"\n")
                    for line in lines:
                        self.command(line.decode())


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--user")
    for name in SIDES:
        parser.add_argument("--" + name, required=True)
        parser.add_argument("--%s-rsa" % name)
    man = Man(parser.parse_args())
    emit("ready")
    man.run()


main()
