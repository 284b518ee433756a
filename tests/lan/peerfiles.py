# peerfiles.py: files for peer.py: offered and served over TCP, and fetched, as the official
# client 4.99 does it (and macOS, where that differs). Written from the protocol alone.
import hashlib
import os
import re
import socket
import struct
import threading
import time

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

import peerwire as wire
from peerwire import COMMANDS, OPTIONS, Refused

ENCFILE = 0x800
NOENC_FILEBODY = 0x4000000
REGULAR, FOLDER, PARENT, CLIPBOARD = 1, 2, 3, 0x20
READONLY = 0x100
BUFFER = 64 * 1024
PATIENCE = 60  # seconds without a byte
BAD_NAME = re.compile(r'[\\/<>|*"?\x00-\x1f]')


# -- offering -----------------------------------------------------------------------------


class Share:
    """One file, folder or picture that a message lists."""

    def __init__(self, path, kind, number, position=0):
        self.path, self.kind, self.number, self.position = path, kind, number, position
        self.name = os.path.basename(path)
        status = os.stat(path)
        self.size = 0 if kind == FOLDER else status.st_size
        self.mtime = int(status.st_mtime)
        self.taken = set()  # by whom: once each, unless it failed
        self.running = set()


def shares_of(words, message, mac=False):
    """offer=PATH,... and image=PATH@POSITION,... of a letter."""
    base = 0 if mac else struct.unpack(">I", os.urandom(4))[0] >> 2 & ~0xFF
    shares = []
    for path in filter(None, words.get("offer", "").split(",")):
        kind = FOLDER if os.path.isdir(path) else REGULAR
        shares.append(Share(path, kind, base + len(shares)))
    for item in filter(None, words.get("image", "").split(",")):
        path, _, position = item.rpartition("@")
        share = Share(path, CLIPBOARD, base + len(shares), int(position))
        share.name = "ipmsgclip_s_%d_%d.png" % (message, share.position)
        shares.append(share)
    return shares


def build_list(shares, charset, mac=False):
    """The entries as they are written: ids decimal, all else hex."""
    out = b""
    for share in shares:
        name = share.name.replace(":", "::").encode(charset, "replace")
        out += b"%d:%s:" % (share.number, name)
        out += b"%X:%X:%X:" % (share.size, share.mtime, share.kind) if mac else (
            b"%x:%x:%x:" % (share.size, share.mtime, share.kind))
        if share.kind == CLIPBOARD:
            out += b"8=%x:" % share.position
        elif mac:
            out += b"16=%X:14=%X:10=%X:" % (share.mtime, share.mtime, 0o644)
        out += b"\a"
    return out


# -- the folder stream --------------------------------------------------------------------


def record(name, size, attr, mtime, mac=False):
    if mac and attr == PARENT:
        return b"000B:.:0:3:"
    form = "%X" if mac else "%x"
    rest = b":%s:%s:%s:" % (name, (form % size if mac or attr == PARENT else "%09x" % size).encode(),
                            (form % attr).encode())
    rest += ("14=" + form + ":16=" + form + ":").encode() % (mtime, mtime)
    return (b"%04X" if mac else b"%04x") % (len(rest) + 4) + rest


def tree(path, name, charset, mac=False):
    """The stream of a folder, in pieces."""
    def coded(text):
        # Windows does not escape; its names have no colons.
        return text.replace(":", "::").encode(charset, "replace") if mac else (
            text.encode(charset, "replace"))

    def mtime_of(status):
        return int(status.st_mtime)

    yield record(coded(name), 0, FOLDER, mtime_of(os.stat(path)), mac)
    for entry in sorted(os.scandir(path), key=lambda each: each.name):
        status = entry.stat(follow_symlinks=False)
        if entry.is_dir(follow_symlinks=False):
            yield from tree(entry.path, entry.name, charset, mac)
        elif entry.is_file(follow_symlinks=False):
            attr = REGULAR | (0 if status.st_mode & 0o200 else READONLY)
            yield from single(entry.path, coded(entry.name), attr, mac)
    yield record(b".", 0, PARENT, mtime_of(os.stat(path)), mac)


def single(path, name, attr=REGULAR, mac=False):
    status = os.stat(path)
    yield record(name, status.st_size, attr, int(status.st_mtime), mac)
    with open(path, "rb") as file:
        while chunk := file.read(BUFFER):
            yield chunk


