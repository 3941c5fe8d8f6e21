"""What a text's lines are, said in the simplest way, and a meter of what is read from disk."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


def lines_of(data: bytes) -> list[str]:
    """The lines of ``data`` as a person would list them."""
    lines = data.split(b"\n")
    if not lines[-1]:
        lines.pop()
    return [line.removesuffix(b"\r").decode("utf-8", "replace") for line in lines]


class Meter:
    """Counts bytes."""

    read = 0


@contextmanager
def metered_reads() -> Iterator[Meter]:
    """Count every byte that is read from a descriptor at an offset meanwhile."""
    meter = Meter()
    real = os.pread

    def counted(descriptor: int, length: int, offset: int) -> bytes:
        data = real(descriptor, length, offset)
        meter.read += len(data)
        return data

    os.pread = counted
    try:
        yield meter
    finally:
        os.pread = real
