"""Where the whole text of everything is kept: files of the run folder, the saved log, excerpts in run.json."""

from __future__ import annotations

import json
from dataclasses import asdict

from odw_core.engines.converge import layout
from odw_core.engines.converge.acc import RunAcc, TaskAcc
from odw_core.engines.converge.names import RECORD, is_secret
from odw_core.engines.converge.records import PlanRecord, decode_run
from odw_core.engines.converge.repeats import repeats_of
from odw_core.engines.converge.timeline import Try, streams_of, tries_of
from odw_core.engines.coordination_words import plan_markdown
from odw_core.engines.loose import parse_object, text
from odw_core.errors import NotFound
from odw_core.files.line_index import FileLines
from odw_core.files.line_source import LineSource
from odw_core.files.safe_open import read_regular
from odw_core.files.text_lines import TextLines
from odw_core.model.address import Address
from odw_core.model.evidence import Unit

_MAX_RECORD = 256 << 20
_COLUMNS = ("request", "questions", "resolution")


def open_log(unit: Unit, acc: RunAcc, address: Address, stream: str | None) -> LineSource:
    """A stream of the run, or of the repo (and try) that the address names."""
    if stream is not None and stream.removeprefix("file:") in acc.files:
        return _file(unit, stream.removeprefix("file:"))
    if stream == "log":
        return _log(acc)
    if address.parts:
        return _of_try(unit, acc, _find(acc, address.parts), stream)
    return _of_run(unit, acc, stream)


def open_task_log(acc: TaskAcc, stream: str | None) -> LineSource:
    """A task's row, its JSON columns spread out."""
    if acc.row is None or stream not in (None, "row"):
        raise NotFound(f"no stream {stream!r}; a task has row")
    fields: dict[str, object] = asdict(acc.row)
    for name in _COLUMNS:
        fields[name] = parse_object(str(fields[name]).encode("utf-8", "surrogatepass")) or fields[name]
    return TextLines(json.dumps(fields, indent=2, ensure_ascii=False), "row of the task")


def _of_run(unit: Unit, acc: RunAcc, stream: str | None) -> LineSource:
    match stream:
        case None:
            if acc.log is not None:
                return _log(acc)
            name = next((name for name in ("summary.md", RECORD) if name in acc.files), None)
            if name is None:
                raise NotFound("this run has no file, and nobody saved its log")
            return _file(unit, name)
        case "stdout" | "journal" if acc.log is not None:
            return _log(acc)
        case "prompt" | "plan" | "stdout" | "stderr" if len(acc.plans) == 1:
            return _of_try(unit, acc, _find(acc, (acc.plans[0].repo,)), stream)
        case "prompt" | "plan" | "stdout" | "stderr":
            raise NotFound(f"{stream} belongs to a repo; name one, such as {unit.address}/REPO")
        case _:
            raise NotFound(f"no stream {stream!r}; a run has log and its files by their names")


def _of_try(unit: Unit, acc: RunAcc, one: Try, stream: str | None) -> LineSource:
    plan, title = one.plan, f"{one.repo}, round {one.round}"
    fails = one.logged.fails if one.logged is not None else []
    match stream or ("stderr" if fails else "plan" if plan is not None else "log"):
        case "plan" if plan is not None:
            return TextLines(plan_markdown(plan), f"plan of {title}")
        case "prompt" if plan is not None and plan.prompt:
            record = _record(unit, one)
            return TextLines(plan.prompt if record is None else record.prompt, f"prompt for {title}")
        case "stdout" | "stderr" as name if plan is not None and getattr(plan, f"has_{name}"):
            record = _record(unit, one)
            kept = "" if record is None else text(record.raw, f"codex_{name}")
            if not kept:
                raise NotFound(f"run.json has changed; it holds no {name} of {one.repo} any more")
            return TextLines(kept, f"{name} of {title}: first 2000 characters")
        case "stderr" if fails:
            whole = "\n".join(fail.text for fail in fails)
            return TextLines(whole, f"stderr of {title}: the last 1200 characters, from the log")
        case "repeated" if repeats := repeats_of(acc, one.repo, one.round):
            return _lines(repeats[-1].path, f"whole stderr of {title}, repeated")
        case "log":
            return _log(acc)
        case other:
            raise NotFound(f"no stream {other!r} of {title}; it has {', '.join(streams_of(acc, one)) or 'none'}")


def _find(acc: RunAcc, parts: tuple[str, ...]) -> Try:
    """The try of a repo address: the newest unless a number is named."""
    repo, *rest = parts
    same = [one for one in tries_of(acc) if one.repo == repo]
    if not same:
        raise NotFound(f"this run has no plan or log for a repo {repo!r}")
    if not rest:
        return same[-1]
    found = next((one for one in same if str(one.number) == rest[0]), None)
    if found is None:
        raise NotFound(f"repo {repo} has no try {rest[0]!r}; it has {len(same)}")
    return found


def _record(unit: Unit, one: Try) -> PlanRecord | None:
    """The plan as it stands on disk: large texts are never kept in memory."""
    try:
        record = decode_run(read_regular(f"{unit.root}/{RECORD}", _MAX_RECORD))
    except (OSError, ValueError):
        return None
    plans = [] if record is None else record.plans
    return next((plan for plan in plans if plan.repo == one.repo), None)


def _log(acc: RunAcc) -> LineSource:
    if acc.log is None:
        raise NotFound("nobody saved the log of this run; upstream writes it to stdout only")
    return _lines(acc.log.path, "saved log")


def _file(unit: Unit, name: str) -> LineSource:
    if is_secret(name):
        raise NotFound(f"{name} may hold credentials and is never opened")
    # Every step must be a real folder: a link could lead anywhere.
    folder = unit.root
    for part in name.split("/")[:-1]:
        folder = f"{folder}/{part}"
        if part in ("", ".", "..") or not layout.is_folder(folder):
            raise NotFound(f"{name} cannot be read: a folder above it is none, or a link")
    return _lines(f"{unit.root}/{name}", name)


def _lines(path: str, title: str) -> LineSource:
    try:
        return FileLines(path, title)
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or str(error)
        raise NotFound(f"the {title} cannot be read: {reason}") from None
