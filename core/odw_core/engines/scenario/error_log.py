"""The one reducer of an old plain-text error log: the same signs, line by line. Pure; costs new bytes; never raises."""

from __future__ import annotations

import re

from odw_core.engines.scenario.acc import ErrorLogAcc, HitAcc, SectionAcc
from odw_core.engines.scenario.signs import FRAGMENTS, Sign, folder_in, path_in, sign_of
from odw_core.model.evidence import Appended, Evidence
from odw_core.text.ansi import one_line
from odw_core.text.needle import Needle

_SIEVE = Needle(re.compile(""), (*FRAGMENTS, "] start ", "] end "), ignores_case=True)
_EVENT = re.compile(r"^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\] (START|END) +(\d{1,9})/\d+ +(\w*)")
_AHEAD = 3
"""Lines in which the second half of a message must follow."""
_LINE, _REACH = 400, 8000


def fold_error_log(acc: ErrorLogAcc, evidence: Evidence) -> ErrorLogAcc:
    """Take in one piece of evidence. ``acc`` belongs to the caller before and after; it is the same object."""
    if not isinstance(evidence, Appended):
        return acc
    data = evidence.data[: evidence.data.rfind(b"\n") + 1]
    if acc.schema_line:
        _look_ahead(acc, data, 0)
    counted, number, done = 0, acc.lines + 1, -1
    for position in _SIEVE.candidates(data, len(data)):
        if position < done:
            continue
        start = data.rfind(b"\n", 0, position) + 1
        done = data.find(b"\n", position)
        number += data.count(b"\n", counted, start)
        counted = start
        # A line may be of any length; only what lies around the words is judged and kept.
        line = data[max(start, position - _REACH) : min(done, position + _REACH)].decode("utf-8", "replace")
        _judge(acc, line, number, evidence.offset + start)
        if acc.schema_line == number:
            _look_ahead(acc, data, done + 1)
    acc.lines += data.count(b"\n")
    acc.size, acc.is_torn = evidence.offset + len(data), evidence.torn
    if data.strip():
        acc.last_line = one_line(data.rstrip()[-_REACH:].decode("utf-8", "replace").rsplit("\n", 1)[-1], _LINE)
    return acc


def _judge(acc: ErrorLogAcc, line: str, number: int, offset: int) -> None:
    event = _EVENT.match(line)
    if event is not None:
        index = int(event[2])
        if event[1] == "START":
            acc.sections.append(SectionAcc(index))
        elif acc.sections and acc.sections[-1].index == index:
            acc.sections[-1].is_fine = event[3] == "OK"
        return
    sign = sign_of(line, line)
    if sign is not None:
        _hit(acc, sign, line, number, offset)
    elif (position := line.find(" for CallToolResult")) >= 0:
        acc.schema_line, acc.schema_offset = number, offset
        acc.schema_text = line[max(0, position - 100) : position + _LINE]


def _look_ahead(acc: ErrorLogAcc, data: bytes, position: int) -> None:
    """Add what follows a message that is told in two lines, until it is complete or was something else."""
    while acc.schema_line and position < len(data):
        end = data.find(b"\n", position)
        line = data[position:end]
        position = end + 1
        first = acc.schema_text.split("\n", 1)[0]
        acc.schema_text += "\n" + line[:_LINE].decode("utf-8", "replace")
        is_told = sign_of(first, acc.schema_text) is Sign.MCP_SCHEMA
        if is_told:
            _hit(acc, Sign.MCP_SCHEMA, first, acc.schema_line, acc.schema_offset)
        # Another sign ends it too, so that the order of signs never depends on how the file grew.
        if is_told or acc.schema_text.count("\n") >= _AHEAD or _SIEVE.candidates(line, len(line)):
            acc.schema_line, acc.schema_offset, acc.schema_text = 0, 0, ""


def _hit(acc: ErrorLogAcc, sign: Sign, line: str, number: int, offset: int) -> None:
    if not acc.sections:
        acc.sections.append(SectionAcc(0))
    found = acc.sections[-1].hits
    hit = next((one for one in found if one.kind == sign), None)
    if hit is None:
        note = ""
        if sign is Sign.PERMISSION:
            folder = one_line(folder_in(line), _LINE)
            note = ", ".join(filter(None, (one_line(path_in(line), _LINE), folder and f"sandbox in {folder}")))
        hit = HitAcc(sign.value, one_line(line, _LINE), number, offset, None, note)
        found.append(hit)
    hit.counts["text"] = hit.counts.get("text", 0) + 1
