"""What clients did and saw while things broke, and whether it can have been so.

Every act has the span of time in which it took effect: from the first attempt to the answer. An act without an
answer may have taken effect or not, once at most. What is checked, for each plan:

  lost        a comment that was acknowledged is not there
  doubled     a comment is there twice
  stale       a read that began after a change was acknowledged shows an earlier revision
  leaked      a helper got the plan in a read that lay between the withdrawal of the consent and the next one
  locked_out  a helper was refused in a read that lay between a consent and its next withdrawal
  unlogged    reads that were answered, less the rows of the access log
"""

import bisect
import collections
import dataclasses
import threading
import time


@dataclasses.dataclass(frozen=True)
class Act:
    plan: str
    kind: str  # "comment", "give", "withdraw", "read"
    begin: float
    end: float  # infinite without an answer
    value: str = ""  # of a comment: its text
    revision: int = 0  # of a read: what it showed; 0 when it was refused
    answered: bool = True


class History:
    """Thread-safe."""

    def __init__(self):
        self._lock = threading.Lock()
        self.acts = []

    def record(self, plan, kind, call, value="", revision=lambda answer: 0):
        """Runs `call`; an exception other than Refused means that nobody knows."""
        begin = time.monotonic()
        try:
            answer = call()
        except Exception:
            self._add(Act(plan, kind, begin, float("inf"), value, answered=False))
            raise
        self._add(Act(plan, kind, begin, time.monotonic(), value, revision(answer)))
        return answer

    def _add(self, act):
        with self._lock:
            self.acts.append(act)

    def of(self, plan, *kinds):
        return sorted((a for a in self.acts if a.plan == plan and a.kind in kinds), key=lambda a: a.begin)


def check(history, plan, comments, log_rows):
    """`comments`: the texts that the plan holds in the end. `log_rows`: rows of the helper's reads in its access
    log. Answers a Counter of what cannot have been."""
    found = collections.Counter(comments)
    wrong = collections.Counter()
    written = history.of(plan, "comment")
    wrong["lost"] = sum(a.answered and not found[a.value] for a in written)
    wrong["doubled"] = sum(found[a.value] > 1 for a in written)
    wrong["foreign"] = len(found.keys() - {a.value for a in written})
    reads = [a for a in history.of(plan, "read") if a.answered]
    wrong["stale"] = _stale(reads)
    spans = _sharing(history.of(plan, "give", "withdraw"))
    for read in reads:
        shared = next((state for state, begin, end in spans if begin < read.begin and read.end < end), None)
        wrong["leaked"] += shared is False and read.revision > 0
        wrong["locked_out"] += shared is True and read.revision == 0
    wrong["unlogged"] = max(0, sum(r.revision > 0 for r in reads) - log_rows)
    return wrong


def _stale(reads):
    """Reads that show less than a read that had ended before they began. Revisions only grow."""
    ends = sorted((r.end, r.revision) for r in reads if r.revision)
    highest, best = [], 0
    for _, revision in ends:
        best = max(best, revision)
        highest.append(best)
    stale = 0
    for read in reads:
        before = bisect.bisect_left(ends, (read.begin,))
        stale += before > 0 and 0 < read.revision < highest[before - 1]
    return stale


def _sharing(acts):
    """(shared, from, to): when the plan was surely shared or surely not. Acts come one after the other."""
    return [(act.kind == "give", act.end, following.begin if following else float("inf"))
            for act, following in zip(acts, [*acts[1:], None]) if act.answered]
