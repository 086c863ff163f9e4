"""`python -m bench demo [FILE]`, `paper`, `speed`, or `all` of what the README claims."""

from __future__ import annotations

import argparse
import sys

from . import demo, paper, speed


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help=demo.__doc__).add_argument("file", nargs="?")
    commands.add_parser("paper", help=paper.__doc__)
    commands.add_parser("speed", help=speed.__doc__)
    commands.add_parser("all", help="paper and speed: every number in the README")
    arguments = parser.parse_args()
    if arguments.command == "demo":
        fine = demo.run(arguments.file)
    else:
        chosen = {"paper": [paper.run], "speed": [speed.run], "all": [paper.run, speed.run]}[arguments.command]
        results = [run() for run in chosen]
        fine = all(results)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
