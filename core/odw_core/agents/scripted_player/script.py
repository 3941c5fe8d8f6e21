"""What a script says: its entries, their steps, and which entry a call meets. Reads nothing, checks no file.

Plain values, since every call starts a process: only ``check`` pays for pydantic.
"""

from __future__ import annotations

import signal as signals
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, ClassVar, Literal

from odw_core.errors import UsageError

_LARGEST = 4 << 30
Stream = Literal["stdout", "stderr"]


class _Part:
    __slots__ = ()
    __pydantic_config__: ClassVar[dict[str, str]] = {"extra": "forbid"}


def _demand(holds: bool, said: str) -> None:
    if not holds:
        raise ValueError(said)


def _is_name(word: str) -> bool:
    return word.isidentifier() and word.isascii() and word == word.lower()


@dataclass(frozen=True, slots=True)
class Say(_Part):
    say: str
    """Words of the agent."""


@dataclass(frozen=True, slots=True)
class Write(_Part):
    write: str
    """A file below the folder of the call; its folders are made."""
    text: str = ""
    base64: str | None = None
    """The content of a file that is no text."""
    mode: str | None = None
    """Its rights, such as ``755``."""

    def __post_init__(self) -> None:
        is_mode = self.mode is None or (len(self.mode) == 3 and set(self.mode) <= set("01234567"))
        _demand(is_mode, "mode is three octal digits, such as '755'")


@dataclass(frozen=True, slots=True)
class Replace(_Part):
    replace: str
    """A file in which ``old``, which must stand there once, becomes ``new``."""
    old: str
    new: str

    def __post_init__(self) -> None:
        _demand(bool(self.old), "old is empty")


@dataclass(frozen=True, slots=True)
class Delete(_Part):
    delete: str
    """A file."""


@dataclass(frozen=True, slots=True)
class Diff(_Part):
    diff: str
    """A patch, applied by git in the folder of the call."""


@dataclass(frozen=True, slots=True)
class Ask(_Part):
    ask: str
    """A question; its answer may be used afterwards as ``{{id}}``."""
    id: str = "answer"
    body: str = ""
    options: tuple[str, ...] = ()
    free: bool = True
    """Whether words of one's own are an answer too; always without options."""

    def __post_init__(self) -> None:
        _demand(_is_name(self.id), "id is a word of small letters, digits and _")


@dataclass(frozen=True, slots=True)
class Hear(_Part):
    hear: str
    """Wait until a person says something to the agent; it may be used as ``{{that word}}``."""

    def __post_init__(self) -> None:
        _demand(_is_name(self.hear), "hear is a word of small letters, digits and _")


@dataclass(frozen=True, slots=True)
class Wait(_Part):
    wait: str
    """Wait until this file is there; relative to the folder of the script."""


@dataclass(frozen=True, slots=True)
class Touch(_Part):
    touch: str
    """Make this file, for others to wait on; relative to the folder of the script."""


@dataclass(frozen=True, slots=True)
class Sleep(_Part):
    sleep: float
    """Seconds."""

    def __post_init__(self) -> None:
        _demand(0 <= self.sleep <= 86_400, "sleep is a number of seconds up to a day")


@dataclass(frozen=True, slots=True)
class Print(_Part):
    print: str
    """A line as the agent's program prints it, beside what it tells."""
    to: Stream = "stderr"


@dataclass(frozen=True, slots=True)
class Flood(_Part):
    flood: int
    """So many bytes of lines, as fast as they are taken."""
    to: Stream = "stderr"

    def __post_init__(self) -> None:
        _demand(0 <= self.flood <= _LARGEST, "flood is a number of bytes up to 4 GiB")


@dataclass(frozen=True, slots=True)
class Binary(_Part):
    binary: int
    """So many bytes that are no text and hold no line."""
    to: Stream = "stdout"

    def __post_init__(self) -> None:
        _demand(0 <= self.binary <= _LARGEST, "binary is a number of bytes up to 4 GiB")


@dataclass(frozen=True, slots=True)
class Tool(_Part):
    tool: str
    """Tell of a call of this tool; nothing is called."""
    args: dict[str, str] | None = None
    error: str = ""
    """Why it failed; empty when it went well."""


@dataclass(frozen=True, slots=True)
class Run(_Part):
    run: tuple[str, ...]
    """A command in the folder of the call; what it prints goes to stderr. A failing one fails the agent."""

    def __post_init__(self) -> None:
        _demand(bool(self.run), "run is a program and its words")


@dataclass(frozen=True, slots=True)
class Model(_Part):
    model: str
    """Say that this model answers."""


