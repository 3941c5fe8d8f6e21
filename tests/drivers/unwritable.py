"""What is not writable, also for a test that runs as root."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from drivers.real_codex import RealCodex


def without_power_over_files(codex: RealCodex) -> Path:
    """The same program, for which what is not writable is not writable even if it is root's."""
    if os.geteuid() != 0:
        return codex.program
    setpriv = shutil.which("setpriv")
    if setpriv is None:
        pytest.skip("root writes everywhere, and setpriv is not there to take that away")
    wrapper = codex.base / "codex"
    drop = "--bounding-set=-dac_override,-dac_read_search --inh-caps=-dac_override,-dac_read_search"
    wrapper.write_text(f'#!/bin/sh\nexec {setpriv} {drop} -- {codex.program} "$@"\n')
    wrapper.chmod(0o700)
    return wrapper
