# peerwire.py: IPMSG packets and their encryption for peer.py, written from the protocol
# alone: it shares nothing with cam, so that a mistake made twice would have to be made
# independently twice.
import base64
import hashlib
import os
import re
import struct
import time
import warnings

warnings.simplefilter("ignore")  # Blowfish is old: that is the point

from cryptography.exceptions import InvalidSignature  # noqa: E402
from cryptography.hazmat.primitives import hashes, serialization  # noqa: E402
from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: E402
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: E402

COMMANDS = {
    "NOOPERATION": 0x00, "BR_ENTRY": 0x01, "BR_EXIT": 0x02, "ANSENTRY": 0x03, "BR_ABSENCE": 0x04,
    "BR_ISGETLIST": 0x10, "OKGETLIST": 0x11, "GETLIST": 0x12, "ANSLIST": 0x13,
    "BR_ISGETLIST2": 0x18, "SENDMSG": 0x20, "RECVMSG": 0x21, "READMSG": 0x30, "DELMSG": 0x31,
    "ANSREADMSG": 0x32, "GETINFO": 0x40, "SENDINFO": 0x41, "GETABSENCEINFO": 0x50,
    "SENDABSENCEINFO": 0x51, "GETFILEDATA": 0x60, "RELEASEFILES": 0x61, "GETDIRFILES": 0x62,
    "GETPUBKEY": 0x72, "ANSPUBKEY": 0x73,
}
NAMES = {number: name for name, number in COMMANDS.items()}
ENTRIES = ("NOOPERATION", "BR_ENTRY", "BR_EXIT", "ANSENTRY", "BR_ABSENCE")

# Options of entry packets and of all others: the same bits mean different things.
ENTRY_OPTIONS = {
    "ABSENCE": 0x100, "SERVER": 0x200, "DIALUP": 0x10000, "CAPFILEENC": 0x40000,
    "FILEATTACH": 0x200000, "ENCRYPT": 0x400000, "UTF8": 0x800000, "CAPUTF8": 0x1000000,
    "CAPIPDICT": 0x2000000, "ENCEXTMSG": 0x4000000, "CLIPBOARD": 0x8000000,
    "DIR_MASTER": 0x10000000,
}
OPTIONS = {
    "SENDCHECK": 0x100, "SECRET": 0x200, "BROADCAST": 0x400, "MULTICAST": 0x800, "NOPOPUP": 0x1000,
    "AUTORET": 0x2000, "RETRY": 0x4000, "PASSWORD": 0x8000, "NOLOG": 0x20000, "NOADDLIST": 0x80000,
    "READCHECK": 0x100000, "FILEATTACH": 0x200000, "ENCRYPT": 0x400000, "UTF8": 0x800000,
    "CAPUTF8": 0x1000000, "ENCEXTMSG": 0x4000000,
}

# The capability word.
RSA_1024, RSA_2048 = 0x2, 0x4
BLOWFISH_128, AES_256 = 0x20000, 0x100000
PACKETNO_IV, BASE64 = 0x800000, 0x1000000
SIGN_SHA1, SIGN_SHA256 = 0x20000000, 0x40000000
SIGNS = SIGN_SHA1 | SIGN_SHA256

FINGERPRINT = re.compile(r"-<[0-9A-Za-z]{16}>$")


class Refused(Exception):
    """Bytes or a command that cannot be used; the text says why."""


def options_of(command):
    return ENTRY_OPTIONS if NAMES.get(command & 0xFF) in ENTRIES else OPTIONS


def flags(command):
    """The names of the options set in a command."""
    table = options_of(command)
    return [name for name, bit in table.items() if command & bit]


def build(number, user, host, command, body=b"", version="1"):
    return ("%s:%d:%s:%s:%d:" % (version, number, user, host, command)).encode() + body


