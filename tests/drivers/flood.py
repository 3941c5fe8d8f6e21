"""What a scripted agent's flood must have left on disk, and what it cost who kept it."""

from __future__ import annotations

from pathlib import Path

from odw_core.agents.scripted_player.play import flood


def is_flood(path: Path, size: int) -> bool:
    """Whether a file holds exactly the first ``size`` bytes of a flood."""
    with path.open("rb") as file:
        for block in flood(size):
            if file.read(len(block)) != block:
                return False
        return not file.read(1)


def peak_kb(pid: int) -> int:
    """The most memory (RSS) a process ever had, in KiB. Raises ``OSError`` when it is gone."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise ProcessLookupError(pid)
