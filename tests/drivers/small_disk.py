"""SmallDisk: a file system of a few megabytes of its own, that a test fills up and makes room on."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_FILLER = "filler"
_BLOCK = 1 << 16


class SmallDisk:
    """What is mounted at ``root``."""

    def __init__(self, root: Path) -> None:
        self.root, self.filler = root, root / _FILLER

    def fill(self) -> None:
        """Leave not one byte for anybody."""
        descriptor = os.open(self.filler, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
        try:
            for size in (_BLOCK, 4096, 512, 1):
                with contextlib.suppress(OSError):
                    while os.write(descriptor, bytes(size)):
                        pass
        finally:
            os.close(descriptor)

    def make_room(self) -> None:
        """Give back what was taken."""
        self.filler.unlink()


@contextlib.contextmanager
def small_disk(root: Path, megabytes: int) -> Iterator[SmallDisk]:
    """A disk of that size at ``root``. Where nobody lets us mount one, the test is skipped and says so."""
    if not sys.platform.startswith("linux") or os.geteuid() != 0:
        pytest.skip("only root on Linux can mount a small disk")
    root.mkdir(parents=True, exist_ok=True)
    argv = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=700", "tmpfs", str(root)]
    done = subprocess.run(argv, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no small disk can be mounted here: {done.stderr.strip()}")
    try:
        yield SmallDisk(root)
    finally:
        # Somebody may still be looking at it.
        subprocess.run(["umount", "-l", str(root)], check=True)
