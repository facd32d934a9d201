"""Shows that the journal cannot be changed unseen: damages copies of the data folder and lets `martletd` look at them."""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path


def copy(data: Path, to: Path) -> Path:
    """A copy of a running platform's journal: the head first, which the database never lags behind."""
    shutil.rmtree(to, ignore_errors=True)
    to.mkdir(parents=True)
    for name in ("journal.head", "key"):
        shutil.copy2(data / name, to / name)
    with closing(sqlite3.connect(f"file:{data / 'martlet.sqlite'}?mode=ro", uri=True)) as live:
        with closing(sqlite3.connect(to / "martlet.sqlite")) as other:
            live.backup(other)
    return to


def verify(programs: Path, data: Path) -> tuple[int, str]:
    """The exit code and the words of `martletd journal verify`."""
    done = subprocess.run(
        [programs / "martletd", "journal", "verify", "--data", data], capture_output=True, text=True)
    return done.returncode, (done.stdout + done.stderr).strip()


def flip_byte(data: Path, sequence: int) -> None:
    """Changes one bit of one byte of one line's text."""
    with closing(sqlite3.connect(data / "martlet.sqlite")) as database, database:
        (text,) = database.execute("SELECT CAST(line AS BLOB) FROM journal WHERE sequence = ?", (sequence,)).fetchone()
        changed = bytearray(text)
        changed[len(changed) // 2] ^= 1
        database.execute("UPDATE journal SET line = CAST(? AS TEXT) WHERE sequence = ?", (bytes(changed), sequence))


def cut_tail(data: Path, after: int) -> None:
    """Removes the last lines and sets the head in the database back, as a careful forger would."""
    with closing(sqlite3.connect(data / "martlet.sqlite")) as database, database:
        database.execute("DELETE FROM journal WHERE sequence > ?", (after,))
        database.execute(
            "UPDATE journal_head SET sequence = ?1, hash = (SELECT hash FROM journal WHERE sequence = ?1)", (after,))
