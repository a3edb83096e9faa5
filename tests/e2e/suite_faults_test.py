"""The short form of tests/fault/suite_faults.py, and its checker against histories that cannot have been."""

import shutil

import pytest

from tests.e2e.conftest import running_suite
from tests.fault.history import Act, History, check
from tests.fault.suite_faults import is_clean, run

# What needs nobody's network; a slow disk where strace is installed.
KINDS = ["kill", "pause", "certificates", "expiry", *(["slow"] if shutil.which("strace") else [])]


def test_what_clients_see_while_the_suite_breaks_can_have_been(tmp_path):
    with running_suite(tmp_path) as suite:
        figures = run(suite, 9, KINDS, 1, print)
    assert all(figures["faults"].values()) and figures["acknowledged"] > 50
    assert figures["slow_flushes"] > 0 or "slow" not in KINDS
    assert is_clean(figures), figures


def act(kind, begin, end, value="", revision=0, answered=True):
    return Act("plans/p", kind, begin, end, value, revision, answered)


GOOD = [act("comment", 0, 1, "a"), act("comment", 2, 3, "never told", answered=False), act("read", 4, 5, revision=7),
        act("withdraw", 6, 7), act("read", 6, 8, revision=8), act("read", 9, 10), act("give", 11, 12),
        act("read", 13, 14, revision=9)]


@pytest.mark.parametrize("kind, acts, comments, rows", [
    (None, [], ["a"], 3),
    (None, [], ["a", "never told"], 3),
    ("lost", [], ["never told"], 3),
    ("doubled", [], ["a", "a"], 3),
    ("foreign", [], ["a", "whose?"], 3),
    ("stale", [act("read", 15, 16, revision=8)], ["a"], 4),
    ("leaked", [act("read", 8, 9, revision=8)], ["a"], 4),
    ("locked_out", [act("read", 15, 16)], ["a"], 3),
    ("unlogged", [], ["a"], 2),
])
def test_the_checker_sees_what_cannot_have_been(kind, acts, comments, rows):
    history = History()
    history.acts = GOOD + acts
    assert +check(history, "plans/p", comments, rows) == ({kind: 1} if kind else {})
