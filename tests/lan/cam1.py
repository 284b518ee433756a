# cam1.py: cam/1 once more, from its description alone, for those who cheat (rogue.py,
# mitm.py): keys, device lists, TLS, frames, hellos, receipts. Envelopes are in envelope.py.
#
# Nothing of camd is used. It needs python3 and Debian's python3-cryptography.
import datetime
import hashlib
import json
import os
import select
import socket
import ssl
import struct
import tempfile
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa, x25519

JSON, JSON_END, OPEN, DATA, END, CREDIT, CLOSE = range(1, 8)
WINDOW = 256 * 1024
PAYLOAD = 16 * 1024
RAW = (serialization.Encoding.Raw, serialization.PublicFormat.Raw)


class Broken(Exception):
    """The other end closed, refused, or broke the rules."""


def public(key):
    return key.public_key().public_bytes(*RAW)


def sign(key, label, data):
    return key.sign(label.encode() + b"\0" + data)


# -- who somebody is ----------------------------------------------------------------------


class Person:
    """One user with one device, with keys of its own. What it claims can be changed."""

    def __init__(self, user, host, nick=None, rsa_key=None):
        self.user, self.host, self.nick = user, host, nick or user
        self.user_key = ed25519.Ed25519PrivateKey.generate()
        self.link_key = ed25519.Ed25519PrivateKey.generate()
        self.signing_key = ed25519.Ed25519PrivateKey.generate()
        self.prekey_id, self.prekeys = 0, {}
        self.renew_prekey()
        self.rsa_key = rsa_key
        self.version = self.issued = int(time.time() * 1000)

    def renew_prekey(self):
        """Another one from now on; what is sealed to those before still opens."""
        self.prekey_id += 1
        self.prekeys[self.prekey_id] = x25519.X25519PrivateKey.generate()

    @property
    def prekey(self):
        return self.prekeys[self.prekey_id]

    def renew_device(self):
        """The same user with another device, in a newer list."""
        self.link_key = ed25519.Ed25519PrivateKey.generate()
        self.signing_key = ed25519.Ed25519PrivateKey.generate()
        self.version += 1

    @property
    def device(self):
        return hashlib.sha256(b"cam/device/1\0" + public(self.link_key)).digest()[:16]

    def rsa_digest(self):
        if not self.rsa_key:
            return bytes(32)
        return hashlib.sha256(self.rsa_key.public_key().public_bytes(
            serialization.Encoding.DER,
            serialization.PublicFormat.SubjectPublicKeyInfo)).digest()

    def devices(self, version=None, user_key=None, signer=None, extra=()):
        """The signed list; extra: more (link key, signing key) pairs of raw bytes."""
        pairs = [(public(self.link_key), public(self.signing_key)), *extra]
        text = bytes([1, len(pairs)]) + (user_key or public(self.user_key))
        text += struct.pack(">Qq", version or self.version, self.issued)
        text += self.rsa_digest() + b"".join(a + b for a, b in pairs)
        return text + sign(signer or self.user_key, "cam/devices/1", text)

    def prekey_bytes(self, signer=None):
        text = struct.pack(">Iq", self.prekey_id, int(time.time() * 1000))
        text += self.prekey.public_key().public_bytes(*RAW)
        return text + sign(signer or self.signing_key, "cam/prekey/1", text)

    def rsa_proof(self):
        numbers = self.rsa_key.public_key().public_numbers()
        size = self.rsa_key.key_size // 8
        proof = self.rsa_key.sign(b"cam/ipmsg/1\0" + public(self.user_key),
                                  padding.PKCS1v15(), hashes.SHA256())
        return {"n": numbers.n.to_bytes(size, "big").hex(), "e": numbers.e, "proof": proof.hex()}

    def hello(self, **changes):
        params = {"protocol": 1, "program": "rogue", "version": "0",
                  "capabilities": ["message", "change", "typing"],
                  "user": self.user, "host": self.host, "nick": self.nick, "group": "",
                  "devices": self.devices().hex(), "prekey": self.prekey_bytes().hex()}
        if self.rsa_key:
            params["rsa"] = self.rsa_proof()
        params.update(changes)
        return {name: value for name, value in params.items() if value is not None}


