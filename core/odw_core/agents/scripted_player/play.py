"""Plays one entry of a script, step by step, and tells what it does."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from odw_core.agents.scripted_player.edits import edit
from odw_core.agents.scripted_player.script import (
    Ask,
    Binary,
    Call,
    Delete,
    Diff,
    Entry,
    Exit,
    Fail,
    Flood,
    Hang,
    Hear,
    Model,
    Print,
    Replace,
    Run,
    Say,
    Signal,
    Sleep,
    Step,
    Tokens,
    Tool,
    Touch,
    Wait,
    Write,
)
from odw_core.agents.scripted_player.talk import Talk
from odw_core.errors import OdwError

_LOOK_S = 0.02
_BLOCK = 1 << 16
_NAME = re.compile(r"\{\{([a-z][a-z0-9_]*)\}\}")
_FLOOD_LINE = b"the quick brown fox jumps over the lazy dog and is not tired of it\n"
_NO_TEXT = bytes(byte for byte in range(256) if byte != 0x0A)


class Ended(Exception):
    """The entry ends here, with this exit code and no result."""

    def __init__(self, code: int) -> None:
        super().__init__()
        self.code = code


class Player:
    """For one call."""

    def __init__(self, base: Path, call: Call, cwd: Path, talk: Talk) -> None:
        """``base`` is the folder of the script, ``cwd`` where the call works."""
        self._base, self._cwd, self._talk = base, cwd, talk
        known = {"key": call.key, "label": call.label, "round": call.round, "attempt": call.attempt}
        self._names = {name: str(value) for name, value in known.items()}
        self._last = ""

    def play(self, entry: Entry) -> int:
        """Do what it says; the value is the exit code. Raises ``OdwError`` when a step cannot be done."""
        if entry.model:
            self._talk.tell("model", model=entry.model)
        try:
            for step in entry.do:
                self._step(step)
        except Ended as ended:
            return ended.code
        if entry.tokens is not None:
            self._talk.tell("tokens", tokens=entry.tokens)
        result = self._last if entry.result is None else self._filled(entry.result)
        if isinstance(result, str):
            self._talk.tell("result", text=result)
        else:
            self._talk.tell("result", text=json.dumps(result, ensure_ascii=False))
        return 0

    def _step(self, step: Step) -> None:
        match step:
            case Say():
                self._last = self._text(step.say)
                self._talk.tell("say", text=self._last)
            case Write():
                self._talk.tell("edit", what=edit(self._cwd, replace(step, text=self._text(step.text))))
            case Replace() | Delete() | Diff():
                self._talk.tell("edit", what=edit(self._cwd, step))
            case Ask():
                self._ask(step)
            case Hear():
                self._names[step.hear] = self._talk.heard()
            case Wait():
                # A file tells nobody that it came; the supervisor's end is noticed beside this.
                while not Path(self._base, step.wait).exists():
                    time.sleep(_LOOK_S)
            case Touch():
                Path(self._base, step.touch).touch()
            case Sleep():
                time.sleep(step.sleep)
            case Print():
                self._talk.put(step.to, self._text(step.print).encode() + b"\n")
            case Flood() | Binary():
                self._pour(step)
            case Tool():
                args = {name: self._text(value) for name, value in (step.args or {}).items()}
                self._talk.tell("tool", name=step.tool, args=args, error=self._text(step.error))
            case Run():
                self._run(step.run)
            case Model():
                self._talk.tell("model", model=step.model)
            case Tokens():
                self._talk.tell("tokens", tokens=step.tokens)
            case Hang():
                _hang(step)
            case Fail():
                self._talk.tell("error", message=self._text(step.fail))
                raise Ended(1)
            case Exit():
                raise Ended(step.exit)
            case Signal():
                _end_by(signal.Signals[f"SIG{step.signal}"])

    def _ask(self, step: Ask) -> None:
        self._talk.tell(
            "ask",
            id=step.id,
            title=self._text(step.ask),
            body=self._text(step.body),
            options=step.options,
            free=step.free or not step.options,
        )
        self._names[step.id] = ", ".join(self._talk.answer())

    def _run(self, argv: Sequence[str]) -> None:
        try:
            code = subprocess.run(argv, cwd=self._cwd, stdin=subprocess.DEVNULL, stdout=2, check=False).returncode
        except OSError as error:
            raise OdwError(f"{argv[0]} cannot be started: {error.strerror}.") from error
        if code:
            raise OdwError(f"{argv[0]} exited with {code}.")

    def _pour(self, step: Flood | Binary) -> None:
        blocks = flood(step.flood) if isinstance(step, Flood) else _repeated(_NO_TEXT, step.binary)
        for block in blocks:
            self._talk.put(step.to, block)

    def _text(self, text: str) -> str:
        """With what is known instead of names; a name that nobody knows stays as it is."""
        return _NAME.sub(lambda match: self._names.get(match[1], match[0]), text)

    def _filled(self, value: object) -> object:
        match value:
            case str():
                return self._text(value)
            case list():
                return [self._filled(one) for one in value]
            case dict():
                return {name: self._filled(one) for name, one in value.items()}
            case _:
                return value


def flood(size: int) -> Iterator[bytes]:
    """The bytes of a flood of that size, in blocks: the same for every call."""
    return _repeated(_FLOOD_LINE, size)


def _repeated(unit: bytes, size: int) -> Iterator[bytes]:
    block = unit * (_BLOCK // len(unit))
    for left in range(size, 0, -len(block)):
        yield block[:left]


def call_of(told: Mapping[str, object]) -> Call:
    """The call that a first line tells of."""
    key, label, phase, prompt = (str(told.get(name, "")) for name in ("key", "label", "phase", "prompt"))
    number, attempt = (value if isinstance(value := told.get(name), int) else 1 for name in ("round", "attempt"))
    return Call(key, label, phase, number, attempt, prompt)


def _hang(step: Hang) -> None:
    if step.stubborn:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
    threading.Event().wait()


def _end_by(number: signal.Signals) -> None:
    if number is not signal.SIGKILL:
        signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)
    # One that ends nothing by default.
    raise Ended(0)
