"""A run as a row of the room: what is shown of it, and the sentence that says why."""

from __future__ import annotations

from odw_core.engines.odw.acc import RunAcc
from odw_core.engines.odw.campaign import (
    campaign_progress,
    campaign_stage,
    campaign_why,
    campaign_words,
    landed_so_far,
)
from odw_core.engines.odw.cause import broken_nodes, cause_lines, node_cause, run_cause
from odw_core.engines.odw.coordination import (
    coordination_end,
    coordination_progress,
    coordination_stage,
    fallback_why,
    open_reasons,
)
from odw_core.engines.odw.names import CAMPAIGN_STOPPED, HITL_REQUIRED, STOPPED_BY_OWNER, start_ms_of
from odw_core.engines.odw.native import native_asking, native_claims, native_commit, native_parent, native_stage
from odw_core.engines.odw.native_batch import batch_asides, batch_end, batch_progress, batch_stage
from odw_core.engines.odw.question import run_questions
from odw_core.engines.odw.roles import SPLIT, Part, max_rounds, name_of, role_of, round_now
from odw_core.engines.odw.show_as import ShowAs, show_as, stands_still, waiting_nodes
from odw_core.model.address import Address
from odw_core.model.evidence import Facts
from odw_core.model.item import Depth, Item, Kind, Progress, Tokens
from odw_core.model.workflow import REVIEW_APPLY
from odw_core.state.derive import Reading, Standing, derive
from odw_core.text.ansi import one_line

_STANDINGS = {
    ShowAs.STARTING: Standing.STARTING,
    ShowAs.ABANDONED: Standing.ABANDONED,
    ShowAs.RUNNING: Standing.WORKING,
    ShowAs.ORPHANED: Standing.WORKING,
    ShowAs.NEEDS_INPUT: Standing.ASKING,
    ShowAs.NEEDS_OWNER: Standing.ASKING,
    ShowAs.REJECTED: Standing.HELD,
    ShowAs.LANDED_UNVERIFIED: Standing.BROKEN,
    ShowAs.INTERRUPTED: Standing.STOPPED,
    ShowAs.FAILED: Standing.BROKEN,
    ShowAs.COMPLETED: Standing.FINISHED,
}

# Categories that are a rule doing its work, not something broken (ODW reference §4.2, P8).
_HELD_CATEGORIES = ("implementation_pre_review_blocked", STOPPED_BY_OWNER, CAMPAIGN_STOPPED, HITL_REQUIRED)


def run_item(acc: RunAcc, facts: Facts, depth: Depth = Depth.FOLDED) -> Item:
    """The row of one run. Pure."""
    shown = show_as(acc, facts.alive)
    standing = _STANDINGS[shown]
    result = acc.outcome
    if shown is ShowAs.FAILED and result is not None and result.category in _HELD_CATEGORIES:
        standing = Standing.HELD
    if shown is ShowAs.ORPHANED and facts.alive is not False:
        # Its own driver is there, and has nothing to do until somebody acts.
        standing = Standing.ABANDONED
    address = Address("odw", acc.run_id)
    # Who waits for other runs has nothing to say for as long as that takes.
    is_waiting = acc.native.waits_for or acc.native.campaign is not None
    last_sign = None if is_waiting else _seconds(acc.last_ms or acc.started_ms)
    reading = Reading(standing, _why(acc, shown, facts.alive), last_sign)
    state, why, deadline = derive(reading, facts)
    causes = cause_lines(acc) if standing in (Standing.BROKEN, Standing.STOPPED, Standing.HELD) else ()
    return Item(
        address=address,
        parent=native_parent(acc),
        kind=Kind.RUN,
        place=acc.place,
        title=title(acc),
        state=state,
        why=why,
        raw_state=shown,
        stage=stage(acc, shown),
        goal=acc.native.goal or acc.goal or None,
        tasks=_progress(acc),
        blockers=_open_blockers(acc),
        questions=len(run_questions(acc, address, facts.alive)),
        model=next((one_line(node.model, 120) for node in reversed(acc.nodes.values()) if node.model), None),
        tokens=Tokens(acc.tokens, acc.tokens_at_least)
        if acc.tokens or (acc.nodes and not acc.tokens_at_least and not acc.is_native)
        else None,
        started_at=_seconds(acc.started_ms or acc.launched_ms or start_ms_of(acc.run_id)),
        changed_at=_seconds(max(filter(None, (acc.last_ms, acc.finished_ms, acc.started_ms)), default=None)),
        ended_at=_seconds(acc.finished_ms or acc.last_ms) if acc.status in ("completed", "failed") else None,
        last_words=acc.last_words,
        cause=one_line(causes[0], 400) if causes else None,
        depth=depth,
        driver="odw-tui" if acc.is_native else "odw",
        next_deadline=deadline,
        claims=native_claims(acc),
        is_deaf=acc.is_native and acc.native.is_deaf,
    )


def title(acc: RunAcc) -> str:
    """What a run of ours is for; else the workflow's declared name, the file name of its script, the run id."""
    if acc.native.goal:
        return one_line(acc.native.goal, 120)
    return workflow_name(acc)