class Packet:
    """One received packet, split but not decoded."""

    def __init__(self, data):
        self.data = data
        stripped = data.rstrip(b"\0")
        self.nuls = len(data) - len(stripped)  # 64 and more on late retries
        fields = stripped.split(b":", 5)
        if len(fields) != 6 or not re.match(rb"1(\D|$)", fields[0]) or b"" in fields[2:4]:
            raise Refused("no packet")
        if not (fields[1].isdigit() and fields[4].isdigit()):
            raise Refused("no number")
        self.version = fields[0].decode("latin-1")
        self.number_text = fields[1].decode()
        self.number, self.command = int(fields[1]), int(fields[4])
        self.utf8 = bool(self.command & OPTIONS["UTF8"])
        self.raw_user, self.raw_host = fields[2], fields[3]
        self.parts = fields[5].split(b"\0")
        self.name = NAMES.get(self.command & 0xFF, "0x%02x" % (self.command & 0xFF))
        self.user, self.host = self.text(fields[2]), self.text(fields[3])

    def has(self, option):
        return bool(self.command & options_of(self.command)[option])

    def text(self, raw):
        """By the flag, else UTF-8 where it is, else the Japanese code page."""
        for charset in ("utf-8",) if self.utf8 else ("utf-8", "cp932"):
            try:
                return raw.decode(charset)
            except UnicodeDecodeError:
                pass
        return raw.decode("utf-8" if self.utf8 else "cp932", "replace")

    def part(self, index):
        return self.parts[index] if index < len(self.parts) else b""

    def lines(self):
        """UN, HN, NN, GN, VS ... of an entry packet."""
        found = {}
        for part in self.parts[1:]:
            if part.startswith(b"\n"):
                for line in part.decode("utf-8", "replace").split("\n"):
                    key, colon, value = line.partition(":")
                    if colon:
                        found[key] = value
        return found


# -- keys ---------------------------------------------------------------------------------


def load_key(folder, name, bits):
    """FOLDER/NAMEBITS.pem, made when there is none."""
    path = os.path.join(folder, "%s%d.pem" % (name, bits))
    if os.path.exists(path):
        with open(path, "rb") as file:
            return serialization.load_pem_private_key(file.read(), None)
    return save_key(path, rsa.generate_private_key(65537, bits))


def save_key(path, key):
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                            serialization.NoEncryption())
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    return key


def size_of(key):
    return key.key_size // 8


def fingerprint(public):
    """The 64 bits of a fingerprint user name."""
    modulus = public.public_numbers().n.to_bytes(size_of(public), "little")
    digest = hashlib.sha1(modulus).digest()[::-1] + bytes(4)
    groups = struct.unpack(">QQQ", digest)
    return "%016x" % (groups[0] ^ groups[1] ^ groups[2])


def pubkey_body(capability, public, upper=False):
    numbers = public.public_numbers()
    modulus = numbers.n.to_bytes(size_of(public), "big").hex()
    return ("%X:%X-%s" % (capability, numbers.e, modulus.upper() if upper else modulus)).encode()


def parse_pubkey(body):
    """The capability word and the key of an ANSPUBKEY."""
    match = re.fullmatch(rb"([0-9a-fA-F]{1,8}):([0-9a-fA-F]{1,8})-([0-9a-fA-F]+)", body)
    if not match or len(match[3]) not in (256, 512):
        raise Refused("no public key")
    numbers = rsa.RSAPublicNumbers(int(match[2], 16), int(match[3], 16))
    return int(match[1], 16), numbers.public_key()


# -- encrypted texts ----------------------------------------------------------------------


def choose(common):
    """The flags a sender takes of what both know; 0 when that is not enough."""
    extra = common & (PACKETNO_IV | BASE64)
    if common & RSA_2048 and common & AES_256:
        sign = SIGN_SHA256 if common & SIGN_SHA256 else common & SIGN_SHA1
        return RSA_2048 | AES_256 | sign | extra
    if common & RSA_1024 and common & BLOWFISH_128:
        return RSA_1024 | BLOWFISH_128 | extra
    return 0


def suite_name(word):
    return "rsa2048-aes256" if word & AES_256 else "rsa1024-blowfish128"


def cipher(word, key, number_text):
    size = 16 if word & AES_256 else 8
    iv = number_text.encode()[:size].ljust(size, b"\0") if word & PACKETNO_IV else bytes(size)
    algorithm = algorithms.AES(key) if word & AES_256 else algorithms.Blowfish(key)
    return Cipher(algorithm, modes.CBC(iv)), size


def digest_of(word):
    return hashes.SHA256() if word & SIGN_SHA256 else hashes.SHA1()


def encrypt(word, recipient, signer, number, plain, signed=None):
    """
    flags:key:text[:signature]. signed: the bytes to sign where those are not all of plain
    (macOS signs the text only; a forger something else).
    """
    key = os.urandom(32 if word & AES_256 else 16)
    machine, size = cipher(word, key, str(number))
    fill = size - len(plain) % size
    encryptor = machine.encryptor()
    parts = [recipient.encrypt(key, padding.PKCS1v15()),
             encryptor.update(plain + bytes([fill]) * fill) + encryptor.finalize()]
    if word & SIGNS:
        parts.append(signer.sign(plain if signed is None else signed, padding.PKCS1v15(),
                                 digest_of(word)))
    encode = base64.b64encode if word & BASE64 else lambda raw: raw.hex().encode()
    return b":".join([b"%X" % word] + [encode(part) for part in parts])