class Card:
    """What the other end said of itself in its hello; the signatures are checked."""

    def __init__(self, params):
        self.params = params
        text = bytes.fromhex(params["devices"])
        count = text[1]
        self.user_key = text[2:34]
        self.version, self.issued = struct.unpack(">Qq", text[34:50])
        pairs = text[82:82 + 64 * count]
        self.link_key, self.signing_key = pairs[:32], pairs[32:64]
        self.device = hashlib.sha256(b"cam/device/1\0" + self.link_key).digest()[:16]
        ed25519.Ed25519PublicKey.from_public_bytes(self.user_key).verify(
            text[-64:], b"cam/devices/1\0" + text[:-64])
        self.take_prekey(params["prekey"])
        self.name = "%s@%s" % (params["user"], params["host"])

    def take_prekey(self, digits):
        prekey = bytes.fromhex(digits)
        self.prekey_id, self.prekey = struct.unpack(">I", prekey[:4])[0], prekey[12:44]
        ed25519.Ed25519PublicKey.from_public_bytes(self.signing_key).verify(
            prekey[44:], b"cam/prekey/1\0" + prekey[:44])


# -- certificates -------------------------------------------------------------------------


def certificate(key, issuer_key=None, days=(-1, 1), names=("", ""), extensions=()):
    """Self-signed unless told otherwise; names: of the subject, of the issuer. extensions: all
    of them critical."""
    def named(text):
        attributes = [x509.NameAttribute(x509.NameOID.COMMON_NAME, text)] if text else []
        return x509.Name(attributes)
    now = datetime.datetime.utcnow()
    signer = issuer_key or key
    edwards = isinstance(signer, ed25519.Ed25519PrivateKey)
    builder = (x509.CertificateBuilder()
               .subject_name(named(names[0])).issuer_name(named(names[1]))
               .public_key(key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(now + datetime.timedelta(days=days[0]))
               .not_valid_after(now + datetime.timedelta(days=days[1])))
    for extension in extensions:
        builder = builder.add_extension(extension, critical=True)
    return builder.sign(signer, None if edwards else hashes.SHA256())


def pem(key, chain):
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())
    return text + b"".join(each.public_bytes(serialization.Encoding.PEM) for each in chain)


