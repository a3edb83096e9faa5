"""Lines of JSON as plots (SVG, drawn by gnuplot) for docs/figures."""

import subprocess

_HEAD = """set terminal svg size {width},{height} font "sans,12" background "white" name "{name}"
set output "{path}"
set border 3 lc rgb "#555555"
set tics nomirror
set grid x lc rgb "#dddddd" lt 1
unset key
"""


def _draw(path, script, width=760, height=360):
    head = _HEAD.format(path=path, name=path.stem, width=width, height=height)
    subprocess.run(["gnuplot"], input=head + script, text=True, check=True)


def _block(name, rows):
    return f"${name} << EOD\n" + "\n".join(" ".join(f'"{c}"' if isinstance(c, str) else str(c) for c in row)
                                           for row in rows) + "\nEOD\n"


def _label(line):
    return f"{line['name']} / {line['ceiling']}" + (f" ({line['size']})" if line["name"].endswith("take_next") else "")


def ratios(lines, path):
    """How much of each ceiling is reached, as bars; a mark where the aim lies."""
    rows, aims = [], []
    for line in lines:
        if line.get("ratio") is None or "p99_growth" in [a["measure"] for a in line.get("aims", [])]:
            continue
        rows.append((len(rows), min(line["ratio"], 4), f"{line['ratio']:.2f}", _label(line).replace("_", " ")))
        aims += [(len(rows) - 1, a["at_least"]) for a in line.get("aims", []) if a["measure"] == "ratio"]
    if not rows:
        return
    script = _block("rows", rows) + _block("aims", aims or [(0, -1)])
    script += f"""set yrange [{len(rows) - 0.4}:-0.6]
set xrange [0:*]
set xlabel "of the ceiling's rate (4 means 4 or more); the line is the aim"
set style fill solid
set rmargin 8
plot $rows using ($2/2):1:($2/2):(0.35):ytic(4) with boxxyerror lc rgb "#2f6f9f", \\
     $rows using 2:1:3 with labels left offset 0.5,0 font "sans,11", \\
     $aims using 2:1:(0):(0.45) with vectors nohead lw 3 lc rgb "#c0392b", \\
     $aims using 2:1:(0):(-0.45) with vectors nohead lw 3 lc rgb "#c0392b"
"""
    _draw(path, script, height=90 + 30 * len(rows))


def growth(lines, path):
    """The slowest 1 % of a page at several sizes, each beside the same page at the small size in the same run."""
    series = {}
    for line in lines:
        if "p99_growth" in [aim["measure"] for aim in line.get("aims", [])]:
            series.setdefault(line["name"], {})[line["size"]] = line["p99_growth"]
    series = {name: points for name, points in series.items() if len(points) > 1}
    if not series:
        return
    script, curves = "", []
    for number, (name, points) in enumerate(sorted(series.items())):
        script += _block(f"s{number}", sorted(points.items()))
        color = ("#2f6f9f", "#c0392b", "#27803b")[number % 3]
        curves.append(f'$s{number} using 1:2 with linespoints lw 2 pt 7 lc rgb "{color}" title "{name.replace("_", " ")}"')
    script += """set key outside right top
set logscale x
set yrange [0:*]
set grid y lc rgb "#dddddd" lt 1
set format x "10^{%T}"
set xlabel "plans or notices held"
set ylabel "p99, times that at 1,000"
plot """ + ", \\\n     ".join(curves) + "\n"
    _draw(path, script, height=300)


def knees(lines, path):
    """How long people wait as more is asked of the suite."""
    series = {}
    for line in lines:
        if line.get("phase") == "rising":
            series.setdefault(line["name"], []).append((line["rate"], line["p50_us"] / 1000, line["p99_us"] / 1000))
    if not series:
        return
    script, curves = "", []
    for number, (name, rows) in enumerate(sorted(series.items())):
        script += _block(f"s{number}", rows)
        color = ("#2f6f9f", "#c0392b")[number % 2]
        curves += [f'$s{number} using 1:2 with linespoints lw 2 pt 7 lc rgb "{color}" title "{name} p50"',
                   f'$s{number} using 1:3 with linespoints lw 1 dt 2 pt 6 lc rgb "{color}" title "p99"']
    script += """set key outside right top
set logscale y
set grid y lc rgb "#dddddd" lt 1
set xlabel "operations asked for per second"
set ylabel "milliseconds"
plot """ + ", \\\n     ".join(curves) + "\n"
    _draw(path, script, height=420)


def draw(lines, folder):
    folder.mkdir(parents=True, exist_ok=True)
    ratios(lines, folder / "ratios.svg")
    growth(lines, folder / "growth.svg")
    knees(lines, folder / "knees.svg")
