"""`python -m bench NAME`: the benchmarks of this folder, by the names of their files, and `all`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable

from . import (
    blocks,
    demo,
    distill,
    fast,
    fuzz,
    integrations,
    levels,
    mix,
    paper,
    picture,
    readme,
    rivals,
    session,
    soak,
    speed,
    threads,
    trust,
)

RUNS: dict[str, Callable[[], bool]] = {
    "blocks": blocks.run,
    "fast": fast.run,
    "integrations": integrations.run,
    "levels": levels.run,
    "mix": mix.run,
    "paper": paper.run,
    "picture": picture.run,
    "rivals": rivals.run,
    "speed": speed.run,
    "threads": threads.run,
}


def _parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help=demo.__doc__).add_argument("file", nargs="?")
    commands.add_parser("blocks", help=blocks.__doc__)
    commands.add_parser("fast", help=fast.__doc__)
    fuzzing = commands.add_parser("fuzz", help=fuzz.__doc__)
    fuzzing.add_argument("--seconds", type=int, default=fuzz.ENOUGH_SECONDS, help="for how long (default: an hour)")
    fuzzing.add_argument("--folder", help="where to keep inputs, to go on with them another time")
    fuzzing.add_argument("targets", nargs="*", choices=[[], *fuzz.TARGETS], help="default: all of them, at the same time")
    distilling = commands.add_parser("distill", help=distill.__doc__)
    distilling.add_argument("folder", help="that of `fuzz --folder`")
    distilling.add_argument("targets", nargs="*", choices=[[], *fuzz.TARGETS], help="default: all of them")
    long = "100 MB of text as well, which takes minutes"
    commands.add_parser("mix", help=mix.__doc__).add_argument("--long", action="store_true", help=long)
    commands.add_parser("paper", help=paper.__doc__)
    commands.add_parser("session", help=session.__doc__)
    soaking = commands.add_parser("soak", help=soak.__doc__)
    soaking.add_argument("--seconds", type=float, default=soak.LONG_ENOUGH, help="for how long (default: an hour)")
    soaking.add_argument("--seed", type=int, help="that of an earlier run, to do the same again")
    commands.add_parser("integrations", help=integrations.__doc__)
    commands.add_parser("levels", help=levels.__doc__)
    commands.add_parser("picture", help=picture.__doc__)
    commands.add_parser("speed", help=speed.__doc__)
    commands.add_parser("threads", help=threads.__doc__)
    commands.add_parser("trust", help=trust.__doc__)
    commands.add_parser("rivals", help=rivals.__doc__)
    commands.add_parser("all", help="all of these but the demo, the session and --long: every number in the README")
    commands.add_parser("readme", help=readme.__doc__).add_argument("--write", action="store_true", help="put them into README.md")
    return parser.parse_args()


def main() -> None:
    arguments = _parse_arguments()
    if arguments.command == "demo":
        fine = demo.run(arguments.file)
    elif arguments.command == "fuzz":
        fine = fuzz.run(arguments.seconds, tuple(arguments.targets) or fuzz.TARGETS, arguments.folder)
    elif arguments.command == "soak":
        fine = soak.run(arguments.seconds, arguments.seed)
    elif arguments.command == "distill":
        fine = distill.run(arguments.folder, tuple(arguments.targets) or fuzz.TARGETS)
    elif arguments.command == "trust":
        fine = trust.run()
    elif arguments.command == "readme":
        fine = readme.run(arguments.write)
    elif arguments.command == "session":
        fine = session.run()
    elif arguments.command == "mix":
        fine = mix.run(arguments.long)
    else:
        chosen = RUNS.values() if arguments.command == "all" else [RUNS[arguments.command]]
        results = [run() for run in chosen]
        fine = all(results)
    sys.exit(0 if fine else 1)


if __name__ == "__main__":
    main()
