"""Checks of Codex homes: can sessions be saved, is the configuration sound. Never opens a file that holds secrets."""

from __future__ import annotations

import os
import re
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.looking import (
    Reach,
    folders_in,
    is_mine,
    is_there,
    names_in,
    nearest_there,
    reach,
    small_text,
)
from odw_core.diagnose.doctor.wording import command, counted, model_name
from odw_core.diagnose.doctor.world import World

_POSITION = re.compile(r"at line (\d+), column (\d+)")
_BUILT_IN_PROVIDERS = frozenset({"openai", "oss", "ollama", "ollama-chat", "lmstudio", "amazon-bedrock"})
_NAME_OF_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,80}")
_Say = Callable[..., Check]
_STATE_DATABASE = re.compile(r"state_\d+\.sqlite")


def home_checks(world: World) -> Iterator[Check]:
    """Every Codex home in turn."""
    for home in world.codex_homes:
        if is_folder_or_link(home):
            yield sessions_check(home, world)
            yield from _database_checks(home, world)
            yield config_check(home, world)
        else:
            yield _no_home(home, world)


def is_folder_or_link(path: str) -> bool:
    """A home may be a link: a person chose it, no file did."""
    return os.path.isdir(path)  # noqa: PTH112


def _no_home(home: str, world: World) -> Check:
    is_asked_for = world.environ.get("CODEX_HOME", "").rstrip("/") == home.rstrip("/")
    detail = f"There is no Codex home at {world.short(home)}, so no Codex sessions are shown."
    if not is_asked_for:
        return Check("codex_home", "Codex home", Level.INFO, detail, subject=home)
    fix = "CODEX_HOME names it, and Codex does not start without it; make the folder or unset the variable."
    return Check("codex_home", "Codex home", Level.WARN, detail, fix, command("mkdir", "-p", home), subject=home)


def sessions_check(home: str, world: World) -> Check:
    """Whether Codex can save a session: the folder of today, or the nearest one above it that is there."""
    sessions = f"{home}/sessions"
    today = f"{sessions}/{time.strftime('%Y/%m/%d', time.localtime(world.now))}"
    for path in _steps(home, today):
        if (found := reach(path, world)) not in (Reach.WRITABLE, Reach.FOREIGN):
            return judge_sessions(path, found, world)
    shown = sessions if is_there(sessions) else home
    return judge_sessions(shown, reach(nearest_there(today), world), world, days=_days_in(sessions))


def _steps(home: str, today: str) -> Iterator[str]:
    """Every folder from the home to that of today that is there already, and matters for writing."""
    path = home
    for name in today[len(home) + 1 :].split("/"):
        above, path = path, f"{path}/{name}"
        if not is_there(path):
            yield above
            return
        if name == "sessions":
            yield path
    yield path


def _days_in(sessions: str) -> int:
    return sum(
        len(folders_in(f"{sessions}/{year}/{month}"))
        for year in folders_in(sessions)
        for month in folders_in(f"{sessions}/{year}")
    )


def judge_sessions(path: str, found: Reach, world: World, *, days: int = 0) -> Check:
    """What it means that ``path``, on the way to the sessions of today, can be reached like that."""
    name, shown = "Codex sessions", world.short(path)
    user = str(world.user)

    def failed(detail: str, fix: str, do: str | None) -> Check:
        return Check("codex_sessions", name, Level.FAIL, detail, fix, do, subject=path)

    match found:
        case Reach.WRITABLE:
            kept = f"; sessions of {counted(days, 'day')} are there" if days else ""
            return Check("codex_sessions", name, Level.PASS, f"{shown} can be written{kept}.", subject=path)
        case Reach.FOREIGN:
            detail = f"{shown} can be written, but it belongs to somebody else."
            fix = "Codex works as you are now; give it to the user who runs Codex if that is another one."
            return Check("codex_sessions", name, Level.WARN, detail, fix, _own(path, user), subject=path)
        case Reach.MISSING:
            detail = f"{shown} is not there yet: nobody has logged in to Codex here."
            return Check("codex_sessions", name, Level.WARN, detail, "Log in.", "codex login", subject=path)
        case Reach.NO_FOLDER:
            fix = "Move the file away; Codex makes the folder anew."
            return failed(f"{shown} is no folder, so no session can be saved.", fix, command("mv", path, f"{path}.old"))
        case Reach.READ_ONLY_DISK:
            fix = "Mount it writable, or set CODEX_HOME to a folder that is."
            return failed(f"{shown} lies on a disk that is mounted for reading only.", fix, None)
        case Reach.LOCKED:
            detail = f"{shown} is not writable: its mode lets nobody write."
            return failed(detail, "Give the owner the right to write.", command("chmod", "u+rwx", path))
        case Reach.CLOSED if is_mine(path, world):
            detail = f"{shown} is not writable for you: planning and sessions fail or are not saved."
            return failed(detail, "Give yourself the right to write.", command("chmod", "u+rwx", path))
        case _:
            detail = f"{shown} is not writable: it belongs to somebody else, so sessions fail or are not saved."
            return failed(detail, "Give yourself the folder.", _own(path, user))