class Source:
    """What comes over a connection, deciphered, in pieces of the size asked for."""

    def __init__(self, connection, machine, limit=None):
        self.connection, self.machine, self.kept = connection, machine, b""
        self.total, self.limit = 0, limit

    def fill(self):
        if self.limit is not None and self.total >= self.limit:
            raise Refused("enough after %d bytes" % self.total)
        chunk = self.connection.recv(BUFFER)
        if not chunk:
            raise Refused("closed after %d bytes" % self.total)
        self.total += len(chunk)
        self.kept += self.machine.update(chunk) if self.machine else chunk

    def take(self, most):
        if not self.kept:
            self.fill()
        piece, self.kept = self.kept[:most], self.kept[most:]
        return piece

    def exactly(self, count):
        while len(self.kept) < count:
            self.fill()
        piece, self.kept = self.kept[:count], self.kept[count:]
        return piece

    def header(self):
        """As 4.99 reads one: eight bytes first, at most 1022."""
        first = self.exactly(8)
        match = re.match(rb"([0-9a-fA-F]{1,7}):", first)
        if not match or not 8 <= int(match[1], 16) <= 1022:
            raise Refused("no header: %r" % first)
        return first + self.exactly(int(match[1], 16) - 8)


def split_record(header):
    # A name may have "::", an empty one cannot be.
    fields = re.split(rb"(?<!:):(?!:)", header)
    if len(fields) < 5 or fields[-1]:
        raise Refused("no record: %r" % header)
    return (fields[1].replace(b"::", b":"), int(fields[2], 16), int(fields[3], 16),
            {int(key, 16): int(value, 16) for key, value in
             (each.split(b"=") for each in fields[4:-1])})


def save_data(source, path, size, mtime=None):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
        while size > 0:
            piece = source.take(size)
            file.write(piece)
            size -= len(piece)
    if mtime is not None:
        os.utime(path, (mtime, mtime))


def receive_tree(source, path, charset):
    """Below path, whose own name is that of the list; the names of all records."""
    records, times, where = [], [], []
    while not records or where:
        name, size, attr, extra = split_record(source.header())
        name = name.decode(charset)
        kind = attr & 0xFF
        records.append({"name": name, "size": size, "attr": attr, "mtime": extra.get(0x14)})
        if kind == PARENT:
            where.pop()
        elif kind == FOLDER:
            here = os.path.join(where[-1], name) if where else path
            os.mkdir(here)
            where.append(here)
            times.append((here, extra.get(0x14)))
        elif kind == REGULAR:
            if BAD_NAME.search(name) or name in (".", ".."):
                raise Refused("Windows takes no such name: %r" % name)
            save_data(source, os.path.join(where[-1], name) if where else path, size,
                      extra.get(0x14))
            if not where:
                break
        else:
            raise Refused("a record of type %x" % attr)
    for here, mtime in reversed(times):
        if mtime is not None:
            os.utime(here, (mtime, mtime))
    return records


def keystream(key, number):
    block = b"%d" % number
    return Cipher(algorithms.AES(key), modes.CTR(block.ljust(16, b"\0"))).encryptor()


# -- being asked --------------------------------------------------------------------------