@dataclass(frozen=True, slots=True)
class Tokens(_Part):
    tokens: int
    """Say that so many were used so far."""

    def __post_init__(self) -> None:
        _demand(self.tokens >= 0, "tokens cannot be fewer than none")


@dataclass(frozen=True, slots=True)
class Hang(_Part):
    hang: Literal[True]
    """Never go on."""
    stubborn: bool = False
    """Whether INT and TERM are ignored."""


@dataclass(frozen=True, slots=True)
class Fail(_Part):
    fail: str
    """End with this error, told as an agent tells it."""


@dataclass(frozen=True, slots=True)
class Exit(_Part):
    exit: int
    """End at once with this code and without a result."""

    def __post_init__(self) -> None:
        _demand(0 <= self.exit <= 255, "exit is a code from 0 to 255")


@dataclass(frozen=True, slots=True)
class Signal(_Part):
    signal: str
    """End by this signal: ``KILL``, ``SEGV`` …"""

    def __post_init__(self) -> None:
        known = f"SIG{self.signal}" in signals.Signals.__members__
        _demand(known, f"there is no signal {self.signal!r}; write KILL, TERM, SEGV")


Step = (
    Say
    | Write
    | Replace
    | Delete
    | Diff
    | Ask
    | Hear
    | Wait
    | Touch
    | Sleep
    | Print
    | Flood
    | Binary
    | Tool
    | Run
    | Model
    | Tokens
    | Hang
    | Fail
    | Exit
    | Signal
)
STEPS: Mapping[str, type[Any]] = {next(iter(one.__dataclass_fields__)): one for one in Step.__args__}
"""What a step does, by the word that says so: its first field."""


@dataclass(frozen=True, slots=True)
class Entry:
    """What is done in the calls that it fits; what is left out fits every call."""

    key: str | None = None
    """Of the call; ``*`` and ``?`` stand for anything, as in names of files."""
    label: str | None = None
    phase: str | None = None
    round: tuple[int, ...] | None = None
    attempt: tuple[int, ...] | None = None
    prompt: str | None = None
    """Words that stand in the prompt."""
    do: tuple[Step, ...] = ()
    result: object = None
    """The answer: text, or JSON. ``{{…}}`` in its texts stands for what was answered or heard, and for ``key``,
    ``label``, ``round``, ``attempt``. Without a result, the last words that were said."""
    model: str | None = None
    tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Script:
    """A whole file."""

    entries: tuple[Entry, ...]
    """Looked at in their order: the first that fits a call is played."""
    model: str = "scripted"
    """The model that is told where no entry names one."""


@dataclass(frozen=True, slots=True)
class Call:
    """What a call is known by."""

    key: str
    label: str
    phase: str
    round: int
    attempt: int
    prompt: str


def entry_for(script: Script, call: Call, name: str) -> Entry:
    """The first entry that fits. Raises ``UsageError`` that names the call and what there is."""
    for entry in script.entries:
        if _fits(entry, call):
            return replace(entry, model=entry.model or script.model)
    asked = f"key {call.key!r}, label {call.label!r}, phase {call.phase!r}, round {call.round}, attempt {call.attempt}"
    there = "; ".join(_named(entry) for entry in script.entries)
    raise UsageError(f"{name} has no entry for {asked}. Its entries are for: {there}.")


def _fits(entry: Entry, call: Call) -> bool:
    names = ((entry.key, call.key), (entry.label, call.label), (entry.phase, call.phase))
    numbers = ((entry.round, call.round), (entry.attempt, call.attempt))
    return (
        all(pattern is None or fnmatchcase(value, pattern) for pattern, value in names)
        and all(wanted is None or value in wanted for wanted, value in numbers)
        and (entry.prompt is None or entry.prompt in call.prompt)
    )


def _named(entry: Entry) -> str:
    said: dict[str, object] = {name: getattr(entry, name) for name in ("key", "label", "phase", "prompt")}
    for name in ("round", "attempt"):
        numbers = getattr(entry, name)
        said[name] = None if numbers is None else _Plain(" or ".join(str(number) for number in numbers))
    return ", ".join(f"{name} {value!r}" for name, value in said.items() if value is not None) or "every call"


class _Plain(str):
    """Words that are shown without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def encode_entry(entry: Entry) -> dict[str, object]:
    """As plain JSON."""
    return {
        "model": entry.model,
        "tokens": entry.tokens,
        "result": entry.result,
        "do": [asdict(one) for one in entry.do],
    }


def decode_entry(told: Mapping[str, Any]) -> Entry:
    """What is played of what ``encode_entry`` made."""
    steps = tuple(STEPS[next(iter(one))](**one) for one in told["do"])
    return Entry(do=steps, result=told["result"], model=told["model"], tokens=told["tokens"])
