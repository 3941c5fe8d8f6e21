"""Preflight of a batch: everything that must hold before its first scenario, one row each. Looks only; the one file it
writes is a probe that it takes away again."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from odw_core.agents.codex_program import native_program
from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.homes import model_of_home, sessions_check
from odw_core.diagnose.doctor.models import WANTED, Setting, judge_models
from odw_core.diagnose.doctor.world import World
from odw_core.engines.loose import integer, text
from odw_core.engines.scenario.names import run_address
from odw_core.engines.scenario.records import SCENARIO_START, decode
from odw_core.errors import OdwError
from odw_core.files.safe_open import read_regular
from odw_core.paths import user_paths
from odw_core.runs.below import NoFolder, opened
from odw_core.text.ansi import one_line
from odw_core.workflows.scenario_batch.executor import Executor
from odw_core.workflows.scenario_batch.folders import content, newer_files, probe
from odw_core.workflows.scenario_batch.given import ScenarioBatchInput
from odw_core.workflows.scenario_batch.log import FOLDER as LOGS
from odw_core.workflows.scenario_batch.sources import Sources, env_models
from odw_core.workflows.scenario_batch.template import has_placeholder, named_commands, template_troubles

SANDBOX = "workspace-write"
"""What every agent of a batch works in."""
SCENARIOS, TEMPLATE, NEWER, OUTPUTS, MODEL = "scenarios", "template", "outputs_newer", "outputs", "scenario_model"
NEVER_FORCED = (SCENARIOS, TEMPLATE, NEWER, MODEL)
"""What fails of these keeps a batch from beginning whatever ``force`` says: there is nothing to begin, or something
would be lost that nobody agreed to lose."""
_LEAST_FREE = 1 << 30
_LOGS_LOOKED_AT, _LOG_BYTES = 50, 1 << 22
_NAMED = 3
_INSTALL = "Install Codex, or name its program."
_RIVALS = ("OPENAI_DEFAULT_MODEL", "OPENAI_MODEL", "CODEX_MODEL")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a batch is about to start, and with what."""

    root: str
    """The root of the repository, absolute."""
    home: str
    """The Codex home."""
    program: str | None
    """The Codex program; None for the one on PATH."""
    environ: Mapping[str, str]
    now: float


@dataclass(frozen=True, slots=True)
class Asked:
    """What the executor itself answered; it takes a second or two."""

    version: Check
    write_trouble: str | None
    """Why the outputs cannot be written in the sandbox; None when nobody could try."""
    tools: Check | None


def ask_executor(given: ScenarioBatchInput, place: Place) -> Asked:
    """Rows 3, 5 and 8, as far as only Codex can answer them."""
    try:
        program = native_program(place.program, place.environ)
    except OdwError as error:
        return Asked(Check("executor", "executor", Level.FAIL, str(error)), None, None)
    executor = Executor(program, place.home, place.root, place.environ)
    said, trouble = executor.version()
    if trouble:
        return Asked(Check("executor", "executor", Level.FAIL, f"codex --version: {trouble}.", _INSTALL), None, None)
    version = Check("executor", "executor", Level.PASS, f"{said}: {program}")
    return Asked(version, executor.write_trouble(given.outputs, SANDBOX), _listed_tools(executor))


def examined(
    given: ScenarioBatchInput, sources: Sources, place: Place, ask: Callable[[ScenarioBatchInput, Place], Asked]
) -> tuple[Check, ...]:
    """Every check, in the order of the list they come from. ``ask`` is ``ask_executor``, or remembers what it said."""
    asked = ask(given, place) if given.agent == "codex" else None
    return (
        *_models(given, sources, place),
        *_outputs(given, place, asked),
        *_smoke(given),
        *_executor(given, sources, place, asked),
        *_sources(given, sources, place),
        *_room(given, place),
        *_tools(asked),
    )


def refusals(checks: tuple[Check, ...], *, is_forced: bool) -> tuple[Check, ...]:
    """What keeps the batch from beginning."""
    failed = (one for one in checks if one.level is Level.FAIL)
    return tuple(one for one in failed if not is_forced or one.id in NEVER_FORCED)