def workflow_name(acc: RunAcc) -> str:
    """The workflow's declared name, else the file name of its script, else the run id."""
    script = acc.script.replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".js")
    return one_line(acc.workflow or "", 120) or one_line(script, 120) or one_line(acc.run_id, 120)


def stage(acc: RunAcc, shown: ShowAs) -> str:
    """How far it is (or came), in a few words."""
    if shown is ShowAs.REJECTED:
        return f"rejected, {_rounds(acc)}"
    if shown is ShowAs.NEEDS_INPUT and acc.native.asked:
        return native_stage(acc)
    if acc.native.waits_for and not acc.has_exit:
        return "may land, held" if acc.native.is_held else "waits for a run"
    if acc.native.coordination is not None:
        return coordination_stage(acc, acc.native.coordination, is_over=acc.has_exit)
    if acc.native.campaign is not None:
        return campaign_stage(acc.native.campaign)
    if acc.native.batch is not None and acc.native.batch.planned:
        return batch_stage(acc, acc.native.batch)
    if not acc.phases:
        return ""
    last = one_line(acc.phases[-1].title, 60).lower()
    if shown is ShowAs.COMPLETED and any(patch.applied for patch in acc.patches):
        return f"landed in round {round_now(acc)}"
    if acc.is_native and acc.workflow == REVIEW_APPLY:
        return _stage_of_loop(acc, last)
    return f"{last}, {_rounds(acc)}" if acc.gates or acc.repairs else last


def _stage_of_loop(acc: RunAcc, phase: str) -> str:
    """Where a run of our own is, in the words of its parts: ``implement 3/4``, ``review r2``, ``landing``."""
    number = round_now(acc)
    match phase:
        case "implement" | "repair":
            roles = [(role_of(node), node) for node in acc.nodes.values()]
            of_round = [node for role, node in roles if role.part is Part.TASK and role.round == number]
            done = sum(node.outcome is not None and node.outcome.ok for node in of_round)
            said = phase if number == 1 else f"{phase} r{number}"
            return f"{said} {done}/{len(of_round)}" if of_round else said
        case "review":
            is_over = bool(acc.gates) and acc.gates[-1].round == number
            return f"{'gate' if is_over else 'review'} r{number}"
        case "land":
            return "landing"
        case _:
            return phase


def _rounds(acc: RunAcc) -> str:
    ceiling = max_rounds(acc)
    return f"round {round_now(acc)}" + (f"/{ceiling}" if ceiling else "")


def _progress(acc: RunAcc) -> Progress | None:
    if acc.native.coordination is not None:
        return coordination_progress(acc.native.coordination)
    if acc.native.campaign is not None:
        return campaign_progress(acc.native.campaign)
    if acc.native.batch is not None and acc.native.batch.planned:
        return batch_progress(acc.native.batch)
    rows: dict[str, bool] = {}
    roles = [(role_of(node), node) for node in acc.nodes.values()]
    of_tasks = [(role, node) for role, node in roles if role.part is Part.TASK] or roles
    ahead = set(acc.state.done) if acc.state is not None and not acc.has_exit else set()
    for role, node in of_tasks:
        # A later round of the same task decides; nodes come in the order in which they started.
        rows[role.row] = (node.outcome is not None and node.outcome.ok) or node.key in ahead
    return Progress(sum(rows.values()), len(rows)) if rows else None


def _open_blockers(acc: RunAcc) -> int | None:
    if acc.native.coordination is not None:
        return open_reasons(acc.native.coordination)
    if not acc.gates:
        return None
    gate = acc.gates[-1]
    return max(gate.blockers, 1) if gate.preflight_category else gate.blockers


def _why(acc: RunAcc, shown: ShowAs, alive: bool | None) -> str:
    match shown:
        case ShowAs.STARTING:
            return "odw has started and has not written its first record yet"
        case ShowAs.ABANDONED:
            return "the folder holds no readable run.json and no process owns it"
        case ShowAs.RUNNING | ShowAs.ORPHANED:
            return _doing(acc, shown) + (_how_on(acc) if acc.is_native and shown is ShowAs.ORPHANED else "")
        case ShowAs.NEEDS_INPUT:
            asking = native_asking(acc, alive) or _asking(acc)
            told = landed_so_far(acc.native.campaign) if acc.native.campaign is not None else ""
            return f"{asking}; {told}" if told else asking
        case ShowAs.NEEDS_OWNER:
            asked = acc.gates[-1].owner_questions if acc.gates else []
            return "the reviewers leave a decision to the owner" + (f": {one_line(asked[0], 300)}" if asked else "")
        case ShowAs.REJECTED:
            return _rejected(acc)
        case ShowAs.LANDED_UNVERIFIED:
            return f"{_landed(acc)}, but {run_cause(acc) or 'verification failed'}"
        case ShowAs.INTERRUPTED if acc.native.cancelled_by is not None:
            told = campaign_why(acc.native.campaign) if acc.native.campaign is not None else ""
            return f"you cancelled it; {told}" if told else "you cancelled it"
        case ShowAs.INTERRUPTED:
            return "a signal stopped it before it finished"
        case ShowAs.FAILED:
            first = next((f"{one_line(n.label or n.key, 80)}: {node_cause(acc, n)}" for n in broken_nodes(acc)), "")
            said = run_cause(acc) or first or "it failed and left no reason in its journal"
            told = _cause_of_many(acc)
            return f"{told}; {said}" if told and told not in said else said
        case ShowAs.COMPLETED:
            return _completed(acc)