def _own(path: str, user: str) -> str | None:
    return command("sudo", "chown", "-R", user, path)


def _database_checks(home: str, world: World) -> Iterator[Check]:
    for name in names_in(home):
        path = f"{home}/{name}"
        if _STATE_DATABASE.fullmatch(name) and not world.may(path, os.W_OK):
            yield Check(
                "codex_state_db",
                "Codex state",
                Level.WARN,
                f"{world.short(path)} is not writable, so Codex forgets what it knew about sessions.",
                "Give yourself the file.",
                command("chmod", "u+rw", path) if is_mine(path, world) else _own(path, str(world.user)),
                subject=path,
            )


def config_check(home: str, world: World) -> Check:
    """Whether Codex can read its ``config.toml``; of a wrong one only the position is told."""
    path = f"{home}/config.toml"
    shown = world.short(path)

    def check(level: Level, detail: str, fix: str = "", do: str | None = None) -> Check:
        return Check("codex_config", "Codex config", level, detail, fix, do, subject=path)

    if not is_there(path):
        return check(Level.PASS, f"{shown} is not there; Codex uses its defaults.")
    if not world.may(path, os.R_OK):
        do = command("chmod", "u+r", path) if is_mine(path, world) else _own(path, str(world.user))
        return check(Level.FAIL, f"{shown} cannot be read, so Codex does not start.", "Make it readable.", do)
    text = small_text(path)
    if text is None:
        return check(Level.INFO, f"{shown} is no plain file and is not looked at.")
    try:
        config = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        at = _POSITION.search(str(error))
        line, column = (at[1], at[2]) if at else (str(text.count("\n") + 1), "1")
        fix = "Correct that line; Codex does not start before."
        do = command("${EDITOR:-vi}", f"+{line}", path)
        do = do.replace("'${EDITOR:-vi}'", '"${EDITOR:-vi}"') if do else None
        return check(Level.FAIL, f"{shown} is not valid TOML at line {line}, column {column}.", fix, do)
    return _judged_config(config, shown, world.environ, check)


def _judged_config(config: Mapping[str, Any], shown: str, environ: Mapping[str, str], check: _Say) -> Check:
    provider = config.get("model_provider")
    defined = config.get("model_providers")
    defined = defined if isinstance(defined, dict) else {}
    if isinstance(provider, str) and provider not in defined and provider not in _BUILT_IN_PROVIDERS:
        fix = "Define it there as [model_providers.NAME], or name another one."
        return check(Level.WARN, f"{shown} names a model provider that it does not define.", fix)
    one = defined.get(provider) if isinstance(provider, str) else None
    variable = one.get("env_key") if isinstance(one, dict) else None
    if isinstance(variable, str) and _NAME_OF_VARIABLE.fullmatch(variable) and not environ.get(variable):
        fix = f"Export {variable} where Codex is started."
        return check(Level.WARN, f"The model provider of {shown} needs {variable}, which is not set here.", fix)
    model = configured_model(config)
    return check(Level.PASS, f"{shown} is sound{f'; its model is {model_name(model)}' if model else ''}.")


def model_of_home(home: str) -> str | None:
    """The model that the configuration of a home asks for; None when it names none or cannot be read."""
    text = small_text(f"{home}/config.toml")
    try:
        return None if text is None else configured_model(tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        return None


def configured_model(config: Mapping[str, Any]) -> str | None:
    """``model``, or that of the profile that is chosen."""
    profiles, chosen = config.get("profiles"), config.get("profile")
    profile = profiles.get(chosen) if isinstance(profiles, dict) and isinstance(chosen, str) else None
    model = profile.get("model", config.get("model")) if isinstance(profile, dict) else config.get("model")
    return model if isinstance(model, str) else None