def _models(given: ScenarioBatchInput, sources: Sources, place: Place) -> Iterator[Check]:
    """Rows 1 and 2: the model that is wanted, and everything that asks for another one."""
    own = env_models(given, place.root)
    said, file = own.get(WANTED), given.env_file
    fix = f"Write {WANTED}=NAME into {file}."
    if said is not None and not said.strip():
        detail = f"{file} sets {WANTED} to nothing: requests then ask for the model '' and are refused."
        yield Check(MODEL, "wanted model", Level.FAIL, detail, fix)
    elif not sources.model:
        detail = f"{file} does not set {WANTED}, and no model was given: it decides which model a batch asks for."
        yield Check(MODEL, "wanted model", Level.FAIL, detail, f"{fix} Or give one: --set model=NAME.")
    elif said is None:
        detail = f"{file} does not set {WANTED}; {sources.model} is passed on every call."
        yield Check(
            "model_file", "wanted model", Level.WARN, detail, f"{fix} Other tools of the project read it there."
        )
    elif said.strip() != sources.model:
        detail = f"{file} sets {WANTED} to {one_line(said.strip(), 80)}, and {sources.model} was given."
        yield Check("model_file", "wanted model", Level.FAIL, detail, "Give both the same name, or leave model out.")
    else:
        yield Check(MODEL, "wanted model", Level.PASS, f"{file} sets {WANTED} to {sources.model}.")
    if not sources.model:
        return
    found = [Setting("the wanted model", WANTED, sources.model)]
    found += [Setting(name, name, place.environ[name]) for name in (WANTED, *_RIVALS) if name in place.environ]
    found += [Setting(f"{name} in {file}", name, value) for name, value in own.items() if name != WANTED]
    if given.agent == "codex" and (model := model_of_home(place.home)) is not None:
        found.append(Setting("the configuration of Codex", "", model))
    yield from judge_models(found)


def _outputs(given: ScenarioBatchInput, place: Place, asked: Asked | None) -> Iterator[Check]:
    """Row 3: the folder is there, can be written in the sandbox that is used, and holds nothing that is newer."""
    shown = f"{given.outputs}/"
    inside = [one for one in (given.scenarios, given.template, given.env_file) if _is_below(one, given.outputs)]
    if inside:
        detail = f"{inside[0]} lies in {shown}, which is cleared at the start."
        yield Check(NEWER, "outputs", Level.FAIL, detail, "Keep inputs and outputs apart.")
    try:
        folder = opened(place.root, given.outputs)
    except NoFolder as error:
        yield Check(OUTPUTS, "outputs", Level.FAIL, str(error), f"Make it: mkdir -p {given.outputs}")
        return
    try:
        try:
            probe(folder)
        except OSError as error:
            detail = f"{shown} cannot be written: {(error.strerror or 'unknown reason').lower()}."
            yield Check(OUTPUTS, "outputs", Level.FAIL, detail, "Mend its owner and mode.")
        else:
            yield _written_by_executor(given, asked)
        if not given.only:
            yield _newer(given, folder, place.root)
    finally:
        os.close(folder)


def _written_by_executor(given: ScenarioBatchInput, asked: Asked | None) -> Check:
    """A command in the sandbox that the agent will have writes there, too."""
    shown, trouble = f"{given.outputs}/", asked.write_trouble if asked is not None else None
    if trouble:
        detail = f"{shown} cannot be written in the sandbox {SANDBOX}: {trouble}."
        return Check(OUTPUTS, "outputs", Level.FAIL, detail, "Look at the owner of the folder, and at codex sandbox.")
    tried = f", also in the sandbox {SANDBOX}" if trouble == "" else ""
    return Check(OUTPUTS, "outputs", Level.PASS, f"{shown} can be written{tried}.")


def _newer(given: ScenarioBatchInput, folder: int, root: str) -> Check:
    since = last_batch_ns(root)
    newer = [one_line(name, 80) for name in newer_files(folder, since or 0)]
    shown = f"{given.outputs}/"
    if not newer:
        count = len(content(folder))
        said = f"{shown} is cleared: {count} {'entry' if count == 1 else 'entries'} of the last batch." if count else ""
        return Check(NEWER, "what is cleared", Level.PASS, said or f"{shown} is empty.")
    named = ", ".join(newer[:_NAMED]) + (f" and {len(newer) - _NAMED} more" if len(newer) > _NAMED else "")
    than = "the last batch" if since is not None else "any batch that left a log"
    what = f"{shown} holds what is newer than {than}: {named}"
    if given.clears:
        return Check(NEWER, "what is cleared", Level.WARN, f"{what}; it is cleared, as you said.")
    fix = "Put it away, or say that it may go: --set clears=true."
    return Check(NEWER, "what is cleared", Level.FAIL, f"{what}; the start would clear it.", fix)


