"""What a script changes: files below the folder of its call, and nothing elsewhere."""

from __future__ import annotations

import base64
import binascii
import subprocess
from pathlib import Path

from odw_core.agents.scripted_player.script import Delete, Diff, Replace, Write
from odw_core.errors import OdwError


def edit(folder: Path, step: Write | Replace | Delete | Diff) -> str:
    """Do it; the value says what was done. Raises ``OdwError`` with one sentence when it cannot be."""
    try:
        match step:
            case Write():
                path = _inside(folder, step.write)
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(step.text.encode() if step.base64 is None else base64.b64decode(step.base64))
                if step.mode is not None:
                    path.chmod(int(step.mode, 8))
                return f"write {step.write}"
            case Replace():
                path = _inside(folder, step.replace)
                before = path.read_bytes().decode("utf-8", "surrogateescape")
                if before.count(step.old) != 1:
                    count = before.count(step.old)
                    raise OdwError(f"{step.replace} holds {step.old[:60]!r} {count} times; it must stand there once.")
                path.write_bytes(before.replace(step.old, step.new).encode("utf-8", "surrogateescape"))
                return f"replace in {step.replace}"
            case Delete():
                _inside(folder, step.delete).unlink()
                return f"delete {step.delete}"
            case Diff():
                _apply(folder, step.diff)
                return "apply a patch"
    except (OSError, binascii.Error) as error:
        raise OdwError(f"The script cannot change its files: {error}.") from error


def _inside(folder: Path, name: str) -> Path:
    path = Path(folder, name)
    if not path.parent.resolve().is_relative_to(folder.resolve()) or path.name in ("", ".."):
        raise OdwError(f"{name} lies outside of the folder of the call; a script changes nothing there.")
    return path


def _apply(folder: Path, diff: str) -> None:
    git = ["git", "-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "apply", "--whitespace=nowarn", "-"]
    done = subprocess.run(git, cwd=folder, input=diff.encode(), capture_output=True, check=False)
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise OdwError(f"The script's patch does not apply: {said[0] if said else 'git said nothing'}")
