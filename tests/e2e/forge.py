"""Tokens as the local HelseID could sign them, and as it never would: made with its own key."""

import base64
import hashlib
import json
import time

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils


def b64(data):
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def unb64(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Key:
    """An ES256 key, ours or the issuer's."""

    def __init__(self, jwk=None):
        if jwk:
            public = ec.EllipticCurvePublicNumbers(
                int.from_bytes(unb64(jwk["x"]), "big"), int.from_bytes(unb64(jwk["y"]), "big"), ec.SECP256R1())
            self.private = ec.EllipticCurvePrivateNumbers(int.from_bytes(unb64(jwk["d"]), "big"), public).private_key()
        else:
            self.private = ec.generate_private_key(ec.SECP256R1())
        numbers = self.private.public_key().public_numbers()
        self.jwk = {"kty": "EC", "crv": "P-256", "x": b64(numbers.x.to_bytes(32, "big")),
                    "y": b64(numbers.y.to_bytes(32, "big"))}

    def thumbprint(self):
        parts = {name: self.jwk[name] for name in ("crv", "kty", "x", "y")}
        return b64(hashlib.sha256(json.dumps(parts, separators=(",", ":")).encode()).digest())

    def sign(self, header, claims):
        """`claims` may be JSON text, for what a dict cannot say."""
        text = claims if isinstance(claims, str) else json.dumps(claims)
        data = f"{b64(json.dumps(header).encode())}.{b64(text.encode())}"
        r, s = utils.decode_dss_signature(self.private.sign(data.encode(), ec.ECDSA(hashes.SHA256())))
        return f"{data}.{b64(r.to_bytes(32, 'big') + s.to_bytes(32, 'big'))}"


class Forge:
    def __init__(self, suite):
        jwk = json.loads((suite.folder / "idp/helseid.jwks").read_text())["keys"][0]
        self.key, self.kid = Key(jwk), jwk["kid"]
        self.issuer, self.other_issuer = suite.helseid_url, suite.idporten_url
        self.now = int(time.time())
        self.header = {"alg": "ES256", "typ": "at+jwt", "kid": self.kid}
        self.claims = {"iss": self.issuer, "aud": "urn:individuellplan", "sub": "fjordvik-journal",
                       "client_id": "fjordvik-journal", "scope": "individuellplan/notices.read",
                       "iat": self.now - 5, "exp": self.now + 300,
                       "helseid://claims/client/claims/orgnr_parent": "999990002"}

    def token(self, header=None, key=None, **claims):
        merged = {name: value for name, value in {**self.claims, **claims}.items() if value is not None}
        return (key or self.key).sign({**self.header, **(header or {})}, merged)
