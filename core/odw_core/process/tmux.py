"""Talks to tmux: which panes there are, going to one, a new window. Only when somebody asks; starts no server."""

from __future__ import annotations

import os
import shlex
import stat
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from odw_core.model.whereabouts import Pane

_PATIENCE_S = 2.0
_FORM = "#{pane_tty} #{pane_id} #{session_name}:#{window_index}.#{pane_index}"
_IN_FOLDER = 'cd -- "$1" || exit; shift; exec "$@"'


def own_socket(environ: Mapping[str, str]) -> str | None:
    """The socket of the tmux that this environment is in; None outside, and for what is no socket of this user."""
    path = environ.get("TMUX", "").rsplit(",", 2)[0]
    try:
        found = Path(path).stat() if path else None
    except (OSError, ValueError):
        return None
    return path if found is not None and stat.S_ISSOCK(found.st_mode) and found.st_uid == os.getuid() else None


def panes(socket: str | None, environ: Mapping[str, str]) -> tuple[Pane, ...]:
    """Every pane of a server; none where no server is, or no tmux."""
    told, _ = _tmux(socket, environ, "list-panes", "-a", "-F", _FORM)
    found = (line.split(" ", 2) for line in told.splitlines())
    return tuple(Pane(socket, words[1], words[0], words[2]) for words in found if len(words) == 3)


def passthrough(environ: Mapping[str, str]) -> str | None:
    """Whether the tmux that this environment is in hands on what is meant for its terminal: ``on``, ``all``, ``off``;
    None outside of one and when it does not say."""
    own = own_socket(environ)
    if own is None:
        return None
    told, _ = _tmux(own, environ, "show-options", "-Apv", "allow-passthrough")
    return told.strip() or None


def can_go_to(pane: Pane, environ: Mapping[str, str]) -> bool:
    """Whether this terminal can be switched to that pane: both are of one tmux server."""
    own = own_socket(environ)
    return own is not None and (
        pane.socket == own or any(one.id == pane.id and one.tty == pane.tty for one in panes(own, environ))
    )


def go_to(pane: Pane, environ: Mapping[str, str]) -> str | None:
    """Switch this terminal's client to the pane; why it failed, None when it did not."""
    own = own_socket(environ)
    steps = (
        *("select-window", "-t", pane.id, ";"),
        *("select-pane", "-t", pane.id, ";"),
        "switch-client",
        "-t",
        pane.id,
    )
    _, error = _tmux(own, environ, *steps)
    return error


def attaching(pane: Pane) -> str:
    """What to type in a shell to see that pane."""
    server = [] if pane.socket is None else ["-S", pane.socket]
    return shlex.join(["tmux", *server, "attach", "-t", pane.target])


def in_folder(words: Sequence[str], folder: str) -> str:
    """What to type in a shell to start a program in a folder."""
    return f"cd -- {shlex.quote(folder)} && {shlex.join(words)}"


def open_window(words: Sequence[str], folder: str, name: str, environ: Mapping[str, str]) -> str | None:
    """Start a program in a new window of this terminal's tmux, word by word; why it failed, None when it did not.

    The folder is no option of tmux, which would take ``#(…)`` in it for a command to run.
    """
    run = ["sh", "-c", _IN_FOLDER, "sh", folder, *words]
    _, error = _tmux(own_socket(environ), environ, "new-window", "-n", name, "--", *map(_literal, run))
    return error


def _literal(word: str) -> str:
    """tmux ends a command at a word that ends with ``;``."""
    return f"{word[:-1]}\\;" if word.endswith(";") else word


def _tmux(socket: str | None, environ: Mapping[str, str], *words: str) -> tuple[str, str | None]:
    """What it said, and why it failed."""
    argv = ["tmux", *(() if socket is None else ("-S", socket)), *words]
    own = {key: value for key, value in environ.items() if socket is not None or key not in ("TMUX", "TMUX_PANE")}
    try:
        done = subprocess.run(
            argv, env=own, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=_PATIENCE_S
        )
    except FileNotFoundError:
        return "", "tmux is not on your PATH"
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return "", f"tmux does not answer ({error.__class__.__name__})"
    said = done.stdout.decode("utf-8", "replace")
    if done.returncode:
        return said, done.stderr.decode("utf-8", "replace").strip() or f"tmux ended with {done.returncode}"
    return said, None