def last_batch_ns(root: str) -> int | None:
    """When the log of the last batch that reached a scenario was written, in nanoseconds since 1970."""
    try:
        folder = opened(root, LOGS)
    except NoFolder:
        return None
    try:
        names = [name for name in reversed(content(folder)) if run_address(name)]
    finally:
        os.close(folder)
    for name in names[:_LOGS_LOOKED_AT]:
        path = Path(root, LOGS, name)
        try:
            # One that was refused cleared nothing, and says nothing about what is newer.
            if SCENARIO_START.encode() in read_regular(path, _LOG_BYTES):
                return path.lstat().st_mtime_ns
        except (OSError, ValueError):
            continue
    return None


def _smoke(given: ScenarioBatchInput) -> Iterator[Check]:
    """Row 4."""
    said = "The first scenario goes alone; the others begin if it wrote its file."
    offered = "Not asked for; --set smoke=true lets the first scenario go alone."
    yield Check("smoke", "smoke run", Level.PASS, said if given.smoke else offered)


def _executor(given: ScenarioBatchInput, sources: Sources, place: Place, asked: Asked | None) -> Iterator[Check]:
    """Row 5: who works, and the commands that the prompt speaks of."""
    if asked is not None:
        yield asked.version
    else:
        script = Path(place.root, given.script or "")
        if script.is_file():
            yield Check("executor", "executor", Level.PASS, f"The scripted agent plays {script}.")
        else:
            detail = f"{script} is not there; the scripted agent plays it."
            yield Check("executor", "executor", Level.FAIL, detail, "Name another one: --script FILE.")
    path = place.environ.get("PATH")
    missing = [name for name in named_commands(sources.template) if shutil.which(name, path=path) is None]
    if missing:
        detail = f"The template names {', '.join(missing[:_NAMED])}, which is not on PATH."
        yield Check("commands", "commands", Level.WARN, detail, "Install what is missing, or correct the template.")
    else:
        yield Check("commands", "commands", Level.PASS, "Every command that the template names is on PATH.")


def _sources(given: ScenarioBatchInput, sources: Sources, place: Place) -> Iterator[Check]:
    """Row 6: the list, the template, and whether that is still the one that was delivered."""
    yield from _list(given, sources, place)
    trouble = sources.template_trouble
    if trouble or (troubles := template_troubles(sources.template)):
        detail = trouble or f"{given.template}, {'; '.join(troubles[:_NAMED])}"
        yield Check(TEMPLATE, "template", Level.FAIL, f"{detail}.", "Correct it, or name another one.")
        return
    if not has_placeholder(sources.template, "output_path"):
        detail = f"{given.template} never says {{output_path}}, so no agent knows where to write."
        yield Check("template_path", "template", Level.WARN, detail, "Put {output_path} into it.")
    else:
        yield Check(TEMPLATE, "template", Level.PASS, f"{given.template} can be filled in.")
    yield _baseline(given, sources, place)


def _list(given: ScenarioBatchInput, sources: Sources, place: Place) -> Iterator[Check]:
    fix = "A scenario is a heading of the deepest level that repeats, else an item of an ordered list, else a bullet."
    if sources.list_trouble:
        above = [str(one) for one in Path(place.root).parents if (one / given.scenarios).is_file()]
        hint = f"It is below {above[0]}: odw-tui --root {above[0]} start scenario-batch" if above else ""
        yield Check(
            SCENARIOS, "scenarios", Level.FAIL, f"{sources.list_trouble}.", hint or "Name it: --set scenarios=FILE."
        )
        return
    if not sources.statements:
        yield Check(SCENARIOS, "scenarios", Level.FAIL, f"{given.scenarios} holds no scenario.", fix)
        return
    unknown = [index for index in given.only if index > sources.count]
    count = f"{sources.count} scenario{'' if sources.count == 1 else 's'}"
    if unknown:
        detail = f"{given.scenarios} has {count}, and no number {unknown[0]}."
        yield Check(SCENARIOS, "scenarios", Level.FAIL, detail, "Take the number out of only.")
        return
    planned = len(sources.planned(given))
    said = "" if planned == sources.count else f", of which {planned} {'is' if planned == 1 else 'are'} gone through"
    yield Check(SCENARIOS, "scenarios", Level.PASS, f"{given.scenarios} has {count}{said}.")
    yield from _changed(given, sources, place)
    if sources.warnings:
        more = f" (and {len(sources.warnings) - 1} more)" if len(sources.warnings) > 1 else ""
        detail = f"{given.scenarios}, {sources.warnings[0]}{more}."
        yield Check("scenario_list", "scenarios", Level.WARN, detail, "Look at the list.")


