"""Adopted: what an upstream run left (plan, captured diffs, blockers, questions) as the input of a native run. Pure.

Nothing is made up: what the files do not say is left out, and the native run plans, implements or asks for it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from odw_core.engines.loose import Json, flag, mapping, objects, parse_object, text, texts
from odw_core.engines.odw.acc import GateAcc, NodeAcc, Ref, RunAcc
from odw_core.engines.odw.blocker import gate_blockers
from odw_core.engines.odw.records import decode_line, decode_state
from odw_core.engines.odw.roles import Part, is_review_loop, role_of
from odw_core.engines.odw.show_as import ShowAs, asking_nodes, show_as
from odw_core.errors import Refused

_WHOLE_PREVIEW = 8000
"""Characters of a prompt that a journal keeps."""
_LIVING = (ShowAs.STARTING, ShowAs.RUNNING)
_WISHES = ("request", "spec", "goal")
_REVIEWER = re.compile(r"[^\s\x00-\x1f\x7f](?:[^\x00-\x1f\x7f]{0,58}[^\s\x00-\x1f\x7f])?")
_MOST_REVIEWERS = 8
_NO_ID = re.compile(r"[^A-Za-z0-9._-]+")
_SETTINGS = {
    "allowUndeclaredTaskFiles": "allow_undeclared_task_files",
    "allowDuplicateTaskFiles": "allow_duplicate_task_files",
    "allowDirtyTaskFiles": "allow_dirty_task_files",
    "strictTaskFileBoundaries": "strict_task_file_boundaries",
}


@dataclass(frozen=True, slots=True)
class Left:
    """Everything of an upstream run that is looked at. ``acc`` is its fold."""

    acc: RunAcc
    alive: bool | None
    """Whether its odw still works on it."""
    journal: bytes
    given: bytes = b""
    """``input.raw``."""
    state: bytes = b""
    """``state.json``; ahead of the journal after a kill."""
    prompt_of: Callable[[str, str], str] = lambda runtime, label: ""
    """The whole first prompt of (runtime, label), where a file holds it; else empty."""


@dataclass(frozen=True, slots=True)
class Adopted:
    """The input of a native run, and what it takes over."""

    given: dict[str, object]
    """Keys of ``parallel-review-apply``: ``tasks`` or ``request``, ``candidates``, ``blockers``, ``questions``."""
    note: str
    """What is taken over, as a sentence."""


def why_not(acc: RunAcc, alive: bool | None) -> str:
    """Why the run cannot be adopted, as a sentence with the next step; empty when it can."""
    if acc.is_native:
        return f"{acc.run_id} was driven by odw-tui; odw-tui rerun odw:{acc.run_id} starts it again."
    shown = show_as(acc, alive)
    if shown in _LIVING:
        return f"{acc.run_id} is still at work; wait for its end, or odw-tui cancel odw:{acc.run_id} ends it."
    if shown in (ShowAs.COMPLETED, ShowAs.LANDED_UNVERIFIED) or any(patch.applied for patch in acc.patches):
        return f"{acc.run_id} has landed or finished; nothing of it is left to do."
    if not is_review_loop(acc) and shown not in (ShowAs.NEEDS_INPUT, ShowAs.ORPHANED, ShowAs.INTERRUPTED):
        return f"{acc.run_id} captured no diff, blocker or question; start a run with odw-tui start instead."
    return ""


def adopted(left: Left) -> Adopted:
    """The input for going on natively. Raises ``Refused`` when there is nothing to go on with."""
    acc = left.acc
    if said := why_not(acc, left.alive):
        raise Refused(said)
    typed = parse_object(left.given) or {}
    events = _done_events(left)
    tasks = _tasks(left, typed, events)
    known = {text(task, "id") for task in tasks}
    patches = {task: patch for task, patch in _patches(acc, events).items() if task in known}
    blockers = _blockers(acc, tasks)
    questions = _questions(acc, known)
    given: dict[str, object] = {name: typed[key] for key, name in _SETTINGS.items() if flag(typed, key) is not None}
    if wish := next(((key, text(typed, key)) for key in _WISHES if text(typed, key).strip()), None):
        given[wish[0]] = wish[1]
    elif not tasks:
        raise Refused(f"{acc.run_id} names no task and no request; start a run with odw-tui start instead.")
    if tasks:
        given["tasks"] = tasks
        if any(not task["files"] for task in tasks):
            # Upstream ran them like this; asking for files now would refuse what it has done.
            given["allow_undeclared_task_files"] = True
    if names := _reviewers(acc, typed):
        given["reviewers"] = names
    given["candidates"] = [{"task": task, "patch": patch} for task, patch in patches.items()]
    given["blockers"], given["questions"] = blockers, questions
    counted = ((len(tasks), "task"), (len(patches), "diff"), (len(blockers), "blocker"), (len(questions), "question"))
    taken = ", ".join(f"{count} {name}{'' if count == 1 else 's'}" for count, name in counted if count)
    return Adopted(given, f"goes on with {taken} of {acc.run_id}" if taken else f"asks anew what {acc.run_id} asked")


def _done_events(left: Left) -> dict[str, Json]:
    """What ended each node well, whole: from the journal, else from ``state.json``, which saw it a moment before."""
    found: dict[str, Json] = {}
    for node in left.acc.nodes.values():
        if node.outcome is not None and node.outcome.ok and node.attempts and node.attempts[-1].done is not None:
            found[node.key] = _event(left.journal, node.attempts[-1].done)
    state = decode_state(left.state)
    for key, agent in (state.agents if state is not None else {}).items():
        if key not in found and isinstance(agent, dict) and flag(agent, "ok") is not False:
            found[key] = agent
    return found


def _event(journal: bytes, ref: Ref) -> Json:
    line = decode_line(journal[ref.offset : ref.offset + ref.length])
    return (line.event if line is not None else None) or {}


def _patches(acc: RunAcc, events: Mapping[str, Json]) -> dict[str, str]:
    """The newest diff of each task. A later attempt that changed nothing takes nothing back."""
    found: dict[str, tuple[int, str]] = {}
    for key, event in events.items():
        node = acc.nodes.get(key) or NodeAcc(key, text(event, "label"), text(event, "phase"), is_worktree=True)
        role = role_of(node)
        worktree = mapping(mapping(event, "result"), "worktree")
        diff = text(worktree, "diff")
        if diff.strip() and not text(worktree, "error") and role.round >= found.get(role.row, (0, ""))[0]:
            found[role.row] = (role.round, diff)
    return {task: diff for task, (_, diff) in found.items()}


def _tasks(left: Left, typed: Json, events: Mapping[str, Json]) -> list[dict[str, object]]:
    """As they were typed, else as the planner said, else as the nodes show."""
    for source in (typed, *_planned(left.acc, events)):
        listed = [task for one in objects(source, "tasks") if (task := _task(one)) is not None]
        if listed and len(listed) == len(objects(source, "tasks")):
            return listed
    files = {text(task, "id"): texts(task, "files") for task in _history_tasks(left.acc)}
    found: dict[str, dict[str, object]] = {}
    for node in left.acc.nodes.values():
        role = role_of(node)
        if role.row in found or not _is_work(left.acc, node):
            continue
        if prompt := _prompt(left, node):
            changed = texts(mapping(mapping(events.get(node.key, {}), "result"), "worktree"), "files")
            identity = _NO_ID.sub("-", role.row).strip("-") if role.part is not Part.TASK else role.row
            found[role.row] = {"id": identity or "task", "files": files.get(role.row) or changed, "prompt": prompt}
    return [*found.values()]


def _is_work(acc: RunAcc, node: NodeAcc) -> bool:
    if is_review_loop(acc):
        return role_of(node).part is Part.TASK and node.is_worktree
    # Of a workflow of its own, only what is not done: nobody knows what else its nodes were for.
    return not (node.outcome is not None and node.outcome.ok)


def _planned(acc: RunAcc, events: Mapping[str, Json]) -> Iterable[Json]:
    for key, event in events.items():
        node = acc.nodes.get(key)
        if node is not None and role_of(node).part is Part.PLANNER:
            yield mapping(event, "result")


def _history_tasks(acc: RunAcc) -> list[Json]:
    steps = acc.outcome.history if acc.outcome is not None else []
    return [task for step in steps for task in objects(step, "tasks")]


def _task(one: Json) -> dict[str, object] | None:
    if not (text(one, "id") and text(one, "prompt").strip()):
        return None
    task: dict[str, object] = {"id": text(one, "id"), "files": texts(one, "files"), "prompt": text(one, "prompt")}
    for key in ("model", "effort"):
        if text(one, key) not in ("", "inherit"):
            task[key] = text(one, key)
    return task


def _prompt(left: Left, node: NodeAcc) -> str:
    preview = ""
    if node.attempts and node.attempts[0].start is not None:
        preview = text(_event(left.journal, node.attempts[0].start), "promptPreview")
    if 0 < len(preview) < _WHOLE_PREVIEW:
        return preview
    return left.prompt_of(node.runtime, node.label or node.key) or preview


def _blockers(acc: RunAcc, tasks: list[dict[str, object]]) -> list[dict[str, object]]:
    """Those of the last review that no repair came after."""
    if not acc.gates or acc.gates[-1].decision not in ("reject", "needs_owner"):
        return []
    gate = acc.gates[-1]
    answered = _repaired_since(acc, gate)
    files = {str(task["id"]): _names(task["files"]) for task in tasks}
    open_ones: list[dict[str, object]] = []
    for blocker in gate_blockers(acc, gate):
        named = {task for task, owned in files.items() if any(name in blocker.text for name in owned)}
        if named and named <= answered:
            continue
        said: dict[str, object] = {"text": blocker.text, "round": max(gate.round, 1)}
        if blocker.reviewer:
            said["reviewer"] = blocker.reviewer
        if blocker.text.strip() and said not in open_ones:
            open_ones.append(said)
    return open_ones


def _names(files: object) -> list[str]:
    return [name for name in files if isinstance(name, str) and name] if isinstance(files, list) else []


def _repaired_since(acc: RunAcc, gate: GateAcc) -> set[str]:
    roles = ((role_of(node), node) for node in acc.nodes.values())
    return {
        role.row
        for role, node in roles
        if role.part is Part.TASK and role.round > gate.round and node.outcome is not None and node.outcome.ok
    }


def _questions(acc: RunAcc, tasks: set[str]) -> list[dict[str, object]]:
    found: list[dict[str, object]] = []
    if acc.gates and acc.gates[-1].decision == "needs_owner":
        found += [{"text": said} for said in _owner_questions(acc) if said.strip()]
    for node in asking_nodes(acc):
        role = role_of(node)
        for one in node.outcome.questions if node.outcome is not None else ():
            if not text(one, "question").strip():
                continue
            asked: dict[str, object] = {"text": text(one, "question")}
            if options := [text(option, "label") for option in objects(one, "options") if text(option, "label")]:
                asked["options"] = options
            if role.row in tasks:
                asked["task"] = role.row
            found.append(asked)
    return [one for number, one in enumerate(found) if one not in found[:number]]


def _owner_questions(acc: RunAcc) -> list[str]:
    """Whole from the history, where the run came to tell it; else as the gate sampled them."""
    for step in reversed(acc.outcome.history if acc.outcome is not None else []):
        if text(step, "step") == "review":
            return texts(step, "owner_questions") or acc.gates[-1].owner_questions
    return acc.gates[-1].owner_questions


def _reviewers(acc: RunAcc, typed: Json) -> list[str]:
    """Names of the reviewers, as typed or as the last review had them; none where a native run could not take them."""
    names = texts(typed, "reviewers") or [text(one, "label") for one in objects(typed, "reviewers")]
    label = acc.gates[-1].label if acc.gates else ""
    if not any(names) and label:
        names = [node.label or node.key for node in acc.nodes.values() if node.review_label == label]
    named = list({name.casefold(): name for name in names}.values())
    is_fit = len(named) <= _MOST_REVIEWERS and all(_REVIEWER.fullmatch(name) for name in named)
    return named if is_fit else []
