"""The acts of a recorded coordination, of sessions in a Codex home, and of a batch of scenarios. Pure."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from odw_core.demo.acts import Act, How
from odw_core.demo.rewriting import moment_of, moment_of_stamp

CODEX_HOME = "codex-home"
"""The Codex home of the demo, inside its workspace."""

_RUNS = ".converge/runs/"
_LOG = "stdout.log"
_APPEARANCE = "appearance.txt"
"""When each path was first seen, in seconds since the program was started; not part of what it wrote."""
_RECORD = re.compile(rb"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d - ")
_THREAD_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?=\.jsonl$)")


def wide_acts(files: Mapping[str, bytes]) -> Iterator[Act]:
    """Everything but what odw and pandacode write."""
    if _APPEARANCE in files:
        yield from _coordination(files)
    for name, data in files.items():
        if name.startswith(f"{CODEX_HOME}/") and name.endswith(".jsonl"):
            for line in _lines(data):
                fields = json.loads(line)
                yield Act(moment_of(fields.get("timestamp") or fields["updated_at"]), How.APPENDED, name, line)
        elif name.startswith("logs/") and name.endswith(".log"):
            for line in _lines(data):
                yield Act(moment_of(json.loads(line)["ts"]), How.APPENDED, name, line)


def writer_locks(files: Mapping[str, bytes]) -> tuple[str, ...]:
    """What the writer of each session holds locked."""
    found = (_THREAD_ID.search(name) for name in files if name.startswith(f"{CODEX_HOME}/sessions/"))
    return tuple(f"{CODEX_HOME}/thread-writer-locks/{one.group()}.lock" for one in found if one is not None)


def _coordination(files: Mapping[str, bytes]) -> Iterator[Act]:
    seen = dict(_appearances(files[_APPEARANCE].decode()))
    run = next(path for path in seen if path.startswith(_RUNS))
    began_ms = moment_of_stamp(PurePosixPath(run).name)

    def moment(path: str) -> int:
        return began_ms + seen.get(path, last) - seen[run]

    last = max(seen.values())
    for path in seen:
        if path.startswith(_RUNS) and path not in files:
            yield Act(moment(path), How.FOLDER, path)
    for name, data in files.items():
        if name.startswith(_RUNS):
            yield Act(moment(name), How.WHOLE, name, data)
    records = _records(files[_LOG])
    for number, record in enumerate(records):
        # Its clock tells seconds, and all of it happened in one: evenly over the time it took.
        yield Act(began_ms + (last - seen[run]) * number // len(records), How.APPENDED, _LOG, record)


def _appearances(table: str) -> Iterator[tuple[str, int]]:
    """(path, milliseconds) from lines such as ``0.89s  .converge/runs/…/run.json  4125``."""
    for line in table.splitlines():
        seconds, path, _ = line.strip().split("  ")
        yield path, round(float(seconds.removesuffix("s")) * 1000)


def _records(log: bytes) -> list[bytes]:
    """Records with the lines that belong to them."""
    found: list[bytes] = []
    for line in _lines(log):
        if _RECORD.match(line) or not found:
            found.append(line)
        else:
            found[-1] += line
    return found


def _lines(data: bytes) -> list[bytes]:
    return io.BytesIO(data).readlines()
