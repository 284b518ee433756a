#!/usr/bin/env python3
"""chunk_vectors.py: streams of sealed chunks (src/crypto/chunk.h), computed by another library.

tests/data/chunk_vectors.py >tests/data/chunk-vectors.json
"""
import hashlib
import hmac
import json
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305

CHUNK = 65536


def extract(salt, key):
    return hmac.new(salt, key, hashlib.sha256).digest()


def expand(prk, label, bound, size):
    info = label + b"\0" + hashlib.sha256(bound).digest()
    result, block, counter = b"", b"", 1
    while len(result) < size:
        block = hmac.new(prk, block + info + bytes([counter]), hashlib.sha256).digest()
        result += block
        counter += 1
    return result[:size]


def text_of(size):
    """Bytes that no two chunks share, cheap to make again in C."""
    return bytes((i * 31 + (i >> 8) * 7) & 0xFF for i in range(size))


def vector(name, suite, kind, size, known, first, salt):
    key = hashlib.sha256(b"file key " + name.encode()).digest()
    context = b"request " + name.encode()
    aead = {1: AESGCM, 2: ChaCha20Poly1305}[suite]
    inside = struct.pack(">QIqIHH", size if known else 2**64 - 1, first, 1700000071, 123456789,
                         0o640, 3) + name.encode()
    clear = b"camf" + bytes([1, suite, kind, 16]) + salt + struct.pack(">H", len(inside) + 16)
    prk = extract(salt, key)
    header_key = expand(prk, b"cam/file-header/1", context, 32)
    header = clear + aead(header_key).encrypt(bytes(12), inside, clear)
    keys = expand(prk, b"cam/file-chunks/1", header, 39)
    receipt = expand(prk, b"cam/file-receipt/1", header, 16)
    chunks = aead(keys[:32])
    text = text_of(size)
    count = max(1, -(-size // CHUNK))
    frames = b""
    for number in range(first, count):
        part = text[number * CHUNK:(number + 1) * CHUNK]
        last = number == count - 1
        nonce = keys[32:] + struct.pack(">IB", number, last)
        frames += struct.pack(">I", last << 31 | len(part)) + chunks.encrypt(nonce, part, b"")
    return {
        "name": name, "suite": suite, "kind": kind, "size": size, "known": known, "first": first,
        "key": key.hex(), "context": context.decode(), "salt": salt.hex(), "header": header.hex(),
        "frames_size": len(frames), "frames_sha256": hashlib.sha256(frames).hexdigest(),
        "frames_end": frames[-40:].hex(), "receipt": receipt.hex(),
    }


def main():
    cases = [
        ("empty", 1, 1, 0, True, 0), ("one byte", 1, 1, 1, True, 0),
        ("表.txt", 1, 1, 65535, True, 0), ("just one", 1, 1, 65536, True, 0),
        ("one and one", 1, 1, 65537, True, 0), ("three", 1, 1, 196608, True, 0),
        ("resumed", 1, 1, 300000, True, 3), ("folder", 1, 2, 150000, False, 0),
        ("empty folder", 1, 2, 0, False, 0), ("chacha", 2, 1, 200000, True, 0),
        ("chacha folder", 2, 2, 65536, False, 0), ("", 2, 1, 5, True, 0),
    ]
    vectors = [vector(*case, hashlib.sha256(b"salt %d" % i).digest())
               for i, case in enumerate(cases)]
    print(json.dumps(vectors, indent=1))


main()
