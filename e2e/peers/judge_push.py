"""Judges messages of Web Push by code that is not ours.

PyPI `http-ece` decrypts them [RFC 8291], and PyPI `py-vapid` checks the signature of whoever vouches for them [RFC 8292].
Reads a JSON list on its input, of objects with the message's `body`, its `authorization`, and the subscription's `secret` and
`auth`; writes what it found in each. What cannot be decrypted is a fault, and so is a header that is none.
"""

import json
import sys
from base64 import b64decode
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python_modules"))

import http_ece
from cryptography.hazmat.primitives.asymmetric import ec
from py_vapid import Vapid02
from py_vapid.utils import b64urldecode


def judge(message):
    secret = int.from_bytes(b64urldecode(message["secret"].encode()), "big")
    plain = http_ece.decrypt(
        b64decode(message["body"]),
        private_key=ec.derive_private_key(secret, ec.SECP256R1()),
        auth_secret=b64urldecode(message["auth"].encode()),
        version="aes128gcm",
    )
    parts = dict(part.split("=", 1) for part in message["authorization"].split(" ", 1)[1].split(","))
    head, claims = (json.loads(b64urldecode(part.encode())) for part in parts["t"].split(".")[:2])
    return {
        "plain": plain.decode(),
        "signed": Vapid02.verify(message["authorization"]),
        "head": head,
        "claims": claims,
        "key": parts["k"],
    }


json.dump([judge(message) for message in json.load(sys.stdin)], sys.stdout)
