# envelope.py: sealed envelopes once more, from their description (threat model 5.3, RFC 9180),
# for those who cheat with them (rogue.py).
import hashlib
import hmac
import os
import struct
import time

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric import ed25519, x25519
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from cam1 import RAW, public, sign

HEADER, STANZA = 120, 100
KEM, HPKE = b"KEM\x00\x20", b"HPKE\x00\x20\x00\x01\x00\x03"
MESSAGE, EDIT, DELETION = 1, 2, 3


# -- HKDF, HPKE ---------------------------------------------------------------------------


def extract(salt, key):
    return hmac.digest(salt or bytes(32), key, "sha256")


def expand(key, info, size):
    text, block, number = b"", b"", 1
    while len(text) < size:
        block = hmac.digest(key, block + info + bytes([number]), "sha256")
        text, number = text + block, number + 1
    return text[:size]


def labeled_extract(suite, salt, label, key):
    return extract(salt, b"HPKE-v1" + suite + label + key)


def labeled_expand(suite, key, label, info, size):
    return expand(key, struct.pack(">H", size) + b"HPKE-v1" + suite + label + info, size)


def schedule(shared, info):
    context = (b"\0" + labeled_extract(HPKE, b"", b"psk_id_hash", b"")
               + labeled_extract(HPKE, b"", b"info_hash", info))
    secret = labeled_extract(HPKE, shared, b"secret", b"")
    return (ChaCha20Poly1305(labeled_expand(HPKE, secret, b"key", context, 32)),
            labeled_expand(HPKE, secret, b"base_nonce", context, 12))


def shared_secret(exchanged, enc, recipient):
    prk = labeled_extract(KEM, b"", b"eae_prk", exchanged)
    return labeled_expand(KEM, prk, b"shared_secret", enc + recipient, 32)


def hpke_seal(recipient, info, aad, text):
    ephemeral = x25519.X25519PrivateKey.generate()
    enc = ephemeral.public_key().public_bytes(*RAW)
    exchanged = ephemeral.exchange(x25519.X25519PublicKey.from_public_bytes(recipient))
    aead, nonce = schedule(shared_secret(exchanged, enc, recipient), info)
    return enc + aead.encrypt(nonce, text, aad)


def hpke_open(key, info, aad, sealed):
    enc = sealed[:32]
    exchanged = key.exchange(x25519.X25519PublicKey.from_public_bytes(enc))
    secret = shared_secret(exchanged, enc, key.public_key().public_bytes(*RAW))
    aead, nonce = schedule(secret, info)
    return aead.decrypt(nonce, sealed[32:], aad)


# -- envelopes ----------------------------------------------------------------------------


class CannotOpen(Exception):
    pass


def talk_of(*user_keys):
    return hashlib.sha256(b"cam/talk/1\0" + b"".join(sorted(set(user_keys)))).digest()[:16]


def body(text, flags=0, target=b""):
    """Content of version 1."""
    return bytes([1, flags]) + target + text.encode()


def keys_of(cek):
    key = extract(b"", cek)
    return expand(key, b"cam/message key/1", 32), expand(key, b"cam/commitment/1", 32)


def stanza(header, cek, device, prekey_id, prekey):
    address = device + struct.pack(">I", prekey_id)
    info = b"cam/stanza/1\0" + hashlib.sha256(header).digest()
    return address + hpke_seal(prekey, info, address, cek)


class Made:
    """An envelope in its parts; anything can be another's."""

    def __init__(self, header, stanzas, sealed):
        self.header, self.stanzas, self.sealed = header, list(stanzas), sealed

    @classmethod
    def parse(cls, data):
        count = struct.unpack(">I", data[HEADER:HEADER + 4])[0]
        at = HEADER + 4
        if STANZA * count > len(data):
            raise CannotOpen("%d stanzas in %d bytes" % (count, len(data)))
        stanzas = [data[at + STANZA * i:at + STANZA * (i + 1)] for i in range(count)]
        return cls(data[:HEADER], stanzas, data[at + STANZA * count:])

    def bytes(self):
        return (self.header + struct.pack(">I", len(self.stanzas)) + b"".join(self.stanzas)
                + self.sealed)

    @property
    def id(self):
        return self.header[4:20]


