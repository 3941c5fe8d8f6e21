"""Where the whole text of everything is kept: the log, prompts and answers inside it, raw responses beside it."""

from __future__ import annotations

import json
import os
from datetime import datetime

from odw_core.engines.loose import Json, integer, text
from odw_core.engines.scenario import records
from odw_core.engines.scenario.acc import Acc, Ref, RunAcc, TryAcc
from odw_core.engines.scenario.records import Record
from odw_core.engines.scenario.signs import hits
from odw_core.errors import NotFound
from odw_core.files.line_index import FileLines
from odw_core.files.line_source import LineSource
from odw_core.files.record_lines import RecordLines
from odw_core.files.safe_open import open_regular
from odw_core.files.text_lines import TextLines
from odw_core.model.address import Address
from odw_core.model.evidence import Unit
from odw_core.text.ansi import one_line

_LINE = 400


def open_log(unit: Unit, acc: Acc, address: Address, stream: str | None) -> LineSource:
    """A stream of the log itself, or of the scenario (and try) that the address names."""
    if not isinstance(acc, RunAcc):
        if stream in (None, "file", "journal", "stderr"):
            return _file(unit.root, "error log")
        raise NotFound(f"no stream {stream!r}; an error log has file")
    if address.parts:
        return _of_try(unit, acc, _find(acc, address.parts), stream)
    return _of_run(unit, acc, stream)


def _of_run(unit: Unit, acc: RunAcc, stream: str | None) -> LineSource:
    match (stream or "journal").replace("/", "-", 1).partition("-"):
        case ("journal", "", ""):
            if acc.shape == "other":
                return _file(unit.root, "log")
            try:
                return RecordLines(unit.root, b"{", journal_line, "run log")
            except (OSError, ValueError) as error:
                raise _missing("run log", error) from None
        case ("file", "", ""):
            return _file(unit.root, "log")
        case ("output" | "prompt" as kind, "-", index):
            return _of_try(unit, acc, _find(acc, (index,)), kind)
        case ("raw", "-", name) if name in acc.raw_files:
            return _raw(unit, name)
        case _:
            raise NotFound(f"no stream {stream!r}; a batch has journal, file, and output and prompt of each scenario")


def _of_try(unit: Unit, acc: RunAcc, tried: TryAcc, stream: str | None) -> LineSource:
    match stream or ("output" if tried.end else "prompt"):
        case "output" | "stdout":
            return _output(unit, tried)
        case "prompt":
            prompt = text(_record_at(unit, tried.start), "prompt")
            if not prompt:
                raise NotFound(f"the log has no prompt of scenario {tried.index}")
            return TextLines(prompt, f"prompt of scenario {tried.index}")
        case "records":
            return _records_of(unit, tried)
        case "raw":
            found = [name for name in acc.raw_files if name.partition("-")[0].lstrip("0") == str(tried.index)]
            if not found:
                raise NotFound(f"no raw responses of scenario {tried.index} were kept")
            return _raw(unit, found[0])
        case other:
            raise NotFound(f"no stream {other!r}; a scenario has output, prompt, records, raw")


def _records_of(unit: Unit, tried: TryAcc) -> LineSource:
    """Everything the log says of one scenario in its order: tool calls, records, and the signs of trouble in them."""

    def line_of(fields: Json) -> str | None:
        record = records.record_of(fields)
        if integer(record.fields, "index") != tried.index:
            return None
        line = journal_line(fields)
        found = dict.fromkeys(str(hit.sign) for hit in hits(_told_of_trouble(record.fields)))
        return f"{line}   {', '.join(found)}" if found else line

    try:
        return RecordLines(unit.root, b'"index"', line_of, f"records of scenario {tried.index}")
    except (OSError, ValueError) as error:
        raise _missing("run log", error) from None


def _told_of_trouble(fields: Json) -> str:
    error = fields.get("error")
    said = error if isinstance(error, str) else json.dumps(error, ensure_ascii=False) if error else ""
    return "\n".join(filter(None, (said, text(fields, "final_output"))))


