"""``python -m odw_tui.cli``: the same as ``odw-tui``."""

from __future__ import annotations

import sys

from odw_tui.cli import main

if __name__ == "__main__":
    sys.exit(main())
