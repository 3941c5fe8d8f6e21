"""A run in full: the grid task × round (or × phase), gates and blockers with their fate, landing, verification."""

from __future__ import annotations

from collections import defaultdict

from odw_core.engines.odw.acc import GateAcc, NodeAcc, RunAcc
from odw_core.engines.odw.blocker import gate_blockers
from odw_core.engines.odw.campaign import with_campaign
from odw_core.engines.odw.cause import cause_lines, known_causes, node_cause
from odw_core.engines.odw.coordination_detail import calls_of, with_coordination
from odw_core.engines.odw.item import run_item, workflow_name
from odw_core.engines.odw.names import session_address
from odw_core.engines.odw.native import attempt_streams, native_notices, native_sessions
from odw_core.engines.odw.native_batch import is_without_file, native_batch
from odw_core.engines.odw.origins import run_origins
from odw_core.engines.odw.question import run_questions
from odw_core.engines.odw.roles import Part, Role, is_review_loop, max_rounds, role_of, round_now
from odw_core.engines.odw.show_as import ShowAs, show_as
from odw_core.model.address import Address
from odw_core.model.detail import (
    Attempt,
    Cell,
    Column,
    ColumnKind,
    Gate,
    Landing,
    Mark,
    Row,
    RunDetail,
    Verification,
)
from odw_core.model.evidence import Facts
from odw_core.text.ansi import one_line, plain

_LIVE = (ShowAs.RUNNING, ShowAs.STARTING)
_VERDICTS = {"approve": Mark.APPROVED, "reject": Mark.REJECTED, "needs_owner": Mark.NEEDS_OWNER}


def run_detail(acc: RunAcc, facts: Facts) -> RunDetail:
    """Everything the run screen and ``show --json`` tell. Pure."""
    address = Address("odw", acc.run_id)
    item = run_item(acc, facts)
    roles = {node.key: role_of(node) for node in acc.nodes.values()}
    is_asking = bool(acc.native.asked) and facts.alive is not False
    grid = _Grid(acc, roles, is_live=is_asking or show_as(acc, facts.alive) in _LIVE)
    gates = tuple(_gate(acc, gate) for gate in acc.gates)
    sessions = dict.fromkeys(
        session_address(node.runtime or "codex", node.outcome.session)
        for node in acc.nodes.values()
        if node.outcome is not None and node.outcome.session
    )
    detail = RunDetail(
        item=item,
        workflow=workflow_name(acc),
        backend=plain(acc.backend or ""),
        max_rounds=max_rounds(acc),
        columns=grid.columns(),
        rows=grid.rows(),
        cells=grid.cells(),
        gates=gates,
        blockers=tuple(blocker for gate in gates for blocker in gate.blockers),
        landing=_landing(acc),
        verification=_verification(acc, roles),
        questions=run_questions(acc, address, facts.alive),
        cause=cause_lines(acc) if item.cause else (),
        checkpoints=tuple(plain(name) for name in acc.checkpoints),
        auto_answers=len(acc.auto_answers),
        resumed_from=one_line(acc.resumed_from or acc.resume_argument or "", 120) or None,
        sessions=(*sessions, *native_sessions(acc)),
        streams=("journal", "stdout", "stderr"),
        notices=native_notices(acc),
        causes=known_causes(acc) if item.cause else (),
        origins=run_origins(acc, facts, item.state),
        calls=calls_of(acc),
        batch=None if acc.native.batch is None else native_batch(acc, acc.native.batch, is_live=grid.is_live),
    )
    if acc.native.coordination is not None:
        return with_coordination(acc, acc.native.coordination, detail, grid.attempt)
    return detail if acc.native.campaign is None else with_campaign(acc, acc.native.campaign, detail)


