"""Player: a stand-in for a real program that does again what was recorded. Needs no network, ends with its stdin."""

from __future__ import annotations

import argparse
import fcntl
import json
import math
import os
import select
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path

from odw_core.demo.acts import Act, How, Score
from odw_core.demo.rewriting import RECORDED_ROOT, Rewriting, iso
from odw_core.demo.score import read_score

RECORDINGS = Path(__file__).parent / "recordings"

PLAYED = b"played\n"
"""Written to stdout when everything recorded is on disk."""

# A reader takes a run that began long before the process of its owner for the run of somebody else.
_BEFORE_ITS_PROCESS_MS = 3000
_TORN_EVERY = 3
_TORN_FOR_S = 0.004
_STDIN = 0


class LeftAlone(Exception):
    """Whoever started the demo is gone."""


@dataclass(frozen=True, slots=True)
class Player:
    """One recording, going on in one workspace. ``pace`` ``inf`` does not wait."""

    score: Score
    workspace: Path
    rewriting: Rewriting
    pace: float

    @classmethod
    def of(cls, recording: Path, workspace: Path, pace: float) -> Player:
        """A player that begins now (at an infinite pace: a little earlier, so that hardly anything lies ahead)."""
        score = read_score(recording)
        lasted_ms = 0 if math.isfinite(pace) else score.acts[-1].at_ms - score.origin_ms
        begins_ms = time.time_ns() // 1_000_000 - min(lasted_ms, _BEFORE_ITS_PROCESS_MS)
        if score.run_id is None and score.origin_ms % 1000 == 0:
            # Told in whole seconds: so it is played, or its times would not fit each other.
            begins_ms -= begins_ms % 1000
        run_id = None if score.run_id is None else (score.run_id, f"odw-exec-{begins_ms}-{os.getpid()}")
        rewriting = Rewriting(
            run_id=run_id,
            root=(RECORDED_ROOT, str(workspace)),
            origin_ms=(score.origin_ms, begins_ms),
            pace=pace if math.isfinite(pace) else 1.0,
            owner_pid=os.getpid(),
        )
        return cls(score, workspace, rewriting, pace)

    def play(self) -> None:
        """Do everything, each act at its time. What its writer locks stays locked until this process ends."""
        for lock in self.score.locks:
            _hold(self.workspace / lock)
        for number, act in enumerate(self.score.acts):
            self._wait_until(self.rewriting.moment(act.at_ms) / 1000)
            self._do(act, is_torn=number % _TORN_EVERY == 0)

    def murmur(self, every_s: float, messages: Sequence[str]) -> None:
        """Go on living, with a line in the journal now and then."""
        journal = next(act.path for act in self.score.acts if act.path.endswith("events.jsonl"))
        for number, message in zip(count(1), cycle(messages)):
            self._wait_until(time.time() + every_s)
            line = _log_line(message, time.time_ns() // 1_000_000)
            self._append(self.workspace / self.rewriting.name(journal), line, is_torn=number % _TORN_EVERY == 0)

    def linger(self) -> None:
        """Go on living and do nothing."""
        while True:
            self._wait_until(time.time() + 3600)

    def _wait_until(self, at_s: float) -> None:
        left_s = max(0.0, at_s - time.time()) if math.isfinite(self.pace) else 0.0
        _breathe(left_s)

    def _do(self, act: Act, is_torn: bool) -> None:
        path = self.workspace / self.rewriting.name(act.path)
        data = self.rewriting.data(act.data)
        match act.how:
            case How.FOLDER:
                path.mkdir(parents=True)
            case How.REMOVED:
                shutil.rmtree(path)
            case How.WHOLE:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            case How.SWAPPED:
                path.parent.mkdir(parents=True, exist_ok=True)
                unfinished = path.with_name(f"{path.name}.tmp.{os.getpid()}")
                unfinished.write_bytes(data)
                unfinished.replace(path)
            case How.OVERWRITTEN:
                with path.open("wb", buffering=0) as file:
                    for piece in _halves(data):
                        file.write(piece)
            case How.APPENDED:
                self._append(path, data, is_torn)

    def _append(self, path: Path, line: bytes, is_torn: bool) -> None:
        """Upstream writes a line in many small writes, so that a reader may see half of it."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab", buffering=0) as file:
            if not (is_torn and math.isfinite(self.pace)):
                file.write(line)
                return
            first, second = _halves(line)
            file.write(first)
            _breathe(_TORN_FOR_S)
            file.write(second)


def _hold(lock: Path) -> None:
    lock.parent.mkdir(parents=True, exist_ok=True)
    # Never closed: the lock goes with the process.
    fcntl.flock(os.open(lock, os.O_CREAT | os.O_RDWR, 0o600), fcntl.LOCK_EX)


def _halves(data: bytes) -> Iterator[bytes]:
    yield data[: len(data) // 2]
    yield data[len(data) // 2 :]


def _breathe(for_s: float) -> None:
    """Wait, but not longer than whoever holds the other end of stdin."""
    ready, _, _ = select.select([_STDIN], [], [], for_s)
    if ready:
        raise LeftAlone


def _log_line(message: str, at_ms: int) -> bytes:
    raw = {"message": message, "ts": iso(at_ms), "type": "log"}
    entry = {"raw": raw, "stream": "stdout", "summary": f"[log] {message}", "ts_ms": at_ms, "type": "script_stream"}
    return json.dumps(entry, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"


def main(arguments: Sequence[str]) -> int:
    """Play what the arguments ask for; 0 also when nobody listens any more."""
    parser = argparse.ArgumentParser(prog="odw", description="Play a recorded run.")
    parser.add_argument("action", choices=["exec", "run", "coordinate"])
    parser.add_argument("--path", type=Path, required=True)
    parser.add_argument("--recording", required=True)
    parser.add_argument("--pace", type=float, default=1.0)
    parser.add_argument("--stays", action="store_true")
    parser.add_argument("--murmur-every", type=float, default=0.0)
    parser.add_argument("--murmur", action="append", default=[])
    asked = parser.parse_args(arguments)
    player = Player.of(RECORDINGS / asked.recording, asked.path, asked.pace)
    try:
        player.play()
        os.write(sys.stdout.fileno(), PLAYED)
        if asked.stays and asked.murmur:
            player.murmur(asked.murmur_every, asked.murmur)
        elif asked.stays:
            player.linger()
    except (LeftAlone, BrokenPipeError):
        return 0
    return 0
