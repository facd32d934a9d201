"""What a demo leaves running, written down so that another process can end it."""

import json
import os
import signal
from pathlib import Path

import sites
import waiting

# For martletd and the workers to put away what they hold.
GOODBYE_SECONDS = 15


def birth(process: int) -> str | None:
    """When a process was started, in the kernel's ticks: with its id, a name that is never used twice."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[19]
    except OSError:
        return None


def write(folder: Path, processes: list[int], cables: list[tuple[str, str]]) -> None:
    """Notes the demo's own processes, the first to be stopped first, and what it put into the firewall."""
    state = {"processes": [[process, birth(process)] for process in processes], "cables": cables}
    (folder / "running.json").write_text(json.dumps(state))


def stop(folder: Path) -> bool:
    """Ends what a demo in this folder left; false when there is none."""
    file = folder / "running.json"
    if not file.exists():
        return False
    state = json.loads(file.read_text())
    alive = [process for process, born in state["processes"] if birth(process) == born]
    for number in (signal.SIGTERM, signal.SIGKILL):
        family = [each for process in alive for each in [process, *sites.descendants(process)]]
        for process in alive if number == signal.SIGTERM else family:
            try:
                os.kill(process, number)
            except ProcessLookupError:
                continue
        try:
            waiting.until(lambda: all(_is_gone(process) for process in alive), GOODBYE_SECONDS, "processes to end")
            break
        except waiting.NeverHappened:
            continue
    for cable, chain in state["cables"]:
        sites.forget(cable, chain)
    file.unlink()
    return True


def _is_gone(process: int) -> bool:
    """Ended, or a zombie that its parent has not taken leave of."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True
