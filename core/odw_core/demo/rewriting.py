"""Rewriting: turns what was recorded into what is played (ids, paths, times, pids). Reads and writes no file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime

RECORDED_ROOT = "/home/dev/project"
"""Where every recording says that its workspace lies."""

_NEAR_MS = 3_600_000
_ISO = "%Y-%m-%dT%H:%M:%S"


@dataclass(frozen=True, slots=True)
class Rewriting:
    """A map from one world into another. Times are stretched around their origins: ``pace`` 0.5 takes twice as long."""

    run_id: tuple[str, str] | None
    """The id to replace, and the one to put there; None for a recording without a run."""
    root: tuple[str, str]
    origin_ms: tuple[int, int]
    pace: float = 1.0
    owner_pid: int | None = None
    """Put wherever a record names the process that owns it; None leaves those as they are."""

    def inverse(self) -> Rewriting:
        """The way back, but for the owner's pid."""
        run_id = None if self.run_id is None else (self.run_id[1], self.run_id[0])
        return Rewriting(
            run_id, (self.root[1], self.root[0]), (self.origin_ms[1], self.origin_ms[0]), 1 / self.pace, None
        )

    def moment(self, at_ms: int) -> int:
        """When something of ``at_ms`` happens in the other world."""
        before, after = self.origin_ms
        return after + round((at_ms - before) / self.pace)

    def data(self, content: bytes) -> bytes:
        """The content of a file, rewritten in one pass."""
        return self._pattern().sub(self._replacement, content)

    def name(self, path: str) -> str:
        """A path inside the workspace, rewritten."""
        return self.data(path.encode()).decode()

    def _pattern(self) -> re.Pattern[bytes]:
        parts = [
            rb"(?P<root>" + re.escape(_in_json(self.root[0])) + rb")(?![\w-])",
            rb"(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)",
            rb"(?P<ms>(?<!\d)\d{13}(?!\d))",
        ]
        if self.run_id is not None:
            parts.insert(0, rb"(?P<run>" + re.escape(self.run_id[0].encode()) + rb")(?!\d)")
        if self.owner_pid is not None:
            parts.append(rb'(?P<owner>(?<="runner_pid":)\s*\d+)')
        return re.compile(b"|".join(parts))

    def _replacement(self, found: re.Match[bytes]) -> bytes:
        whole = found.group()
        match found.lastgroup:
            case "run":
                return self.run_id[1].encode() if self.run_id else whole
            case "root":
                return _in_json(self.root[1])
            case "owner":
                return b" %d" % (self.owner_pid or 0)
            case "iso":
                at_ms = moment_of(whole.decode())
                return iso(self.moment(at_ms)).encode() if self._is_near(at_ms) else whole
            case _:
                at_ms = int(whole)
                return b"%d" % self.moment(at_ms) if self._is_near(at_ms) else whole

    def _is_near(self, at_ms: int) -> bool:
        """Whether a number can be a time of this recording, not some other thirteen digits."""
        return abs(at_ms - self.origin_ms[0]) < _NEAR_MS


def iso(at_ms: int) -> str:
    """A time as the runner writes it."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):{_ISO}}.{at_ms % 1000:03d}Z"


def moment_of(text: str) -> int:
    """The milliseconds that ``iso`` was given."""
    seconds = datetime.strptime(text[:19], _ISO).replace(tzinfo=UTC).timestamp()
    return int(seconds) * 1000 + int(text[20:23])


def _in_json(path: str) -> bytes:
    """A path as it stands inside a JSON string."""
    return json.dumps(path, ensure_ascii=False)[1:-1].encode("utf-8", "surrogateescape")
