"""The demo: takes real data to a served and costed model across three sites, and prints what happened.

Usage: demo [--folder .demo] [--stop] [--then-stop]

Everything it prints comes from the API, from a command's output or from the file of the predicting client. It leaves
the platform running; `--stop` (make demo-stop) ends it.
"""

import argparse
import os
import sys
import traceback
from pathlib import Path

import leftovers
import waiting
from control import CommandFailed
from story import Story


def main() -> int:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__.splitlines()[0])
    standard = Path(os.environ["ROOT"]) / ".demo"
    parser.add_argument("--folder", type=Path, default=standard, help="where everything is kept")
    parser.add_argument("--stop", action="store_true", help="end a demo that was left running")
    parser.add_argument("--then-stop", action="store_true", help="do not leave it running")
    options = parser.parse_args()
    folder = options.folder.resolve()

    if options.stop:
        print("stopped" if leftovers.stop(folder) else f"no demo runs from {folder}")
        return 0
    leftovers.stop(folder)
    story = Story(folder, Path(os.environ["BIN"]), Path(os.environ["ROOT"]))
    try:
        story.tell()
    # Whatever went wrong, nothing is left running.
    except (Exception, KeyboardInterrupt) as error:
        print(f"\nThe demo failed: {error}", file=sys.stderr)
        if not isinstance(error, (waiting.NeverHappened, CommandFailed)):
            traceback.print_exc()
        print(f"Logs: {folder}/martletd.log and {folder}/sites/*/worker.log", file=sys.stderr)
        story.stop()
        return 1
    if options.then_stop:
        story.stop()
    else:
        story.say_how_to_go_on()
    return 0


sys.exit(main())
