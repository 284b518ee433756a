#!/usr/bin/env python3
"""tests/media/parties.py CAM-MEDIA [name=value...]: parties in a call of pictures, each a
cam-media of its own, over loopback. Prints a line of name=value for each figure.

Options: parties, width, height, rate, seconds, budget (bits a second), codec, sandbox (0 or 1),
film (a YUV4MPEG2 file that all send over and over, as tools/film makes it), late (seconds after
which the last one joins).
Each else sends the pattern of media/video.h, whose number is read out of the memory the pictures are
shared in; figures are of the last second, the worst of all streams; traffic is what all send in a
second, on average from two seconds after all are there, and traffic_most in the worst of them;
full_ms is when, after all were there, all had come in the size they were taken in (-1: never).
"""
import json
import mmap
import os
import secrets
import select
import socket
import struct
import subprocess
import sys
import time

HEAD = struct.Struct("<QIIQ")
PLACE = struct.Struct("<QQII")
MAGIC = 0x63616D6672616D65


class Party:
    """One cam-media and what is asked of it."""

    def __init__(self, program, number):
        self.number = number
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.port = self.socket.getsockname()[1]
        ours, theirs = socket.socketpair()
        # Descriptor 3 is where cam-media looks for it.
        self.process = subprocess.Popen(
            ["bash", "-c", f"exec {program} 3<&{theirs.fileno()}"],
            pass_fds=[theirs.fileno()],
        )
        theirs.close()
        self.control, self.rest, self.last, self.given = ours, b"", 0, []
        self.views = {}

    def media(self, codec):
        ssrc = self.number * 16
        return {
            "port": self.port,
            "key": self.key,
            "cname": f"party{self.number}",
            "streams": [
                {"kind": "audio", "ssrc": ssrc + 1, "pt": 96, "codec": "opus", "clock": 48000,
                 "channels": 2},
                {"kind": "video", "ssrc": ssrc + 2, "pt": 97 if codec == "vp8" else 98,
                 "codec": codec, "clock": 90000, "layers": 1},
            ],
        }

    def ask(self, method, params, fds=()):
        self.last += 1
        line = json.dumps({"jsonrpc": "2.0", "id": self.last, "method": method, "params": params})
        socket.send_fds(self.control, [line.encode() + b"\n"], list(fds))
        while True:
            while b"\n" in self.rest:
                answer, self.rest = self.rest.split(b"\n", 1)
                answer = json.loads(answer)
                if answer.get("id") == self.last:
                    if "error" in answer:
                        raise SystemExit(f"{method}: {answer['error']}")
                    return answer["result"]
            data, fds, _, _ = socket.recv_fds(self.control, 1 << 16, 8)
            if not data:
                raise SystemExit(f"cam-media ended while asked {method}")
            self.given += fds
            self.rest += data

    def view(self, member):
        number = self.ask("media.frames", {"member": member})["fd"]
        self.views[member] = mmap.mmap(self.given[number], 0, prot=mmap.PROT_READ)

    def streams(self):
        return [s for member in self.ask("media.stats", {})["members"] for s in member["streams"]]

    def cpu_ms(self):
        fields = open(f"/proc/{self.process.pid}/stat").read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


