"""Short forms of tests/fault/notify_faults.py: real processes killed, paused and restarted while they send."""

import pathlib
import sys

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "fault"))
import notify_crash_points  # noqa: E402
from notify_faults import SCENARIOS  # noqa: E402


@pytest.mark.parametrize("name, mails", [
    ("kill9", 150), ("pause", 60), ("db_kill", 100), ("smtp_faults", 60), ("relay_down", 60), ("rolling", 100),
    ("close_race", 150)])
def test_nothing_is_lost_and_nothing_is_doubled(name, mails):
    result = SCENARIOS[name](mails)()
    print(result)
    assert result["lost"] == 0
    assert result["doubled"] == 0
    assert result["unexplained"] == 0
    assert result["unsettled"] == result["held"] == result["unreached"] == 0


def test_killed_at_each_point_of_a_delivery():
    result = notify_crash_points.run(1)
    print(result)
    assert result["wrong"] == []
    assert result["lost"] == result["doubled"] == 0
    assert result["unknown"] >= 2  # after the gate nobody can tell, until the journal does
