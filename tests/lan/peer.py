#!/usr/bin/env python3
# peer.py: an IPMSG client of the tests' own, driven by text. It plays
#   --mode windows   the official client 4.99: fingerprint user name, RSA-2048/AES-256 signed,
#                    RSA-1024/Blowfish with whom has no better, UTF-8, code page 932 else
#   --mode legacy    a client of the Chat&Messenger era: RSA-1024/Blowfish-128 unsigned, hex,
#                    zero IV, no UTF-8 lines, everything in code page 932
#   --mode mac       the macOS client: signs the text only, asks everybody for GETINFO,
#                    three tries two seconds apart
# and, by "raw", somebody who forges packets.
#
#   peer.py [--bind ADDR] [--port N] [--user U] [--host H] [--nick N] [--group G]
#           [--mode MODE] [--caps HEX] [--flags HEX] [--keys FOLDER] [--key NAME]
#           [--broadcast ADDR]... [--delay SECONDS] [--number N]
#
# It needs python3 and Debian's python3-cryptography. Bound to one address it hears no
# broadcasts; on a LAN of its own leave --bind away. Keys are FOLDER/NAME2048.pem and
# NAME1024.pem, made when missing; kept ones are in tests/data/keys (win, mac, legacy, other).
#
# Commands, one a line on stdin: words as in a shell, or a JSON list of words. ADDR is
# ADDRESS[:PORT]. Each ends in an event "ok" or "error".
#   entry [ADDR]                 BR_ENTRY to everybody (NOOPERATION first) or to one
#   exit [ADDR]                  BR_EXIT likewise
#   absence TITLE [TEXT]         away, TEXT is the automatic answer; "absence off": back
#   nick NICK | group GROUP      changed and told (BR_ABSENCE)
#   send ADDR TEXT [OPTION...]   SENDMSG; "ok" has its number. Options:
#       encrypted                with the best suite both know; asks for the key when it has
#                                none and never falls back (4.99 does so by itself: this does not)
#       weak                     encrypted by RSA-1024/Blowfish whatever the other knows
#       sign=sha256|sha1|none|text|bad   instead of what both know; text: as macOS; bad: forged
#       zero-iv hex              without PACKETNO_IV, without ENCODE_BASE64
#       sealed readcheck locked multi broadcast autoret nolog noaddlist
#       cp932 utf8               the charset, whatever the other knows
#       to=USER@HOST,...         the list of all recipients
#       files=NAME=SIZE,...      a list of files that are not there, within the encryption where
#                                that is known
#       offer=PATH,...           files and folders that are: whoever gets the message may fetch
#                                each of them once
#       image=PATH@POSITION,...  pictures within the text
#       outside                  the file list in clear behind it
#       number=N                 a packet number of its own, as a repetition or a replay has
#       padding                  64 NULs from the first try on
#       once                     no repetitions
#   open NUMBER                  a sealed message was read: READMSG, repeated every 0.75 s up to
#                                12 times until ANSREADMSG where the message asked for that
#   release NUMBER               RELEASEFILES
#   fetch NUMBER NAME FOLDER [OPTION...]   a file, folder or picture that message NUMBER lists
#       aes                      the data encrypted as well
#       weak                     the request by RSA-1024/Blowfish, the data encrypted
#       plain                    an unprotected request
#       offset=N id=N packet=N replay=N user=U host=H sign=bad   other than they should be
#       cut=N                    hangs up after N bytes or somewhat more
#       stream data              by GETDIRFILES, by GETFILEDATA, whatever it is
#       as=NAME                  under another name
#   break N                      the next answer to a file request ends after N bytes
#   guess ADDR COUNT PACKET ID [USER HOST]   so many file requests; ID and PACKET count up from
#                                there (ID 0: at random)
#   request ADDR HEX             any bytes over TCP; the event tells how many came back
#   getpubkey|getinfo|getabsence|getlist ADDR      ask
#   list                         BR_ISGETLIST2 to everybody
#   host USER HOST ADDR[:PORT] NICK GROUP STATUS   one more entry in our host list
#   autoack on|off               acknowledge messages
#   drop-acks N                  the next N acknowledgements get lost
#   drop N                       the next N packets received get lost
#   pubkey on|off|NAME           answer GETPUBKEY with our key, not at all, with that of NAME
#   newkeys NAME                 from now on the keys of NAME (a new installation)
#   forget                       all that is known of others
#   raw ADDR HEX [from=ADDR]     any bytes; from: a forged source, needs root (raw socket)
#   text ADDR TEXT [from=ADDR]   the same with \0 \a \n \xNN as escapes
#   sync                         answered when all that arrived before has been handled
#   quit                         BR_EXIT twice, the end (as does the end of stdin)
#
# Events, one JSON object a line on stdout; "from" and "to" are ADDRESS:PORT:
#   ready      addr port user host nick fingerprint
#   packet     every packet received: from number user host command options flags version
#              length nuls text (first part) parts
#   sent       every one sent: to number command length try
#   entry exit absence answer    from user host nick group flags lines
#   message    from user host number text options encrypted suite|null signature
#              (absent|unchecked|valid|weak|text|invalid) sealed copies (1, 2 ... the same
#              number again) files recipients
#   dropped    from number reason        what this client never answers
#   undecryptable  from number reason
#   delivered  to number tries   undelivered to number (kept until the next entry)
#   opened     from number       READMSG for a message of ours
#   read-confirmed number        ANSREADMSG for our READMSG
#   served     from user number id name bytes ciphered signed closed   a file request of others
#   refused-file  from reason
#   fetched    number id name path bytes stream ciphered sha256 records   fetch-failed  reason
#   released   from number       RELEASEFILES for a message of ours
#   guessed    count bytes refused    answered  bytes
#   pubkey     from user host capability bits fingerprint taken
#   info absence-info            from text
#   hosts      from next entries   list-offered from
#   refused    from reason       what is no packet at all
import argparse
import heapq
import itertools
import json
import os
import selectors
import shlex
import socket
import struct
import sys
import threading
import time

