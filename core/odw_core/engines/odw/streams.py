"""Where the whole text of everything is kept: journal, runner, attempts, sessions (ODW reference §2.1)."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from odw_core.engines.loose import Json, integer, mapping, parse_object, text
from odw_core.engines.odw import layout
from odw_core.engines.odw.acc import AttemptAcc, NodeAcc, Ref, RunAcc
from odw_core.engines.odw.names import COMMAND, DIFF_FILE, PROMPT_FILE, PROTOCOL_FILE, STDERR_FILE, STDOUT_FILE
from odw_core.engines.odw.native import attempt_streams
from odw_core.engines.odw.roles import role_of
from odw_core.engines.odw.secret_answers import TraceFile, echoes
from odw_core.engines.odw.session import SessionAcc
from odw_core.errors import NotFound
from odw_core.files.growing_file import GrowingFile
from odw_core.files.line_index import FileLines
from odw_core.files.line_source import LineSource
from odw_core.files.record_lines import LineOf, RecordLines
from odw_core.files.safe_open import open_regular, read_regular
from odw_core.files.text_lines import TextLines
from odw_core.model.address import Address
from odw_core.model.evidence import Unit
from odw_core.text.hidden import blanked

Opened = Callable[[str | Path], GrowingFile]

_MAX_RECORD = 1 << 30
_PROMPT_NAME = re.compile(r"^[a-z]+-(?P<label>.+)-(?P<ms>\d{10,16})\.prompt\.md$")


def open_run_log(unit: Unit, acc: RunAcc, address: Address, stream: str | None) -> LineSource:
    """A stream of the run itself, or of the task and attempt that the address names."""
    if not address.parts:
        return _open_own(unit, acc, stream)
    node, attempt = _find(acc, address)
    if acc.is_native:
        return _kept(unit, node, attempt, stream)
    if stream is None:
        failed = node.outcome is not None and not node.outcome.ok
        stream = "stderr" if failed or attempt.done is None else "stdout"
    match stream:
        case "stdout":
            return _attempt_stdout(unit, attempt)
        case "stderr":
            return _attempt_stderr(unit, node, attempt)
        case "diff":
            return _attempt_diff(unit, attempt)
        case "prompt":
            return _attempt_prompt(unit, node, attempt)
        case _:
            raise NotFound(f"no stream {stream!r}; an attempt has stdout, stderr, prompt, diff")


_KEPT = {
    "stdout": STDOUT_FILE,
    "stderr": STDERR_FILE,
    "prompt": PROMPT_FILE,
    "diff": DIFF_FILE,
    "journal": PROTOCOL_FILE,
}


def _kept(unit: Unit, node: NodeAcc, attempt: AttemptAcc, stream: str | None) -> LineSource:
    """What a run of ours kept of an attempt, whole, and growing while it goes on."""
    if stream is None:
        stream = "stderr" if node.outcome is not None and not node.outcome.ok else "stdout"
    if stream not in _KEPT:
        raise NotFound(f"no stream {stream!r}; an attempt has {', '.join(attempt_streams(node))}")
    title = {"diff": "change", "journal": "protocol trace"}.get(stream, stream)
    return _file(layout.attempt_file(unit.root, node.key, attempt.number, _KEPT[stream]), title)


def _open_own(unit: Unit, acc: RunAcc, stream: str | None) -> LineSource:
    command = acc.nodes.get(COMMAND)
    if acc.is_native and command is not None and command.attempts and stream != "journal":
        # A run of one command has no output but that command's.
        return _kept(unit, command, command.attempts[-1], stream)
    match stream or "journal":
        case "journal":
            return _records(f"{unit.root}/events.jsonl", b'"ts_ms"', journal_line, "journal")
        case "stderr":
            return _file(f"{unit.root}/script-debug.log", "stderr of the runner")
        case "stdout":
            return _records(f"{unit.root}/events.jsonl", b'"workflow_done"', _result_line, "result")
        case _:
            raise NotFound(f"no stream {stream!r}; a run has journal, stdout, stderr")


def open_session_log(unit: Unit, acc: SessionAcc, stream: str | None) -> LineSource:
    """A stream of one session: its last message, the whole stderr of its server, or the protocol trace."""
    trace = layout.session_log(unit.place, acc.runtime, acc.session)
    match stream or ("stderr" if acc.record.state in ("failed", "timeout", "no_report") else "stdout"):
        case "stdout":
            artifacts = acc.record.artifacts
            said = text(artifacts, "last_agent_message") or text(
                mapping(artifacts, "last_summary"), "last_agent_message"
            )
            if not said:
                raise NotFound("this session has said nothing yet; its trace is in --stream journal")
            return TextLines(_discreet(said, trace), "last message")
        case "stderr":
            return _session_stderr(unit.place, acc.runtime, acc.session)
        case "journal":
            return _file(trace, "protocol trace", TraceFile)
        case other:
            raise NotFound(f"no stream {other!r}; a session has stdout, stderr, journal")


def session_stderr_count(place: str, runtime: str, session: str) -> int:
    """How many stderr lines the protocol trace of a session holds; 0 without one."""
    try:
        source = _session_stderr(place, runtime, session)
    except NotFound:
        return 0
    try:
        while source.count_more():
            pass
        return source.line_count
    finally:
        source.close()


def _session_stderr(place: str, runtime: str, session: str) -> LineSource:
    trace = layout.session_log(place, runtime, session)
    if trace is not None and _exists(trace):
        return _records(trace, b'"stderr"', _stderr_of_trace, "stderr of the session", TraceFile)
    return _file(layout.codexctl_log(place, session), "log of the session")


def journal_line(record: Json) -> str | None:
    """One journal line as a person reads it: time, what happened."""
    at = integer(record, "ts_ms")
    when = (
        datetime.fromtimestamp(at / 1000, UTC).strftime("%H:%M:%S")
        if at is not None and 0 <= at < 1 << 43
        else "--:--:--"
    )
    kind = text(record, "type")
    if kind == "launch":
        return f"{when}  launch  {text(record, 'script')}  backend={text(record, 'backend') or '?'}"
    if kind == "exit":
        return f"{when}  exit  {text(record, 'status')}  code={record.get('code')}"
    said = text(record, "summary").split("\n", 1)[0]
    mark = "stderr  " if text(record, "stream") == "stderr" else ""
    return f"{when}  {mark}{said or kind}"


def _result_line(record: Json) -> str | None:
    event = mapping(record, "raw")
    if text(event, "type") != "workflow_done":
        return None
    return json.dumps(event.get("result"), ensure_ascii=False)


def _stderr_of_trace(entry: Json) -> str | None:
    if text(entry, "dir") != "stderr":
        return None
    message = entry.get("msg")
    return message if isinstance(message, str) else text(mapping(entry, "msg"), "line")


def _find(acc: RunAcc, address: Address) -> tuple[NodeAcc, AttemptAcc]:
    """The node of a task address: by its key, else the newest round of the task with that name."""
    name, *rest = address.parts
    node = acc.nodes.get(name)
    if node is None:
        same = [n for n in acc.nodes.values() if name in (role_of(n).row, n.label)]
        if not same:
            known = ", ".join(list(acc.nodes)[:6])
            raise NotFound(f"{address.root} has no task {name!r}" + (f"; it has {known}" if known else " yet"))
        node = same[-1]
    if not node.attempts:
        raise NotFound(f"{name} has not been tried yet")
    if not rest:
        return node, node.attempts[-1]
    tried = [attempt for attempt in node.attempts if str(attempt.number) == rest[0]]
    if not tried:
        raise NotFound(f"{name} has no attempt {rest[0]!r}; it has {len(node.attempts)}")
    return node, tried[-1]


def _event_at(unit: Unit, ref: Ref | None) -> Json:
    """The runner event at that place of the journal, read again from disk: large texts are never kept in memory."""
    if ref is None:
        return {}
    try:
        descriptor = open_regular(f"{unit.root}/events.jsonl")
    except (OSError, ValueError):
        return {}
    try:
        return mapping(parse_object(os.pread(descriptor, ref.length, ref.offset)) or {}, "raw")
    finally:
        os.close(descriptor)


def _attempt_stdout(unit: Unit, attempt: AttemptAcc) -> LineSource:
    event = _event_at(unit, attempt.done)
    if not event:
        raise NotFound("this attempt has not finished; its prompt is in --stream prompt")
    result = event.get("result")
    if isinstance(result, str):
        return TextLines(result, "result")
    if not isinstance(result, dict):
        raise NotFound("this attempt left no result")
    said = text(result, "text")
    rest = {key: value for key, value in result.items() if key not in ("text", "worktree")}
    document = json.dumps(rest, ensure_ascii=False, indent=2) if rest else ""
    return TextLines("\n".join(part for part in (said, document) if part), "result")


def _attempt_stderr(unit: Unit, node: NodeAcc, attempt: AttemptAcc) -> LineSource:
    result = mapping(_event_at(unit, attempt.done), "result")
    session = text(result, "session") or (node.outcome.session if node.outcome else "") or _session_name(unit, node)
    trace = layout.session_log(unit.place, node.runtime or "codex", session) if session else None
    if trace is not None and _exists(trace):
        return _session_stderr(unit.place, node.runtime or "codex", session)
    error = result.get("error")
    message = error if isinstance(error, str) else text(mapping(result, "error"), "message")
    if message and not (node.outcome is not None and node.outcome.is_report_tail):
        return TextLines(message, "stderr of the executor")
    report = _report(unit, node)
    if report:
        return TextLines(report, "error in the executor's report")
    if tail := text(result, "stderr_tail") or message:
        return TextLines(tail, "stderr (only its tail was kept)")
    raise NotFound("this attempt left nothing on stderr")


def _session_name(unit: Unit, node: NodeAcc) -> str:
    """PandaCode names the first session of a node ``<run id>-<key>-1``."""
    return f"{unit.address.item}-{node.key}-1" if "/" not in node.key else ""


def _report(unit: Unit, node: NodeAcc) -> str:
    name = node.outcome.report if node.outcome else ""
    if not name.startswith("pandacode-") or "/" in name:
        return ""
    try:
        return read_regular(f"{unit.root}/{name}", _MAX_RECORD).decode("utf-8", "replace")
    except (OSError, ValueError):
        return ""


def _attempt_diff(unit: Unit, attempt: AttemptAcc) -> LineSource:
    diff = text(mapping(mapping(_event_at(unit, attempt.done), "result"), "worktree"), "diff")
    if not diff:
        raise NotFound("this attempt changed no file")
    return TextLines(diff, "diff")


def _attempt_prompt(unit: Unit, node: NodeAcc, attempt: AttemptAcc) -> LineSource:
    """The prompt file written nearest before the attempt's executor started, else the journal's preview of it."""
    label = re.sub(r"[^A-Za-z0-9._-]+", "-", node.label or node.key)
    began = attempt.started_ms or 0
    found: list[tuple[int, str]] = []
    try:
        names = os.listdir(unit.root)  # noqa: PTH208
    except OSError:
        names = []
    for name in names:
        match = _PROMPT_NAME.match(name)
        if match and match["label"] == label and int(match["ms"]) >= began:
            found.append((int(match["ms"]), name))
    if found:
        return _file(f"{unit.root}/{min(found)[1]}", "prompt")
    preview = text(_event_at(unit, attempt.start), "promptPreview")
    if not preview:
        raise NotFound("no prompt was recorded for this attempt")
    return TextLines(preview, "prompt (first 8,000 characters)")


def _discreet(said: str, trace: str | None) -> str:
    """The last message without what a person answered in confidence."""
    data = said.encode("utf-8", "surrogatepass")
    return blanked(data, 0, echoes(data, trace)).decode("utf-8", "replace") if trace is not None else said


def _file(path: str | None, title: str, opened: Opened = GrowingFile) -> LineSource:
    if path is None:
        raise NotFound(f"no {title} was written here")
    try:
        return FileLines(path, title, opened=opened)
    except (OSError, ValueError) as error:
        raise _missing(path, title, error) from None


def _records(path: str, mark: bytes, line_of: LineOf, title: str, opened: Opened = GrowingFile) -> LineSource:
    try:
        return RecordLines(path, mark, line_of, title, opened)
    except (OSError, ValueError) as error:
        raise _missing(path, title, error) from None


def _missing(path: str, title: str, error: Exception) -> NotFound:
    if isinstance(error, FileNotFoundError):
        return NotFound(f"no {title} was written ({Path(path).name} is not there)")
    reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
    return NotFound(f"the {title} cannot be read: {reason} ({Path(path).name})")


def _exists(path: str) -> bool:
    try:
        return os.path.isfile(path) and not os.path.islink(path)  # noqa: PTH113, PTH114
    except ValueError:
        return False
