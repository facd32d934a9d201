"""Waiting for conditions, never for time to pass."""

import threading
import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

# Between two looks at a condition: short against anything that is waited for, long against the cost of a look.
LOOK_SECONDS = 0.1


class NeverHappened(Exception):
    """A condition that did not come true within its time."""


def until(condition: Callable[[], Value], seconds: float, what: str, nudge: threading.Condition | None = None) -> Value:
    """The first truthy value of `condition`; looks again on every nudge and at least every 100 ms."""
    deadline = time.monotonic() + seconds
    nudge = nudge or threading.Condition()
    while not (value := condition()):
        if time.monotonic() > deadline:
            raise NeverHappened(f"Waited {seconds:.0f} s in vain for {what}.")
        with nudge:
            nudge.wait(LOOK_SECONDS)
    return value
