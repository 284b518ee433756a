#!/usr/bin/env python3
# rogue.py: a user of cam/1 with valid keys of its own who cheats (threat model, P2), driven
# by text as peer.py is.
#
#   rogue.py --user U --host H [--rsa PEM]
#
# Commands, words as in a shell or a JSON list, one a line on stdin; each ends in an event
# "ok" or "error". ADDR is ADDRESS[:PORT], LINK a name for a link.
#   connect LINK ADDR [as=USER@HOST]   a greeted link; ok: the peer's name, and ours to it
#   close LINK
#   certificates ADDR             shows itself by every wrong certificate, old TLS, other
#                                 ALPN: ok has what came of each: "refused" or "talks"
#   impostor ADDR VICTIM          shows the certificate of the camd at VICTIM, whose key it
#                                 has not: "refused" or "talks"
#   garbage ADDR                  bytes that are no TLS, and TLS that breaks off
#   hello ADDR HOW [VICTIM]       a hello on an own TLS connection: "refused" or "admitted".
#       own | replay (VICTIM's own hello, as it came) | list (VICTIM's list, own prekey) |
#       list-signature | prekey-signature | user-key (VICTIM's user key, signed by ours) |
#       rsa (VICTIM's IPMSG key and its proof) | rsa-list (the same, and named in our list) |
#       other-device (a list without the TLS key) |
#       rollback (the list before the last) | version | empty | huge
#   early ADDR WHAT               receipts, refused, typing, opened, prekey, envelope: before any
#                                 hello; nested: a hello of 2,000 levels
#   send LINK TEXT                a valid message; ok when its receipt is here and right
#   expect LINK SECONDS [silent]  the next message from there is opened and acknowledged, or not
#   forge LINK HOW                an envelope that must not be taken; ok: "refused", "closed"
#                                 (the link), "receipted". See Forger.
#   flips LINK                    one bit changed in each byte of a valid envelope
#   receipts LINK ID [HOW]        says that message ID, which is not ours, was stored: signed
#                                 by us | unsigned | opened-label | link-key | as=DEVICE (hex) |
#                                 opened | refused
#   prekey LINK HOW               another prekey of ours: new | unsigned | foreign (signed by
#                                 somebody else) | older (the first one again)
#   device                        another device in a newer list, from the next connect on
#   old ADDR                      a hello by the device before that: "refused" or "admitted"
#   sync LINK                     all sent before has been dealt with
#   quit
import argparse
import ctypes
import ctypes.util
import json
import os
import shlex
import socket
import ssl
import struct
import sys
import time

from cryptography.hazmat.primitives.asymmetric import ed25519

import cam1
import envelope
from cam1 import Broken, public

STARTED = time.monotonic()
PATIENCE = 60  # seconds that a slow machine may take to say something


def emit(event, **fields):
    fields = {"event": event, "t": round(time.monotonic() - STARTED, 3), **fields}
    print(json.dumps(fields, ensure_ascii=False), flush=True)


def address(text):
    host, _, port = text.partition(":")
    return host, int(port or 2425)


# -- TLS that is not right ----------------------------------------------------------------


def talks(stream):
    """Whether camd says anything on it, within the time that it waits for strangers."""
    link = cam1.Link(stream, True)
    try:
        link.wait(lambda: link.rest or link.requests or link.text, PATIENCE)
        return "talks"
    except Broken:
        return "refused" if link.closed else "silent"
    finally:
        link.close()


def attempt(addr, made):
    try:
        return talks(cam1.connect(*addr, made=made))
    except (ssl.SSLError, OSError):
        return "refused"


def certificates(addr, key):
    def made(how=None, **more):
        shown = cam1.shown(how, key) if how else (None, ())
        return cam1.context(False, *shown, **more)
    old = ssl.TLSVersion.TLSv1_2
    tries = {how: made(how) for how in
             ("own", "expired", "early", "extended", "chained", "rsa-signed", "rsa", "ecdsa")}
    tries["none"] = made()
    tries["tls1.2"] = made("own", version=old)
    tries["tls1.2 none"] = made(version=old)
    tries["no alpn"] = made("own", alpn=None)
    tries["other alpn"] = made("own", alpn="h2")
    tries["later alpn"] = made("own", alpn="cam/2")
    return {name: attempt(addr, each) for name, each in tries.items()}


