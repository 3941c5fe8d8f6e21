"""Measures the budgets' rows on a corpus, each as a ratio to its anchor in one run, and prints a Markdown table.

    python tests/perf/measure.py CORPUS [--rows 1,4,5] [--rounds 7] [--limit 1.0]

CORPUS is what tests/drivers/make_corpus.py wrote. ``--limit F`` exits 1 when a row misses F times its target. Row 6 is
measured by line_index.py beside this, other programs by peers.py.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from bench import prepare
from rows_live import row_7, row_8, row_9_10, row_11, row_13
from rows_log import row_5, row_12
from rows_start import row_1, row_2, row_3, row_4, row_14

ROWS = {
    "1": row_1,
    "2": row_2,
    "3": row_3,
    "4": row_4,
    "5": row_5,
    "7": row_7,
    "8": row_8,
    "9": row_9_10,
    "11": row_11,
    "12": row_12,
    "13": row_13,
    "14": row_14,
}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--rows", default=",".join(ROWS))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--limit", type=float, help="exit 1 when a row misses its target by this factor")
    given = parser.parse_args()
    missed = 0
    with tempfile.TemporaryDirectory(prefix="odw-tui-perf-") as folder:
        bench = prepare(given.corpus.resolve(), Path(folder), given.rounds)
        print("| # | metric | anchor | measured | of target |\n| --- | --- | --- | --- | --- |")
        for name in given.rows.split(","):
            for figure in ROWS[name](bench):
                print(
                    f"| {figure.row} | {figure.metric} | {figure.anchor} | {figure.measured} | {figure.ratio:.2f} |",
                    flush=True,
                )
                if given.limit is not None and figure.ratio > given.limit:
                    missed += 1
    return 1 if missed else 0


if __name__ == "__main__":
    raise SystemExit(main())