import peerfiles
import peerwire as wire
from peerwire import COMMANDS, ENTRY_OPTIONS, OPTIONS, Refused

MODES = {
    "windows": {"caps": 0x65920006, "flags": 0x0F640000, "key": "win", "tries": [1, 1, 1, 1]},
    "legacy": {"caps": 0x00020002, "flags": 0x00600000, "key": "legacy", "tries": [1, 1, 1, 1]},
    "mac": {"caps": 0x61920006, "flags": 0x0D600000, "key": "mac", "tries": [2, 2]},
}
LINES = {"windows": "\nUN:{user}\nHN:{host}\nNN:{nick}\nGN:{group}\nVS:00010002:4:99:103",
         "mac": "\nUN:{user}\nHN:{host}\nNN:{nick}\nGN:{group}\n\0"}
VERSIONS = {"windows": "Win(64bit) Edition Ver4.99r3", "legacy": "Chat&Messenger-era Ver1.0",
            "mac": "macOS Edition Ver1.0"}
MESSAGE_WORDS = {"sealed": "SECRET", "readcheck": "READCHECK", "locked": "PASSWORD",
                 "multi": "MULTICAST", "broadcast": "BROADCAST", "autoret": "AUTORET",
                 "nolog": "NOLOG", "noaddlist": "NOADDLIST"}


def address(text, port):
    host, _, given = text.partition(":")
    socket.inet_aton(host)
    return host, int(given or port)


def show(addr):
    return "%s:%d" % addr


class Member:
    """What is known of another client: by name, with the address it was last heard at."""

    def __init__(self, packet, addr):
        self.user, self.host, self.addr = packet.user, packet.host, addr
        self.flags = 0
        self.capability, self.key = 0, None

    def knows(self, option):
        return bool(self.flags & ENTRY_OPTIONS[option])


class Letter:
    """A message on its way: until it is acknowledged, given up, or for ever in the store."""

    def __init__(self, addr, text, words, number):
        self.addr, self.text, self.number = addr, text, number
        self.words = {word.partition("=")[0]: word.partition("=")[2] for word in words}
        self.tries, self.data = 0, None
        self.acked, self.done = True, False  # acked: an acknowledgement is wanted
        self.round = 0  # which timer counts: only the last one set

    def has(self, word):
        return word in self.words