class Parameter(ctypes.Structure):
    _fields_ = [("key", ctypes.c_char_p), ("type", ctypes.c_uint), ("data", ctypes.c_char_p),
                ("size", ctypes.c_size_t), ("returned", ctypes.c_size_t)]


def impostor(addr, victim):
    """Python's ssl has no way to show a certificate without its key: OpenSSL itself, with a
    key made of the victim's public half and a private half of ours."""
    stream = cam1.connect(*victim, key=ed25519.Ed25519PrivateKey.generate())
    der = stream.getpeercert(True)
    shown = cam1.Link(stream, True).peer_key
    stream.close()
    lib = ctypes.CDLL(ctypes.util.find_library("ssl"))
    crypto = ctypes.CDLL(ctypes.util.find_library("crypto"))
    for name in ("TLS_client_method", "SSL_CTX_new", "SSL_new"):
        getattr(lib, name).restype = ctypes.c_void_p
    for name in ("EVP_PKEY_CTX_new_from_name", "d2i_X509"):
        getattr(crypto, name).restype = ctypes.c_void_p
    own = os.urandom(32)
    parameters = (Parameter * 3)(Parameter(b"priv", 5, own, 32, 0),
                                 Parameter(b"pub", 5, shown, 32, 0), Parameter())
    maker = ctypes.c_void_p(crypto.EVP_PKEY_CTX_new_from_name(None, b"ED25519", None))
    key = ctypes.c_void_p()
    crypto.EVP_PKEY_fromdata_init(maker)
    if crypto.EVP_PKEY_fromdata(maker, ctypes.byref(key), 0x87, parameters) != 1:
        raise ValueError("no such key")
    place = ctypes.c_char_p(der)
    certificate = ctypes.c_void_p(crypto.d2i_X509(None, ctypes.byref(place), len(der)))
    context = ctypes.c_void_p(lib.SSL_CTX_new(ctypes.c_void_p(lib.TLS_client_method())))
    alpn = b"\x05cam/1"
    if (lib.SSL_CTX_use_certificate(context, certificate) != 1
            or lib.SSL_CTX_use_PrivateKey(context, key) != 1
            or lib.SSL_CTX_set_alpn_protos(context, alpn, len(alpn)) != 0):
        raise ValueError("OpenSSL does not take the certificate")
    wire = socket.create_connection(addr, PATIENCE)
    wire.settimeout(None)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", PATIENCE, 0))
    connection = ctypes.c_void_p(lib.SSL_new(context))
    lib.SSL_set_fd(connection, wire.fileno())
    done = lib.SSL_connect(connection)
    room = ctypes.create_string_buffer(4096)
    got = lib.SSL_read(connection, room, len(room)) if done == 1 else -1
    wire.close()
    return "talks" if got > 0 else "refused"


def garbage(addr):
    """Nothing of it may hurt; whatever camd does, it must go on."""
    for data in (b"\x16", b"\x16\x03\x01", b"\x16\x03\x01\xff\xff" + b"\0" * 70000, b"\x16" * 5000,
                 b"1:1:a:b:96:1:1:0\0", b"GET / HTTP/1.0\r\n\r\n", b"\x80\x2e\x01\x03\x01",
                 os.urandom(3000), b"\x16\x03\x01" + os.urandom(600), b""):
        wire = socket.create_connection(addr, 5)
        try:
            wire.sendall(data)
            wire.settimeout(0.2)
            wire.recv(1000)
        except OSError:
            pass
        wire.close()


# -- envelopes that are not right ----------------------------------------------------------


