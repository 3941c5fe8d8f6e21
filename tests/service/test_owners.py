"""Who holds a lock, and which command runs where: asked of the real kernel, touching nothing."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from odw_core.model.evidence import CommandOwner, LockOwner
from odw_core.process.liveness import Life, Liveness
from odw_core.process.locks import lock_holders

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs /proc")


def owner_of(lock: Path) -> LockOwner:
    return LockOwner(str(lock), str(lock.parent))


def test_a_held_lock_names_its_holder(tmp_path: Path) -> None:
    lock = tmp_path / "thread.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        assert Liveness().of(owner_of(lock)) == Life(True, os.getpid())
    assert Liveness().of(owner_of(lock)) == Life(False, None)


def test_a_lock_that_was_removed_has_no_holder_and_a_home_without_locks_says_nothing(tmp_path: Path) -> None:
    assert Liveness().of(owner_of(tmp_path / "gone.lock")).alive is False
    assert Liveness().of(owner_of(tmp_path / "no-such-folder" / "thread.lock")).alive is None


def test_one_that_only_waits_for_a_lock_does_not_hold_it(tmp_path: Path) -> None:
    listing = tmp_path / "locks"
    listing.write_text(
        "1: FLOCK  ADVISORY  WRITE 77 fd:01:5678 0 EOF\n1: -> FLOCK  ADVISORY  WRITE 88 fd:01:5678 0 EOF\nnonsense\n"
    )
    assert lock_holders(listing) == {5678: 77}
    assert lock_holders(tmp_path / "missing") is None


MAIN = "import sys\nprint('up', flush=True)\nsys.stdin.read()\n"


@pytest.mark.parametrize("form", [("converge",), ("-m", "converge"), ("-um", "converge.cli"), ("-Xdev", "converge/")])
def test_a_command_is_known_by_its_words_its_folder_and_its_time(tmp_path: Path, form: tuple[str, ...]) -> None:
    if form == ("converge",):
        (tmp_path / "converge").write_text(MAIN)
    else:
        (tmp_path / "converge").mkdir()
        for name in ("__init__", "__main__", "cli"):
            (tmp_path / "converge" / f"{name}.py").write_text("" if name == "__init__" else MAIN)
    now = time.time()
    with subprocess.Popen(
        [sys.executable, *form, "coordinate"], cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None and process.stdin is not None
        process.stdout.readline()
        wanted = CommandOwner(("converge", "coordinate"), str(tmp_path), now, now)
        assert Liveness().of(wanted) == Life(True, process.pid)
        elsewhere = CommandOwner(("converge", "coordinate"), str(tmp_path.parent), now, now)
        earlier = CommandOwner(("converge", "coordinate"), str(tmp_path), now - 3600, now - 3000)
        assert Liveness().of(elsewhere).alive is Liveness().of(earlier).alive is False
        process.stdin.close()
    assert Liveness().of(wanted).alive is False