class _Grid:
    """Lays the nodes of one run out in columns and rows."""

    def __init__(self, acc: RunAcc, roles: dict[str, Role], *, is_live: bool) -> None:
        self._acc, self._roles, self.is_live = acc, roles, is_live
        self._is_loop = is_review_loop(acc)
        self._ahead = set(acc.state.done) if acc.state is not None else set[str]()
        self._by_column: dict[str, list[NodeAcc]] = defaultdict(list)
        for node in acc.nodes.values():
            self._by_column[self._column_of(node)].append(node)

    def _column_of(self, node: NodeAcc) -> str:
        if not self._is_loop:
            return f"phase-{node.phase_index}"
        role = self._roles[node.key]
        if role.part in (Part.PLANNER, Part.VERIFIER):
            return "plan" if role.part is Part.PLANNER else "verify"
        return f"round-{role.round}"

    def columns(self) -> tuple[Column, ...]:
        return self._loop_columns() if self._is_loop else self._phase_columns()

    def _phase_columns(self) -> tuple[Column, ...]:
        phases = [(f"phase-{i}", one_line(phase.title, 120), phase.at_ms) for i, phase in enumerate(self._acc.phases)]
        if not phases and self._acc.nodes:
            phases = [("phase-0", "work", self._acc.started_ms)]
        if not phases:
            return ()
        # A phase that only waits for a person is a part of the one before, in which it says what is asked.
        phases = [
            phase
            for before, phase in zip([None, *phases], phases, strict=False)
            if before is None or before[1] != phase[1] or self._by_column.get(phase[0])
        ]
        # While a run of ours waits, its record says when it was seen alive last; that is no end.
        is_over = self._acc.status in ("completed", "failed")
        ends = [at for _, _, at in phases[1:]] + [self._acc.finished_ms if is_over else None]
        return tuple(
            Column(key, ColumnKind.PHASE, title, self._summary(key), self._count(key), _seconds(at), _seconds(end))
            for (key, title, at), end in zip(phases, ends, strict=True)
        )

    def _loop_columns(self) -> tuple[Column, ...]:
        columns: list[Column] = []
        titles = {phase.title.casefold() for phase in self._acc.phases}
        if self._by_column.get("plan") or any(title.startswith("plan") for title in titles):
            columns.append(self._node_column("plan", ColumnKind.PLAN, "plan"))
        gates = {gate.round: gate for gate in self._acc.gates}
        columns += [self._round_column(number, gates.get(number)) for number in range(1, round_now(self._acc) + 1)]
        if self._acc.patches or "land" in titles:
            columns.append(self._land_column())
        if self._by_column.get("verify") or self._acc.checks:
            columns.append(self._node_column("verify", ColumnKind.VERIFY, "verify"))
        return tuple(columns)

    def _node_column(self, key: str, kind: ColumnKind, title: str) -> Column:
        began, ended = self._span(key)
        note = ""
        if kind is ColumnKind.VERIFY and self._acc.checks:
            check = self._acc.checks[-1]
            note = (
                "clean" if check.ok else f"{check.files or check.modified + check.added + check.removed} files changed"
            )
        mark = self._summary(key)
        if kind is ColumnKind.VERIFY and self._acc.checks and not self._acc.checks[-1].ok:
            mark = Mark.FAILED
        elif kind is ColumnKind.VERIFY and mark is Mark.FAILED:
            # It failed by itself, and left the tree as it was.
            note = ""
        return Column(key, kind, title, mark, note, began, ended)

    def _round_column(self, number: int, gate: GateAcc | None) -> Column:
        key = f"round-{number}"
        began, ended = self._span(key)
        if gate is None:
            return Column(key, ColumnKind.ROUND, f"round {number}", self._summary(key), self._count(key), began, ended)
        mark = _VERDICTS.get(gate.decision, Mark.FAILED)
        if gate.preflight_category:
            note = "preflight failed"
        elif gate.decision == "reject":
            note = f"{gate.blockers} blocker{'' if gate.blockers == 1 else 's'}"
        else:
            note = {"approve": "approved", "needs_owner": "owner decides"}.get(
                gate.decision, one_line(gate.decision, 20)
            )
        return Column(key, ColumnKind.ROUND, f"round {number}", mark, note, began, _seconds(gate.at_ms) or ended)

    def _land_column(self) -> Column:
        phase = next((p for p in self._acc.phases if p.title.casefold() == "land"), None)
        landing = _landing(self._acc)
        if landing is None:
            return Column("land", ColumnKind.LAND, "land", None, "", _seconds(phase.at_ms) if phase else None, None)
        note = f"{landing.applied} of {landing.patches}"
        mark = Mark.DONE if landing.ok else Mark.FAILED
        return Column("land", ColumnKind.LAND, "land", mark, note, _seconds(phase.at_ms) if phase else None, None)

    def _span(self, key: str) -> tuple[float | None, float | None]:
        attempts = [attempt for node in self._by_column.get(key, ()) for attempt in node.attempts]
        began = [attempt.started_ms for attempt in attempts if attempt.started_ms is not None]
        ended = [attempt.ended_ms for attempt in attempts]
        last = max((ms for ms in ended if ms is not None), default=None) if None not in ended else None
        return _seconds(min(began, default=None)), _seconds(last)

    def _summary(self, key: str) -> Mark | None:
        marks = [self._mark(node) for node in self._by_column.get(key, ())]
        for mark in (Mark.WAITING, Mark.FAILED, Mark.RUNNING, Mark.UNFINISHED):
            if mark in marks:
                return mark
        return Mark.DONE if marks else None

    def _count(self, key: str) -> str:
        nodes = self._by_column.get(key, ())
        if len(nodes) < 2:
            return ""
        done = sum(self._mark(node) not in (Mark.RUNNING, Mark.FAILED, Mark.UNFINISHED, Mark.WAITING) for node in nodes)
        return f"{done} of {len(nodes)}"

    def rows(self) -> tuple[Row, ...]:
        kinds = {Part.TASK: "task", Part.OTHER: "task", Part.REVIEWER: "reviewer"}
        found: dict[str, Row] = {}
        for node in self._acc.nodes.values():
            role = self._roles[node.key]
            key = _row_key(role)
            title = role.row if role.part is Part.TASK and self._is_loop else node.label or node.key
            found.setdefault(key, Row(key, one_line(title, 120), kinds.get(role.part, role.part.value)))
        order = ("planner", "task", "reviewer", "verifier")
        return tuple(sorted(found.values(), key=lambda row: order.index(row.kind)))

    def cells(self) -> tuple[Cell, ...]:
        cells = [self._cell(node) for node in self._acc.nodes.values()]
        if self._is_loop:
            cells += self._kept_cells({(cell.row, cell.column) for cell in cells})
            cells += self._landed_cells()
        return tuple(cells)

    def _cell(self, node: NodeAcc) -> Cell:
        mark, role = self._mark(node), self._roles[node.key]
        attempts = tuple(self.attempt(node, i) for i in range(len(node.attempts)))
        return Cell(_row_key(role), self._column_of(node), mark, self._note(node, mark), attempts)

    def _kept_cells(self, taken: set[tuple[str, str]]) -> list[Cell]:
        tasks = dict.fromkeys(_row_key(r) for r in self._roles.values() if r.part is Part.TASK)
        return [
            Cell(row, f"round-{number}", Mark.KEPT, "kept")
            for number in range(2, round_now(self._acc) + 1)
            for row in tasks
            if (row, f"round-{number}") not in taken
        ]

    def _landed_cells(self) -> list[Cell]:
        if not any(patch.applied for patch in self._acc.patches):
            return []
        files: dict[str, int] = {}
        for node in self._acc.nodes.values():
            if self._roles[node.key].part is Part.TASK and node.outcome is not None and node.outcome.ok:
                files[_row_key(self._roles[node.key])] = len(node.outcome.files)
        return [
            Cell(row, "land", Mark.DONE, f"{count} file{'' if count == 1 else 's'}")
            for row, count in files.items()
            if count
        ]

    def _mark(self, node: NodeAcc) -> Mark:
        outcome = node.outcome
        if node.is_cached:
            return Mark.CACHED
        if outcome is None:
            if node.key in self._ahead:
                return Mark.DONE
            if any(asked.key == node.key for asked in self._acc.native.asked.values()):
                return Mark.WAITING
            return Mark.RUNNING if self.is_live else Mark.UNFINISHED
        if outcome.decision:
            return _VERDICTS[outcome.decision]
        if outcome.state == "waiting_for_user":
            return Mark.WAITING
        if not outcome.ok or is_without_file(self._acc, node):
            return Mark.FAILED
        return Mark.REPAIRED if self._roles[node.key].round > 1 and self._is_loop else Mark.DONE

    def _note(self, node: NodeAcc, mark: Mark) -> str:
        outcome = node.outcome
        if outcome is not None and outcome.decision == "reject":
            return f"{len(outcome.blockers)} blocker{'' if len(outcome.blockers) == 1 else 's'}"
        if mark is Mark.FAILED:
            return "no file" if is_without_file(self._acc, node) else node_cause(self._acc, node)
        return {Mark.CACHED: "cached", Mark.WAITING: "waits for an answer"}.get(mark, "")

    def attempt(self, node: NodeAcc, index: int) -> Attempt:
        """One try of a node."""
        tried, is_last = node.attempts[index], index == len(node.attempts) - 1
        outcome = node.outcome if is_last else None
        mark = self._mark(node) if is_last else Mark.FAILED
        error = (node_cause(self._acc, node) if mark is Mark.FAILED else None) if is_last else tried.retry_reason
        has_diff = outcome is not None and bool(outcome.files)
        return Attempt(
            address=Address("odw", self._acc.run_id).child(node.key, str(tried.number)),
            number=tried.number,
            mark=mark,
            started_at=_seconds(tried.started_ms),
            ended_at=_seconds(tried.ended_ms),
            runtime=one_line(node.runtime, 40),
            model=one_line(node.model, 80) or None,
            session=one_line(outcome.session, 160) or None if outcome else None,
            tokens=outcome.tokens if outcome else None,
            files=tuple(plain(name) for name in outcome.files) if outcome else (),
            summary=(outcome.summary or outcome.error_line) if outcome else "",
            error=error or None,
            streams=attempt_streams(node)
            if self._acc.is_native
            else ("stdout", "stderr", "prompt", *(("diff",) if has_diff else ())),
        )


