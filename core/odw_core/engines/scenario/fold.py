"""The one reducer of a run log: evidence in, the same accumulator further on out. Pure; never raises."""

from __future__ import annotations

from odw_core.engines.loose import Json, flag, integer, mapping, sequence, text
from odw_core.engines.scenario import records
from odw_core.engines.scenario.acc import CheckAcc, HitAcc, ProblemAcc, Ref, RunAcc, TryAcc
from odw_core.engines.scenario.names import OTHER, OURS, RAW_FOLDER
from odw_core.engines.scenario.records import Record
from odw_core.engines.scenario.signs import Sign, folder_in, hits, is_dated, path_in
from odw_core.model.evidence import Appended, Evidence, Gone, Replaced
from odw_core.text.ansi import one_line
from odw_core.text.lines import whole_lines

_PROBLEMS_KEPT = 50
_CHECKS_KEPT = 200
_MOST_HITS = 1_000_000_000
_TITLE, _LINE, _LONG = 200, 400, 4000


def fold_run(acc: RunAcc, evidence: Evidence) -> RunAcc:
    """Take in one piece of evidence. ``acc`` belongs to the caller before and after; it is the same object."""
    match evidence:
        case Appended(_, offset, data, torn):
            for start, line in whole_lines(data)[0]:
                acc.lines += 1
                if acc.shape != OTHER and line.strip():
                    _line(acc, line, offset + start)
            acc.size, acc.is_torn = offset + len(data), torn
        case Replaced(name, data):
            if name == RAW_FOLDER:
                acc.raw_files = data.decode("utf-8", "replace").split("\n") if data else []
        case Gone(name):
            if name == RAW_FOLDER:
                acc.raw_files = []
    return acc


def _line(acc: RunAcc, line: bytes, offset: int) -> None:
    record = records.decode(line)
    if record is None:
        # The first line decides whether this is such a log at all: other programs keep theirs in the same folder.
        if not acc.shape and not line.lstrip().startswith(b"{"):
            acc.shape, acc.problems, acc.undecodable = OTHER, [], 0
            return
        acc.undecodable += 1
        if len(acc.problems) < _PROBLEMS_KEPT:
            acc.problems.append(ProblemAcc(offset, "a line that is no JSON object was skipped"))
        return
    if not acc.shape:
        if not record.is_known:
            acc.shape, acc.problems, acc.undecodable = OTHER, [], 0
            return
        acc.shape = OURS
    at = record.ts_ms
    if at is not None:
        acc.first_ms = at if acc.first_ms is None else min(acc.first_ms, at)
        acc.last_ms = at if acc.last_ms is None else max(acc.last_ms, at)
    _record(acc, record, Ref(offset, len(line)))


def _record(acc: RunAcc, record: Record, ref: Ref) -> None:
    fields = record.fields
    match record.type:
        case records.RUN_START:
            _run_start(acc, record)
        case records.PREFLIGHT:
            if len(acc.checks) < _CHECKS_KEPT:
                name, level = one_line(text(fields, "check"), _TITLE), text(fields, "level").strip().lower()[:20]
                acc.checks.append(
                    CheckAcc(name, level, one_line(_words(fields.get("detail")), _LINE), acc.lines, ref.offset)
                )
        case records.SCENARIO_START:
            _scenario_start(acc, record, ref)
        case records.TOOL_CALL:
            _tool_call(acc, record, ref)
        case records.DIAGNOSTIC:
            _diagnostic(acc, record, ref)
        case records.SCENARIO_END:
            _scenario_end(acc, record, ref)
        case records.RUN_END:
            acc.has_end, acc.reason = True, one_line(text(fields, "reason"), 60)
            acc.end_line, acc.end_offset = acc.lines, ref.offset
            acc.finished_ms = records.moment_ms(fields.get("finished_at")) or record.ts_ms or acc.last_ms
            said = mapping(fields, "counts")
            acc.counts = {one_line(key, 40): number for key in said if (number := integer(said, key)) is not None}


