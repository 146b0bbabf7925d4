"""Golden numbers for src/core/rng.ts, from an independent implementation of its definition:
key = SHA-256("anamnesis/rng/1" 00 seed), child = SHA-256(key 00 label [00 type 00 subject]), state = the key's first four
little-endian words, numbers by xoshiro128**.   python3 rng-streams.py > rng-streams.json
"""

import hashlib
import json
import struct

MASK = 0xFFFFFFFF


def rotl(x, k):
    return ((x << k) | (x >> (32 - k))) & MASK


def numbers(key, count):
    s = list(struct.unpack("<4I", key[:16]))
    out = []
    for _ in range(count):
        out.append(rotl(s[1] * 5 & MASK, 7) * 9 & MASK)
        t = s[1] << 9 & MASK
        s[2] ^= s[0]
        s[3] ^= s[1]
        s[1] ^= s[2]
        s[0] ^= s[3]
        s[2] ^= t
        s[3] = rotl(s[3], 11)
    return out


def root(seed):
    return hashlib.sha256(b"anamnesis/rng/1\0" + str(seed).encode()).digest()


def split(key, label, subject=None):
    tail = b"" if subject is None else f"\0{'number' if isinstance(subject, int) else 'string'}\0{subject}".encode()
    return hashlib.sha256(key + b"\0" + label.encode() + tail).digest()


def case(key, path):
    ints = numbers(key, 6)
    doubles = [((ints[i] >> 5) * 67108864 + (ints[i + 1] >> 6)) / 2**53 for i in (0, 2, 4)]
    return {"path": path, "key": key.hex(), "uint32": ints, "next": doubles}


print(
    json.dumps(
        [
            case(root(42), {"seed": 42}),
            case(root("a demo"), {"seed": "a demo"}),
            case(split(root(42), "fit"), {"seed": 42, "label": "fit"}),
            case(split(root(42), "patient", 7), {"seed": 42, "label": "patient", "subject": 7}),
            case(split(root(42), "patient", "7"), {"seed": 42, "label": "patient", "subject": "7"}),
            case(split(root(42), "größe", "ß//1"), {"seed": 42, "label": "größe", "subject": "ß//1"}),
        ],
        indent=2,
        ensure_ascii=False,
    )
)
