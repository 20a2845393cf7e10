"""How a peer speaks with the program that times it: a command a line on standard input, a line of JSON for each answer.

`check N` runs the first N steps and answers their losses, `time N` runs N more and answers their milliseconds, `quit`
ends. A peer that is not asked does nothing, so that another one can be timed meanwhile.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any, Callable

# Frameworks write to standard output as they please: it is theirs no longer, from here on.
_answers = os.fdopen(os.dup(1), "w", buffering=1)
os.dup2(2, 1)

Step = Callable[[], tuple[float, float | None]]


def serve(step: Step, facts: dict[str, Any]) -> None:
    """Answers until told to quit. `step` runs one step to its end and returns its loss, and the one at the perturbed weights."""
    _answer({"ready": True, **facts})
    for line in sys.stdin:
        command, *rest = line.split()
        if command == "quit":
            return
        count = int(rest[0])
        if command == "check":
            losses = [step() for _ in range(count)]
            _answer({"losses": [loss for loss, _ in losses], "perturbedLosses": [loss for _, loss in losses]})
        elif command == "time":
            _answer({"milliseconds": [_milliseconds(step) for _ in range(count)]})
        else:
            raise ValueError(f"there is no command {command}")


def _milliseconds(step: Step) -> float:
    begin = time.perf_counter()
    step()
    return 1000 * (time.perf_counter() - begin)


def _answer(values: dict[str, Any]) -> None:
    _answers.write(json.dumps(values) + "\n")