def _run_start(acc: RunAcc, record: Record) -> None:
    fields = record.fields
    acc.run_id = one_line(text(fields, "run_id"), _TITLE)
    argv = sequence(fields, "argv") or [text(fields, "argv")]
    acc.argv = [one_line(word, _LINE) for word in argv[:100] if isinstance(word, str) and word]
    acc.root = one_line(text(fields, "root"), _LINE)
    acc.model_expected = one_line(text(fields, "model_expected"), _TITLE)
    acc.scenario_file = one_line(text(fields, "scenario_file"), _LINE)
    acc.scenario_count = integer(fields, "scenario_count")
    acc.planned = integer(fields, "planned")
    acc.template, acc.template_file = (
        one_line(text(fields, "template_sha"), 80),
        one_line(text(fields, "template"), _LINE),
    )
    acc.started_ms = records.moment_ms(fields.get("started_at")) or record.ts_ms


def _scenario_start(acc: RunAcc, record: Record, ref: Ref) -> None:
    index = integer(record.fields, "index")
    if index is None:
        return
    before = acc.newest.get(str(index))
    tried = TryAcc(index, 1 if before is None else acc.tries[before].number + 1)
    _add(acc, tried)
    tried.started_ms, tried.start = record.ts_ms, ref
    tried.title = one_line(text(record.fields, "title"), _TITLE)
    tried.output_path = one_line(text(record.fields, "output_path"), _LINE)
    tried.prompt = one_line(text(record.fields, "prompt"), _LINE)


def _add(acc: RunAcc, tried: TryAcc) -> None:
    acc.newest[str(tried.index)] = len(acc.tries)
    acc.tries.append(tried)


def _try(acc: RunAcc, fields: Json) -> TryAcc | None:
    """The try that a record speaks of. One whose start was lost is there all the same."""
    index = integer(fields, "index")
    if index is None:
        return None
    place = acc.newest.get(str(index))
    if place is not None:
        return acc.tries[place]
    tried = TryAcc(index, 1)
    _add(acc, tried)
    return tried


def _tool_call(acc: RunAcc, record: Record, ref: Ref) -> None:
    tried = _try(acc, record.fields)
    if tried is None:
        return
    fields = record.fields
    tried.tools += 1
    tried.last_command = _command(fields)
    args = fields.get("args")
    folder = text(args, "cwd") or text(args, "workdir") if isinstance(args, dict) else folder_in(_words(args)[:_LONG])
    tried.last_folder = one_line(folder, _LINE) or tried.last_folder
    if flag(fields, "ok") is False or fields.get("error"):
        tried.failed_tools += 1
        _scan(acc, tried, _words(fields.get("error")), "tool", record, ref)


def _command(fields: Json) -> str:
    args = fields.get("args")
    said = (args.get("command") or args.get("cmd")) if isinstance(args, dict) else None
    if said is None:
        return one_line(f"{text(fields, 'name')} {_words(args)}".strip(), _LINE)
    return one_line(" ".join(map(str, said)) if isinstance(said, list) else _words(said), _LINE)


def _diagnostic(acc: RunAcc, record: Record, ref: Ref) -> None:
    tried = _try(acc, record.fields)
    if tried is None:
        return
    kind = one_line(text(record.fields, "kind"), 60).upper() or "UNKNOWN"
    evidence = record.fields.get("evidence")
    line = text(evidence, "line") or text(evidence, "text") if isinstance(evidence, dict) else ""
    # Several sources may tell of the same trouble; what came often from one is told with its number.
    witness = f"diagnostic {one_line(text(record.fields, 'source'), 40)}".rstrip()
    count = integer(record.fields, "count")
    hit = _hit(acc, tried, kind, line or _words(evidence), witness, record, ref)
    if sum(hit.counts.values()) == 1 and (command := one_line(text(record.fields, "command"), _LINE)):
        hit.note = command
    hit.counts[witness] += max(0, min(count or 1, _MOST_HITS) - 1)


