"""Runs the benchmarks: starts what each part needs, loads its data, prints what came of it.

The measuring itself is done by the programs of this folder (bench/*.cc); each prints one line of JSON for
each comparison.
"""

import argparse
import json
import os
import pathlib
import resource
import shutil
import subprocess
import sys
import tempfile
import time

from bench import parts, plot, table

os.environ.setdefault("IP_PRESET", "release")


def arguments():
    parser = argparse.ArgumentParser(
        prog="scripts/bench", description="Measures the suite beside its ceilings; exits 1 when an aim was missed.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part (plan) or one benchmark (plan.get); default: all")
    parser.add_argument("--json", metavar="FILE", type=pathlib.Path, help="also write the lines of JSON to FILE")
    parser.add_argument("--size", type=int, metavar="N", action="append", dest="sizes",
                        help="how many plans, notices or mails the large data sets hold; given more than once, all is "
                             "measured at each size "
                             f"(default: {', '.join(f'{k} {v:,}' for k, v in parts.SIZES.items())})")
    parser.add_argument("--seconds", type=float, default=2, help="each contender in each round (default: 2)")
    parser.add_argument("--rounds", type=int, default=3, help="how often contenders take turns (default: 3)")
    parser.add_argument("--soak-minutes", type=float, default=0, metavar="M",
                        help="with mix.monday: hold a steady load for so long, and print a line each minute")
    parser.add_argument("--soak-rate", type=float, default=20, metavar="R", help="operations a second of a soak (default: 20)")
    parser.add_argument("--docs", action="store_true", help="put the figures into docs/performance.md, and draw docs/figures")
    parser.add_argument("--list", action="store_true", help="print the names and end")
    parser.add_argument("--keep", metavar="FOLDER", type=pathlib.Path,
                        help="keep loaded data in FOLDER and use what is there")
    options = parser.parse_args()
    known = parts.BENCHMARKS
    for name in options.names:
        if name not in known and not any(each.startswith(name + ".") for each in known):
            parser.error(f"there is no benchmark '{name}'; choose from: {', '.join(known)}")
    options.names = [each for each in known
                     if not options.names or any(each == n or each.startswith(n + ".") for n in options.names)]
    return options


def main():
    options = arguments()
    if options.list:
        print("\n".join(options.names))
        return 0
    # A thousand connections need as many files, in the servers too.
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    folder = options.keep or pathlib.Path(tempfile.mkdtemp(prefix="ip-bench-", dir="/var/tmp"))
    begin = time.monotonic()
    lines, failed = [], []
    try:
        for part, run in parts.PARTS.items():
            names = [name for name in options.names if name.split(".")[0] == part]
            if not names:
                continue
            for size in options.sizes if options.sizes and part in parts.SIZES else [None]:
                options.size = size
                where = folder / (part if size is None else f"{part}-{size}")
                print(f"\n▸ {part}" + (f", {size:,}" if size else ""), file=sys.stderr, flush=True)
                try:
                    for line in run(where, names, options):
                        lines.append(line)
                        if "phase" in line:
                            print("  " + table.phase(line), file=sys.stderr, flush=True)
                        if options.json:
                            with options.json.open("a") as file:
                                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                except (parts.PartFailed, subprocess.CalledProcessError) as failure:
                    logs = pathlib.Path(tempfile.mkdtemp(prefix="ip-bench-logs-"))
                    if (where / "logs").is_dir():
                        shutil.copytree(where / "logs", logs, dirs_exist_ok=True)
                    failed.append(f"{part}: {failure}; logs in {logs}")
                    print(f"error: {failed[-1]}", file=sys.stderr)
                if not options.keep:
                    shutil.rmtree(where, ignore_errors=True)
    finally:
        if not options.keep:
            shutil.rmtree(folder, ignore_errors=True)
    print(table.render(lines))
    print(f"\n{len(lines)} figures in {time.monotonic() - begin:.0f} s, preset {os.environ['IP_PRESET']}")
    if options.docs:
        table.write_docs(parts.ROOT / "docs/performance.md", lines)
        plot.draw(lines, parts.ROOT / "docs/figures")
    missed = table.missed(lines)
    print(f"\nMissed aims ({len(missed)}):\n" + "\n".join(f"  {m}" for m in missed) if missed else "\nEvery aim was met.")
    if failed:
        print("\nNot measured:\n" + "\n".join(f"  {f}" for f in failed))
    return 1 if missed or failed else 0


if __name__ == "__main__":
    sys.exit(main())
