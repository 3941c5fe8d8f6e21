"""Checks of what runs are started with: programs on PATH, the settings of Converge, the folders of scenario batches."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.coordination import last_run_checks, plan_mode_check, tracing_check
from odw_core.diagnose.doctor.looking import Reach, is_file, is_folder, is_mine, reach, small_text
from odw_core.diagnose.doctor.models import is_scenario_project
from odw_core.diagnose.doctor.wording import command
from odw_core.diagnose.doctor.world import World
from odw_core.text.ansi import one_line

_PROGRAMS = (
    ("codex", Level.WARN, "Codex sessions cannot be started, and Converge plans by rule of thumb"),
    ("git", Level.WARN, "worktrees cannot be made and patches cannot land"),
    ("rg", Level.INFO, "agents search more slowly"),
    ("node", Level.INFO, "ODW cannot run its workflows"),
    ("odw", Level.INFO, "ODW runs cannot be started; they are shown all the same"),
    ("converge", Level.INFO, "Converge runs cannot be started; they are shown all the same"),
    ("pandacode", Level.INFO, "PandaCode sessions cannot be started; they are shown all the same"),
)
_INSTALL = {"codex": "npm install -g @openai/codex"}
_QUEUES = ("redis", "sqs")


def program_checks(world: World) -> Iterator[Check]:
    """Whether the programs of the agents are there. None is started: even to say its version, Codex writes files."""
    for name, level, without in _PROGRAMS:
        path = world.which(name)
        if path is None:
            detail = f"{name} is not on PATH: {without}."
            yield Check(
                f"program_{name}", name, level, detail, "Install it, or add its folder to PATH.", _INSTALL.get(name)
            )
        else:
            version = codex_version(path) if name == "codex" else None
            said = f"It is {world.short(path)}{f', version {version}' if version else ''}."
            yield Check(f"program_{name}", name, Level.PASS, said)


def codex_version(path: str) -> str | None:
    """What the package says that the program is part of; None when it was installed in another way."""
    for folder in Path(os.path.realpath(path)).parents[:2]:
        try:
            package = json.loads(small_text(str(folder / "package.json")) or "")
        except ValueError:
            continue
        if isinstance(package, dict) and isinstance(version := package.get("version"), str):
            return one_line(version, 40)
    return None


def converge_checks(world: World) -> Iterator[Check]:
    """Settings of Converge that do not do what they seem to; nothing when it is not used here."""
    environ = world.environ
    is_used = any(is_folder(f"{place}/.converge") for place in world.places)
    if not is_used and not any(name.startswith("CONVERGE_") for name in environ):
        return
    found = False
    settings = (_agent_check(world), _queue_check(world), _split_check(world), _checkpoint_check(world))
    calling = (plan_mode_check(environ), tracing_check(environ))
    for check in (*settings, *calling, *last_run_checks(world)):
        if check is not None:
            found = True
            yield check
    if not found:
        yield Check("converge", "Converge", Level.PASS, "Its settings are sound.")


def _agent_check(world: World) -> Check | None:
    path = world.environ.get("CONVERGE_CODING_AGENT_PATH")
    if path is None or world.which(path) is not None:
        return None
    detail = "CONVERGE_CODING_AGENT_PATH names a program that is not there, so Converge plans by rule of thumb."
    fix = "Name the program, or take the variable out."
    return Check("converge_agent", "Converge", Level.WARN, detail, fix, command("unset", "CONVERGE_CODING_AGENT_PATH"))


def _queue_check(world: World) -> Check | None:
    backend = world.environ.get("CONVERGE_QUEUE_BACKEND", "")
    if backend not in _QUEUES:
        return None
    detail = f"CONVERGE_QUEUE_BACKEND is {backend}, which Converge only pretends to have: its worker stops at once."
    return Check(
        "converge_queue", "Converge", Level.WARN, detail, "Use db.", command("export", "CONVERGE_QUEUE_BACKEND=db")
    )


def _split_check(world: World) -> Check | None:
    if world.environ.get("OPENAI_API_KEY") and not world.environ.get("CONVERGE_NO_LLM"):
        return None
    why = "CONVERGE_NO_LLM is set" if world.environ.get("CONVERGE_NO_LLM") else "OPENAI_API_KEY is not set"
    detail = f"{why}, so Converge splits responsibilities by rule of thumb."
    return Check("converge_split", "Converge", Level.INFO, detail, "Nothing is to be done if you want it so.")


def _checkpoint_check(world: World) -> Check | None:
    if not world.environ.get("SQLALCHEMY_DATABASE_URI", "").startswith("sqlite"):
        return None
    detail = "With SQLite Converge cannot open its checkpoints unless its folder holds one that is called 'sqlite:'."
    fix = "Answers to its questions start the run anew; that is how it is."
    return Check("converge_checkpoints", "Converge", Level.INFO, detail, fix)


def scenario_checks(world: World) -> Iterator[Check]:
    """Whether scenario batches can write what they must, and which template they use."""
    for place in world.places:
        if not is_scenario_project(place):
            continue
        for name, without in (("outputs", "no answer can be saved"), ("logs", "no run leaves a log")):
            yield judge_scenario_folder(f"{place}/{name}", name, without, reach(f"{place}/{name}", world), world)
        if (check := _template_check(place, world)) is not None:
            yield check


def judge_scenario_folder(path: str, name: str, without: str, found: Reach, world: World) -> Check:
    """``found`` is how the folder can be reached."""
    title, shown = f"scenario {name}", world.short(path)
    match found:
        case Reach.WRITABLE | Reach.FOREIGN:
            return Check(f"scenario_{name}", title, Level.PASS, f"{shown} can be written.", subject=path)
        case Reach.MISSING:
            level = Level.FAIL if name == "outputs" else Level.WARN
            detail = f"{shown} is not there, so {without}."
            return Check(f"scenario_{name}", title, level, detail, "Make it.", command("mkdir", path), subject=path)
        case Reach.NO_FOLDER:
            detail = f"{shown} is no folder, so {without}."
            do = command("mv", path, f"{path}.old")
            return Check(f"scenario_{name}", title, Level.FAIL, detail, "Move the file away.", do, subject=path)
        case Reach.READ_ONLY_DISK:
            detail = f"{shown} lies on a disk that is mounted for reading only, so {without}."
            return Check(f"scenario_{name}", title, Level.FAIL, detail, "Mount it writable.", subject=path)
        case _:
            is_own = is_mine(path, world)
            do = command("chmod", "u+rwx", path) if is_own else command("sudo", "chown", "-R", str(world.user), path)
            detail = f"{shown} is not writable, so {without}."
            return Check(f"scenario_{name}", title, Level.FAIL, detail, "Make it writable.", do, subject=path)


def _template_check(place: str, world: World) -> Check | None:
    own, base = f"{place}/input/prompt_template.txt", f"{place}/src/prompt_template_base.txt"
    if not (is_file(own) and is_file(base)):
        return None
    if small_text(own) == small_text(base):
        detail = f"{world.short(own)} is the baseline, unchanged."
        return Check("scenario_template", "scenario template", Level.PASS, detail, subject=place)
    detail = f"{world.short(own)} differs from the baseline in src."
    do = command("diff", "-u", base, own)
    return Check("scenario_template", "scenario template", Level.INFO, detail, "See what was changed.", do, place)
