"""The signs by which a batch's troubles are known (scenario reference §5): text in, kinds out. Pure; never raises."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple


class Sign(StrEnum):
    """Kinds of trouble, the root cause of a scenario first (rule G1)."""

    EMPTY_MODEL = "EMPTY_MODEL"
    MODEL_MISMATCH = "MODEL_MISMATCH"
    PERMISSION = "PERMISSION"
    EXEC_ENOENT = "EXEC_ENOENT"
    MCP_SCHEMA = "MCP_SCHEMA"
    NO_FILE = "NO_FILE"
    STOPPED_EARLY = "STOPPED_EARLY"


RANKS = {sign.value: rank for rank, sign in enumerate(Sign)}

_EMPTY_MODEL = re.compile(r"(?:''|\"\"|\\\"\\\"|``)[ \t]+model[ \t]+is[ \t]+not[ \t]+supported", re.IGNORECASE)
_PERMISSION = re.compile(
    r"permission denied|os error 13\b|\bEACCES\b|read-only file ?system"
    r"|sandbox.{0,120}\b(?:blocked|denied|refused|rejected)\b.{0,200}\boutputs/"
    r"|\b(?:blocked|denied|refused|rejected)\b.{0,120}sandbox.{0,200}\boutputs/"
    r"|\boutputs/.{0,200}\b(?:blocked|denied|refused|rejected)\b.{0,120}sandbox"
    r"|writing is blocked by read-only sandbox",
    re.IGNORECASE,
)
_EXEC = re.compile(r"codex_core::exec|\bexec error\b")
_ENOENT = "No such file or directory (os error 2)"
_SCHEMA = re.compile(r"validation errors? for CallToolResult")
_SCHEMA_FIELD = re.compile(r"\bcontent\b[\s\S]{0,200}?\brequired\b", re.IGNORECASE)

_SIEVE = re.compile(
    r"model[ \t]+is[ \t]+not[ \t]+supported|permission denied|os error (?:2|13)\b|\bEACCES\b|read-only file ?system"
    r"|sandbox|validation errors? for CallToolResult",
    re.IGNORECASE,
)
FRAGMENTS = (
    "not supported",
    "permission denied",
    "os error ",
    "eacces",
    "read-only file",
    "sandbox",
    "for calltoolresult",
)
"""In lower case: a line without any of them is no sign of anything."""

_PATH = re.compile(r"(?<![\w:/])((?:/|\.{0,2}/|outputs/)[\w@%+,./-]*[\w@%+-])")
_FOLDER = re.compile(
    r"\b(?:sandbox[_ ]?)?(?:cwd|workdir|working (?:folder|directory))\b[\"'=:\s]{1,4}([^\s\"',;})\]]+)"
)

_REACH = 4000


class Hit(NamedTuple):
    """One line that says so. ``start`` counts characters from the beginning of the text."""

    sign: Sign
    start: int
    text: str


def hits(text: str) -> Iterator[Hit]:
    """Every telling line of a text, in its order. Costs little where there is none."""
    lowered = text.lower()
    if not any(fragment in lowered for fragment in FRAGMENTS):
        return
    done = -1
    for match in _SIEVE.finditer(text):
        if match.start() < done:
            continue
        start = text.rfind("\n", 0, match.start()) + 1
        end = text.find("\n", match.end())
        done = len(text) if end < 0 else end
        # A line may be a message of many megabytes; only what lies around the words is judged and kept.
        line = text[max(start, match.start() - _REACH) : min(done, match.end() + _REACH)]
        sign = sign_of(line, text[match.start() : match.start() + _REACH])
        if sign is not None:
            yield Hit(sign, start, line)


def sign_of(line: str, ahead: str) -> Sign | None:
    """What one line is a sign of. ``ahead`` goes on past its end: one kind speaks in two lines."""
    if _EMPTY_MODEL.search(line):
        return Sign.EMPTY_MODEL
    if _ENOENT in line and _EXEC.search(line):
        return Sign.EXEC_ENOENT
    if _PERMISSION.search(line):
        return Sign.PERMISSION
    if _SCHEMA.search(line) and _SCHEMA_FIELD.search(ahead):
        return Sign.MCP_SCHEMA
    return None


def path_in(line: str) -> str:
    """The path a line speaks of; empty when it names none."""
    match = _PATH.search(line[:_REACH])
    return match[1] if match else ""


def folder_in(line: str) -> str:
    """The working folder of a sandbox that a line speaks of; empty when it names none."""
    match = _FOLDER.search(line[:_REACH])
    return match[1] if match else ""


def is_dated(seen: str, expected: str) -> bool:
    """Whether ``seen`` is only a dated variant of the model that was asked for (rule G2)."""
    return bool(expected) and re.fullmatch(re.escape(expected) + r"-\d{4}(?:-?\d\d){0,2}", seen) is not None
