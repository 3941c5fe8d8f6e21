"""Sources: the plans that a campaign carries out, read from the run that made them. Starts and writes nothing.

What a run of ours says is read from its private journal; what lies in a workspace counts as nobody's approval.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from odw_core.engines.loose import Json, mapping, objects, parse_object, text, texts
from odw_core.errors import NotFound, OdwError, UsageError
from odw_core.files.safe_open import read_regular
from odw_core.model.address import Address
from odw_core.model.workflow import CONVERGE_COORDINATE, COORDINATE
from odw_core.runs.blobs import Blobs
from odw_core.runs.folders import RunFolder
from odw_core.runs.journal import is_over
from odw_core.runs.past import journal_of
from odw_core.runs.spec import RunSpec, read_spec
from odw_core.text.secrets import masked
from odw_core.workflows.coordinate.approving import APPROVAL, plan_field
from odw_core.workflows.coordinate.given import absolute
from odw_core.workflows.coordinate.projected import bases_of
from odw_core.workflows.coordinate.repo_plan import AGENT, FALLBACK, HEURISTIC, RepoPlan, edited, plan_of

_STAMP = re.compile(r"^\d{8}T\d{12}Z$")
_MOST = 64 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """Plans of an earlier run."""

    run: str
    """Its address as text."""
    goal: str
    plans: tuple[RepoPlan, ...]
    """With absolute paths, in their order."""
    approved: frozenset[str] = frozenset()
    """SHA-256 of those that a person approved there."""
    by: str = ""
    """Who approved them."""


def read_source(state: Path, workspace: str, from_run: str) -> Source:
    """The plans of a run: ``odw:RUN``, ``converge:STAMP`` (below ``workspace``), or either without its engine.

    Raises ``OdwError`` with one sentence when there are none to carry out.
    """
    name = from_run.strip()
    try:
        address = Address.parse(name).root
    except ValueError:
        address = Address("converge" if _STAMP.match(name) else "odw", name)
    if address.engine == "converge":
        return _of_converge(state, workspace, address.item)
    if address.engine == "odw":
        return _of_run(state, address.item)
    raise UsageError(f"{address} makes no plans; name a coordinate run (odw:…) or a run of Converge (converge:…).")


def _of_run(state: Path, run_id: str) -> Source:
    folder = RunFolder(state, run_id)
    if not folder.spec.is_file():
        raise NotFound(f"odw:{run_id} was not started by odw-tui on this machine, so its plans are not known here.")
    spec = read_spec(folder)
    events = [line.event for line in journal_of(folder) if line.event is not None]
    if spec.workflow == CONVERGE_COORDINATE:
        threads = (one for one in events if text(one, "type") == "agent_session" and text(one, "runtime") == "converge")
        stamp = next((text(one, "thread") for one in threads), "")
        if not stamp:
            raise UsageError(f"odw:{run_id} left no folder of Converge, so there are no plans to carry out.")
        return _of_converge(state, spec.workspace, stamp)
    if spec.workflow != COORDINATE:
        raise UsageError(f"odw:{run_id} is a run of {spec.workflow}; only those of coordinate make plans.")
    if not is_over(folder):
        raise UsageError(f"odw:{run_id} is not over, so its plans may change; start the campaign once it is.")
    return _planned(folder, spec, events)


def _planned(folder: RunFolder, spec: RunSpec, events: Sequence[Json]) -> Source:
    repos = [absolute(one, spec.workspace) for one in texts(spec.given, "repos")]
    last: dict[str, RepoPlan] = {}
    for event in events:
        if text(event, "type") == "coordination_plan":
            last[text(event, "repo")] = plan_of(event)
    plans = [last[repo] for repo in repos if repo in last]
    if not plans:
        raise UsageError(f"odw:{folder.run_id} ended before there were plans, so there is nothing to carry out.")
    said = next((one for one in reversed(events) if text(one, "type") == "plans_approved"), {})
    approved = {text(one, "repo"): text(one, "sha256") for one in objects(said, "plans")}
    plans = _as_left(folder, events, plans, approved, bases_of(repos))
    return Source(
        run=f"odw:{folder.run_id}",
        goal=text(spec.given, "goal"),
        plans=tuple(plans),
        # What cannot be made again letter by letter is not what was approved.
        approved=frozenset(one.digest() for one in plans if one.digest() == approved.get(one.repo)),
        by=text(said, "by"),
    )


def _as_left(
    folder: RunFolder,
    events: Sequence[Json],
    plans: Sequence[RepoPlan],
    approved: Mapping[str, str],
    bases: Mapping[str, str],
) -> list[RepoPlan]:
    """The plans with what a person changed when they approved them."""
    if all(one.digest() == approved.get(one.repo) for one in plans) or not approved:
        return [*plans]
    steps = (one for one in reversed(events) if text(one, "type") == "step" and text(one, "key") == APPROVAL)
    blob = next((text(one, "blob") for one in steps if text(one, "blob")), "")
    try:
        value = parse_object(Blobs(folder.root).get(blob)) or {}
    except OdwError:
        return [*plans]
    left: list[RepoPlan] = []
    for plan in plans:
        words = masked("\n".join(texts(mapping(value, "values"), plan_field(bases[plan.repo]))))
        one = edited(plan, words) if words.strip() else plan
        left.append(one if one.digest() == approved.get(plan.repo) else plan)
    return left


def _of_converge(state: Path, workspace: str, stamp: str) -> Source:
    if not _STAMP.match(stamp):
        raise UsageError(f"{stamp!r} is no run of Converge; its name is like 20260212T030222995117Z.")
    path = Path(workspace, ".converge", "runs", stamp, "run.json")
    try:
        if any(one.is_symlink() for one in (path.parent, *path.parent.parents[:2])):
            raise NotFound(f"{path.parent} is reached through a link; nothing is read there.")
        record = parse_object(read_regular(path, _MOST))
    except (OSError, ValueError):
        record = None
    if record is None:
        raise NotFound(f"{path} is not there or cannot be read, so the plans of converge:{stamp} are not known.")
    if native := text(record, "odw_run"):
        try:
            return _of_run(state, Address.parse(native).root.item)
        except (OdwError, ValueError):
            # Written on another machine, or cleared away: what lies here is all there is, and nobody approved it.
            pass
    plans = tuple(_upstream_plan(one, workspace) for one in objects(record, "repo_plans") if text(one, "repo_path"))
    if not plans:
        raise UsageError(f"converge:{stamp} holds no plans, so there is nothing to carry out.")
    return Source(f"converge:{stamp}", text(record, "goal"), plans)


def _upstream_plan(value: Json, workspace: str) -> RepoPlan:
    raw = mapping(value, "raw")
    is_heuristic = text(raw, "execution_mode") == "heuristic"
    return RepoPlan(
        repo=absolute(text(value, "repo_path"), workspace),
        status=FALLBACK if is_heuristic else text(value, "status"),
        summary=masked(text(value, "summary")),
        changes=tuple(masked(one) for one in texts(value, "proposed_changes")),
        questions=tuple(masked(one) for one in texts(value, "questions_for_hitl")),
        origin=HEURISTIC if is_heuristic else AGENT,
        cause=masked(text(raw, "fallback_cause")) if is_heuristic else "",
    )
