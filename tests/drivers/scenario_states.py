"""The smallest scenario logs for every row of docs/states.md."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from drivers.batch_story import BEGAN, EMPTY_MODEL, NAME, Batch
from drivers.state_table import Case
from odw_core.engines.scenario.names import named_ms

RUNS, OLD = "Scenario batches", "Scenario error logs"
NAMED = (named_ms(NAME) or 0) / 1000
"""The start that the log's name tells, in the local time of whoever runs this."""
SOON, LATE = BEGAN.timestamp() + 60, BEGAN.timestamp() + 86_400


def log(data: bytes, name: str = f"logs/{NAME}.log") -> Callable[[Path], None]:
    """Lays one log down."""

    def lay(place: Path) -> None:
        path = place / name
        path.parent.mkdir(parents=True)
        path.write_bytes(data)

    return lay


def old(text: str) -> Callable[[Path], None]:
    return log(text.encode(), "logs/error_output/021926_1830.errorlog")


def batch(raw: str, when: str, state: str, told: Batch, now: float = SOON, alive: bool | None = None) -> Case:
    return Case(RUNS, raw, when, state, log(told.log), alive, now)


def half() -> Batch:
    return Batch(2).does(1).starts(2)


CASES = [
    Case(RUNS, "starting", "the log holds no record yet and is young", "running", log(b""), None, NAMED + 60),
    Case(RUNS, "starting", "the log holds no record for too long", "stale", log(b""), None, LATE),
    batch("preflight", "no scenario was begun yet", "running", Batch(2).checks()),
    batch(
        "preflight failed", "a check failed, nothing was begun, no `--force`", "blocked", Batch(2).checks("x", "FAIL")
    ),
    batch("running", "", "running", half()),
    batch("running", "no `run_end`, and nothing for too long", "stale", half(), LATE),
    batch("running", "no `run_end`, and its owner is gone", "stale", half(), SOON, False),
    batch("completed", "every scenario that was tried wrote its file", "done", Batch(1).does(1).stops()),
    batch("max_scenarios", "it was told to stop after so many", "done", Batch(9).does(1).stops("max_scenarios")),
    batch(
        "completed, with failures",
        "a scenario failed or left no file",
        "failed",
        Batch(1).starts(1).ends(1, "NO_FILE").stops(),
    ),
    batch("completed, with unfinished scenarios", "fewer ends than starts", "failed", half().stops()),
    batch("fail_fast", "", "failed", Batch(2).starts(1).ends(1, "FAILED", None, error="boom").stops("fail_fast")),
    batch("crashed", "", "failed", half().stops("crashed")),
    batch("cancelled", "", "idle", half().stops("cancelled")),
    Case(
        RUNS, "not a run log", "the name fits, the first line does not", "done", log(b"2026-02-20 hello\n"), None, SOON
    ),
    Case(OLD, "error log", "it holds a trouble of the table", "failed", old(f"ERROR {EMPTY_MODEL}\n"), None, SOON),
    Case(OLD, "error log", "it holds none", "done", old("all is well\n"), None, SOON),
]
