"""Steps: the unit of resume. What was finished once is told from the journal and never done again.

Results lie in blobs: the journal masks what it shows, and what goes on from a result must be exact.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from odw_core.engines.loose import parse_object, text
from odw_core.engines.odw.records import JournalLine
from odw_core.errors import OdwError
from odw_core.runs.blobs import Blobs

Emit = Callable[[dict[str, object], str], None]
Value = dict[str, object]

_LONGEST_INLINE = 2000
"""Bytes of a result that the journal repeats for readers."""


@dataclass(frozen=True, slots=True)
class _Done:
    blob: str
    blobs: Blobs
    of_run: str


class Steps:
    """The steps of one run. Belongs to the supervisor's event loop; a key is worked on by one task at a time."""

    def __init__(self, emit: Emit, told: Iterable[JournalLine], blobs: Blobs) -> None:
        """``emit`` is ``Journal.emit_durably`` where a step must survive a loss of power; ``told`` the run's mirror."""
        self._emit, self._blobs = emit, blobs
        self._done: dict[str, _Done] = {}
        self._read(told, blobs, "")

    def inherit(self, run_id: str, told: Iterable[JournalLine], blobs: Blobs) -> None:
        """What another run finished counts here as well, where this run has no result of its own (a rerun that keeps
        what went well). ``told`` is that run's mirror."""
        own = self._done
        self._done = {}
        self._read(told, blobs, run_id)
        self._done.update(own)

    def result(self, key: str, fingerprint: str) -> Value | None:
        """The result of a finished step with that key and fingerprint; None when there is none, or it cannot be read
        any more."""
        done = self._done.get(_identity(key, fingerprint))
        if done is None:
            return None
        try:
            value = parse_object(done.blobs.get(done.blob))
        except OdwError:
            return None
        # What went wrong in another run is tried anew.
        return None if done.of_run and value is not None and value.get("ok") is False else value

    async def step(self, key: str, kind: str, fingerprint: str, work: Callable[[], Awaitable[Value]]) -> Value:
        """The result of ``work``, done at most once: a finished step is reused. The result must be plain JSON.

        What ``work`` raises is told as ``failed`` and raised again; a cancelled step stays begun.
        """
        line: Value = {
            "type": "step",
            "id": _identity(key, fingerprint),
            "key": key,
            "kind": kind,
            "fingerprint": fingerprint,
        }
        known = self.result(key, fingerprint)
        if known is not None:
            self._reuse(line, known)
            return known
        self._emit({**line, "status": "begun"}, f"{key}: {kind} begins")
        try:
            found = await work()
        except Exception as error:
            message = str(error) or type(error).__name__
            self._emit({**line, "status": "failed", "message": message}, f"{key}: {message}")
            raise
        encoded = _canonical(found)
        blob = self._blobs.put(encoded)
        shown = {"result": found} if len(encoded) <= _LONGEST_INLINE else {}
        self._emit({**line, "status": "done", "blob": blob, "bytes": len(encoded), **shown}, f"{key}: {kind} done")
        self._done[_identity(key, fingerprint)] = _Done(blob, self._blobs, "")
        # As a resumed run reads it: what JSON changes (tuples, keys that are numbers) differs in no run.
        return parse_object(encoded) or {}

    def _reuse(self, line: Value, known: Value) -> None:
        of_run = self._done[text(line, "id")].of_run
        summary = f"{text(line, 'key')}: done before"
        if not of_run:
            self._emit({**line, "status": "reused"}, summary)
            return
        # Ours from now on: the other run may be cleared away.
        blob = self._blobs.put(_canonical(known))
        self._emit({**line, "status": "reused", "of_run": of_run, "blob": blob}, f"{summary} in {of_run}")
        self._done[text(line, "id")] = _Done(blob, self._blobs, "")

    def _read(self, told: Iterable[JournalLine], blobs: Blobs, of_run: str) -> None:
        for line in told:
            event = line.event or {}
            if text(event, "type") == "step" and text(event, "blob"):
                self._done[text(event, "id")] = _Done(text(event, "blob"), blobs, of_run)


def fingerprint(*parts: object) -> str:
    """SHA-256 (64 hex digits) over canonical JSON of everything that a step's result depends on; bytes count by their
    own SHA-256."""
    return hashlib.sha256(_canonical(parts)).hexdigest()


def _identity(key: str, fingerprint: str) -> str:
    """Key and fingerprint as one name, which no masking changes."""
    return hashlib.sha256(f"{fingerprint}\n{key}".encode("utf-8", "surrogatepass")).hexdigest()


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"), default=_plain).encode()


def _plain(value: object) -> object:
    if isinstance(value, bytes | bytearray | memoryview):
        return {"sha256": hashlib.sha256(value).hexdigest()}
    raise TypeError(f"{type(value).__name__} is no plain JSON")
