"""The one reducer of runs and tasks: every piece of evidence stands for itself, so that order never matters. Pure."""

from __future__ import annotations

import json
import re
from typing import TypeVar

from odw_core.engines import codec
from odw_core.engines.converge import names
from odw_core.engines.converge.acc import (
    Acc,
    CheckpointAcc,
    ContractAcc,
    LogAcc,
    PlanAcc,
    QueueAcc,
    RepeatsAcc,
    RepoAcc,
    RoundAcc,
    RunAcc,
    TaskAcc,
    TaskRow,
)
from odw_core.engines.converge.documents import duties_of, hints_of, summary_of
from odw_core.engines.converge.own_rounds import told_rounds
from odw_core.engines.converge.records import (
    PlanRecord,
    RunRecord,
    canonical,
    decode_constraints,
    decode_contracts,
    decode_run,
)
from odw_core.engines.loose import Json, integer, mapping, objects, parse_object, sequence, text, text_or_none, texts
from odw_core.model.evidence import Evidence, Gone, Replaced
from odw_core.text.ansi import one_line

T = TypeVar("T")

_KEY = re.compile(rb'^  "([a-z_]{1,40})":', re.MULTILINE)
_CONTRACTS = re.compile(r"artifacts=(\d{1,9}), issues=(\d{1,9})")
_DECIDED = re.compile(r"status=([^,]*), round=(\d{1,9})/")
_PLANNED = re.compile(r"^generated (\d{1,9}) repo plans")
_PROMPT = 65_536
_CAUSE = 2_000
_MOST = 1_000
"""Plans, repos or rounds that are kept of one file."""


def fold(acc: Acc, evidence: Evidence) -> Acc:
    """Take in one piece of evidence; ``acc`` is the same object further on."""
    data = evidence.data if isinstance(evidence, Replaced) else None
    if isinstance(evidence, Replaced | Gone):
        if isinstance(acc, TaskAcc):
            _task(acc, evidence.file, data)
        else:
            _run(acc, evidence.file, data)
    return acc


def _task(acc: TaskAcc, name: str, data: bytes | None) -> None:
    if name == names.ROW:
        acc.row = _loaded(TaskRow, data) or acc.row
    elif name == names.CHECKPOINT:
        acc.checkpoint = _loaded(CheckpointAcc, data)
    elif name == names.RUNS:
        acc.runs = _names(data)
    elif name == names.REPEATS:
        acc.adopted = (_loaded(RepeatsAcc, data) or RepeatsAcc()).adopted


def _run(acc: RunAcc, name: str, data: bytes | None) -> None:
    match name:
        case names.RECORD:
            _record(acc, data)
        case names.CONSTRAINTS:
            _constraints(acc, data)
        case names.CONTRACTS:
            fields = None if data is None else decode_contracts(data)
            acc.has_map = fields is not None
            acc.map = "" if fields is None else canonical(fields)
            acc.mapped = [] if fields is None else _contracts(fields)
        case names.MATRIX:
            acc.matrix_text = _decoded(data)
            acc.has_matrix = data is not None
        case names.SUMMARY:
            acc.summary_text = _decoded(data)
            acc.has_summary = data is not None
        case names.FILES:
            _files(acc, data)
        case names.LOG:
            acc.found_log = _loaded(LogAcc, data)
        case names.QUEUE:
            acc.queue = _loaded(QueueAcc, data) or QueueAcc()
        case names.REPEATS:
            filed = _loaded(RepeatsAcc, data) or RepeatsAcc()
            acc.repeats, acc.adopted = filed.made, filed.adopted
        case _ if name.endswith("/commands.sh"):
            acc.commands[name] = hints_of(_decoded(data))
    if name in (names.RECORD, names.CONSTRAINTS, names.MATRIX, names.SUMMARY):
        _documents(acc)


def _documents(acc: RunAcc) -> None:
    """Read matrix and summary with the goal at hand, whichever of them came first."""
    goal = acc.goal or acc.asked_goal
    duties = duties_of(acc.matrix_text, goal) if acc.has_matrix else None
    acc.duties = duties or []
    acc.has_split = None if duties is None else bool(duties)
    acc.summary_status, acc.summary_line, acc.rationale, acc.risks = summary_of(acc.summary_text, goal)


def _decoded(data: bytes | None) -> str:
    return "" if data is None else data[:4_000_000].decode("utf-8", "replace")


def _record(acc: RunAcc, data: bytes | None) -> None:
    record = None if data is None else decode_run(data)
    acc.is_torn = data is not None and record is None
    acc.has_record = record is not None
    record = record or RunRecord({})
    fields = record.fields
    acc.lines = {} if data is None or not acc.has_record else _lines(data)
    acc.goal, acc.status = text(fields, "goal"), record.status
    acc.round, acc.max_rounds = integer(fields, "round"), integer(fields, "max_rounds")
    acc.native = text(fields, "odw_run")
    acc.agent, acc.told = one_line(text(fields, "agent"), 40), told_rounds(fields)
    acc.decision = None if record.decision is None else json.dumps(record.decision, ensure_ascii=False)
    _events(acc, record)
    starts = [] if data is None else _plan_lines(data)
    acc.plans = [
        _plan(plan, starts[number] if number < len(starts) else acc.lines.get("repo_plans", 1))
        for number, plan in enumerate(record.plans[:_MOST])
    ]
    analysis = record.analysis
    acc.analysis = "" if analysis is None else canonical(analysis)
    acc.issues = [] if analysis is None else texts(analysis, "issues")
    acc.contracts = [] if analysis is None else _contracts(analysis)


