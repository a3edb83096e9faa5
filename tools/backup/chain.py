"""Checks the access logs in a database without plan-service: a second, independent reading of what
plan-service/storage/access_log.h promises. Needs the document keys, for the hashes are over what was
written before it was encrypted."""

import base64
import hashlib
import pathlib
import struct

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM


def read_keys(file):
    """{id: key} of a key ring file: "<id> <32 bytes in base64url>" per line."""
    keys = {}
    for line in pathlib.Path(file).read_text().splitlines():
        line = line.partition("#")[0].split()
        if line:
            keys[int(line[0])] = base64.urlsafe_b64decode(line[1] + "=")
    return keys


def open_sealed(keys, sealed, place):
    """What lib/crypto's key ring sealed for `place`; None when it does not open."""
    if len(sealed) < 33 or sealed[0] != 1:
        return None
    key = keys.get(struct.unpack(">I", sealed[1:5])[0])
    return key and open_with(key, 5, sealed, place)


def open_with(key, header, sealed, place):
    """What lib/crypto/aes_gcm sealed with this key behind a header of so many bytes; None when it does not open."""
    nonce, rest = sealed[header:header + 12], sealed[header + 12:]
    try:
        return AESGCM(key).decrypt(nonce, rest, sealed[:header] + place.encode())
    except InvalidTag:
        return None


def broken_chains(server, keys_file):
    """(number of chains, number of rows, names of the plans whose chain is broken)."""
    keys = read_keys(keys_file)
    heads = {plan: (int(number), bytes.fromhex(last), bytes.fromhex(seal)) for plan, number, last, seal in server.query(
        "SELECT plan, last_number, HEX(last_hash), HEX(seal) FROM ip_plan.access_log_head")}
    at = {plan: (0, bytes(32)) for plan in heads}
    broken, rows = set(), 0
    for plan, number, entry, written in server.query(
            "SELECT plan, number, HEX(entry), HEX(hash) FROM ip_plan.access_log ORDER BY plan, number"):
        rows += 1
        number = int(number)
        before, before_hash = at.get(plan, (None, b""))
        plain = open_sealed(keys, bytes.fromhex(entry), f"access_log|{plan}|{number}")
        if plain is None or number != (before or 0) + 1 or hashlib.sha256(before_hash + plain).hexdigest() != written.lower():
            broken.add(plan)
        at[plan] = (number, bytes.fromhex(written))
    for plan, (number, last, seal) in heads.items():
        if at[plan] != (number, last) or open_sealed(keys, seal, f"access_log_head|{plan}|{number}") != last:
            broken.add(plan)
    return len(heads), rows, sorted(broken | (set(at) - set(heads)))