def _doing(acc: RunAcc, shown: ShowAs) -> str:
    if acc.native.waits_for:
        run = f"odw:{one_line(acc.native.waits_for, 80)}"
        return (
            f"may land once {run} lets it: every repo has to be approved"
            if acc.native.is_held
            else f"waits for {run} to land"
        )
    if acc.native.campaign is not None:
        is_gone = shown is ShowAs.ORPHANED and not stands_still(acc)
        return (landed_so_far(acc.native.campaign) if is_gone else "") or campaign_words(acc.native.campaign)
    ahead = set(acc.state.done) if acc.state is not None else set()
    open_nodes = [n for n in acc.nodes.values() if n.outcome is None and n.attempts and n.key not in ahead]
    names = [one_line(name_of(node), 60) for node in open_nodes]
    listed = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    where = stage(acc, shown)
    if shown is ShowAs.ORPHANED and listed:
        return f"{where}; {listed} unfinished" if where else f"{listed} unfinished"
    is_said = where.endswith(listed) or (acc.native.coordination is not None and listed == SPLIT)
    if listed and where and is_said:
        # The stage of a batch names its scenario, that of a split says that it splits.
        return where + batch_asides(acc.native.batch)
    if listed:
        return f"{where}; {listed} at work" if where else f"{listed} at work"
    return where or "the workflow has just started"


def _how_on(acc: RunAcc) -> str:
    if acc.native.stopped:
        return f"; {acc.native.stopped}: make room, then resume it to go on"
    return "; resume it to go on"


def _asking(acc: RunAcc) -> str:
    node = waiting_nodes(acc)[0]
    asked = node.outcome.questions[0].get("question") if node.outcome and node.outcome.questions else None
    who = one_line(name_of(node), 60)
    return f"{who} asks: {one_line(asked, 300)}" if isinstance(asked, str) else f"{who} waits for an answer"


def _rejected(acc: RunAcc) -> str:
    ceiling = max_rounds(acc)
    reached = f"round {round_now(acc)}" + (f" of {ceiling}" if ceiling else "")
    gate = acc.gates[-1] if acc.gates else None
    blocker = gate and (gate.blocker_samples[0] if gate.blocker_samples else gate.preflight_message)
    return f"rejected in {reached}, nothing landed" + (f": {one_line(blocker, 300)}" if blocker else "")


def _landed(acc: RunAcc) -> str:
    applied = [patch for patch in acc.patches if patch.applied]
    files = sum(patch.files for patch in applied)
    return f"{len(applied)} {_plural('patch', len(applied))} landed in {files} {_plural('file', files)}"


def _cause_of_many(acc: RunAcc) -> str:
    """What must be said first of a run over several repos: why plans are fallbacks, or what landed and what did not."""
    if acc.native.coordination is not None:
        return fallback_why(acc.native.coordination)
    return campaign_why(acc.native.campaign) if acc.native.campaign is not None else ""


def _completed(acc: RunAcc) -> str:
    if acc.native.coordination is not None:
        return coordination_end(acc.native.coordination)
    if acc.native.campaign is not None:
        return campaign_why(acc.native.campaign) or "the campaign is over"
    if acc.native.batch is not None and acc.native.batch.planned:
        return batch_end(acc.native.batch)
    said: list[str] = []
    if acc.gates:
        gate = acc.gates[-1]
        reviewers = f"{gate.reviewers or 'no'} {_plural('reviewer', gate.reviewers)}"
        struck = sum(number in (0, gate.round) for number in acc.native.overruled.values())
        is_over_them = struck and gate.decision != "approve"
        by_whom = f"{struck} {_plural('blocker', struck)} overruled" if is_over_them else f"{reviewers} approved"
        said.append(f"{by_whom} in round {gate.round}")
    if any(patch.applied for patch in acc.patches):
        said.append(_landed(acc))
    if acc.checks:
        said.append("verify changed nothing" if acc.checks[-1].ok else "verify changed files")
    if committed := native_commit(acc):
        said.append(committed)
    if said:
        return "; ".join(said)
    progress = _progress(acc)
    if progress is None:
        return "the workflow finished"
    if progress.done == progress.total:
        return f"all {progress.total} tasks finished" if progress.total > 1 else "its only task finished"
    return f"the workflow finished; {progress.done} of {progress.total} tasks did"


def _plural(noun: str, count: int) -> str:
    if count == 1:
        return noun
    return noun + ("es" if noun.endswith("ch") else "s")


def _seconds(ms: int | None) -> float | None:
    return None if ms is None else ms / 1000
