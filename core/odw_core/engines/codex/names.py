"""Words of the Codex dialect that several modules need. No I/O."""

from __future__ import annotations

import re

FOLD_VERSION = 2
ROLLOUT = ""
"""Name of a session's only file: the rollout is the unit."""
NAMES = "session_index.jsonl"
LOCKS = "thread-writer-locks"
SESSIONS = "sessions"
ARCHIVE = "archived_sessions"
CONTROL_SOCKET = "app-server-control/app-server-control.sock"
"""Where the home's own app server listens; mostly a link."""

COMMAND_TOOLS = frozenset(("exec_command", "shell", "shell_command", "local_shell", "container.exec", "unified_exec"))
OUTPUT_TOOLS = COMMAND_TOOLS | {"write_stdin"}
"""Tools whose output can tell how a command ended: a long one ends in the answer to a later poll."""
PATCH_TOOL = "apply_patch"
QUESTION_TOOL = "request_user_input"

_ROLLOUT = re.compile(r"rollout-.*?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl", re.DOTALL)


def thread_id_of(name: str) -> str | None:
    """The thread id in the name of a rollout file, None when it is no such name."""
    match = _ROLLOUT.fullmatch(name)
    return match[1] if match else None


def is_archived(place: str, root: str) -> bool:
    """Whether a rollout lies among the archived ones of its home."""
    return root.startswith(f"{place}/{ARCHIVE}/")