def _changed(given: ScenarioBatchInput, sources: Sources, place: Place) -> Iterator[Check]:
    """Whether the numbers still mean what they meant in the batch that is gone on with."""
    if not (given.only and given.repeats):
        return
    before = _titles(place.root, given.repeats.rpartition(":")[2])
    for one in sources.planned(given):
        if one.index in before and before[one.index] != one.title:
            was, now = one_line(before[one.index], 80), one_line(one.title, 80)
            detail = f"Scenario {one.index} was {was!r} in {given.repeats}, and is {now!r} now."
            fix = "Look at the list: with other numbers, files of other scenarios would be written over."
            yield Check("scenarios_changed", "scenarios", Level.FAIL, detail, fix)
            return


def _titles(root: str, item: str) -> dict[int, str]:
    """What each number was in a log."""
    try:
        data = read_regular(Path(root, LOGS, f"{item}.log"), 1 << 31) if run_address(f"{item}.log") else b""
    except (OSError, ValueError):
        return {}
    found = (decode(line) for line in data.split(b"\n") if line)
    started = (one.fields for one in found if one is not None and one.type == SCENARIO_START)
    return {index: text(one, "title") for one in started if (index := integer(one, "index")) is not None}


def _baseline(given: ScenarioBatchInput, sources: Sources, place: Place) -> Check:
    try:
        baseline = read_regular(Path(place.root, given.baseline), 1 << 24).decode("utf-8-sig", "replace")
    except (OSError, ValueError):
        return Check("baseline", "baseline", Level.PASS, f"{given.baseline} is not there to compare with.")
    if baseline.replace("\r\n", "\n") == sources.template:
        return Check("baseline", "baseline", Level.PASS, f"The template is as in {given.baseline}.")
    return Check("baseline", "baseline", Level.PASS, f"The template differs from {given.baseline}.")


def _room(given: ScenarioBatchInput, place: Place) -> Iterator[Check]:
    """Row 7: where logs and sessions go, and how much the disk still takes."""
    yield _logs(place.root)
    if given.agent == "codex":
        world = World(
            environ=place.environ,
            places=(),
            codex_homes=(place.home,),
            own=user_paths(place.environ),
            now=place.now,
            user=os.geteuid(),
        )
        yield sessions_check(place.home, world)
    free = shutil.disk_usage(place.root).free
    level = Level.WARN if free < _LEAST_FREE else Level.PASS
    fix = "Make room on that disk." if level is Level.WARN else ""
    yield Check("disk", "disk", level, f"{free / (1 << 30):,.1f} GiB are free for {place.root}.", fix)


def _logs(root: str) -> Check:
    try:
        folder = opened(root, LOGS)
    except NoFolder as error:
        if not Path(root, LOGS).exists() and not Path(root, LOGS).is_symlink() and os.access(root, os.W_OK | os.X_OK):
            return Check("logs", "logs", Level.PASS, f"{LOGS}/ is made at the start.")
        return Check("logs", "logs", Level.FAIL, str(error), f"Make {LOGS} a folder that you can write.")
    try:
        probe(folder)
    except OSError as error:
        detail = f"{LOGS}/ cannot be written: {(error.strerror or 'unknown reason').lower()}."
        return Check("logs", "logs", Level.FAIL, detail, "Mend its owner and mode.")
    finally:
        os.close(folder)
    return Check("logs", "logs", Level.PASS, f"{LOGS}/ can be written.")


def _tools(asked: Asked | None) -> Iterator[Check]:
    """Row 8."""
    if asked is None:
        yield Check("tools", "tool server", Level.PASS, "The scripted agent has none.")
    elif asked.tools is not None:
        yield asked.tools


def _listed_tools(executor: Executor) -> Check:
    began = time.monotonic()
    servers, tools, trouble = executor.tools()
    if trouble:
        fix = "Mend that server, or take it out of the configuration of Codex."
        return Check("tools", "tool server", Level.FAIL, f"The tools of Codex: {trouble}.", fix)
    counted = f"{servers} tool server{'' if servers == 1 else 's'} with {tools} tools" if servers else "no tool server"
    detail = f"Codex answered in {time.monotonic() - began:.1f} s; it has {counted}."
    return Check("tools", "tool server", Level.PASS, detail)


def _is_below(path: str, folder: str) -> bool:
    return PurePosixPath(folder) in PurePosixPath(os.path.normpath(path)).parents
