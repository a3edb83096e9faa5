"""Short forms of tests/fault/notify_faults.py: real processes killed, paused and restarted while they send."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fault"))
from notify_faults import SCENARIOS  # noqa: E402


@pytest.mark.parametrize("name, mails", [
    ("kill9", 150), ("pause", 60), ("db_kill", 100), ("smtp_faults", 60), ("relay_down", 60), ("rolling", 100)])
def test_nothing_is_lost_and_nothing_is_doubled(name, mails):
    result = SCENARIOS[name](mails)()
    print(result)
    assert result["lost"] == 0
    assert result["doubled"] == 0
    assert result["unsettled"] == result["held"] == result["unreached"] == 0