class Files:
    """The TCP side of a peer; everything that blocks has a thread of its own."""

    def __init__(self, peer):
        self.peer = peer
        self.shares = {}  # (message number, file id)
        self.replays = {}  # the last number of each user
        self.lock = threading.Lock()
        self.breaks = 0  # the next answer ends after so many bytes
        self.listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind(peer.socket.getsockname())
        self.listener.listen(64)

    def offer(self, number, shares):
        for share in shares:
            self.shares[number, share.number] = share

    def accept(self):
        connection, addr = self.listener.accept()
        connection.settimeout(PATIENCE)
        threading.Thread(target=self.visit, args=(connection, addr), daemon=True).start()

    def visit(self, connection, addr):
        told = {"from": "%s:%d" % addr}
        try:
            self.serve(connection, addr, told)
        except (Refused, OSError, ValueError) as reason:
            self.peer.emit("refused-file", **told, reason=str(reason))
        finally:
            connection.close()

    def serve(self, connection, addr, told):
        # The official servers look at what one recv() brings.
        packet = wire.Packet(connection.recv(255 if self.peer.mode == "mac" else 8000))
        told.update(user=packet.user, host=packet.host, command=packet.name,
                    options=packet.command & ~0xFF)
        fields, cover, signed = self.read_request(packet, told)
        share = self.shares.get((int(fields[0], 16), int(fields[1], 16)))
        member = self.peer.known(packet)
        if not share or not member:
            raise Refused("nobody offered that")
        if not signed and member.addr[0] != addr[0]:
            raise Refused("from elsewhere")
        self.take(share, packet.user)
        told.update(number=int(fields[0], 16), id=share.number, name=share.name)
        done = False
        try:
            done = self.answer(connection, packet, share, fields, cover, told)
        finally:
            self.give_back(share, packet.user, done)

    def read_request(self, packet, told):
        """(fields of the body, (key, number) or None, whether it is signed)"""
        body, cover, signed = packet.part(0), None, False
        if packet.has("ENCRYPT"):
            if self.peer.mode == "mac":
                raise Refused("macOS reads no encrypted requests")
            word, plain, signature = wire.decrypt(body, packet.number_text, self.peer.keys)
            member = self.peer.known(packet)
            verdict = wire.check(word, plain, signature, member.key if member else None)
            if verdict == "invalid":
                raise Refused("a wrong signature")
            signed = verdict == "valid"
            told.update(suite=wire.suite_name(word), signature=verdict)
            body = plain.split(b"\0")[0]
        fields = [each for each in body.split(b":") if each]
        if packet.name not in ("GETFILEDATA", "GETDIRFILES") or len(fields) < 2:
            raise Refused("no file request")
        # What it cannot check it answers in clear, without a word. A client of the weak
        # suite has no signatures.
        if packet.command & ENCFILE and (signed or not packet.has("ENCRYPT") or
                                         told.get("suite") == "rsa1024-blowfish128"):
            cover = self.read_cover(fields, packet, signed)
        told.update(ciphered=bool(cover), signed=signed)
        return fields, cover, signed

    def read_cover(self, fields, packet, signed):
        at = 3 if packet.name == "GETFILEDATA" else 2
        flags = int(fields[at], 16)
        if flags & wire.AES_256:
            key, number = bytes.fromhex(fields[at + 1].decode()), fields[at + 2:at + 3]
        elif flags & NOENC_FILEBODY:
            key, number = None, fields[at + 1:at + 2]
        else:
            raise Refused("flags %x" % flags)
        if number or not key:
            replay = int(number[0], 16)
            if signed and replay <= self.replays.get(packet.user, 0):
                raise Refused("a number that was used")
            self.replays[packet.user] = replay
        return (key, int(number[0], 16) if number else packet.number) if key else None

    def take(self, share, user):
        with self.lock:
            if user in share.taken or user in share.running:
                raise Refused("once is enough")
            share.running.add(user)

    def give_back(self, share, user, done):
        with self.lock:
            share.running.discard(user)
            if done:
                share.taken.add(user)

    def pieces(self, packet, share, fields, cover):
        mac = self.peer.mode == "mac"
        charset = "utf-8" if packet.utf8 else "cp932"
        if packet.name == "GETFILEDATA":
            if share.kind == FOLDER:
                raise Refused("a folder is no file")
            # 4.99 does not seek, and macOS ignores it: the bytes are those of the beginning.
            with open(share.path, "rb") as file:
                while chunk := file.read(BUFFER):
                    yield chunk
        elif share.kind == FOLDER:
            yield from tree(share.path, share.name, charset, mac)
        elif mac or share.kind == CLIPBOARD:
            raise Refused("a file is no folder")
        else:
            yield from single(share.path, share.name.encode(charset, "replace"))

    def answer(self, connection, packet, share, fields, cover, told):
        machine = keystream(*cover) if cover else None
        limit, self.breaks = self.breaks or None, 0
        total = 0
        for piece in self.pieces(packet, share, fields, cover):
            piece = piece[:limit - total] if limit else piece
            connection.sendall(machine.update(piece) if machine else piece)
            total += len(piece)
            if limit and total >= limit:
                raise Refused("broken off after %d bytes" % total)
        # It waits for the other side's close before it counts it as done.
        closed = total == 0 or connection.recv(1) == b""
        self.peer.emit("served", **told, bytes=total, closed=closed)
        return closed


# -- asking -------------------------------------------------------------------------------

FETCH_WORDS = {"plain", "aes", "clear", "weak", "offset", "id", "packet", "stream", "data", "as",
               "replay", "user", "host", "sign", "cut"}