def _row_key(role: Role) -> str:
    return f"{role.part.value}:{role.row}"


def _gate(acc: RunAcc, gate: GateAcc) -> Gate:
    verdicts = [one_line(pair, 200).rpartition(":") for pair in gate.review_decisions]
    blockers = gate_blockers(acc, gate)
    message = f"{gate.preflight_category}: {gate.preflight_message}" if gate.preflight_category else None
    return Gate(
        round=gate.round,
        label=one_line(gate.label, 120),
        decision=one_line(gate.decision, 40),
        apply_ready=gate.apply_ready,
        files=tuple(plain(name) for name in gate.file_samples),
        file_count=gate.files,
        verdicts=tuple((name or decision, decision if name else "") for name, _, decision in verdicts),
        blockers=blockers,
        blocker_count=max(gate.blockers, len(blockers)),
        risks=tuple(plain(risk) for risk in gate.risks),
        owner_questions=tuple(plain(question) for question in gate.owner_questions),
        preflight=plain(message) if message else None,
        at=_seconds(gate.at_ms),
    )


def _landing(acc: RunAcc) -> Landing | None:
    if not acc.patches:
        return None
    applied = [patch for patch in acc.patches if patch.applied]
    message = next((patch.message for patch in acc.patches if not patch.ok), "")
    said = acc.outcome.landed_ok if acc.outcome is not None else None
    ok = all(patch.ok for patch in acc.patches) if said is None else said
    return Landing(ok, len(acc.patches), len(applied), sum(patch.files for patch in applied), message)


def _verification(acc: RunAcc, roles: dict[str, Role]) -> Verification | None:
    nodes = [node for node in acc.nodes.values() if roles[node.key].part is Part.VERIFIER]
    if not acc.checks and not nodes:
        return None
    outcome = nodes[-1].outcome if nodes else None
    check = acc.checks[-1] if acc.checks else None
    restore = acc.restores[-1] if acc.restores else None
    answered = outcome.ok if outcome is not None else None
    ok = None if answered is None and check is None else (answered is not False and (check is None or check.ok))
    return Verification(
        ok=ok,
        summary=outcome.summary if outcome else "",
        guard_ok=check.ok if check else None,
        changed_files=tuple(plain(name) for name in check.samples) if check else (),
        restored=restore.ok if restore else None,
    )


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
