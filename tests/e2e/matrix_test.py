"""Every RPC × every role through the real gateway. matrix.txt says what each answers; UPDATE_MATRIX=1 writes
what is answered now, for somebody to read. An RPC without a row fails."""

import os
import pathlib

import pytest
import requests

from tests.e2e import everyone

from individuellplan.type.v1 import access_pb2

TABLE = pathlib.Path(__file__).with_name("matrix.txt")
ROLES = ("CITIZEN", "PRACTITIONER", "CASE_WORKER", "UNIT_LEADER", "SYSTEM", "OPERATOR")
# What tells that a call got past role and login, whatever came of it.
INSIDE = {"OK", "INVALID_ARGUMENT", "NOT_FOUND", "FAILED_PRECONDITION", "UNIMPLEMENTED", "ALREADY_EXISTS",
          "ABORTED", "PERMISSION_DENIED", "DEADLINE_EXCEEDED"}


def public(rule):
    return [access_pb2.Role.Name(role) for role in rule.roles if role != access_pb2.SERVICE]


@pytest.fixture(scope="module")
def answers(suite, gateway):
    # A system whose token has all scopes, so that its role is what is asked about.
    system = {"SYSTEM": gateway.system("fjordvik-fagsystem")}
    browsers, tokens = {**everyone.callers(gateway), **system}, {**everyone.callers(gateway, browser=False), **system}
    found = {}
    for path, method, rule in everyone.rpcs():
        if not public(rule):
            continue
        callers = tokens if everyone.is_upload(method) else browsers
        found[path] = {role: everyone.outcome(callers[role], path, method, everyone.request_for(method))
                       for role in ROLES}
    return found


def rows():
    table = {}
    for line in TABLE.read_text().splitlines():
        if line and not line.startswith("#"):
            path, *codes = line.split()
            table[path] = dict(zip(ROLES, codes, strict=True))
    return table


def test_each_answer_is_as_the_table_says(answers):
    if os.environ.get("UPDATE_MATRIX"):
        lines = ["# RPC, then what " + ", ".join(ROLES) + " get when they ask for what does not exist."]
        lines += [" ".join([path, *(codes[role][0] for role in ROLES)]) for path, codes in sorted(answers.items())]
        TABLE.write_text("\n".join(lines) + "\n")
    expected = rows()
    assert sorted(expected) == sorted(answers), "each RPC has a row, and each row an RPC"
    wrong = [f"{path} {role}: {codes[role]} instead of {expected[path][role]}"
             for path, codes in answers.items() for role in ROLES if codes[role][0] != expected[path][role]]
    assert not wrong, "\n".join(wrong)


def test_nobody_does_what_their_role_may_not(answers):
    for path, method, rule in everyone.rpcs():
        for role, (code, reason) in answers.get(path, {}).items():
            if role == "CITIZEN" and everyone.is_upload(method):  # they have no tokens
                assert code == "INVALID_ARGUMENT" and role not in public(rule), f"{path}: {code} {reason}"
            elif role in public(rule):
                assert code in INSIDE and reason != "ROLE_NOT_ALLOWED", f"{path} {role}: {code} {reason}"
            else:
                assert (code, reason) == ("PERMISSION_DENIED", "ROLE_NOT_ALLOWED"), f"{path} {role}: {code} {reason}"


def test_nothing_answers_without_a_login(suite):
    for path, method, rule in everyone.rpcs():
        inside = not public(rule)
        if everyone.is_stream(method):  # its status stands in the last envelope
            answer = requests.post(f"{suite.url}/{path}", b"\0\0\0\0\2{}", timeout=10,
                                   headers={"content-type": "application/connect+json"})
            told = answer.text.rpartition('"code":"')[2].partition('"')[0] if answer.ok else answer.status_code
            expected = 404 if inside else 415 if everyone.is_upload(method) else "unauthenticated"
            assert told == expected, f"{path}: {answer.status_code} {told}"
            continue
        answer = requests.post(f"{suite.url}/{path}", json={}, timeout=10)
        assert answer.status_code == (404 if inside else 401), f"{path}: {answer.status_code}"