def _output(unit: Unit, tried: TryAcc) -> LineSource:
    if tried.end is None:
        raise NotFound(f"scenario {tried.index} has not ended; its prompt is in --stream prompt")
    fields = _record_at(unit, tried.end)
    said, error = text(fields, "final_output"), fields.get("error")
    failure = error if isinstance(error, str) else json.dumps(error, ensure_ascii=False) if error else ""
    whole = "\n".join(filter(None, (said, failure)))
    if not whole:
        raise NotFound(f"scenario {tried.index} ended without a word")
    return TextLines(whole, f"answer of scenario {tried.index}")


def _find(acc: RunAcc, parts: tuple[str, ...]) -> TryAcc:
    """The try of a scenario address: by its index or its title; the newest unless a number is named."""
    name, *rest = parts
    same = [one for one in acc.tries if name in (str(one.index), one.title, f"{one.index} {one.title}")]
    if not same:
        raise NotFound(f"this batch has no scenario {name!r}; it reached {len(acc.newest)}")
    if not rest:
        return same[-1]
    tried = next((one for one in same if str(one.number) == rest[0]), None)
    if tried is None:
        raise NotFound(f"scenario {name} has no try {rest[0]!r}; it has {len(same)}")
    return tried


def _record_at(unit: Unit, ref: Ref | None) -> Json:
    """The record at that place of the log, read again from disk: large texts are never kept in memory."""
    if ref is None:
        return {}
    try:
        descriptor = open_regular(unit.root)
    except (OSError, ValueError):
        return {}
    try:
        record = records.decode(os.pread(descriptor, ref.length, ref.offset))
    except OSError:
        return {}
    finally:
        os.close(descriptor)
    return {} if record is None else record.fields


def _raw(unit: Unit, name: str) -> LineSource:
    folder = f"{unit.root.removesuffix('.log')}.d"
    if os.path.islink(folder):  # noqa: PTH114
        raise NotFound("the folder of raw responses is a link, which is not followed")
    return _file(f"{folder}/{name}", "raw responses")


def _file(path: str, title: str) -> LineSource:
    try:
        return FileLines(path, title)
    except (OSError, ValueError) as error:
        raise _missing(title, error) from None


def _missing(title: str, error: Exception) -> NotFound:
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
    return NotFound(f"the {title} cannot be read: {reason}")


def journal_line(fields: Json) -> str | None:
    """One record as a person reads it: time, what happened."""
    record = records.record_of(fields)
    at = record.ts_ms
    when = (
        datetime.fromtimestamp(at / 1000).strftime("%H:%M:%S") if at is not None and 0 <= at < 1 << 43 else "--:--:--"
    )
    return f"{when}  {_told(record)}"


def _told(record: Record) -> str:
    fields = record.fields

    def word(key: str) -> str:
        value = fields.get(key)
        return "" if value is None else one_line(value if isinstance(value, str) else json.dumps(value), _LINE)

    match record.type:
        case records.RUN_START:
            return f"run_start  {word('scenario_count') or '?'} scenarios of {word('scenario_file') or '?'}"
        case records.PREFLIGHT:
            return f"preflight  {word('level')} {word('check')}  {word('detail')}".rstrip()
        case "cleared":
            return f"{'cleared':<10} {word('count')} taken away from {word('folder')}"
        case records.SCENARIO_START:
            return f"{'start':<10} {word('index')}  {word('title')}"
        case records.TOOL_CALL:
            failed = fields.get("ok") is False or bool(fields.get("error"))
            return (
                f"{'tool':<10} {word('index')}  {word('name')} {'failed: ' + word('error') if failed else word('args')}"
            )
        case records.DIAGNOSTIC:
            return f"diagnostic {word('index')}  {word('kind')}: {word('evidence')}"
        case records.SCENARIO_END:
            took = f"{word('duration_s')}s  " if fields.get("duration_s") is not None else ""
            return f"{'end':<10} {word('index')}  {word('status')}  {took}{word('title')}  {word('error')}".rstrip()
        case records.RUN_END:
            return f"run_end  {word('reason')}  {word('counts')}".rstrip()
        case other:
            return one_line(other, _LINE) or "record"