def _lines(data: bytes) -> dict[str, int]:
    """Where the keys of the outermost object stand, as upstream lays a document out."""
    found: dict[str, int] = {}
    line, at = 1, 0
    for match in _KEY.finditer(data):
        line += data.count(b"\n", at, match.start())
        at = match.start()
        found.setdefault(match[1].decode(), line)
    return found


def _plan_lines(data: bytes) -> list[int]:
    """Lines on which the plans name their repo."""
    found: list[int] = []
    line, at = 1, 0
    for match in re.finditer(rb'^      "repo_path":', data, re.MULTILINE):
        line += data.count(b"\n", at, match.start())
        at = match.start()
        found.append(line)
    return found


def _plan(plan: PlanRecord, line: int) -> PlanAcc:
    raw = plan.raw
    return PlanAcc(
        repo=plan.repo,
        provider=plan.provider,
        status=plan.status,
        summary=text(plan.fields, "summary"),
        changes=plan.changes,
        questions=plan.questions,
        mode=text(raw, "execution_mode"),
        prompt=plan.prompt[:_PROMPT],
        prompt_chars=len(plan.prompt),
        has_stdout=bool(text(raw, "codex_stdout")),
        has_stderr=bool(text(raw, "codex_stderr")),
        model=text_or_none(raw, "codex_model"),
        candidates=texts(raw, "codex_model_candidates"),
        signals=texts(raw, "signals"),
        line=line,
        cause=text(raw, "fallback_cause")[:_CAUSE],
        base=_base(text(raw, "base")),
    )


def _base(said: str) -> str:
    """A name of one folder; empty when it is none."""
    return "" if "/" in said or said in (".", "..") else said[:255]


def _events(acc: RunAcc, record: RunRecord) -> None:
    acc.events, acc.pauses, acc.rounds = len(sequence(record.fields, "events")), 0, []
    current = RoundAcc(1, None)
    for node, message in record.events():
        if node == "decide_node":
            match = _DECIDED.search(message)
            current.status = match[1].strip() if match else None
            current.number = int(match[2]) if match else len(acc.rounds) + 1
            if len(acc.rounds) < _MOST:
                acc.rounds.append(current)
            current = RoundAcc(len(acc.rounds) + 1, None)
        elif node == "contract_alignment_node" and (match := _CONTRACTS.search(message)) is not None:
            current.artifacts, current.issues = int(match[1]), int(match[2])
        elif node == "agent_plan_node" and (match := _PLANNED.match(message)) is not None:
            current.plans = int(match[1])
        elif node.startswith("route_after_decide") and acc.rounds:
            acc.rounds[-1].route = message.removeprefix("destination=")
            acc.rounds[-1].is_interrupt = node.endswith("_interrupt")
        elif node == "hitl_interrupt_node":
            acc.pauses += 1


def _contracts(fields: Json) -> list[ContractAcc]:
    return [
        ContractAcc(
            text(repo, "repo_path"),
            texts(repo, "declared_contract_ids"),
            texts(repo, "consumed_contract_ids"),
            [text(artifact, "path") for artifact in objects(repo, "artifacts")],
            {text(artifact, "path"): text(artifact, "hash") for artifact in objects(repo, "artifacts")},
        )
        for repo in objects(fields, "repos")[:_MOST]
    ]


def _constraints(acc: RunAcc, data: bytes | None) -> None:
    record = None if data is None else decode_constraints(data)
    acc.has_constraints = record is not None
    acc.asked_goal = record.goal if record is not None else ""
    acc.generated_at = record.generated_at if record is not None else None
    repos = record.repos[:_MOST] if record is not None else []
    acc.repos = [RepoAcc(repo.path, repo.exists, repo.type, repo.signals, repo.constraints, 1) for repo in repos]
    for repo, line in zip(acc.repos, _path_lines(data or b""), strict=False):
        repo.line = line


def _path_lines(data: bytes) -> list[int]:
    matches = re.finditer(rb'^      "path":', data[:4_000_000], re.MULTILINE)
    return [data.count(b"\n", 0, match.start()) + 1 for match in matches][:_MOST]


def _files(acc: RunAcc, data: bytes | None) -> None:
    fields = {} if data is None else parse_object(data) or {}
    sizes = mapping(fields, "files")
    acc.files = {name: size for name in sizes if (size := integer(sizes, name)) is not None}
    acc.folders = sorted(texts(fields, "folders"))
    written_ns = integer(fields, "written_ns")
    acc.written_at = None if not written_ns else written_ns / 1e9


def _names(data: bytes | None) -> list[str]:
    try:
        found = json.loads(data or b"[]")
    except (ValueError, RecursionError):
        return []
    return sorted(name for name in found if isinstance(name, str)) if isinstance(found, list) else []


def _loaded(kind: type[T], data: bytes | None) -> T | None:
    try:
        return None if data is None else codec.load_checked(kind, data)
    except ValueError:
        return None
