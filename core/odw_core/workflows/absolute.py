"""An absolute path as an input of a workflow. Looks at the text alone, never at a disk."""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator


def _absolute(path: str) -> str:
    if not path.startswith("/"):
        raise ValueError("must be an absolute path")
    return path


AbsolutePath = Annotated[str, AfterValidator(_absolute)]
