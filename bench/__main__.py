"""`python -m bench demo [FILE]`, `paper`, `rivals`, `speed`, or `all` of what the README claims."""

from __future__ import annotations

import argparse
import sys

from . import demo, paper, rivals, speed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help=demo.__doc__).add_argument("file", nargs="?")
    commands.add_parser("paper", help=paper.__doc__)
    commands.add_parser("speed", help=speed.__doc__)
    commands.add_parser("rivals", help=rivals.__doc__)
    commands.add_parser("all", help="all of these but the demo: every number in the README")
    arguments = parser.parse_args()
    if arguments.command == "demo":
        fine = demo.run(arguments.file)
    else:
        runs = {"paper": [paper.run], "rivals": [rivals.run], "speed": [speed.run]}
        chosen = runs.get(arguments.command, [paper.run, rivals.run, speed.run])
        results = [run() for run in chosen]
        fine = all(results)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
