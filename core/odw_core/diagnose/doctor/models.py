"""Checks of the model names that variables and files ask for: empty ones, and some that contradict each other."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.homes import model_of_home
from odw_core.diagnose.doctor.looking import is_chain, is_file, small_text
from odw_core.diagnose.doctor.wording import command, model_name
from odw_core.diagnose.doctor.world import World

WANTED = "INTERLLM_MODEL"
"""The variable that says which model a scenario batch wants."""
_RIVALS = ("OPENAI_DEFAULT_MODEL", "OPENAI_MODEL", "CODEX_MODEL")
"""Variables by which some tool chooses a model for everything."""
_OF_ONE_TOOL = ("CONVERGE_CODING_AGENT_MODEL", "CONVERGE_OPENAI_MODEL")
"""Passed on by one tool for one purpose: no contradiction, but never to be empty."""
_ASSIGNMENT = re.compile(r"\s*(?:export\s+)?([A-Z_]+)\s*=\s*(.*?)\s*$")


class Setting(NamedTuple):
    """A model name, and who asks for it."""

    source: str
    """For people: a variable, or a file."""
    variable: str
    """Empty when it is no variable of the environment."""
    value: str


def model_checks(world: World) -> Iterator[Check]:
    """All model names together, then those of each scenario project."""
    found = settings(world)
    yield from judge_models(found)
    for place in world.places:
        if is_scenario_project(place):
            yield judge_wanted(place, world)


def settings(world: World) -> list[Setting]:
    """Every model name that is asked for, from the environment, ``src/.env`` of scenario projects, Codex homes."""
    names = (WANTED, *_RIVALS, *_OF_ONE_TOOL)
    found = [Setting(name, name, world.environ[name]) for name in names if name in world.environ]
    for place in world.places:
        if is_scenario_project(place):
            file = f"{place}/src/.env"
            values = models_in(small_text(file, 65_536) or "")
            found += [Setting(f"{name} in {world.short(file)}", name, value) for name, value in values.items()]
    for home in world.codex_homes:
        if (model := model_of_home(home)) is not None:
            found.append(Setting(f"model in {world.short(home)}/config.toml", "", model))
    return found


def models_in(text: str) -> dict[str, str]:
    """The model variables that an ``.env`` file sets; nothing else of it is kept."""
    found: dict[str, str] = {}
    for line in text.splitlines():
        match = _ASSIGNMENT.match(line)
        if match and match[1] in (WANTED, *_RIVALS):
            value = match[2]
            if value[:1] in "\"'" and value[:1] and value.find(value[0], 1) > 0:
                value = value[1 : value.find(value[0], 1)]
            else:
                value = value.partition(" #")[0].strip()
            found[match[1]] = value
    return found


def judge_models(found: Sequence[Setting]) -> Iterator[Check]:
    """Empty names first, then contradictions."""
    empty = [one for one in found if not one.value.strip()]
    for one in empty:
        yield Check(
            "model_empty",
            "model name",
            Level.FAIL,
            f"{one.source} is set but empty: requests then ask for the model '' and are refused.",
            "Give it a name, or take it out.",
            command("unset", one.variable) if one.source == one.variable else None,
            subject=one.source,
        )
    named = [one for one in found if one.value.strip()]
    rivals = [one for one in named if one.variable not in _OF_ONE_TOOL]
    wanted = next((one for one in rivals if one.variable == WANTED), None)
    if wanted is not None:
        yield from _against(wanted, [one for one in rivals if one is not wanted])
    elif len({one.value.strip() for one in rivals}) > 1:
        said = ", ".join(f"{one.source} = {model_name(one.value.strip())}" for one in rivals)
        fix = "Decide on one, and name it with every call (-m), or some agent uses another model than you think."
        yield Check("model_conflict", "model names", Level.WARN, f"Different models are asked for: {said}.", fix)
    elif not empty:
        yield _agreed(named)


def _against(wanted: Setting, others: Sequence[Setting]) -> Iterator[Check]:
    """Everything that asks for another model than the wanted one."""
    name = wanted.value.strip()
    agrees = True
    for one in others:
        value = one.value.strip()
        if value == name:
            continue
        agrees = False
        is_dated = bool(re.fullmatch(re.escape(name) + r"-\d{4}[\d-]*", value))
        yield Check(
            "model_conflict",
            "model names",
            Level.WARN if is_dated else Level.FAIL,
            f"{wanted.source} wants {model_name(name)}, but {one.source} asks for {model_name(value)}.",
            "Give both the same name, or take the other one out.",
            command("unset", one.variable) if one.source == one.variable else None,
            subject=one.source,
        )
    if agrees:
        yield _agreed([wanted, *others])


def _agreed(named: Sequence[Setting]) -> Check:
    if not named:
        detail = "No variable and no configuration asks for a model; each agent uses its own."
    else:
        said = ", ".join(f"{one.source} = {model_name(one.value.strip())}" for one in named)
        detail = f"Nothing contradicts: {said}."
    return Check("model_conflict", "model names", Level.PASS, detail)


def is_scenario_project(place: str) -> bool:
    """Whether a batch of scenarios is run from there: its template says so."""
    return any(
        is_chain(place, folder) and is_file(f"{place}/{folder}/{name}")
        for folder, name in (("input", "prompt_template.txt"), ("src", "prompt_template_base.txt"))
    )


def judge_wanted(place: str, world: World) -> Check:
    """Whether the ``.env`` of a scenario project says which model it wants."""
    file = f"{place}/src/.env"
    shown = world.short(file)
    value = models_in(small_text(file, 65_536) or "").get(WANTED)
    if value is not None and value.strip():
        detail = f"{shown} sets {WANTED} to {model_name(value.strip())}."
        return Check("scenario_model", "scenario model", Level.PASS, detail, subject=place)
    said = "sets it to nothing" if value is not None else "does not set it"
    detail = f"{shown} {said}: {WANTED} decides which model a scenario batch asks for."
    fix = f"Write {WANTED}=NAME into that file."
    level = Level.WARN if value is None and world.environ.get(WANTED, "").strip() else Level.FAIL
    return Check("scenario_model", "scenario model", level, detail, fix, subject=place)
