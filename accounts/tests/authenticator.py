"""A software authenticator (WebAuthn): one ES256 key, attestation "none"."""

import hashlib
import json
import secrets
import struct

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor

from accounts.passkeys.verification import encode

ORIGIN, RP_ID = "http://localhost:8000", "localhost"
PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


class Authenticator:
    """`create` and `get` answer as `navigator.credentials` and `toJSON` do."""

    def __init__(self, *, origin=ORIGIN, rp_id=RP_ID, flags=PRESENT | VERIFIED):
        self.origin, self.rp_id, self.flags = origin, rp_id, flags
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.credential_id = secrets.token_bytes(32)
        self.count = 0
        self.handle = ""

    def create(self, options: dict) -> dict:
        self.handle = options["user"]["id"]
        size = struct.pack(">H", len(self.credential_id))
        attested = bytes(16) + size + self.credential_id + self._cose_key()
        data = self._data(self.flags | ATTESTED) + attested
        attestation = {"fmt": "none", "attStmt": {}, "authData": data}
        return self._answer(
            clientDataJSON=self._client_data("webauthn.create", options["challenge"]),
            attestationObject=cbor.encode(attestation),
        )

    def get(self, options: dict) -> dict:
        self.count += 1
        client_data = self._client_data("webauthn.get", options["challenge"])
        data = self._data(self.flags)
        signed = data + hashlib.sha256(client_data).digest()
        answer = self._answer(
            clientDataJSON=client_data,
            authenticatorData=data,
            signature=self.key.sign(signed, ec.ECDSA(hashes.SHA256())),
        )
        answer["response"]["userHandle"] = self.handle or None
        return answer

    def _data(self, flags: int) -> bytes:
        rp_id_hash = hashlib.sha256(self.rp_id.encode()).digest()
        return rp_id_hash + struct.pack(">BI", flags, self.count)

    def _cose_key(self) -> bytes:
        point = self.key.public_key().public_numbers()
        x, y = point.x.to_bytes(32, "big"), point.y.to_bytes(32, "big")
        return cbor.encode({1: 2, 3: -7, -1: 1, -2: x, -3: y})

    def _client_data(self, type_: str, challenge: str) -> bytes:
        found = {"type": type_, "challenge": challenge, "origin": self.origin}
        return json.dumps(found | {"crossOrigin": False}).encode()

    def _answer(self, **members: bytes) -> dict:
        identifier = encode(self.credential_id)
        return {
            "id": identifier,
            "rawId": identifier,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": {name: encode(data) for name, data in members.items()},
        }