class Fetch:
    """
    One file of a message fetched as 4.99 does it: protected where the other knows that, the
    data in clear unless its user wants them encrypted (aes).
    """

    def __init__(self, peer, message, entry, folder, words):
        self.peer, self.entry, self.folder = peer, entry, folder
        self.words = {word.partition("=")[0]: word.partition("=")[2] for word in words}
        if not set(self.words) <= FETCH_WORDS:
            raise Refused("no option %s" % ", ".join(set(self.words) - FETCH_WORDS))
        self.message, self.addr, self.utf8 = message["number"], message["addr"], message["utf8"]
        self.member = peer.heard.get(self.addr)
        self.kind = entry["attr"] & 0xFF

    def has(self, word):
        return word in self.words

    def is_protected(self):
        return bool(not self.has("plain") and self.peer.mode != "mac" and self.member and
                    self.member.key and self.member.flags & wire.ENTRY_OPTIONS["CAPFILEENC"])

    def body(self, mode, number):
        """(the plaintext, the key of the answer or None)"""
        packet = int(self.words.get("packet") or self.message)
        file = int(self.words.get("id") or self.entry["id"])
        text = "%x:%x:" % (packet, file)
        if mode == "GETFILEDATA":
            text += "%x:" % int(self.words.get("offset") or 0)
        if not self.is_protected():
            return text, None
        replay = int(self.words.get("replay") or number)
        both = self.peer.caps & self.member.capability
        if self.has("aes") or self.has("weak"):
            key = os.urandom(32)
            return text + "900000:%s:%x" % (key.hex(), replay), (key, replay)
        if both & NOENC_FILEBODY:
            return text + "4000000:%x" % replay, None
        return text, None

    def request(self):
        number = self.peer.next_number()
        stream = self.kind == FOLDER or (self.is_protected() and self.kind != CLIPBOARD)
        stream = (stream or self.has("stream")) and not self.has("data")
        mode = "GETDIRFILES" if stream else "GETFILEDATA"
        text, cover = self.body(mode, number)
        command = COMMANDS[mode] | (OPTIONS["UTF8"] if self.utf8 else 0)
        body = text.encode() + b"\0"
        if self.is_protected():
            command |= OPTIONS["ENCRYPT"]
            command |= ENCFILE if ":900000:" in text or ":4000000:" in text else 0
            caps = self.peer.caps & self.member.capability
            word = wire.choose(caps & ~wire.RSA_2048 if self.has("weak") else caps)
            signed = b"something else\0" if self.words.get("sign") == "bad" else body
            body = wire.encrypt(word, self.member.key, self.peer.keys.get(2048), number, body,
                                signed) + b"\0"
        data = wire.build(number, self.words.get("user") or self.peer.user,
                          self.words.get("host") or self.peer.host, command, body)
        return data, stream, cover

    def run(self):
        told = {"number": self.message, "id": self.entry["id"], "name": self.entry["name"]}
        try:
            data, stream, cover = self.request()
            told.update(stream=stream, ciphered=bool(cover), protected=self.is_protected())
            with socket.create_connection(self.addr, PATIENCE, self.source()) as connection:
                connection.sendall(data)
                source = Source(connection, keystream(*cover) if cover else None,
                                int(self.words["cut"]) if self.has("cut") else None)
                told.update(self.receive(source, stream))
        except (Refused, OSError, ValueError) as reason:
            self.peer.emit("fetch-failed", **told, reason=str(reason))
            return
        self.peer.emit("fetched", **told)

    def source(self):
        return (self.peer.args.bind, 0)

    def receive(self, source, stream):
        path = os.path.join(self.folder, self.words.get("as") or self.entry["name"])
        if not stream:
            size = self.entry["size"] - int(self.words.get("offset") or 0)
            save_data(source, path, size, self.entry["mtime"])
            return {"path": path, "bytes": source.total, "sha256": sha256(path)}
        records = receive_tree(source, path, "utf-8" if self.utf8 else "cp932")
        return {"path": path, "bytes": source.total, "records": records,
                "sha256": None if os.path.isdir(path) else sha256(path)}


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def guess(peer, addr, build, count):
    """Asks so many times for what it may not have; the bytes that came back in all."""
    got = refused = 0
    for index in range(count):
        try:
            with socket.create_connection(addr, 5, (peer.args.bind, 0)) as connection:
                connection.settimeout(5)
                connection.sendall(build(index))
                while chunk := connection.recv(BUFFER):
                    got += len(chunk)
        except OSError:
            refused += 1
    peer.emit("guessed", count=count, bytes=got, refused=refused)