class Forger:
    """forge HOW: an envelope from us to card that must not be taken. victim: the card of
    somebody else, in whose name; captured: what a third person sent us."""

    def __init__(self, person, card, victim, captured, sequence):
        self.person, self.card, self.victim = person, card, victim
        self.captured, self.sequence = captured, sequence

    def make(self, how):
        return getattr(self, how.replace("-", "_"))()

    def seal(self, text="forged", **changes):
        return envelope.seal(self.person, [self.card], text, self.sequence, **changes)

    # In somebody else's name.

    def other_sender(self):
        return self.seal(user_key=self.victim.user_key).bytes()

    def other_device(self):
        return self.seal(device=self.victim.device).bytes()

    def other_everything(self):
        return self.seal(device=self.victim.device, user_key=self.victim.user_key,
                         talk=envelope.talk_of(self.victim.user_key,
                                               self.card.user_key)).bytes()

    def header_device(self):
        return self.seal(header_device=self.victim.device).bytes()

    def other_signer(self):
        return self.seal(signer=ed25519.Ed25519PrivateKey.generate()).bytes()

    def link_key_signer(self):
        return self.seal(signer=self.person.link_key).bytes()

    def user_key_signer(self):
        return self.seal(signer=self.person.user_key).bytes()

    # What somebody wrote to us, for somebody else.

    def readdressed(self):
        """The very message, its content key wrapped once more."""
        made = self.captured.made
        return envelope.Made(made.header, [self.wrapped(made.header, self.captured.cek)],
                             made.sealed).bytes()

    def readdressed_with_room(self):
        """The same beside the stanza that was there."""
        made = self.captured.made
        return envelope.Made(made.header, made.stanzas
                             + [self.wrapped(made.header, self.captured.cek)], made.sealed).bytes()

    def wrapped(self, header, cek):
        return envelope.stanza(header, cek, self.card.device, self.card.prekey_id,
                               self.card.prekey)

    def inside_in_our_header(self):
        """The inside with its author's signature, sealed again under a header of ours."""
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
        key, _ = envelope.keys_of(self.captured.cek)
        inside = ChaCha20Poly1305(key).decrypt(bytes(12), self.captured.made.sealed,
                                               self.captured.made.header)
        cek = os.urandom(32)
        key, commitment = envelope.keys_of(cek)
        header = self.captured.made.header[:84] + commitment + struct.pack(">I", 1)
        sealed = ChaCha20Poly1305(key).encrypt(bytes(12), inside, header)
        return envelope.Made(header, [self.wrapped(header, cek)], sealed).bytes()

    def verbatim(self):
        return self.captured.made.bytes()

    # Spliced, re-addressed, changed.

    def spliced_body(self):
        one, two = self.seal("one"), self.seal("two")
        return envelope.Made(one.header, one.stanzas, two.sealed).bytes()

    def spliced_stanza(self):
        one, two = self.seal("one"), self.seal("two")
        return envelope.Made(one.header, two.stanzas, one.sealed).bytes()

    def spliced_header(self):
        one, two = self.seal("one"), self.seal("two")
        return envelope.Made(two.header, one.stanzas, one.sealed).bytes()

    def not_in_the_list(self):
        return self.seal(recipients=[(self.victim.user_key, "somebody@else")],
                         talk=envelope.talk_of(public(self.person.user_key),
                                               self.victim.user_key)).bytes()

    def no_recipients(self):
        made = self.seal(recipients=[(bytes(32), "nobody@none")])
        return made.bytes()

    def other_talk(self):
        """A talk between others, as if this were said there."""
        return self.seal(talk=envelope.talk_of(self.victim.user_key, bytes(32))).bytes()

    def commitment(self):
        return self.seal(commitment=os.urandom(32)).bytes()

    def other_prekey(self):
        made = self.seal()
        at = made.stanzas[0]
        made.stanzas[0] = at[:16] + struct.pack(">I", 77777) + at[20:]
        return made.bytes()

    def version(self):
        made = self.seal()
        made.header = b"\x02" + made.header[1:]
        return made.bytes()

    def suite(self):
        made = self.seal()
        made.header = made.header[:1] + b"\x02" + made.header[2:]
        return made.bytes()

    def policy(self):
        """Genuine, but what it asks of the reader is not understood."""
        return self.seal(policy=bytes(31) + b"\1").bytes()

    def escrow(self):
        return self.seal(kind=[1, 1, 0, 1]).bytes()

    def no_stanza(self):
        made = self.seal()
        made.stanzas = []
        return made.bytes()

    def many_stanzas(self):
        data = self.seal().bytes()
        return data[:120] + struct.pack(">I", 0xFFFFFFFF) + data[124:]

    def short(self):
        return self.seal().bytes()[:200]

    def empty_text(self):
        return self.seal(body=bytes([1, 0])).bytes()

    def bad_utf8(self):
        return self.seal(body=bytes([1, 0]) + b"a\xff\xc0\x80b").bytes()

    def nul(self):
        return self.seal(body=bytes([1, 0]) + b"a\0b").bytes()

    def unknown_flags(self):
        return self.seal(body=bytes([1, 0x80]) + b"flags").bytes()

    def unknown_type(self):
        return self.seal(content_type=99).bytes()

    def ancient(self):
        """Older than ids are kept: it could be a replay that nobody remembers."""
        return self.seal(time_ms=envelope.now_ms() - 91 * 86400 * 1000).bytes()

    def sequence_zero(self):
        self.sequence = 0
        return self.seal().bytes()

    def edit_of_others(self):
        """Changes a message that somebody else wrote."""
        return self.seal(content_type=envelope.EDIT,
                         body=bytes([1, 8]) + self.captured.id + b"changed").bytes()

    def deletion_of_others(self):
        return self.seal(content_type=envelope.DELETION,
                         body=bytes([1, 8]) + self.captured.id).bytes()