def seal(sender, cards, text, sequence, content_type=MESSAGE, **changes):
    """As sender's camd would to those cards. changes: id, talk, device, user_key (who it says
    it is), signer (its signing key), recipients ((user key, name) pairs), header_device,
    time_ms, body (bytes), cek, commitment, said (stanza count), kind (version, suite, escrow),
    policy."""
    get = changes.get
    message_id = get("id") or os.urandom(16)
    own = public(sender.user_key)
    talk = get("talk") or talk_of(own, *(card.user_key for card in cards))
    device = get("device") or sender.device
    recipients = get("recipients") or [(card.user_key, card.name) for card in cards]
    cek = get("cek") or os.urandom(32)
    key, commitment = keys_of(cek)
    header = (bytes(get("kind") or [1, 1, 0, 0]) + message_id + talk + (get("header_device") or device)
              + (get("policy") or bytes(32)) + (get("commitment") or commitment)
              + struct.pack(">I", get("said") or len(cards)))
    inside = message_id + talk + device + (get("user_key") or own)
    inside += struct.pack(">QqBI", sequence, get("time_ms") or now_ms(), content_type,
                          len(recipients))
    for user_key, name in recipients:
        inside += user_key + struct.pack(">H", len(name.encode())) + name.encode()
    inside += get("body") or body(text)
    inside += sign(get("signer") or sender.signing_key, "cam/envelope/1",
                   hashlib.sha256(header).digest() + inside)
    sealed = ChaCha20Poly1305(key).encrypt(bytes(12), inside, header)
    made = Made(header, [stanza(header, cek, card.device, card.prekey_id, card.prekey)
                         for card in cards], sealed)
    made.cek = cek
    return made


class Opened:
    def __init__(self, data, person, signing_key=None):
        """data for person's device; CannotOpen otherwise."""
        self.made = Made.parse(data)
        header = self.made.header
        mine = [each for each in self.made.stanzas if each[:16] == person.device]
        if not mine:
            raise CannotOpen("no stanza for us")
        info = b"cam/stanza/1\0" + hashlib.sha256(header).digest()
        self.prekey_id = struct.unpack(">I", mine[0][16:20])[0]
        if self.prekey_id not in person.prekeys:
            raise CannotOpen("no such prekey")
        try:
            self.cek = hpke_open(person.prekeys[self.prekey_id], info, mine[0][:20], mine[0][20:])
            key, commitment = keys_of(self.cek)
            inside = ChaCha20Poly1305(key).decrypt(bytes(12), self.made.sealed, header)
        except InvalidTag:
            raise CannotOpen("sealed to another key, or changed")
        if header[84:116] != commitment:
            raise CannotOpen("another commitment")
        if signing_key:
            ed25519.Ed25519PublicKey.from_public_bytes(signing_key).verify(
                inside[-64:], b"cam/envelope/1\0" + hashlib.sha256(header).digest() + inside[:-64])
        self.id, self.talk, self.device = inside[:16], inside[16:32], inside[32:48]
        self.sender = inside[48:80]
        self.sequence, self.time_ms, self.type, count = struct.unpack(">QqBI", inside[80:101])
        at, self.recipients = 101, []
        for _ in range(count):
            size = struct.unpack(">H", inside[at + 32:at + 34])[0]
            self.recipients.append((inside[at:at + 32], inside[at + 34:at + 34 + size].decode()))
            at += 34 + size
        self.content = inside[at:-64]
        self.flags = self.content[1]
        skip = 2 + (16 if self.flags & 8 else 0) + (4 if self.flags & 16 else 0)
        self.text = self.content[skip:].decode()


def now_ms():
    return int(time.time() * 1000)
