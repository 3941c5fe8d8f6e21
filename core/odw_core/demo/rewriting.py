"""Rewriting: turns what was recorded into what is played (ids, paths, times, pids). Reads and writes no file."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo

RECORDED_ROOT = "/home/dev/project"
"""Where every recording says that its workspace lies."""

_NEAR_MS = 3_600_000
_ISO = "%Y-%m-%dT%H:%M:%S"
_STAMP = "%Y%m%dT%H%M%S"
_SECONDS = {
    "log": (rb"(?m:^)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?= - )", "%Y-%m-%d %H:%M:%S", UTC),
    "batch": (rb"(?<=run-)\d{8}-\d{6}(?!\d)", "%Y%m%d-%H%M%S", timezone(timedelta(hours=1))),
    "rollout": (
        rb"\d{4}/\d\d/\d\d/rollout-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d",
        "%Y/%m/%d/rollout-%Y-%m-%dT%H-%M-%S",
        UTC,
    ),
}
"""Times that are told in whole seconds and without their zone: how they look, how they are written, the zone."""


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
            rb"(?P<iso>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{3}(?:\d{3})?)?(?:Z|[+-]\d\d:\d\d))",
            rb"(?P<stamp>(?<!\d)\d{8}T\d{12}Z)",
            rb"(?P<ms>(?<!\d)\d{13}(?!\d))",
            rb"(?P<s>(?<![\d.])\d{10}(?![\d.]))",
            *(b"(?P<%s>%s)" % (name.encode(), looks) for name, (looks, _, _) in _SECONDS.items()),
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
                return _like(whole.decode(), self.moment(at_ms)).encode() if self._is_near(at_ms) else whole
            case "stamp":
                at_ms = moment_of_stamp(whole.decode())
                return _stamp(whole, self.moment(at_ms)) if self._is_near(at_ms) else whole
            case "s":
                at_ms = int(whole) * 1000
                return b"%d" % round(self.moment(at_ms) / 1000) if self._is_near(at_ms) else whole
            case "ms":
                at_ms = int(whole)
                return b"%d" % self.moment(at_ms) if self._is_near(at_ms) else whole
            case name:
                return self._second(whole.decode(), *_SECONDS[str(name)][1:]).encode()

    def _second(self, whole: str, form: str, zone: tzinfo) -> str:
        """A whole second. What is told so coarsely seems to be before the origin, and is not."""
        try:
            # A rollout tells its day twice, once as folders.
            told = datetime.strptime(whole.rpartition("/rollout-")[2], form.rpartition("/rollout-")[2])
        except ValueError:
            return whole
        at_ms = int(told.replace(tzinfo=zone).timestamp()) * 1000
        if not self._is_near(at_ms):
            return whole
        return f"{datetime.fromtimestamp(self.moment(max(at_ms, self.origin_ms[0])) // 1000, zone):{form}}"

    def _is_near(self, at_ms: int) -> bool:
        """Whether a number can be a time of this recording, not some other thirteen digits."""
        return abs(at_ms - self.origin_ms[0]) < _NEAR_MS


def iso(at_ms: int) -> str:
    """A time as the runner writes it."""
    return f"{datetime.fromtimestamp(at_ms // 1000, UTC):{_ISO}}.{at_ms % 1000:03d}Z"


def moment_of(text: str) -> int:
    """The milliseconds of a time as any program writes it, such as ``iso`` was given."""
    whole = datetime.fromisoformat(text)
    return int(whole.replace(microsecond=0).timestamp()) * 1000 + whole.microsecond // 1000


def moment_of_stamp(text: str) -> int:
    """The milliseconds in the name of a coordination: ``20261121T001244464186Z``."""
    seconds = datetime.strptime(text[:15], _STAMP).replace(tzinfo=UTC).timestamp()
    return int(seconds) * 1000 + int(text[15:18])


def _stamp(before: bytes, at_ms: int) -> bytes:
    told = f"{datetime.fromtimestamp(at_ms // 1000, UTC):{_STAMP}}{at_ms % 1000:03d}"
    return told.encode() + before[18:]


def _like(before: str, at_ms: int) -> str:
    """``at_ms`` in the zone and with the digits of another time."""
    whole = datetime.fromisoformat(before)
    zone = "Z" if before.endswith("Z") else before[-6:]
    digits = before[20 : len(before) - len(zone)]
    if not digits:
        return f"{datetime.fromtimestamp(round(at_ms / 1000), whole.tzinfo):{_ISO}}{zone}"
    when = datetime.fromtimestamp(at_ms // 1000, whole.tzinfo)
    return f"{when:{_ISO}}.{at_ms % 1000:03d}{digits[3:]}{zone}"


def _in_json(path: str) -> bytes:
    """A path as it stands inside a JSON string."""
    return json.dumps(path, ensure_ascii=False)[1:-1].encode("utf-8", "surrogateescape")