# -- commands -----------------------------------------------------------------------------


class Rogue:
    def __init__(self, args):
        rsa_key = cam1.load_rsa(args.rsa) if args.rsa else None
        self.person = cam1.Person(args.user, args.host, rsa_key=rsa_key)
        self.links, self.cards, self.captured = {}, {}, None
        self.sequence = 0

    def obey(self, words):
        name = "do_" + words[0].replace("-", "_")
        return getattr(self, name)(*words[1:]) or {}

    def do_connect(self, name, addr, *options):
        changes = {}
        for option in options:
            changes["user"], _, changes["host"] = option.partition("=")[2].partition("@")
        link, card = cam1.link_to(self.person, *address(addr), **changes)
        self.links[name], self.cards[name] = link, card
        return {"name": card.name, "device": card.device.hex()}

    def do_close(self, name):
        self.links.pop(name).close()

    def do_certificates(self, addr):
        return {"came": certificates(address(addr), self.person.link_key)}

    def do_impostor(self, addr, victim):
        return {"came": impostor(address(addr), address(victim))}

    def do_garbage(self, addr):
        garbage(address(addr))

    # Hellos.

    def do_hello(self, addr, how, victim=None):
        params = self.hello_params(how, self.hello_of(victim) if victim else None)
        link = cam1.Link(cam1.connect(*address(addr), key=self.person.link_key), True)
        try:
            link.greet(params, 5)
            return {"came": "admitted"}
        except Broken as problem:
            return {"came": "refused", "why": str(problem)}
        finally:
            link.close()

    def hello_of(self, victim):
        """What the camd there says in its hello, for which any key of ours is enough."""
        link = cam1.Link(cam1.connect(*address(victim), key=self.person.link_key), True)
        link.post({"method": "link.hello", "params": self.person.hello(), "id": 1})
        params = link.wait(lambda: link.heard("link.hello"))["params"]
        link.close()
        return params

    def hello_params(self, how, other):
        person = self.person
        stranger = cam1.Person("x", "y")
        if how == "own":
            return person.hello()
        if how == "replay":
            return other
        if how == "list":
            return person.hello(devices=other["devices"])
        if how == "list-signature":
            return person.hello(devices=person.devices(signer=stranger.user_key).hex())
        if how == "prekey-signature":
            return person.hello(prekey=person.prekey_bytes(signer=stranger.signing_key).hex())
        if how == "user-key":
            key = cam1.Card(other).user_key
            return person.hello(devices=person.devices(user_key=key).hex(),
                                user=other["user"], host=other["host"])
        if how == "rsa":
            return person.hello(rsa=other["rsa"], user=other["user"], host=other["host"])
        if how == "rsa-list":
            person.rsa_digest, kept = lambda: bytes.fromhex(other["devices"])[50:82], person.rsa_digest
            params = person.hello(rsa=other["rsa"], user=other["user"], host=other["host"])
            person.rsa_digest = kept
            return params
        if how == "other-device":
            return person.hello(devices=stranger.devices(
                user_key=public(person.user_key), signer=person.user_key).hex())
        if how == "rollback":
            return person.hello(devices=person.devices(version=person.version - 1).hex())
        if how == "version":
            return person.hello(protocol=2)
        if how == "empty":
            return {}
        if how == "huge":
            return person.hello(nick="x" * 200000)
        raise ValueError(how)

    def do_early(self, addr, what):
        """Said before any hello; "refused" when camd answers nothing but errors."""
        link = cam1.Link(cam1.connect(*address(addr), key=self.person.link_key), True)
        ids = [os.urandom(16)]
        try:
            request = link.wait(lambda: link.heard("link.hello"), PATIENCE)
            params = cam1.receipt(self.person.signing_key, self.person.device, bytes(16), ids)
            if what == "receipts":
                link.notify("message.receipts", params)
            elif what == "refused":
                link.notify("message.refused", cam1.refusal(
                    self.person.signing_key, self.person.device, bytes(16), ids, "unknown"))
            elif what == "typing":
                link.notify("talk.typing", {"talk": bytes(16).hex(), "typing": True})
            elif what == "prekey":
                link.notify("link.prekey", {"prekey": self.person.prekey_bytes().hex()})
            elif what == "opened":
                answer = link.result(link.ask("message.opened", params), PATIENCE)
                return {"came": "refused" if "error" in answer else "answered"}
            elif what == "nested":
                link.frame(cam1.JSON_END, 0, b'{"jsonrpc":"2.0","id":1,"method":"link.hello",'
                           b'"params":' + b'{"a":' * 2000 + b"1" + b"}" * 2001)
            elif what == "envelope":
                link.send_item(envelope.seal(self.person, [cam1.Card(request["params"])],
                                             "too early", 1).bytes())
            else:
                raise ValueError(what)
            link.wait(lambda: link.heard("message.receipts") or link.heard("message.refused"), 2)
            return {"came": "answered"}
        except Broken as problem:
            return {"came": "refused", "why": str(problem)}
        finally:
            link.close()

    # Messages.

    def next_sequence(self):
        self.sequence += 1
        return self.sequence

    def do_send(self, name, text):
        made = envelope.seal(self.person, [self.cards[name]], text, self.next_sequence())
        self.links[name].send_item(made.bytes())
        self.await_receipt(name, made.id)
        self.last = made.bytes()
        return {"id": made.id.hex()}

    def await_receipt(self, name, message_id, seconds=PATIENCE):
        link, card = self.links[name], self.cards[name]
        request = link.wait(lambda: next((each for each in link.requests
                                          if each["method"] == "message.receipts"
                                          and message_id.hex() in each["params"]["ids"]), None), seconds)
        link.requests.remove(request)
        params = request["params"]
        data = card.device + self.person.device + struct.pack(">q", params["time"])
        data += b"".join(bytes.fromhex(each) for each in params["ids"])
        ed25519.Ed25519PublicKey.from_public_bytes(card.signing_key).verify(
            bytes.fromhex(params["signature"]), b"cam/receipt/1\0" + data)

    def do_replay(self, name):
        """The last message sent, the same bytes: acknowledged again (or not), shown once."""
        self.links[name].send_item(self.last)
        return self.do_sync(name)

    def do_expect(self, name, seconds, silent=None):
        link, card = self.links[name], self.cards[name]
        data = link.wait(lambda: link.items and link.items.pop(0), float(seconds))
        self.captured = envelope.Opened(data, self.person, card.signing_key)
        if not silent:
            link.notify("message.receipts", cam1.receipt(
                self.person.signing_key, self.person.device, card.device, [self.captured.id]))
        return {"text": self.captured.text, "id": self.captured.id.hex(),
                "to": [each for _, each in self.captured.recipients],
                "sequence": self.captured.sequence, "prekey": self.captured.prekey_id}

    def do_forge(self, name, how, victim=None):
        forger = Forger(self.person, self.cards[name], self.cards.get(victim), self.captured,
                        self.next_sequence())
        data = forger.make(how)
        return {"came": self.try_item(name, data)}

    def try_item(self, name, data):
        """What becomes of an envelope: a valid message behind it tells when it has been
        dealt with."""
        link = self.links[name]
        message_id = data[4:20]
        link.requests.clear()
        try:
            link.send_item(data)
            made = envelope.seal(self.person, [self.cards[name]], "sync", self.next_sequence())
            link.send_item(made.bytes())
            receipted = []

            def arrived():
                for request in link.requests:
                    if request["method"] == "message.receipts":
                        receipted.extend(request["params"]["ids"])
                return made.id.hex() in receipted
            link.wait(arrived, PATIENCE)
        except Broken as problem:
            if link.closed:
                return "closed"
            raise problem
        return "receipted" if message_id.hex() in receipted else "refused"

    def do_flips(self, name):
        """One bit in each byte of an envelope; behind all of them a valid message."""
        data = envelope.seal(self.person, [self.cards[name]], "flipped",
                             self.next_sequence()).bytes()
        addr = self.links[name].stream.getpeername()
        came = {"refused": 0, "closed": 0, "receipted": 0}
        for at in range(len(data)):
            changed = bytearray(data)
            changed[at] ^= 1 << (at * 5 % 8)
            if self.links[name].closed:
                self.links[name], self.cards[name] = cam1.link_to(self.person, *addr)
            # Its id may be the changed one: what is receipted is looked up under both.
            link = self.links[name]
            link.requests.clear()
            try:
                link.send_item(bytes(changed))
                link.pump(0)
            except Broken:
                came["closed"] += 1
                continue
            came["refused"] += 1
        came["receipted"] = self.count_receipts(name, data[4:20])
        self.do_sync(name)
        return {"came": came, "bytes": len(data)}

    def count_receipts(self, name, message_id):
        return sum(message_id.hex() in request["params"]["ids"]
                   for request in self.links[name].requests
                   if request["method"] == "message.receipts")

    def do_prekey(self, name, how):
        person = self.person
        if how == "new":
            person.renew_prekey()
            told = person.prekey_bytes()
        elif how == "older":
            now, person.prekey_id = person.prekey_id, 1
            told, person.prekey_id = person.prekey_bytes(), now
        else:
            # Nothing sealed to it could be opened by us.
            stranger = cam1.Person("x", "y")
            stranger.prekey_id, stranger.prekeys = 99, {99: stranger.prekey}
            told = stranger.prekey_bytes()
            if how == "unsigned":
                told = told[:-64] + bytes(64)
        self.links[name].notify("link.prekey", {"prekey": told.hex()})
        return {"prekey": person.prekey_id}

    def do_device(self):
        self.old = (self.person.link_key, self.person.devices(), self.person.prekey_bytes())
        self.person.renew_device()

    def do_old(self, addr):
        link_key, devices, prekey = self.old
        link = cam1.Link(cam1.connect(*address(addr), key=link_key), True)
        try:
            link.greet(self.person.hello(devices=devices.hex(), prekey=prekey.hex()), 5)
            return {"came": "admitted"}
        except Broken as problem:
            return {"came": "refused", "why": str(problem)}
        finally:
            link.close()

    def do_sync(self, name):
        self.do_send(name, "sync")

    def do_receipts(self, name, message_id, how="signed"):
        link, card = self.links[name], self.cards[name]
        ids = [bytes.fromhex(message_id)]
        if how.startswith("as="):  # the device that should have said so, our signature
            params = cam1.receipt(self.person.signing_key, bytes.fromhex(how[3:]), card.device, ids)
        elif how == "opened":
            params = cam1.receipt(self.person.signing_key, self.person.device, card.device, ids,
                                  "cam/opened/1")
            answer = link.result(link.ask("message.opened", params))
            return {"answer": "error" if "error" in answer else "ok"}
        elif how == "refused-unsigned":
            link.notify("message.refused", {"ids": [message_id], "reason": "unknown",
                                            "time": 5, "signature": bytes(64).hex()})
            return {}
        elif how == "refused":
            link.notify("message.refused", cam1.refusal(
                self.person.signing_key, self.person.device, card.device, ids, "unknown"))
            return {}
        else:
            params = cam1.receipt(self.person.signing_key, self.person.device, card.device, ids)
        if how == "opened-label":
            params = cam1.receipt(self.person.signing_key, self.person.device, card.device, ids,
                                  "cam/opened/1")
        if how == "link-key":
            params = cam1.receipt(self.person.link_key, self.person.device, card.device, ids)
        if how == "unsigned":
            params["signature"] = bytes(64).hex()
        link.notify("message.receipts", params)
        return {}

    def do_quit(self):
        for link in self.links.values():
            link.close()
        emit("ok")
        sys.exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--user", required=True)
    parser.add_argument("--host", default="rogue")
    parser.add_argument("--rsa")
    rogue = Rogue(parser.parse_args())
    emit("ready", device=rogue.person.device.hex())
    for line in sys.stdin:
        words = json.loads(line) if line.startswith("[") else shlex.split(line)
        try:
            emit("ok", **rogue.obey(words))
        except Exception as problem:  # told, whatever it is: a test reads it
            emit("error", what=words, why="%s: %s" % (type(problem).__name__, problem))


main()