def _scenario_end(acc: RunAcc, record: Record, ref: Ref) -> None:
    tried = _try(acc, record.fields)
    if tried is None:
        return
    fields = record.fields
    tried.ended_ms, tried.end, tried.end_line = record.ts_ms, ref, acc.lines
    tried.title = tried.title or one_line(text(fields, "title"), _TITLE)
    tried.status = one_line(text(fields, "status"), 40).upper()
    tried.said = one_line(text(fields, "final_output"), _LINE)
    tried.model_seen = one_line(text(fields, "model_seen"), _TITLE)
    tried.file_written = one_line(text(fields, "file_written"), _LINE)
    tried.bytes = integer(fields, "bytes")
    duration = fields.get("duration_s")
    is_number = isinstance(duration, int | float) and not isinstance(duration, bool)
    tried.duration_s = float(duration) if is_number and 0 <= duration < 1e9 else None  # type: ignore[operator,arg-type]
    error = _words(fields.get("error"))
    tried.error = one_line(error, _LINE)
    _judge_model(acc, tried, fields, record, ref)
    _scan(acc, tried, error, "error", record, ref)
    _scan(acc, tried, text(fields, "final_output"), "output", record, ref)
    is_missing = "file_written" in fields and not (tried.file_written and tried.bytes != 0)
    if tried.status == "NO_FILE" or (tried.status == "OK" and is_missing):
        tried.status = "NO_FILE"
        where = tried.output_path or tried.file_written or "the output file"
        state = "empty" if tried.file_written else "missing"
        _hit(acc, tried, Sign.NO_FILE, f"{where} is {state}", "end", record, ref)


def _judge_model(acc: RunAcc, tried: TryAcc, fields: Json, record: Record, ref: Ref) -> None:
    seen = fields.get("model_seen")
    if not isinstance(seen, str):
        return
    if not seen.strip():
        # The request carried it from the first word on, so it comes before everything else in this scenario.
        _hit(acc, tried, Sign.EMPTY_MODEL, "the model of the session is blank", "end", record, ref, is_first=True)
    elif acc.model_expected and tried.model_seen != acc.model_expected:
        note = f"asked for {acc.model_expected}, answered by {tried.model_seen}"
        hit = _hit(acc, tried, Sign.MODEL_MISMATCH, note, "end", record, ref)
        hit.note, hit.is_mild = note, is_dated(tried.model_seen, acc.model_expected)


def _scan(acc: RunAcc, tried: TryAcc, words: str, witness: str, record: Record, ref: Ref) -> None:
    for hit in hits(words):
        _hit(acc, tried, hit.sign, hit.text, witness, record, ref)


def _hit(
    acc: RunAcc,
    tried: TryAcc,
    kind: str,
    line: str,
    witness: str,
    record: Record,
    ref: Ref,
    *,
    is_first: bool = False,
) -> HitAcc:
    hit = next((one for one in tried.hits if one.kind == kind), None)
    if hit is None:
        hit = HitAcc(str(kind), one_line(line, _LINE), acc.lines, ref.offset, record.ts_ms)
        tried.hits.insert(0 if is_first else len(tried.hits), hit)
    hit.counts[witness] = hit.counts.get(witness, 0) + 1
    if not hit.note:
        hit.note = _note(acc, tried, kind, line)
    return hit


def _note(acc: RunAcc, tried: TryAcc, kind: str, line: str) -> str:
    if kind == Sign.EXEC_ENOENT and tried.last_command:
        return tried.last_command
    if kind == Sign.PERMISSION:
        path = one_line(path_in(line), _LINE) or tried.output_path
        folder = one_line(folder_in(line), _LINE) or tried.last_folder or acc.root
        return ", ".join(filter(None, (path, folder and f"sandbox in {folder}")))
    return ""


def _words(value: object) -> str:
    """A text as it is, anything else as its keys and values in words; empty for nothing."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return text(value, "message") or ", ".join(f"{key}: {_words(inner)}" for key, inner in value.items())
    if isinstance(value, list):
        return ", ".join(map(_words, value))
    return "" if value is None else str(value)