def newest(memory):
    """Number, width, height of the newest picture, and that of the pattern in it."""
    magic, _, place_size, number = HEAD.unpack_from(memory, 0)
    assert magic == MAGIC
    if number == 0:
        return None
    at, _, width, height = PLACE.unpack_from(memory, HEAD.size + number % 3 * PLACE.size)
    if at != number:
        return None
    begin, side, bits = 4096 + number % 3 * place_size, width // 20, 0
    for i in range(20):
        bits = bits << 1 | (memory[begin + side // 2 * width + i * side + side // 2] > 125)
    good = sum(bits >> 4 * i & 15 for i in range(1, 5)) & 15 == bits & 15
    return number, width, height, bits >> 4 if good else None


def introduce(parties, codec):
    """Each gets to know those whom it does not know yet."""
    for party in parties:
        for other in parties:
            if other is party or other.number in party.views:
                continue
            party.ask("media.add", {"member": other.number, "addr": "127.0.0.1",
                                    "port": other.port, "media": other.media(codec)})
            party.view(other.number)


def traffic(parties):
    """Bits that all have sent to all in the last second."""
    return sum(s["bitrate"] for party in parties for s in party.streams()
               if s["direction"] == "out")


def is_short(seen, options):
    """Of some fewer pictures have been read than are wanted."""
    return any(entry["readable"] < options["wanted"] for entry in seen.values())


def main():
    options = {"parties": 2, "width": 640, "height": 360, "rate": 30, "seconds": 8,
               "budget": 6000000, "codec": "vp8", "sandbox": 1, "film": "", "late": 0, "wanted": 0}
    for word in sys.argv[2:]:
        name, value = word.split("=")
        options[name] = type(options[name])(value)
    parties = [Party(sys.argv[1], i + 1) for i in range(options["parties"])]
    for party in parties:
        party.key = secrets.token_hex(44)
        pattern = {"kind": "pattern", "width": options["width"], "height": options["height"],
                   "rate": options["rate"]}
        fds = [party.socket.fileno()]
        if options["film"]:
            pattern = {"kind": "file", "fd": 1, "loop": True}
            fds.append(os.open(options["film"], os.O_RDONLY))
        party.ask("media.open", {
            "call": "00", "fd": 0, "own": party.media(options["codec"]), "budget": options["budget"],
            "audio": {"in": {"kind": "tone"}, "out": {"kind": "none"}},
            "video": {"in": pattern}, "sandbox": bool(options["sandbox"]),
        }, fds)
    seen, samples, here = {}, [], parties[:-1] if options["late"] else parties
    introduce(here, options["codec"])
    begin = now = time.monotonic()
    until, half, cpu = begin + options["seconds"], options["seconds"] / 2, None
    sample = begin + options["late"] + 2 + 1
    # Who wants to see so many pictures of each has several times as long on a busy machine.
    while now < until or (now < begin + 20 * options["seconds"] and is_short(seen, options)):
        now = time.monotonic()
        if here is not parties and now > begin + options["late"]:
            here = parties
            introduce(here, options["codec"])
        if now > sample or (not samples and now > until):
            samples.append(traffic(parties))
            sample += 1
        if cpu is None and (until - now < half or now > until):
            cpu = [party.cpu_ms() for party in parties]
            began = now
            for entry in seen.values():
                entry["worst"] = 0
        for party in parties:
            for member, memory in party.views.items():
                picture = newest(memory)
                entry = seen.setdefault((party.number, member),
                                        {"number": 0, "at": now, "worst": 0, "readable": 0,
                                         "back": 0, "last": -1, "full": -1})
                if picture is None or picture[0] == entry["number"]:
                    entry["worst"] = max(entry["worst"], now - entry["at"])
                    continue
                entry["number"], entry["at"] = picture[0], now
                if entry["full"] < 0 and picture[2] == options["height"]:
                    entry["full"] = now - begin - options["late"]
                if picture[3] is not None:
                    entry["readable"] += 1
                    entry["back"] += picture[3] < entry["last"]
                    entry["last"] = picture[3]
        # What is polled here is looked at as a screen would.
        select.select([], [], [], 0.005)
    used = [(party.cpu_ms() - before) / (time.monotonic() - began)
            for party, before in zip(parties, cpu)]
    freeze = max(entry["worst"] for entry in seen.values())
    streams = [s for party in parties for s in party.streams()
               if s["kind"] == "video" and s["direction"] == "in"]
    for party in parties:
        party.control.close()
    ended = [party.process.wait(10) for party in parties]
    figures = {
        "streams": len(streams),
        "height": min(s["height"] for s in streams),
        "fps": min(s["fps"] for s in streams),
        "pictures": min(entry["number"] for entry in seen.values()),
        "readable": min(entry["readable"] for entry in seen.values()),
        "backwards": sum(entry["back"] for entry in seen.values()),
        "full_ms": -1 if any(entry["full"] < 0 for entry in seen.values())
        else round(1000 * max(entry["full"] for entry in seen.values())),
        "freeze_ms": round(freeze * 1000),
        "traffic": round(sum(samples) / len(samples)),
        "traffic_most": max(samples),
        "cpu_ms_s": round(max(used)),
        "status": max(ended),
    }
    for name, value in figures.items():
        print(f"{name}={value}")


main()
