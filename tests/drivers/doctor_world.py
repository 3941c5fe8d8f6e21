"""A machine for the doctor, built in a folder: homes, workspaces, programs and a ``/proc`` with processes."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from odw_core.diagnose.doctor.check import Check
from odw_core.diagnose.doctor.world import World
from odw_core.paths import Paths

NOW = 1_795_300_000.0
BOOTED_AT = 1_795_000_000
SHELL = 100
"""A process that lives on and starts others."""
NOBODY = 1


class Machine:
    """What a test puts on disk, and the world that shows it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.codex = self.home / ".codex"
        self.shop = folder / "shop"
        self.proc = folder / "proc"
        for path in (self.codex / "sessions", self.shop, self.proc / "sys" / "fs" / "inotify"):
            path.mkdir(parents=True)
        self.proc.joinpath("stat").write_text(f"cpu 0\nbtime {BOOTED_AT}\n")
        self.proc.joinpath("locks").write_text("")
        self.limits(instances=128, watches=60_000)
        self.process(1, NOBODY, "init")
        self.process(SHELL, NOBODY, "bash")
        self.programs: dict[str, str] = {}

    def limits(self, *, instances: int, watches: int) -> None:
        """What the kernel grants."""
        folder = self.proc / "sys" / "fs" / "inotify"
        folder.joinpath("max_user_instances").write_text(f"{instances}\n")
        folder.joinpath("max_user_watches").write_text(f"{watches}\n")

    def process(self, pid: int, parent: int, *command: str, age_s: float = 3_600, cwd: Path | None = None) -> Path:
        """A process that was started ``age_s`` seconds ago."""
        folder = self.proc / str(pid)
        folder.mkdir()
        folder.joinpath("cmdline").write_bytes(b"".join(word.encode() + b"\0" for word in command))
        ticks = int((NOW - age_s - BOOTED_AT) * os.sysconf("SC_CLK_TCK"))
        fields = ["S", str(parent), *("0" for _ in range(17)), str(ticks), "0"]
        folder.joinpath("stat").write_text(f"{pid} ({Path(command[0]).name} (x)) {' '.join(fields)}\n")
        if cwd is not None:
            folder.joinpath("cwd").symlink_to(cwd)
        return folder

    def holds_watches(self, process: Path, watches: int) -> None:
        """Let a process have one instance of inotify."""
        (process / "fd").mkdir()
        (process / "fdinfo").mkdir()
        (process / "fd" / "5").symlink_to("anon_inode:inotify")
        (process / "fdinfo" / "5").write_text("flags: 0\n" + "inotify wd:1 ino:2\n" * watches)

    def world(self, environ: Mapping[str, str] | None = None) -> World:
        """The machine as the doctor sees it."""
        return World(
            environ={"HOME": str(self.home), **(environ or {})},
            places=(str(self.shop),),
            codex_homes=(str(self.codex),),
            own=Paths(self.home / ".config/odw-tui", self.home / ".local/state/odw-tui", self.home / ".cache/odw-tui"),
            now=NOW,
            user=os.geteuid(),
            which=self.programs.get,
            proc=self.proc,
        )

    def seen_by(self, user: int) -> World:
        """The machine as another user sees it, who may change nothing."""
        return replace(self.world(), user=user, may=lambda path, mode: not mode & os.W_OK)


def only(checks: list[Check], check_id: str) -> Check:
    """The one check of that name."""
    (found,) = (check for check in checks if check.id == check_id)
    return found
