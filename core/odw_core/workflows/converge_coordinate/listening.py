"""Listening: what the log of ``converge`` says as it comes: rounds, repos, calls that brought no plan. Pure."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from odw_core.engines.converge.acc import LogAcc, LogRepo
from odw_core.engines.converge.names import base_name
from odw_core.engines.converge.saved_log import LogBook

_NO_NAME = re.compile(r"[^A-Za-z0-9._-]+")
_LONGEST_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class RoundBegan:
    """A round of planning began."""

    round: int


@dataclass(frozen=True, slots=True)
class RepoBegan:
    """One repo is planned now. ``key`` is that of its node, in this round alone."""

    key: str
    repo: str
    round: int


@dataclass(frozen=True, slots=True)
class RepoDone:
    """One repo was planned. ``fails`` are the whole records of calls that brought no plan."""

    key: str
    repo: str
    round: int
    status: str
    fails: tuple[str, ...]
    is_fallback: bool
    """Whether no call brought the plan, as far as the log says."""


Heard = RoundBegan | RepoBegan | RepoDone


class Listener:
    """Takes the log in whatever pieces it comes, and says each thing once."""

    def __init__(self) -> None:
        self._book = LogBook("")
        self._held, self._offset = b"", 0
        self._rounds = self._repos = 0
        self._is_open = False
        self._keys: dict[tuple[int, int], str] = {}

    @property
    def part(self) -> LogAcc | None:
        """What the log tells so far; None while it tells nothing."""
        return self._book.parts[-1] if self._book.parts else None

    def feed(self, data: bytes) -> list[Heard]:
        """More of its stdout; what that says anew."""
        whole = self._held + data
        cut = whole.rfind(b"\n") + 1
        if not cut and len(whole) > _LONGEST_LINE:
            cut = len(whole)
        lines, self._held = whole[:cut], whole[cut:]
        if not lines:
            return []
        self._book.feed(lines, self._offset)
        self._offset += cut
        return self._news()

    def end(self) -> list[Heard]:
        """Nothing more comes."""
        return self.feed(b"" if self._held.endswith(b"\n") or not self._held else b"\n")

    def _news(self) -> list[Heard]:
        part = self.part
        if part is None:
            return []
        found: list[Heard] = []
        for number in range(max(1, self._rounds), len(part.rounds) + 1):
            if number > self._rounds:
                self._close(part, found)
                self._rounds, self._repos = number, 0
                found.append(RoundBegan(number))
            repos = part.rounds[number - 1].repos
            while self._repos < len(repos):
                self._close(part, found)
                one = repos[self._repos]
                self._repos += 1
                self._is_open = True
                found.append(RepoBegan(self._key(number, self._repos, one.repo), one.repo, number))
            if repos and self._is_open and repos[-1].ended:
                self._close(part, found)
        return found

    def _close(self, part: LogAcc, found: list[Heard]) -> None:
        """The repo that was open is done: the log says so, or goes on with another one."""
        if not self._is_open:
            return
        self._is_open = False
        one = part.rounds[self._rounds - 1].repos[self._repos - 1]
        found.append(_done(one, self._key(self._rounds, self._repos, one.repo), self._rounds))

    def _key(self, number: int, place: int, repo: str) -> str:
        key = self._keys.get((number, place))
        if key is None:
            base = _NO_NAME.sub("-", base_name(repo))[:60].strip(".-") or f"repo-{place - 1}"
            same = Counter(self._keys.values())
            key = f"plan-{base}-r{number}"
            key = key if not same[key] else f"plan-{base}-{place}-r{number}"
            self._keys[number, place] = key
        return key


def _done(one: LogRepo, key: str, number: int) -> RepoDone:
    fails = tuple(fail.text for fail in one.fails)
    is_fallback = any(fail.kind != "unavailable" for fail in one.fails)
    return RepoDone(key, one.repo, number, one.status, fails, is_fallback)
