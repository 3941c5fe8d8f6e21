"""The workflow from end to end: plans approved, a run started for each repository when its turn has come, landings let
go together where that is wanted, and one line about what became of it."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from odw_core.engines.odw.names import CAMPAIGN_INCOMPLETE, STOPPED_BY_OWNER
from odw_core.errors import OdwError
from odw_core.model.command import Command, Interrupt
from odw_core.runs.cancelling import until_cancelled
from odw_core.runs.context import Context
from odw_core.runs.steps import Value, fingerprint
from odw_core.runs.workflow import Result
from odw_core.workflows.campaign.checking import contracts_fit, look_first, look_last
from odw_core.workflows.campaign.children import Reader, children_of, end_all, has_begun, is_driven, started, take_up
from odw_core.workflows.campaign.given import CampaignInput, RepoInput, child_input
from odw_core.workflows.campaign.ground import Ground, Stopped
from odw_core.workflows.campaign.holding import hold, take_over
from odw_core.workflows.campaign.order import Wanted
from odw_core.workflows.campaign.outcome import result_value, sentence
from odw_core.workflows.campaign.plans import ground_of
from odw_core.workflows.campaign.standing import ENDED_BADLY, HAS_LANDED, State
from odw_core.workflows.coordinate.given import absolute

_LOOK_S, _NEWER_S = 0.2, 1.0
_LEFT = "its driver is gone; resume it"
_HEARD = "nothing more starts; what is at work goes on"
_STOPPED = "you stopped the campaign before it started"


async def run(context: Context, given: CampaignInput) -> Result:
    """The workflow."""
    stop = asyncio.Event()

    def hear(command: Command) -> bool:
        if isinstance(command, Interrupt):
            stop.set()
        return True

    # Where only its supervisor goes away, its runs go on by themselves.
    return await until_cancelled(context, _whole(context, given, stop), hear)


async def _whole(context: Context, given: CampaignInput, stop: asyncio.Event) -> Result:
    """``stop``: a person wants nothing more to start."""
    ground: Ground | None = None
    try:
        ground = await ground_of(context, given)
        await look_first(ground)
        await _take_up(ground)
        await _drive(ground, stop)
        issues = await look_last(ground) if any(ground.state(one.repo) in HAS_LANDED for one in ground.wanted) else []
        return _result(ground, issues)
    except Stopped as stopped:
        return Result(False, {"repos": [], "error": {"category": stopped.category, "message": str(stopped)}})
    except asyncio.CancelledError:
        for task in _tasks(ground):
            task.cancel()
        if not context.is_stopping:
            await _end(context, ground)
        raise


def _tasks(ground: Ground | None) -> list[asyncio.Task[None]]:
    if ground is None:
        return []
    return [*ground.starting.values(), *([ground.asking] if ground.asking is not None else [])]


async def _take_up(ground: Ground) -> None:
    """Where an earlier supervisor left it: runs that were started are read, those that nobody drives go on."""
    ground.remember()
    take_over(ground)
    state = ground.context.state
    known = await asyncio.to_thread(children_of, state, ground.context.run_id)
    for one in ground.wanted:
        if (landed := ground.landed_before.get(one.repo)) is not None:
            ground.readers[one.repo] = Reader(state, landed)
            _look(ground, one)
        elif one.repo in known:
            await asyncio.to_thread(take_up, state, known[one.repo])
            await _started(ground, one)
            if ground.readers[one.repo].run_id != known[one.repo]:
                _follow(ground, one, known[one.repo])
        elif one.repo not in ground.stands:
            ground.stand(one, State.WAITS, _order(ground, one))


def _order(ground: Ground, one: Wanted) -> str:
    return f"after {', '.join(ground.name(repo) for repo in one.after)}" if one.after else ""


async def _drive(ground: Ground, stop: asyncio.Event) -> None:
    """Until every repository came to its end."""
    while True:
        if stop.is_set() and not ground.is_stopped:
            ground.stop()
            ground.tell("log", _HEARD, message=_HEARD)
        await _follow_newer(ground)
        for one in ground.wanted:
            _look(ground, one)
        for one in ground.wanted:
            _go_on(ground, one)
        hold(ground)
        if all(_is_over(ground, one) for one in ground.wanted):
            return
        await asyncio.sleep(_LOOK_S)


def _look(ground: Ground, one: Wanted) -> None:
    """How far its run is."""
    reader = ground.readers.get(one.repo)
    if reader is None:
        return
    story = reader.look()
    state = ground.context.state
    if one.repo in ground.landed_before:
        # Its run may be cleared away.
        ground.stand(one, story.state if story.has_landed else State.VERIFIED, story.told if story.is_over else "")
        return
    is_left = not story.is_over and not is_driven(state, reader.run_id) and not reader.look().is_over
    ground.stand(one, story.state, _LEFT if is_left else story.told, is_left=is_left, asks=story.asks)


def _go_on(ground: Ground, one: Wanted) -> None:
    """Start it if its turn has come; say so if it never will."""
    task = ground.starting.get(one.repo)
    if task is not None:
        if task.done():
            del ground.starting[one.repo]
            task.result()
        return
    if ground.state(one.repo) is not State.WAITS:
        return
    if ground.is_stopped:
        ground.stand(one, State.STOPPED, _STOPPED)
    elif why := _barred(ground, one):
        ground.stand(one, State.STOPPED, why)
    elif ground.has_come(one):
        ground.starting[one.repo] = asyncio.create_task(_start(ground, one))


def _barred(ground: Ground, one: Wanted) -> str:
    """Why it never starts; empty as long as it may."""
    for repo in one.after:
        match ground.state(repo):
            case State.FAILED | State.STOPPED:
                return f"{ground.name(repo)} did not land"
            case State.LANDED if ground.readers[repo].story.is_over and repo not in ground.landed_before:
                return f"{ground.name(repo)} landed, but its verification failed"
            case _:
                pass
    return ""


async def _start(ground: Ground, one: Wanted) -> None:
    # What an earlier campaign landed is under everything that this one starts.
    if (one.after or ground.landed_before) and not await contracts_fit(ground, one):
        ground.stand(one, State.STOPPED, "you stopped the campaign: contracts did not fit")
        return
    try:
        await _started(ground, one)
    except OdwError as error:
        ground.stand(one, State.FAILED, str(error))


async def _started(ground: Ground, one: Wanted) -> None:
    """Start its run, at most once, and link it."""
    context = ground.context

    async def work() -> Value:
        given = child_input(ground.given, one.spec, _typed(ground, one))
        tried = ground.tried.get(one.repo, "")
        is_held = ground.given.hold_landings
        call = asyncio.to_thread(started, context.state, context.spec, one.repo, given, is_held=is_held, tried=tried)
        launching = asyncio.ensure_future(call)
        ground.launching.add(launching)
        # Who cancels the campaign now still has to end what has just begun.
        return {"run": await asyncio.shield(launching)}

    print_ = fingerprint(context.run_id, one.repo, one.sha256)
    async with ground.starts:
        value = await context.steps.step(f"start-{one.base}", "checkpoint", print_, work)
    _follow(ground, one, str(value["run"]))
    if one.repo not in ground.stands or ground.state(one.repo) is State.WAITS:
        ground.stand(one, State.RUNNING)


def _follow(ground: Ground, one: Wanted, run_id: str) -> None:
    """From now on this run is the one of that repository."""
    ground.readers[one.repo] = Reader(ground.context.state, run_id)
    link = {"key": one.base, "attempt": 1, "runtime": "odw", "thread": run_id}
    ground.tell("agent_session", f"{one.base} is odw:{run_id}", **link)


async def _follow_newer(ground: Ground) -> None:
    """A run that ended badly and that a person ran again by hand: the new one takes its place."""
    bad = [one for one in ground.wanted if ground.state(one.repo) in ENDED_BADLY and one.repo in ground.readers]
    now = asyncio.get_running_loop().time()
    if not bad or now < ground.looks_at:
        return
    ground.looks_at = now + _NEWER_S
    context = ground.context
    known = await asyncio.to_thread(children_of, context.state, context.run_id)
    newer = [one for one in bad if _is_newer(ground, one, known.get(one.repo, ""))]
    for one in newer:
        _follow(ground, one, known[one.repo])
        ground.stand(one, State.RUNNING)
    if not newer:
        return
    if ground.asking is not None:
        # What was asked about the others is another question by now.
        ground.asking.cancel()
        await asyncio.gather(ground.asking, return_exceptions=True)
        ground.asking = None
    for one in ground.wanted:
        if ground.state(one.repo) is State.STOPPED and one.repo not in ground.readers and not ground.is_stopped:
            ground.stand(one, State.WAITS, _order(ground, one))


def _is_newer(ground: Ground, one: Wanted, run_id: str) -> bool:
    """Whether another run took the place of the one that is followed, and has begun."""
    return run_id not in ("", ground.readers[one.repo].run_id) and has_begun(ground.context.state, run_id)


def _typed(ground: Ground, one: Wanted) -> RepoInput | None:
    workspace = ground.context.spec.workspace
    typed = ground.given.repos
    exact = next((found for found in typed if absolute(found.repo, workspace) == one.repo), None)
    names = (one.base, one.repo.rpartition("/")[2])
    return exact or next((found for found in typed if found.repo in names), None)


def _is_over(ground: Ground, one: Wanted) -> bool:
    reader = ground.readers.get(one.repo)
    if one.repo in ground.landed_before:
        return True
    if one.repo in ground.starting:
        return False
    return reader.story.is_over if reader is not None else ground.state(one.repo) in ENDED_BADLY


async def _end(context: Context, ground: Ground | None) -> None:
    """End every run that the campaign started, and say where each of them is then."""
    ending = asyncio.create_task(_end_all(context, ground))
    while not ending.done():
        # A cancel that comes now must not leave half of them.
        with suppress(asyncio.CancelledError):
            await asyncio.wait((ending,))
    await ending


async def _end_all(context: Context, ground: Ground | None) -> None:
    await asyncio.gather(*_tasks(ground), *(ground.launching if ground else ()), return_exceptions=True)
    known = await asyncio.to_thread(children_of, context.state, context.run_id)
    await end_all(context.state, [*known.values()], context.spec.started_by)
    if ground is None:
        return
    for one in ground.wanted:
        if one.repo in known:
            ground.readers.setdefault(one.repo, Reader(context.state, known[one.repo]))
        if one.repo in ground.readers:
            _look(ground, one)
        elif ground.stands.get(one.repo, (State.WAITS, ""))[0] is State.WAITS:
            ground.stand(one, State.STOPPED, "the campaign was cancelled")
    said = sentence(ground.wanted, ground.stands)
    ground.tell("log", said, message=said)


def _result(ground: Ground, issues: list[str]) -> Result:
    wanted, stands = ground.wanted, ground.stands
    runs = {repo: reader.run_id for repo, reader in ground.readers.items()}
    files = {repo: reader.story.files for repo, reader in ground.readers.items()}
    value = result_value(wanted, stands, runs, files, issues)
    if all(stands[one.repo][0] is State.VERIFIED for one in wanted):
        return Result(True, value)
    category = STOPPED_BY_OWNER if ground.is_stopped else CAMPAIGN_INCOMPLETE
    return Result(False, {**value, "error": {"category": category, "message": sentence(wanted, stands)}})
