"""Asks a security key as a browser would, by code that is not ours.

PyPI `fido2` is the client: it checks who asks, writes the client data, speaks CTAP 2 with the key and puts the answer together.
The key itself is played here, since there is none: it holds one credential in a file, checks its holder by itself and counts.

Called with the file; reads one JSON object: `act` is `create` or `get`, `origin` is where the page is from, `options` is what
the page asks. Writes the answer as a page would post it, or the error's name.
"""

import json
import secrets
import sys
from hashlib import sha256
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "python_modules"))

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.client import ClientError, DefaultClientDataCollector, Fido2Client, UserInteraction
from fido2.cose import ES256
from fido2.ctap import CtapDevice
from fido2.hid import CAPABILITY, CTAPHID
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticatorData,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialRequestOptions,
)

AAGUID = bytes(range(16))
SUCCESS, CREDENTIAL_EXCLUDED, NO_CREDENTIALS, INVALID_COMMAND = 0x00, 0x19, 0x2E, 0x01
MAKE_CREDENTIAL, GET_ASSERTION, GET_INFO = 0x01, 0x02, 0x04
FLAG = AuthenticatorData.FLAG


class Key(CtapDevice):
    """A key with a reader of fingerprints [CTAP 2.1 §6]."""

    capabilities = CAPABILITY.CBOR

    def __init__(self, file):
        self.file = file
        self.held = json.loads(file.read_text()) if file.exists() else None

    @classmethod
    def list_devices(cls):
        return iter(())

    def call(self, cmd, data=b"", event=None, on_keepalive=None):
        if cmd != CTAPHID.CBOR:
            return bytes([INVALID_COMMAND])
        command, parameters = data[0], cbor.decode(data[1:]) if len(data) > 1 else {}
        answer = {GET_INFO: self.info, MAKE_CREDENTIAL: self.make, GET_ASSERTION: self.show}[command](parameters)
        return bytes([answer]) if isinstance(answer, int) else bytes([SUCCESS]) + cbor.encode(answer)

    def info(self, _):
        return {1: ["FIDO_2_0"], 3: AAGUID, 4: {"rk": False, "up": True, "uv": True, "plat": False}, 6: [1]}

    def is_held(self, descriptors):
        return any(self.held and each["id"] == bytes.fromhex(self.held["id"]) for each in descriptors)

    def data(self, site, flags, attested=b""):
        return AuthenticatorData.create(sha256(site.encode()).digest(), flags, self.held["counter"], attested)

    def make(self, parameters):
        if self.is_held(parameters.get(5, [])):
            return CREDENTIAL_EXCLUDED
        secret = ec.generate_private_key(ec.SECP256R1())
        pem = secret.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        self.held = {"id": secrets.token_hex(24), "secret": pem.decode(), "counter": 1}
        self.keep()
        public = ES256.from_cryptography_key(secret.public_key())
        attested = AttestedCredentialData.create(AAGUID, bytes.fromhex(self.held["id"]), public)
        data = self.data(parameters[2]["id"], FLAG.UP | FLAG.UV | FLAG.AT, attested)
        signature = secret.sign(data + parameters[1], ec.ECDSA(hashes.SHA256()))
        return {1: "packed", 2: data, 3: {"alg": ES256.ALGORITHM, "sig": signature}}

    def show(self, parameters):
        if not self.is_held(parameters.get(3, [])):
            return NO_CREDENTIALS
        self.held["counter"] += 1
        self.keep()
        secret = serialization.load_pem_private_key(self.held["secret"].encode(), None)
        data = self.data(parameters[1], FLAG.UP | FLAG.UV)
        signature = secret.sign(data + parameters[2], ec.ECDSA(hashes.SHA256()))
        return {1: {"type": "public-key", "id": bytes.fromhex(self.held["id"])}, 2: data, 3: signature}

    def keep(self):
        self.file.write_text(json.dumps(self.held))


class Holder(UserInteraction):
    def request_uv(self, permissions, rp_id):
        return True


def main():
    asked = json.load(sys.stdin)
    collector = DefaultClientDataCollector(asked["origin"], lambda site, origin: f"//{site}" in origin)
    client = Fido2Client(Key(Path(sys.argv[1])), collector, Holder())
    try:
        if asked["act"] == "create":
            options = PublicKeyCredentialCreationOptions.from_dict(asked["options"])
            answer = client.make_credential(options)
        else:
            options = PublicKeyCredentialRequestOptions.from_dict(asked["options"])
            answer = client.get_assertion(options).get_response(0)
        json.dump({"answer": json.dumps(dict(answer))}, sys.stdout)
    except ClientError as error:
        json.dump({"failure": error.code.name}, sys.stdout)


main()
