"""Lines of JSON as a table for people: on the terminal, and in docs/performance.md."""

import datetime
import os
import subprocess

HEAD = ("benchmark", "size", "value", "ceiling", "its value", "ratio", "p50 µs", "p99 µs", "CPU µs", "aim", "")


def _number(value):
    if value is None:
        return ""
    if isinstance(value, float) and abs(value) < 10:
        return f"{value:.2f}"
    return f"{value:,.0f}"


def _aim(aim):
    bound = f"≥ {aim['at_least']:g}" if "at_least" in aim else f"≤ {aim['at_most']:g}"
    word = {"ratio": "ratio", "server_cpu_us": "CPU", "p99_growth": "p99 growth"}[aim["measure"]]
    return f"{word} {bound}"


def _phase(line):
    """A stretch of an open loop: what was asked of the suite, and how much of it was refused or not answered."""
    missing = line["begun"] - line["done"] + line["given_up"]
    return [f"{line['name']}, {line['phase']}", f"{line['rate']:,.0f}/s", f"{_number(line['value'])} {line['unit']}",
            f"{missing:,} not done" if missing else "", "", "", _number(line["p50_us"]), _number(line["p99_us"]),
            _number(line["server_cpu_us"]), "", ""]


def phase(line):
    """The same as one line, with memory and open files of each process."""
    processes = ", ".join(f"{rss:.0f} MB {files} files" for rss, files in zip(line["rss_mb"], line["files"]))
    return "  ".join(cell for cell in _phase(line) if cell) + f"  [{processes}]"


def _rows(line):
    if "phase" in line:
        yield _phase(line)
        return
    ratio = line.get("ratio")
    aims = line.get("aims", [])
    # Where a page may not grow, the growth is what matters and not the rate.
    if any(aim["measure"] == "p99_growth" for aim in aims):
        ratio = line["p99_growth"]
    first = [line["name"], _number(line.get("size")), f"{_number(line['value'])} {line['unit']}",
             line.get("ceiling", ""), _number(line.get("ceiling_value")),
             f"{ratio:.2f}" if ratio is not None else "", _number(line.get("p50_us")), _number(line.get("p99_us")),
             _number(line.get("server_cpu_us"))]
    for i, aim in enumerate(aims or [None]):
        row = first if i == 0 else [""] * len(first)
        yield row + ([_aim(aim), "met" if aim["met"] else "MISSED"] if aim else ["", ""])


def render(lines):
    rows = [HEAD, *(row for line in lines for row in _rows(line))]
    widths = [max(len(row[i]) for row in rows) for i in range(len(HEAD))]
    left = (0, 3, 9, 10)  # names; numbers stand to the right
    return "\n" + "\n".join(
        "  ".join(cell.ljust(width) if i in left else cell.rjust(width)
                  for i, (cell, width) in enumerate(zip(row, widths))).rstrip()
        for row in rows)


def missed(lines):
    """One sentence for each aim that was missed."""
    return [f"{line['name']} ({line.get('size'):,}): {aim['measure']} {line[aim['measure']]:g}, aim "
            + _aim(aim).split(" ", 1)[-1].replace("growth ", "")
            for line in lines for aim in line.get("aims", []) if not aim["met"]]


BEGIN, END = "<!-- figures: made by scripts/bench --docs -->", "<!-- end of figures -->"


def _machine():
    with open("/proc/cpuinfo") as file:
        model = next((line.split(":", 1)[1].strip() for line in file if line.startswith("model name")), "unknown")
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True).stdout.strip()
    return f"{datetime.date.today()}, commit {commit}, {os.cpu_count()} cores ({model})"


def write_docs(path, lines):
    """Puts the figures into the page, between its two marks."""
    rows = [row for line in lines for row in _rows(line)]
    table = ["| " + " | ".join(HEAD) + " |", "|" + "|".join("---" if i in (0, 3, 9, 10) else "--:" for i in range(len(HEAD))) + "|"]
    table += ["| " + " | ".join(row) + " |" for row in rows]
    text = path.read_text()
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    path.write_text(f"{before}{BEGIN}\n\nMeasured {_machine()}.\n\n" + "\n".join(table) + f"\n\n{END}{after}")