def shown(how, key):
    """(private key, chain) of the ways to show oneself."""
    if how == "own":
        return key, [certificate(key)]
    if how == "expired":
        return key, [certificate(key, days=(-400, -300))]
    if how == "early":
        return key, [certificate(key, days=(300, 400))]
    if how == "extended":  # what forbids its use, and what nobody knows
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        return key, [certificate(key, extensions=(
            x509.BasicConstraints(True, 0), usage,
            x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.CODE_SIGNING]),
            x509.SubjectAlternativeName([x509.DNSName("bank.example")]),
            x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4.5.6"), b"\x05\x00")))]
    if how == "chained":
        root = ed25519.Ed25519PrivateKey.generate()
        return key, [certificate(key, root, names=("leaf", "root")),
                     certificate(root, names=("root", "root"))]
    if how == "rsa":
        other = rsa.generate_private_key(65537, 2048)
        return other, [certificate(other)]
    if how == "ecdsa":
        other = ec.generate_private_key(ec.SECP256R1())
        return other, [certificate(other)]
    if how == "rsa-signed":  # an Ed25519 key, vouched for by an RSA root
        root = rsa.generate_private_key(65537, 2048)
        return key, [certificate(key, root, names=("leaf", "root")),
                     certificate(root, names=("root", "root"))]
    raise ValueError(how)


def context(server, key=None, chain=(), alpn="cam/1", version=ssl.TLSVersion.TLSv1_3):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER if server else ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname, made.verify_mode = False, ssl.CERT_NONE
    made.minimum_version = made.maximum_version = version
    if alpn:
        made.set_alpn_protocols([alpn])
    if key:
        with tempfile.NamedTemporaryFile() as file:
            file.write(pem(key, chain))
            file.flush()
            made.load_cert_chain(file.name)
    return made


# -- a link -------------------------------------------------------------------------------


class Link:
    """The frames of one connection: stream is a connected ssl.SSLSocket. first: the side
    that connected. Everything that came is in requests, items and answers."""

    def __init__(self, stream, first):
        self.stream, self.first = stream, first
        self.stream.setblocking(False)
        self.rest, self.text = b"", b""
        self.requests, self.items, self.answers = [], [], {}
        self.kinds, self.pieces, self.mine = {}, {}, {}
        self.credit = {}
        self.next_id, self.next_stream = 1, 1 if first else 2
        self.closed = None
        der = stream.getpeercert(True)
        self.peer_key = None
        if der:
            self.peer_key = x509.load_der_x509_certificate(der).public_key().public_bytes(*RAW)

    def fileno(self):
        return self.stream.fileno()

    # Sending.

    def write(self, data):
        while data:
            try:
                data = data[self.stream.send(data):]
            except (ssl.SSLWantWriteError, ssl.SSLWantReadError):
                select.select([], [self.stream], [], 0.2)
            except OSError as problem:
                self.closed = str(problem)
                raise Broken(self.closed)

    def frame(self, kind, stream, payload):
        self.write(struct.pack(">BBHI", kind, 0, stream, len(payload)) + payload)

    def post(self, message):
        text = json.dumps({"jsonrpc": "2.0", **message}).encode()
        while len(text) > PAYLOAD:
            self.frame(JSON, 0, text[:PAYLOAD])
            text = text[PAYLOAD:]
        self.frame(JSON_END, 0, text)

    def notify(self, method, params):
        self.post({"method": method, "params": params})

    def ask(self, method, params):
        number, self.next_id = self.next_id, self.next_id + 1
        self.post({"method": method, "params": params, "id": number})
        return number

    def answer(self, request, result=None):
        self.post({"id": request["id"], "result": result or {}})

    def send_item(self, data, kind="envelopes"):
        """On our stream of that kind, opened by the first; waits for credit."""
        if kind not in self.mine:
            self.mine[kind], self.next_stream = self.next_stream, self.next_stream + 2
            self.credit[self.mine[kind]] = WINDOW
            self.frame(OPEN, self.mine[kind], kind.encode())
        stream = self.mine[kind]
        while data:
            piece = data[:PAYLOAD]
            self.wait(lambda: self.credit[stream] >= len(piece), 10)
            data = data[len(piece):]
            self.credit[stream] -= len(piece)
            self.frame(DATA if data else END, stream, piece)

    # Receiving.

    def pump(self, timeout=0.0):
        """Takes what is there; False when the link is over."""
        if self.closed:
            return False
        if not self.stream.pending():
            try:
                if not select.select([self.stream], [], [], timeout)[0]:
                    return True
            except ValueError:
                self.closed = "closed here"
                return False
        try:
            data = self.stream.recv(65536)
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return True
        except OSError as problem:
            self.closed = str(problem) or "broken"
            return False
        if not data:
            self.closed = "closed by the other end"
            return False
        self.rest += data
        self.take_frames()
        return True

    def take_frames(self):
        while len(self.rest) >= 8:
            kind, zero, stream, length = struct.unpack(">BBHI", self.rest[:8])
            if zero or length > PAYLOAD or not JSON <= kind <= CLOSE:
                raise Broken("no frame: %s" % self.rest[:8].hex())
            if len(self.rest) < 8 + length:
                return
            payload, self.rest = self.rest[8:8 + length], self.rest[8 + length:]
            self.take_frame(kind, stream, payload)

    def take_frame(self, kind, stream, payload):
        if kind in (JSON, JSON_END):
            self.text += payload
            if kind == JSON_END:
                message, self.text = json.loads(self.text), b""
                if "method" in message:
                    self.requests.append(message)
                else:
                    self.answers[message.get("id")] = message
        elif kind == OPEN:
            self.kinds[stream], self.pieces[stream] = payload.decode(), b""
        elif kind in (DATA, END):
            self.pieces[stream] += payload
            if kind == END:
                self.items.append(self.pieces[stream])
                self.pieces[stream] = b""
            self.frame(CREDIT, stream, struct.pack(">I", len(payload)))
        elif kind == CREDIT:
            if stream in self.credit:
                self.credit[stream] += struct.unpack(">I", payload)[0]

    def wait(self, what, seconds=60):
        """Until what() is true; its value. Broken when the link is over or time is."""
        end = time.monotonic() + seconds
        while True:
            value = what()
            if value:
                return value
            left = end - time.monotonic()
            if left <= 0:
                raise Broken("not in time")
            if not self.pump(min(left, 0.5)):
                value = what()
                if value:
                    return value
                raise Broken(self.closed)

    def heard(self, method):
        """The oldest request or notification of that kind, taken out; None: none."""
        for request in self.requests:
            if request["method"] == method:
                self.requests.remove(request)
                return request
        return None

    def result(self, number, seconds=60):
        return self.wait(lambda: self.answers.pop(number, None), seconds)

    def close(self):
        self.closed = self.closed or "closed here"
        try:
            self.stream.close()
        except OSError:
            pass

    # The greeting.

    def greet(self, hello, seconds=10):
        """Both hellos; the other's card. Broken when we are not admitted."""
        number = self.ask("link.hello", hello)
        request = self.wait(lambda: self.heard("link.hello"), seconds)
        self.answer(request)
        answer = self.result(number, seconds)
        if "result" not in answer:
            raise Broken("refused: %s" % answer["error"].get("message"))
        return Card(request["params"])


def connect(addr, port, made=None, key=None, source=None):
    """A TLS connection; key: shown by a self-signed certificate."""
    wire = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    wire.settimeout(10)
    if source:
        wire.bind((source, 0))
    wire.connect((addr, port))
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made = made or context(False, *shown("own", key))
    try:
        return made.wrap_socket(wire)
    except (ssl.SSLError, OSError):
        wire.close()
        raise


def link_to(person, addr, port, source=None, **changes):
    """A greeted link as that person: (link, card)."""
    link = Link(connect(addr, port, key=person.link_key, source=source), True)
    return link, link.greet(person.hello(**changes))


# -- receipts -----------------------------------------------------------------------------


def receipt(signer, receiver, sender, ids, label="cam/receipt/1", when=None):
    """The params of message.receipts: ids and devices are bytes."""
    when = when or int(time.time() * 1000)
    data = receiver + sender + struct.pack(">q", when) + b"".join(ids)
    return {"ids": [each.hex() for each in ids], "time": when,
            "signature": sign(signer, label, data).hex()}


def refusal(signer, receiver, sender, ids, reason):
    """The same of message.refused."""
    when = int(time.time() * 1000)
    word = reason.encode()
    data = receiver + sender + struct.pack(">qB", when, len(word)) + word + b"".join(ids)
    return {"ids": [each.hex() for each in ids], "reason": reason, "time": when,
            "signature": sign(signer, "cam/refused/1", data).hex()}


def load_rsa(path, bits=2048):
    """The RSA key in a PEM file, made where there is none."""
    if os.path.exists(path):
        with open(path, "rb") as file:
            return serialization.load_pem_private_key(file.read(), None)
    return rsa.generate_private_key(65537, bits)