def split_text(part):
    """The flags and the decoded parts of an encrypted text."""
    fields = part.split(b":")
    if len(fields) not in (3, 4):
        raise Refused("not an encrypted text")
    word = int(fields[0], 16)
    if word & BASE64:
        return word, [base64.b64decode(field, validate=True) for field in fields[1:]]
    return word, [bytes.fromhex(field.decode()) for field in fields[1:]]


def decrypt(part, number_text, keys):
    """(flags, plaintext, signature or b"") or Refused. keys: our private ones by bits."""
    try:
        word, (wrapped, text, *signature) = split_text(part)
        own = keys[2048 if word & RSA_2048 else 1024]
        key = own.decrypt(wrapped, padding.PKCS1v15())
        if len(key) != (32 if word & AES_256 else 16):
            raise ValueError("session key of %d bytes" % len(key))
        machine, size = cipher(word, key, number_text)
        decryptor = machine.decryptor()
        plain = decryptor.update(text) + decryptor.finalize()
    except (ValueError, KeyError) as error:
        raise Refused("cannot decrypt: %s" % error) from error
    fill = plain[-1]
    if not 1 <= fill <= size or plain[-fill:] != bytes([fill]) * fill:
        raise Refused("cannot decrypt: padding")
    return word, plain[:-fill], signature[0] if signature else b""


def check(word, plain, signature, sender):
    """absent, unchecked, valid, weak, text (macOS: the text only) or invalid."""
    if not word & SIGNS:
        return "absent"
    if sender is None:
        return "unchecked"
    good = "valid" if word & SIGN_SHA256 else "weak"
    text_only = plain[:plain.find(b"\0") + 1] or plain
    for covered, verdict in ((plain, good), (text_only, "text")):
        try:
            sender.verify(signature, covered, padding.PKCS1v15(), digest_of(word))
            return verdict
        except InvalidSignature:
            pass
    return "invalid"


# -- lists --------------------------------------------------------------------------------


def parse_files(raw, decode):
    """The entries of a file list; ids are decimal, all else is hex."""
    found = []
    for entry in re.split(rb":?\a:?", raw):
        fields = re.split(r"(?<!:):(?!:)", decode(entry))
        if len(fields) >= 5:
            found.append({"id": int(fields[0]), "name": fields[1].replace("::", ":"),
                          "size": int(fields[2], 16), "mtime": int(fields[3], 16),
                          "attr": int(fields[4], 16),
                          "extra": [each for each in fields[5:] if each]})
    return found


def build_files(names, charset):
    """NAME[=SIZE] each; ids as Windows makes them."""
    base = struct.unpack(">I", os.urandom(4))[0] >> 2
    out = b""
    for index, item in enumerate(names):
        name, _, size = item.partition("=")
        out += ("%d:%s:%x:%x:1:\a" % (base + index, name.replace(":", "::"), int(size or 0),
                                      int(time.time()))).encode(charset)
    return out


def build_recipients(ids):
    """The TO: list of user@host names."""
    return b"TO:" + b"".join(b"%s:%s\a" % tuple(each.encode().rsplit(b"@", 1)) for each in ids)


def parse_recipients(raw, decode):
    if not raw.startswith(b"TO:"):
        return []
    return [decode(each).replace(":", "@") for each in raw[3:].split(b"\a") if each]


def swap_port(port):
    """Host lists carry the port with its bytes swapped."""
    return (port & 0xFF) << 8 | port >> 8


def build_hosts(hosts, start=0, page=1000, charset="cp932"):
    """An ANSLIST body of dicts user, host, status, addr, port, nick, group."""
    chosen = hosts[start:start + page]
    following = start + page if start + page < len(hosts) else 0
    fields = ["%5d" % following, "%5d" % len(chosen)]
    for each in chosen:
        fields += [each["user"], each["host"], str(each["status"]), each["addr"],
                   str(swap_port(each["port"])), each["nick"] or "\b", each["group"] or "\b"]
    return "".join(field + "\a" for field in fields).encode(charset, "replace")


def parse_hosts(raw, decode):
    """(next index, entries)"""
    fields = [decode(field) for field in raw.split(b"\a")]
    entries = []
    for i in range(2, 2 + 7 * int(fields[1]), 7):
        user, host, status, addr, port, nick, group = fields[i:i + 7]
        entries.append({"user": user, "host": host, "status": int(status), "addr": addr,
                        "port": swap_port(int(port)), "nick": nick.replace("\b", ""),
                        "group": group.replace("\b", "")})
    return int(fields[0]), entries
