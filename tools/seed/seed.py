"""Loads the demo municipality through the gateway, each call made as the person who would make it.

What lies in the past is loaded with the suite's clock set back, step by step forward to now. A second
run changes nothing: what stands as described is left alone, and what an interrupted run left half done is
gone on with, by the same calls with the same request ids.

Exit codes: 0 everything is loaded, 1 something was refused (it says what), 2 the suite was not reached.
"""

import argparse
import datetime
import signal
import sys
import time

import requests

from tools.lib.clock import OSLO, Clock
from tools.lib.ipclient import CallFailed, Gateway
from tools.lib.persons import FILE, Persons
from tools.seed.notices import notice_item
from tools.seed.plans import plan_item
from tools.seed.world import World, load_files

from individuellplan.plan.v1 import plan_service_pb2

FIRST = "trond"  # whose plan is opened first


def make_items(world):
    for name, spec in load_files("notices"):
        world.items[f"notices/{name}"] = notice_item(world, name, spec)
    for name, spec in load_files("plans"):
        world.items[f"plans/{name}"] = plan_item(world, name, spec)
    steps = [step for item in world.items.values() for step in item.steps]
    return sorted(steps, key=world.order)


def day_of_earlier_run(gateway):
    """The day an earlier run took as today, or None: it follows from the period of the first plan."""
    days_before = -dict(load_files("plans"))[FIRST]["period"][0]
    plan_service = gateway.person(FIRST).plan
    for summary in plan_service.ListPlans(plan_service_pb2.ListPlansRequest()).plans:
        plan = plan_service.GetPlan(plan_service_pb2.GetPlanRequest(name=summary.name))
        start = plan.period.start_date
        if start.year:
            return (datetime.date(start.year, start.month, start.day)
                    + datetime.timedelta(days=days_before))
    return None


class Run:
    """Runs the steps in order and remembers what went wrong; an item that failed is not gone on with."""

    def __init__(self, world, clock, say):
        self.world, self.clock, self.say = world, clock, say
        self.failed, self.missing, self.repeated = {}, {}, 0

    def steps(self, steps):
        begin = self.clock.offset
        moment = None
        try:
            for number, step in enumerate(steps, 1):
                if step.item in self.failed:
                    continue
                moment = max(moment or self.world.moment(step), self.world.moment(step))
                self.at(moment, begin)
                self.one(step)
                self.say(number, len(steps), step)
        finally:
            self.clock.offset = begin

    def at(self, moment, begin):
        now = datetime.datetime.now(OSLO) + begin
        self.clock.offset = begin + min(moment - now, datetime.timedelta())

    def one(self, step):
        try:
            step.run()
        except CallFailed as failure:
            if failure.code == "UNIMPLEMENTED":
                self.missing.setdefault(failure.method, []).append(step.item)
            elif failure.reason == "REQUEST_ID_REUSED":
                self.repeated += 1  # an earlier run has done it, with an older etag
            elif failure.code == "UNAVAILABLE":
                raise
            else:
                self.failed[step.item] = f"{step.what}: {failure}"
        except (AssertionError, AttributeError, KeyError, StopIteration) as failure:
            self.failed[step.item] = f"{step.what}: {type(failure).__name__}: {failure}"

    def report(self, seconds):
        for method, items in sorted(self.missing.items()):
            print(f"  not built yet: {method} (wanted {len(items)} times)")
        for item, why in sorted(self.failed.items()):
            print(f"error: {item}: {why}", file=sys.stderr)
        items = self.world.items
        for folder in ("notices", "plans"):
            mine = [name for name in items if name.startswith(folder)]
            good = sum(name not in self.failed for name in mine)
            print(f"  {good} of {len(mine)} {folder} are as described")
        print(f"  loaded in {seconds:.1f} s")
        return 1 if self.failed else 0


def progress(out):
    shown = [0.0]

    def say(number, total, step):
        now = time.monotonic()
        if now - shown[0] < (0.1 if out.isatty() else 2) and number < total:
            return
        shown[0] = now
        line = f"  {number:4}/{total}  day {step.day:4}  {step.item}: {step.what}"[:110]
        out.write(f"\r\033[K{line}" + ("\n" if number == total else "") if out.isatty() else line + "\n")
        out.flush()

    return say


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog="tools.seed.seed", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gateway", default="127.0.0.1:8080", metavar="HOST:PORT", help="(%(default)s)")
    parser.add_argument("--helseid", default="http://localhost:8082", metavar="URL",
                        help="the local HelseID, for professionals' tokens (%(default)s)")
    parser.add_argument("--idporten", metavar="URL",
                        help="not needed: citizens log in at the gateway, which knows where")
    parser.add_argument("--secrets", default=".run/idp", metavar="FOLDER",
                        help="the identity provider's data folder, with the clients' secrets (%(default)s)")
    parser.add_argument("--clock", default=".run/clock-shift", metavar="FILE",
                        help="the clock file that the services share (%(default)s)")
    parser.add_argument("--persons", default=str(FILE), metavar="FILE", help="(%(default)s)")
    parser.add_argument("--only", action="append", metavar="ITEM",
                        help='load only this, e.g. "plans/ola"; may be given several times')
    flags = parser.parse_args(arguments)

    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # the clock is set right on the way out
    persons, clock = Persons(flags.persons), Clock(flags.clock)
    if clock.offset < datetime.timedelta():
        clock.reset()  # an earlier run was killed while it was in the past
    gateway = Gateway(flags.gateway, persons, helseid=flags.helseid, secrets=flags.secrets)
    world = World(gateway, persons, clock.today())
    begin = time.monotonic()
    try:
        earlier = day_of_earlier_run(gateway)
        world.today = earlier or world.today
        steps = make_items(world)
        if earlier:
            there = {name for name, item in world.items.items() if item.is_there()}
            steps = [step for step in steps if step.item not in there]
            print(f"  an earlier run has loaded {len(there)} of {len(world.items)} already")
        if flags.only:
            steps = [step for step in steps if step.item in flags.only]
        run = Run(world, clock, progress(sys.stdout))
        run.steps(steps)
    except CallFailed as failure:
        print(f"\nerror: {failure}\n  Is the suite running? Start it with scripts/run.", file=sys.stderr)
        return 2
    except requests.RequestException as failure:
        print(f"\nerror: the identity provider was not reached: {failure}", file=sys.stderr)
        return 2
    return run.report(time.monotonic() - begin)


if __name__ == "__main__":
    sys.exit(main())
