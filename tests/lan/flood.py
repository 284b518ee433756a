#!/usr/bin/env python3
# flood.py: many messages at once to a camd, one request behind the other on one connection.
#
#   flood.py SOCKET WHO COUNT TAG [SIZE]
#
# Texts are "TAG 0", "TAG 1" ..., filled to SIZE bytes. Ends when all are answered, that is,
# stored; prints how many and how long it took. Anything but a stored message is exit 1.
import json
import select
import socket
import sys
import time


def requests(who, count, tag, size):
    yield {"method": "hello", "params": {"protocol": 1, "program": "flood", "version": "0"}}
    for number in range(count):
        text = "%s %d" % (tag, number)
        if len(text) < size:
            text += " " + "x" * (size - len(text) - 1)
        yield {"method": "message.send", "params": {"to": [who], "text": text}}


def main(path, who, count, tag, size="0"):
    wire = socket.socket(socket.AF_UNIX)
    wire.connect(path)
    wire.setblocking(False)
    begin = time.monotonic()
    lines = [json.dumps({"jsonrpc": "2.0", "id": number, **request})
             for number, request in enumerate(requests(who, int(count), tag, int(size)))]
    output, answers, rest = "\n".join(lines + [""]).encode(), 0, b""
    while answers < len(lines):
        readable, writable, _ = select.select([wire], [wire] if output else [], [], 60)
        if writable:
            output = output[wire.send(output[:65536]):]
        if readable:
            data = wire.recv(65536)
            if not data:
                sys.exit("flood: camd closed after %d answers" % answers)
            *whole, rest = (rest + data).split(b"\n")
            for line in whole:
                answer = json.loads(line)
                if "id" not in answer:
                    continue
                if "result" not in answer:
                    sys.exit("flood: %s" % line.decode())
                for recipient in answer["result"].get("recipients", []):
                    if recipient["state"] == "failed":
                        sys.exit("flood: %s" % line.decode())
                answers += 1
        if not readable and not writable:
            sys.exit("flood: silence after %d answers" % answers)
    print(json.dumps({"stored": answers - 1, "ms": int(1000 * (time.monotonic() - begin))}))


main(*sys.argv[1:])
