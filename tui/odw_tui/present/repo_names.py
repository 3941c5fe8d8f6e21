"""Repos as people call them: in what a run over several of them says, the last part of a path stands for the path.
Pure; nothing that names a file or a row is touched."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from odw_core.model.detail import RunDetail

_MOST_REPOS = 200


def with_short_names(detail: RunDetail) -> RunDetail:
    """``detail`` whose sentences name repos by their last part, where that says which one is meant."""
    named = short_names(detail)
    if not named:
        return detail
    short = _replacer(named)
    graph = detail.graph
    if graph is not None:
        graph = replace(graph, loops=tuple(replace(one, why=short(one.why)) for one in graph.loops))
    return replace(
        detail,
        item=replace(detail.item, why=short(detail.item.why)),
        cause=tuple(map(short, detail.cause)),
        columns=tuple(replace(one, why=short(one.why)) for one in detail.columns),
        blockers=tuple(replace(one, text=short(one.text)) for one in detail.blockers),
        mismatches=tuple(replace(one, text=short(one.text)) for one in detail.mismatches),
        notices=tuple(replace(one, text=short(one.text)) for one in detail.notices),
        duties=tuple(replace(one, repo=short(one.repo)) for one in detail.duties),
        plans=tuple(replace(one, repo=short(one.repo), markdown=short(one.markdown)) for one in detail.plans),
        graph=graph,
    )


def short_names(detail: RunDetail) -> dict[str, str]:
    """Whole path to last part, of every repo that is an absolute path and whose last part no other one has."""
    known = [*(one.repo for one in detail.plans), *(one.repo for one in detail.contracts)]
    known += [*(one.repo for one in detail.duties), *(one.key for one in detail.rows if one.kind == "task")]
    paths = {one.rstrip("/") for one in known if one.startswith("/") and one.strip("/")}
    if len(paths) > _MOST_REPOS:
        return {}
    lasts = Counter(path.rpartition("/")[2] for path in paths)
    return {path: last for path in paths if lasts[last := path.rpartition("/")[2]] == 1}


def _replacer(named: dict[str, str]) -> Callable[[str], str]:
    # The longest first; never the beginning of another name.
    either = "|".join(map(re.escape, sorted(named, key=len, reverse=True)))
    found = re.compile(rf"(?<![\w/.-])(?:{either})(?![\w-]|\.\w)")
    return lambda text: found.sub(lambda one: named[one[0]], text) if "/" in text else text