class Peer:
    def __init__(self, args):
        self.args = args
        self.mode = args.mode
        self.gone = False
        mode = MODES[self.mode]
        self.caps = args.caps if args.caps is not None else mode["caps"]
        self.flags = args.flags if args.flags is not None else mode["flags"]
        self.schedule = mode["tries"]
        self.take_keys(args.key or mode["key"])
        self.shown_key = None  # instead of ours, in ANSPUBKEY
        self.answers_pubkey = True
        self.nick, self.group = args.nick or args.user, args.group
        self.away = None  # (title, text)
        self.number = args.number or int(time.time())
        self.members, self.heard = {}, {}  # by name, by address
        self.letters, self.stored = {}, []
        self.copies, self.inbox, self.readings = {}, {}, {}
        self.offered = {}  # by message number: the files it lists
        self.hosts = []
        self.autoack, self.lost_acks, self.lost_packets = True, 0, 0
        self.timers, self.order = [], itertools.count()
        self.started, self.running = time.monotonic(), True
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        self.socket.bind((args.bind, args.port))
        self.socket.setblocking(False)
        self.printing = threading.Lock()
        self.files = peerfiles.Files(self)

    def take_keys(self, name):
        self.keys = {1024: wire.load_key(self.args.keys, name, 1024)}
        if self.caps & wire.RSA_2048:
            self.keys[2048] = wire.load_key(self.args.keys, name, 2048)
        self.user, self.host = self.args.user, self.args.host
        self.fingerprint = None
        if 2048 in self.keys and self.caps & wire.SIGNS:
            self.fingerprint = wire.fingerprint(self.keys[2048].public_key())
            self.user += "-<%s>" % self.fingerprint

    # -- events, timers -------------------------------------------------------------------

    def emit(self, event, **fields):
        line = {"event": event, "t": round(time.monotonic() - self.started, 3), **fields}
        with self.printing:
            print(json.dumps(line, ensure_ascii=False), flush=True)

    def after(self, seconds, what, *args):
        heapq.heappush(self.timers, (time.monotonic() + seconds, next(self.order), what, args))

    def run_timers(self):
        while self.timers and self.timers[0][0] <= time.monotonic():
            _, _, what, args = heapq.heappop(self.timers)
            what(*args)
        return max(0, self.timers[0][0] - time.monotonic()) if self.timers else None

    # -- sending --------------------------------------------------------------------------

    def next_number(self):
        self.number += 1
        return self.number

    def charset(self, addr=None):
        member = self.heard.get(addr)
        return "utf-8" if member and member.knows("CAPUTF8") and self.utf8() else "cp932"

    def utf8(self):
        return bool(self.flags & ENTRY_OPTIONS["CAPUTF8"])

    def post(self, addr, name, options=0, body=b"", number=None, attempt=1):
        number = number or self.next_number()
        data = wire.build(number, self.user, self.host, COMMANDS[name] | options, body)
        self.put(addr, data, name, number, attempt)
        return number

    def put(self, addr, data, name, number, attempt=1):
        self.socket.sendto(data, addr)
        self.emit("sent", to=show(addr), number=number, command=name, length=len(data), **{
            "try": attempt})

    def everybody(self):
        return [address(each, self.args.port) for each in self.args.broadcast]

    def entry_body(self, encoding, lines=True):
        title = "[%s]" % self.away[0] if self.away else ""
        names = {"user": self.user, "host": self.host, "nick": self.nick + title,
                 "group": self.group}
        body = ("%s\0%s\0" % (names["nick"], names["group"])).encode(encoding, "replace")
        if self.mode in LINES and lines:
            body += LINES[self.mode].format(**names).encode()
        elif self.mode == "windows":
            body += b"\nVS:00010002:4:99:103"
        return body

    def entry_flags(self):
        return self.flags | (ENTRY_OPTIONS["ABSENCE"] if self.away else 0)

    def announce(self, name, addrs):
        for addr in addrs:
            self.post(addr, name, self.entry_flags(), self.entry_body("cp932"))

    def answer_entry(self, addr, knows_utf8):
        utf8 = knows_utf8 and self.utf8()
        options = self.entry_flags() | (ENTRY_OPTIONS["UTF8"] if utf8 else 0)
        self.post(addr, "ANSENTRY", options, self.entry_body("utf-8" if utf8 else "cp932", False))

    # -- messages of ours -----------------------------------------------------------------

    def letter_caps(self, letter):
        strong = wire.RSA_2048 | wire.AES_256 | wire.SIGNS
        return self.caps & ~strong if letter.has("weak") else self.caps

    def letter_flags(self, letter, member):
        """The flags of the encrypted text, or 0: the key has to be asked for."""
        if not member or not member.key:
            return 0
        word = wire.choose(self.letter_caps(letter) & member.capability)
        if letter.has("sign") and word & wire.RSA_2048:
            word &= ~wire.SIGNS
            word |= {"none": 0, "sha1": wire.SIGN_SHA1}.get(letter.words["sign"], wire.SIGN_SHA256)
        if letter.has("zero-iv"):
            word &= ~wire.PACKETNO_IV
        if letter.has("hex"):
            word &= ~wire.BASE64
        fits = member.key.key_size == (2048 if word & wire.RSA_2048 else 1024)
        return word if fits else 0

    def letter_body(self, letter, member):
        """(options, body), or None when the other's key is not here yet."""
        options = OPTIONS["CAPUTF8"] if self.utf8() else 0
        for word, option in MESSAGE_WORDS.items():
            options |= OPTIONS[option] if letter.has(word) else 0
        if not letter.has("broadcast") and not letter.has("autoret"):
            options |= OPTIONS["SENDCHECK"]
        charset = self.charset(letter.addr)
        charset = {"cp932": "cp932", "utf8": "utf-8"}.get(
            next((word for word in ("cp932", "utf8") if letter.has(word)), ""), charset)
        options |= OPTIONS["UTF8"] if charset == "utf-8" else 0
        text = letter.text.encode(charset, "replace") + b"\0"
        files = b""
        if letter.has("files"):
            files = wire.build_files(letter.words["files"].split(","), charset) + b"\0"
            options |= OPTIONS["FILEATTACH"]
        shares = peerfiles.shares_of(letter.words, letter.number, self.mode == "mac")
        if shares:
            self.files.offer(letter.number, shares)
            files = peerfiles.build_list(shares, charset, self.mode == "mac") + b"\0"
            options |= OPTIONS["FILEATTACH"]
        if not (letter.has("encrypted") or letter.has("weak")):
            return options, text + files
        word = self.letter_flags(letter, member)
        if not word:
            return None
        inside = member.knows("ENCEXTMSG") and not letter.has("outside")
        plain = text
        if inside and (files or letter.has("to")):
            plain += files or b"\0"
            options |= OPTIONS["ENCEXTMSG"]
            if letter.has("to"):
                plain += wire.build_recipients(letter.words["to"].split(",")) + b"\0"
        body = wire.encrypt(word, member.key, self.keys.get(2048), letter.number, plain,
                            self.signed_part(letter, plain))
        return options | OPTIONS["ENCRYPT"], body + b"\0" + (b"" if inside else files)

    def signed_part(self, letter, plain):
        how = letter.words.get("sign", "text" if self.mode == "mac" else "")
        if how == "bad":
            return b"something else\0"
        return plain[:plain.find(b"\0") + 1] if how == "text" else plain

    def letter_due(self, letter, which, what):
        if which == letter.round and not letter.done:
            what(letter)

    def letter_later(self, letter, seconds, what):
        letter.round += 1
        self.after(seconds, self.letter_due, letter, letter.round, what)

    def letter_go(self, letter):
        """One try: the message, or in its place the question for the key."""
        letter.tries += 1
        if letter.data is None:
            made = self.letter_body(letter, self.heard.get(letter.addr))
            if made:
                options, body = made
                letter.data = wire.build(letter.number, self.user, self.host,
                                         COMMANDS["SENDMSG"] | options, body)
                letter.acked = bool(options & OPTIONS["SENDCHECK"])
        if letter.data is None:
            self.post(letter.addr, "GETPUBKEY", body=b"%X" % self.letter_caps(letter))
        else:
            late = letter.tries > 3 or letter.has("padding")
            self.put(letter.addr, letter.data + bytes(64 if late else 0), "SENDMSG",
                     letter.number, letter.tries)
        if letter.data is not None and not letter.acked:
            letter.done = True
        elif letter.tries <= len(self.schedule) and not letter.has("once"):
            self.letter_later(letter, self.schedule[letter.tries - 1], self.letter_go)
        elif not letter.has("once"):
            self.letter_later(letter, self.schedule[-1], self.letter_give_up)

    def letter_give_up(self, letter):
        self.emit("undelivered", to=show(letter.addr), number=letter.number)
        self.stored.append(letter)

    def send_stored(self, member):
        """With the old number, encrypted afresh, when the other enters again."""
        waiting = [each for each in self.stored if each.addr == member.addr and not each.done]
        self.stored = [each for each in self.stored if each not in waiting]
        for letter in waiting:
            letter.tries, letter.data = 0, None
            self.letter_go(letter)

    def key_arrived(self, addr):
        for letter in self.letters.values():
            if letter.addr == addr and letter.data is None and not letter.done:
                letter.tries = max(0, letter.tries - 1)
                self.letter_go(letter)

    # -- what arrives ---------------------------------------------------------------------

    def receive(self, data, addr):
        if self.lost_packets > 0:
            self.lost_packets -= 1
            return
        try:
            packet = wire.Packet(data)
        except Refused as reason:
            self.emit("refused", **{"from": show(addr)}, reason=str(reason), length=len(data))
            return
        if (packet.user, packet.host) == (self.user, self.host):
            return
        self.emit("packet", **{"from": show(addr)}, number=packet.number, user=packet.user,
                  host=packet.host, command=packet.name, options=packet.command & ~0xFF,
                  flags=wire.flags(packet.command), version=packet.version, length=len(data),
                  nuls=packet.nuls, text=packet.text(packet.part(0)), parts=len(packet.parts))
        handler = getattr(self, "on_" + packet.name.lower(), None)
        if handler:
            try:
                handler(packet, addr)
            except (Refused, ValueError, IndexError) as reason:
                self.emit("refused", **{"from": show(addr)}, reason=str(reason), length=len(data))

    def member_of(self, packet, addr):
        key = (packet.user.lower(), packet.host.lower())
        member = self.members.setdefault(key, Member(packet, addr))
        member.addr = addr
        self.heard[addr] = member
        return member

    def known(self, packet):
        return self.members.get((packet.user.lower(), packet.host.lower()))

    def entered(self, event, packet, addr):
        if wire.FINGERPRINT.search(packet.user) and not packet.has("ENCRYPT"):
            self.emit("dropped", **{"from": show(addr)}, number=packet.number,
                      reason="a fingerprint user without ENCRYPT")
            return None
        member = self.member_of(packet, addr)
        member.flags = packet.command & ~0xFF
        lines = packet.lines() if packet.has("CAPUTF8") else {}
        self.emit(event, **{"from": show(addr)}, user=lines.get("UN", packet.user),
                  host=lines.get("HN", packet.host),
                  nick=lines.get("NN", packet.text(packet.part(0))),
                  group=lines.get("GN", packet.text(packet.part(1))),
                  flags=wire.flags(packet.command), lines=lines)
        self.send_stored(member)
        if self.mode == "mac":
            self.post(addr, "GETINFO")
        return member

    def on_br_entry(self, packet, addr):
        if self.entered("entry", packet, addr) and not self.gone:
            self.after(self.args.delay, self.answer_entry, addr, packet.has("CAPUTF8"))

    def on_ansentry(self, packet, addr):
        self.entered("answer", packet, addr)

    def on_br_absence(self, packet, addr):
        self.entered("absence", packet, addr)

    def on_br_exit(self, packet, addr):
        self.members.pop((packet.user.lower(), packet.host.lower()), None)
        self.emit("exit", **{"from": show(addr)}, user=packet.user, host=packet.host)

    def on_sendmsg(self, packet, addr):
        automatic = packet.has("AUTORET") or packet.has("BROADCAST")
        if (wire.FINGERPRINT.search(packet.user) and self.fingerprint and not packet.has("ENCRYPT")
                and not packet.has("AUTORET")):
            self.emit("dropped", **{"from": show(addr)}, number=packet.number,
                      reason="plain from a fingerprint user")
            return
        try:
            message = self.read_message(packet, addr)
        except Refused as reason:
            self.emit("undecryptable", **{"from": show(addr)}, number=packet.number,
                      reason=str(reason))
            if self.mode == "windows":  # the oracle that 4.99 is
                self.post(addr, "SENDMSG", OPTIONS["NOLOG"] | OPTIONS["AUTORET"],
                          b"(decode error)\0")
            return
        copies = self.copies.get((packet.user, packet.host, packet.number), 0) + 1
        self.copies[packet.user, packet.host, packet.number] = copies
        self.inbox[packet.number] = (addr, packet.has("READCHECK"))
        self.offered[packet.number] = {"number": packet.number, "addr": addr,
                                       "utf8": packet.utf8, "files": message["files"]}
        self.emit("message", **{"from": show(addr)}, user=packet.user, host=packet.host,
                  number=packet.number, options=packet.command & ~0xFF,
                  sealed=packet.has("SECRET"), copies=copies, **message)
        if packet.has("SENDCHECK") and not automatic:
            self.acknowledge(packet, addr)
        if copies > 1 or automatic:
            return
        if not self.known(packet) and not packet.has("NOADDLIST"):
            self.announce("BR_ENTRY", [addr])
        if self.away and self.away[1]:
            self.post(addr, "SENDMSG", OPTIONS["AUTORET"],
                      self.away[1].encode("cp932", "replace") + b"\0")

    def read_message(self, packet, addr):
        """What an event tells of a message, or Refused."""
        message = {"encrypted": packet.has("ENCRYPT"), "suite": None, "signature": "absent",
                   "files": [], "recipients": []}
        text, lists = packet.part(0), packet.parts[1:]
        if packet.has("ENCRYPT"):
            word, plain, signature = wire.decrypt(text, packet.number_text, self.keys)
            member = self.known(packet)
            sender = member.key if member else None
            message["suite"] = wire.suite_name(word)
            message["signature"] = wire.check(word, plain, signature, sender)
            if message["signature"] == "unchecked":
                self.post(addr, "GETPUBKEY", OPTIONS["AUTORET"], b"%X" % self.caps)
            text, *inside = plain.split(b"\0")
            lists = inside if packet.has("ENCEXTMSG") else lists
        if packet.has("FILEATTACH") and lists:
            message["files"] = wire.parse_files(lists[0], packet.text)
        if len(lists) > 1:
            message["recipients"] = wire.parse_recipients(lists[1], packet.text)
        return {"text": packet.text(text), **message}

    def acknowledge(self, packet, addr):
        if not self.autoack:
            return
        if self.lost_acks > 0:
            self.lost_acks -= 1
            return
        self.post(addr, "RECVMSG", 0, b"%d\0" % packet.number)

    def on_recvmsg(self, packet, addr):
        letter = self.letters.get(int(packet.part(0)))
        if letter and letter.addr == addr and not letter.done:
            letter.done = True
            self.emit("delivered", to=show(addr), number=letter.number, tries=letter.tries)

    def on_readmsg(self, packet, addr):
        self.emit("opened", **{"from": show(addr)}, number=int(packet.part(0)))
        if packet.has("READCHECK"):  # the number of this packet, not that of the message
            self.post(addr, "ANSREADMSG", 0, b"%d\0" % packet.number)

    def on_ansreadmsg(self, packet, addr):
        message = self.readings.pop(int(packet.part(0)), None)
        if message is not None:
            self.emit("read-confirmed", **{"from": show(addr)}, number=message)

    def read_notice(self, addr, message, number, attempt):
        """READMSG, all tries with the same number, until it is confirmed."""
        check = self.inbox[message][1] and self.mode == "windows"
        if attempt > 1 and number not in self.readings:
            return
        if check:
            self.readings[number] = message
        self.post(addr, "READMSG", OPTIONS["READCHECK"] if check else 0, b"%d\0" % message, number,
                  attempt)
        if check and attempt < 12:
            self.after(0.75, self.read_notice, addr, message, number, attempt + 1)

    def on_releasefiles(self, packet, addr):
        self.emit("released", **{"from": show(addr)}, number=int(packet.part(0)))

    def on_getpubkey(self, packet, addr):
        theirs = int(packet.part(0) or b"0", 16)
        common = theirs & self.caps
        named = wire.FINGERPRINT.search(packet.user)
        if not self.answers_pubkey or (
                self.fingerprint and named and not (common & wire.RSA_2048 and theirs & wire.SIGNS)):
            return
        if common & wire.RSA_2048 or common & wire.RSA_1024:
            keys = self.shown_key or self.keys
            key = keys[2048 if common & wire.RSA_2048 else 1024].public_key()
            self.post(addr, "ANSPUBKEY", 0,
                      wire.pubkey_body(self.caps, key, self.mode == "mac") + b"\0")
        member = self.known(packet)
        if common & wire.SIGNS and not packet.has("AUTORET") and not (member and member.key):
            self.post(addr, "GETPUBKEY", OPTIONS["AUTORET"], b"%X" % self.caps)

    def on_anspubkey(self, packet, addr):
        capability, key = wire.parse_pubkey(packet.part(0))
        found = wire.fingerprint(key)
        named = wire.FINGERPRINT.search(packet.user)
        # A client of the old days knows of no fingerprints, and gets the 1024 bit key anyway.
        taken = not named or self.mode == "legacy" or named[0] == "-<%s>" % found
        if taken:
            member = self.member_of(packet, addr)
            member.capability, member.key = capability, key
        self.emit("pubkey", **{"from": show(addr)}, user=packet.user, host=packet.host,
                  capability="%x" % capability, bits=key.key_size, fingerprint=found, taken=taken)
        if taken:
            self.key_arrived(addr)

    def on_getinfo(self, packet, addr):
        self.post(addr, "SENDINFO", 0, VERSIONS[self.mode].encode() + b"\0")

    def on_sendinfo(self, packet, addr):
        self.emit("info", **{"from": show(addr)}, text=packet.text(packet.part(0)))

    def on_getabsenceinfo(self, packet, addr):
        text = self.away[1] if self.away else "Not absence mode"
        self.post(addr, "SENDABSENCEINFO", 0, text.encode("cp932", "replace") + b"\0")

    def on_sendabsenceinfo(self, packet, addr):
        self.emit("absence-info", **{"from": show(addr)}, text=packet.text(packet.part(0)))

    def on_br_isgetlist2(self, packet, addr):
        self.post(addr, "OKGETLIST")

    def on_okgetlist(self, packet, addr):
        self.emit("list-offered", **{"from": show(addr)})
        self.post(addr, "GETLIST")

    def on_getlist(self, packet, addr):
        start = int(packet.part(0).strip() or 0)
        utf8 = packet.has("UTF8") or packet.has("CAPUTF8")
        body = wire.build_hosts(self.hosts, start, charset="utf-8" if utf8 else "cp932")
        self.post(addr, "ANSLIST", OPTIONS["UTF8"] if utf8 else 0, body + b"\0")

    def on_anslist(self, packet, addr):
        following, entries = wire.parse_hosts(packet.part(0), packet.text)
        self.emit("hosts", **{"from": show(addr)}, next=following, entries=entries)
        if following:
            self.post(addr, "GETLIST", 0, b"%d\0" % following)

    # -- commands -------------------------------------------------------------------------

    def to(self, text):
        return address(text, self.args.port)

    def do_entry(self, where=None):
        if where:
            self.announce("BR_ENTRY", [self.to(where)])
        else:
            self.gone = False
            self.announce("NOOPERATION", self.everybody())
            self.announce("BR_ENTRY", self.everybody())

    def do_exit(self, where=None):
        self.gone = self.gone or not where  # who has left answers nobody
        self.announce("BR_EXIT", [self.to(where)] if where else self.everybody())

    def do_absence(self, title, text=""):
        self.away = None if title == "off" else (title, text)
        self.announce("BR_ABSENCE", self.everybody())

    def do_nick(self, nick):
        self.nick = nick
        self.announce("BR_ABSENCE", self.everybody())

    def do_group(self, group):
        self.group = group
        self.announce("BR_ABSENCE", self.everybody())

    def do_send(self, where, text, *words):
        options = {word.partition("=")[0]: word.partition("=")[2] for word in words}
        known = set(MESSAGE_WORDS) | {"encrypted", "weak", "sign", "zero-iv", "hex", "cp932", "utf8",
                                      "to", "files", "offer", "image", "outside", "number", "padding",
                                      "once"}
        if not set(options) <= known:
            raise Refused("no option %s" % ", ".join(set(options) - known))
        number = int(options.get("number") or self.next_number())
        letter = Letter(self.to(where), text, words, number)
        self.letters[number] = letter
        self.letter_go(letter)
        return {"number": number}

    def do_open(self, number):
        message = int(number)
        if message not in self.inbox:
            raise Refused("no message %s" % number)
        self.read_notice(self.inbox[message][0], message, self.next_number(), 1)

    def do_release(self, number):
        self.post(self.inbox[int(number)][0], "RELEASEFILES", 0, b"%d\0" % int(number))

    def do_fetch(self, number, name, folder, *words):
        message = self.offered[int(number)]
        entry = next((each for each in message["files"] if each["name"] == name), None)
        if not entry:
            raise Refused("message %s lists no %s" % (number, name))
        fetch = peerfiles.Fetch(self, message, entry, folder, words)
        threading.Thread(target=fetch.run, daemon=True).start()

    def do_break(self, count):
        self.files.breaks = int(count)

    def do_guess(self, where, count, packet, file, user=None, host=None):
        def build(index):
            which = int(file) + index if int(file) else int.from_bytes(os.urandom(4), "big") >> 2
            body = "%x:%x:0:" % (int(packet) + (index if int(file) else 0), which)
            return wire.build(self.next_number(), user or self.user, host or self.host,
                              COMMANDS["GETFILEDATA"], body.encode() + b"\0")
        threading.Thread(target=peerfiles.guess, daemon=True,
                         args=(self, self.to(where), build, int(count))).start()

    def do_request(self, where, digits):
        def run():
            got = 0
            try:
                with socket.create_connection(self.to(where), 30, (self.args.bind, 0)) as connection:
                    connection.sendall(bytes.fromhex(digits))
                    while chunk := connection.recv(65536):
                        got += len(chunk)
            except OSError:
                pass
            self.emit("answered", bytes=got)
        threading.Thread(target=run, daemon=True).start()

    def do_getpubkey(self, where):
        self.post(self.to(where), "GETPUBKEY", 0, b"%X" % self.caps)

    def do_getinfo(self, where):
        self.post(self.to(where), "GETINFO")

    def do_getabsence(self, where):
        self.post(self.to(where), "GETABSENCEINFO")

    def do_getlist(self, where):
        self.post(self.to(where), "GETLIST", 0, b"0\0")

    def do_list(self):
        for addr in self.everybody():
            self.post(addr, "BR_ISGETLIST2", self.flags,
                      ("%s\0%s" % (self.nick, self.group)).encode("cp932", "replace"))

    def do_host(self, user, host, where, nick, group, status="1"):
        addr, port = self.to(where)
        self.hosts.append({"user": user, "host": host, "addr": addr, "port": port, "nick": nick,
                           "group": group, "status": int(status, 0)})

    def do_autoack(self, state):
        self.autoack = state == "on"

    def do_drop_acks(self, count):
        self.lost_acks = int(count)

    def do_drop(self, count):
        self.lost_packets = int(count)

    def do_pubkey(self, what):
        self.answers_pubkey = what != "off"
        self.shown_key = None if what in ("on", "off") else {
            bits: wire.load_key(self.args.keys, what, bits) for bits in (1024, 2048)}

    def do_newkeys(self, name):
        self.take_keys(name)
        return {"user": self.user, "fingerprint": self.fingerprint}

    def do_forget(self):
        self.members, self.heard = {}, {}

    def do_raw(self, where, digits, source=None):
        self.throw(bytes.fromhex(digits), self.to(where), source)

    def do_text(self, where, text, source=None):
        data = text.encode().decode("unicode_escape").encode("latin-1")
        self.throw(data, self.to(where), source)

    def throw(self, data, addr, source):
        if source is None:
            self.socket.sendto(data, addr)
            return
        if not source.startswith("from="):
            raise Refused("not from=ADDR: %s" % source)
        origin = self.to(source[5:])
        udp = struct.pack("!HHHH", origin[1], addr[1], 8 + len(data), 0)
        ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 28 + len(data), 0, 0, 64, 17, 0,
                         socket.inet_aton(origin[0]), socket.inet_aton(addr[0]))
        with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as forged:
            forged.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
            forged.sendto(ip + udp + data, (addr[0], 0))

    def do_sync(self):
        self.read_socket()

    def do_quit(self):
        self.running = False
        self.do_exit()
        self.do_exit()

    def obey(self, line):
        words = []
        try:
            words = json.loads(line) if line.startswith("[") else shlex.split(line)
            if not words:
                return
            command = getattr(self, "do_" + words[0].replace("-", "_"), None)
            if not command:
                raise Refused("no command %s" % words[0])
            self.emit("ok", command=words[0], **(command(*words[1:]) or {}))
        except (Refused, ValueError, TypeError, OSError, KeyError) as reason:
            self.emit("error", command=words[0] if words else line, reason=str(reason))

    # -- the loop -------------------------------------------------------------------------

    def read_socket(self):
        while True:
            try:
                data, addr = self.socket.recvfrom(65535)
            except BlockingIOError:
                return
            except ConnectionRefusedError:  # an earlier packet found nobody
                continue
            self.receive(data, addr)

    def run(self):
        selector = selectors.DefaultSelector()
        selector.register(self.socket, selectors.EVENT_READ)
        selector.register(sys.stdin.fileno(), selectors.EVENT_READ)
        selector.register(self.files.listener, selectors.EVENT_READ)
        addr, port = self.socket.getsockname()
        self.emit("ready", addr=addr, port=port, user=self.user, host=self.host, nick=self.nick,
                  fingerprint=self.fingerprint)
        unfinished = b""
        while self.running:
            for key, _ in selector.select(self.run_timers()):
                if key.fileobj is self.socket:
                    self.read_socket()
                    continue
                if key.fileobj is self.files.listener:
                    self.files.accept()
                    continue
                chunk = os.read(key.fd, 65536)
                if not chunk:
                    self.do_quit()
                *lines, unfinished = (unfinished + chunk).split(b"\n")
                for line in lines:
                    self.obey(line.decode("utf-8", "replace").strip())


def main():
    here = os.path.dirname(os.path.abspath(__file__))
    parser = argparse.ArgumentParser(description="an IPMSG client driven by text")
    parser.add_argument("--bind", default="0.0.0.0")
    parser.add_argument("--port", type=int, default=2425)
    parser.add_argument("--user", default="peer")
    parser.add_argument("--host", default="PCPEER")
    parser.add_argument("--nick", default="")
    parser.add_argument("--group", default="")
    parser.add_argument("--mode", choices=sorted(MODES), default="windows")
    parser.add_argument("--caps", type=lambda text: int(text, 16))
    parser.add_argument("--flags", type=lambda text: int(text, 16))
    parser.add_argument("--keys", default=os.path.join(here, "..", "data", "keys"))
    parser.add_argument("--key")
    parser.add_argument("--broadcast", action="append")
    parser.add_argument("--delay", type=float, default=0.1)
    parser.add_argument("--number", type=int)
    args = parser.parse_args()
    args.broadcast = args.broadcast or ["255.255.255.255"]
    Peer(args).run()


if __name__ == "__main__":
    main()
