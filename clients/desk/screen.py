"""How the desk shows things."""

import csv
import json
import sys

from google.protobuf import json_format
from individuellplan.plan.v1 import activity_pb2
from individuellplan.referral.v1 import need_notice_pb2 as notices
from individuellplan.type.v1 import common_pb2

SMALL = 5  # cells under this are left out: few people could be recognized
COLOURS = {"AMBER": "33", "RED": "31"}


def dump(value):
    print(json.dumps(value, ensure_ascii=False, indent=2))


def line(value):
    return json.dumps(value, ensure_ascii=False)


def _paint(text, signal):
    return f"\033[{COLOURS[signal]}m{text}\033[0m" if signal in COLOURS and sys.stdout.isatty() else text


def _day(date):
    return f"{date.year}-{date.month:02}-{date.day:02}" if date.year else "–"


def _row(item):
    signal = notices.Clock.Signal.Name(item.clock.signal)
    marks = ("!" if item.urgency == notices.NeedNotice.URGENT else " ") + ("=" if item.possible_duplicate else " ")
    return _paint(f"{marks} {item.name:<46} {notices.NeedNotice.State.Name(item.state):<14} {signal:<6} "
                  f"{_day(item.clock.deadline_date):<11} {item.assignee_display_name[:20] or '–':<20} "
                  f"{item.subject_display_name}", signal)


def table(items):
    print(f"   {'notice':<46} {'state':<14} {'clock':<6} {'due':<11} {'who has it':<20} about")
    for item in items:
        print(_row(item))


def refresh(items, event):
    """On a terminal the whole queue, elsewhere (a file, a pipe) one line per change."""
    order = sorted(items, key=lambda item: (item.urgency != notices.NeedNotice.URGENT, _day(item.clock.deadline_date)))
    if sys.stdout.isatty():
        print("\033[H\033[2J", end="")
        table(order)
    elif event.snapshot_complete:
        table(order)
    elif event.HasField("item"):
        print("   closed " + event.item.name if event.removed else _row(event.item))
    sys.stdout.flush()


def notice(found, as_json):
    if as_json:
        return dump(json_format.MessageToDict(found))
    subject, notifier = found.subject, found.notifier
    rows = [
        ("notice", found.name), ("state", notices.NeedNotice.State.Name(found.state)),
        ("about", subject.display_name), ("from", f"{notifier.display_name}, {notifier.organization_display_name}"),
        ("asks for", notices.NeedNotice.Outcome.Name(found.requested_outcome)),
        ("areas", ", ".join(common_pb2.LifeArea.Name(area) for area in found.life_areas)),
        ("need", found.need_description), ("answer due", _day(found.clock.deadline_date)),
        ("who has it", found.assignee_display_name), ("decision", found.decision.reasons),
        ("asked for", found.information_request.question), ("answer", found.information_request.answer),
        ("duplicates?", ", ".join(found.possible_duplicates))]
    for label, value in rows:
        if value.strip(", "):
            print(f"{label:<12} {value}")


def statistics(figures, gaps, flags):
    """--csv and --json are for handing on: cells only, and no cell under five. Totals and the load of each case
    worker are shown on the screen alone, since a total less its other cells would tell a cell that was left out."""
    cells = [("notices by source and state", notices.Notifier.Source.Name(cell.source),
              notices.NeedNotice.State.Name(cell.state), cell.notice_count) for cell in figures.source_outcomes]
    cells += [("activities by area and decision", common_pb2.LifeArea.Name(cell.life_area),
               activity_pb2.Activity.Decision.Name(cell.decision), cell.activity_count)
              for cell in gaps.cells]
    rows = [(figure, row, column, count if count >= SMALL else f"<{SMALL}")
            for figure, row, column, count in cells if count]
    if flags.json:
        return dump([dict(zip(("figure", "row", "column", "count"), row)) for row in rows])
    if flags.csv:
        writer = csv.writer(sys.stdout, lineterminator="\n")
        writer.writerow(["figure", "row", "column", "count"])
        return writer.writerows(rows)
    print(f"open {figures.open_count}, overdue {figures.overdue_count}")
    if figures.HasField("median_time_to_coordinator"):
        print(f"half had a coordinator within {figures.median_time_to_coordinator.seconds / 86400:.1f} days")
    for load in figures.loads:
        print(f"  {load.assignee_display_name:<30} {load.open_count:>4} open")
    for figure, row, column, count in rows:
        print(f"{figure:<32} {row:<24} {column:<24} {count:>4}")
    if gaps.suppressed_cell_count:
        print(f"{gaps.suppressed_cell_count} small cells left out")
