"""A supervisor that only lands: ``python -m drivers.landing_supervisor``. Each line on stdin is a world's folder, the
digest of what may land and a fault; a child of its own does the work, and how it ended is a line on stdout."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from drivers.landing_world import LandingWorld
from odw_core.runs import faults
from odw_core.runs.landing import Candidate


def work(base: str, candidate: Candidate, wish: str) -> int:
    """What the child does; 0 when it landed."""
    faults._points = faults.Points(wish)
    landed = asyncio.run(LandingWorld(Path(base)).work(candidate))
    return 0 if landed.ok else 3


def main() -> None:
    """Until nobody asks for more."""
    for line in sys.stdin:
        base, wish = line.rstrip("\n").split("\t")
        world = LandingWorld(Path(base))
        candidate = world.candidate((world.base / "patch").read_bytes())
        child = os.fork()
        if not child:
            code = 4
            try:
                code = work(base, candidate, wish)
            finally:
                os._exit(code)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    main()
