"""An identity provider reduced to what a gateway asks of one: metadata, keys, and a token that is valid."""

import http.server
import json
import threading
import time

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

from tools.lib.tenor import tenor_number


class Issuer:
    """Serves on 127.0.0.1 while the context lasts."""

    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        self._key = ec.generate_private_key(ec.SECP256R1())
        public = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key()))
        documents = {
            "/.well-known/openid-configuration": {
                "issuer": self.url, "jwks_uri": self.url + "/jwks", "authorization_endpoint": self.url + "/authorize",
                "token_endpoint": self.url + "/token"},
            "/jwks": {"keys": [{**public, "kid": "bench", "alg": "ES256", "use": "sig"}]}}

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                document = documents.get(self.path)
                body = json.dumps(document).encode()
                self.send_response(200 if document else 404)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)

    def __enter__(self):
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self._server.shutdown()
        self._server.server_close()

    def save_key(self, path):
        """For those who make their own tokens."""
        path.write_text(json.dumps({**json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self._key)), "kid": "bench",
                                    "alg": "ES256"}))

    def access_token(self):
        """Of a synthetic practitioner, good for an hour."""
        now = int(time.time())
        claims = {
            "iss": self.url, "sub": "bench", "aud": "urn:individuellplan", "iat": now, "exp": now + 3600,
            "client_id": "bench", "scope": "individuellplan/plans.read", "name": "Navn Navnesen",
            "helseid://claims/identity/pid": tenor_number(1987, 4, 21),
            "helseid://claims/identity/security_level": "4", "organization_number": "999990003",
            "roles": ["PRACTITIONER"]}
        return jwt.encode(claims, self._key, algorithm="ES256", headers={"typ": "at+jwt", "kid": "bench"})
