"""What Converge's own doctor misses: repositories that end a run, calls that cannot be saved, settings that call out.

Looks only; reads of a repository nothing but its README.md, as Converge does.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath

from odw_core.diagnose.doctor.check import Check, Level
from odw_core.diagnose.doctor.looking import folders_in, is_chain, small_text
from odw_core.diagnose.doctor.wording import command, some_of
from odw_core.diagnose.doctor.world import World
from odw_core.files.safe_open import read_regular

_SKIPPED = frozenset(
    (".git", ".hg", ".svn", ".venv", "venv", "node_modules", ".next", "dist", "build", "__pycache__", ".converge")
)
"""Folders that Converge does not look into, wherever they stand in the path of a repo."""
_MOST_README = 8 << 20
_NAMED = 4
YES = ("1", "true", "yes")
"""What Converge takes for a yes in the environment."""


def repo_checks(repos: Sequence[str], place: str) -> Iterator[Check]:
    """What becomes of these repositories in a run that starts in ``place``."""
    missing = [repo for repo in repos if not os.path.exists(os.path.join(place, repo))]  # noqa: PTH110, PTH118
    if missing:
        detail = (
            f"{some_of(missing, _NAMED)} {'is' if len(missing) == 1 else 'are'} not there; Converge will ask a person."
        )
        yield Check("converge_repos", "repositories", Level.WARN, detail, "Name repositories that are there.")
    undecodable = [repo for repo in repos if not _decodes(os.path.join(place, repo, "README.md"))]  # noqa: PTH118
    if undecodable:
        named = some_of(undecodable, _NAMED)
        detail = f"README.md of {named} is no UTF-8: Converge crashes on it and leaves an empty folder."
        path = os.path.join(place, undecodable[0], "README.md")  # noqa: PTH118
        do = command("iconv", "-f", "latin1", "-t", "utf-8", "-o", f"{path}.new", path)
        fix = "Save it as UTF-8, or use the native coordinate."
        yield Check("converge_readme", "README.md", Level.FAIL, detail, fix, do, subject=path)
    if same := _same_names(repos):
        detail = f"{some_of(same, _NAMED)} have one name, so Converge writes the files of one over those of the other."
        fix = "run.json keeps every plan; read them from there, or use the native coordinate."
        yield Check("converge_names", "names", Level.WARN, detail, fix)
    if odd := [repo for repo in repos if PurePath(repo).name in ("", "..") or repo.rstrip("/").endswith("/..")]:
        detail = (
            f"{some_of(odd, _NAMED)} has no name of its own; its files lie in the run folder itself or under repo_N."
        )
        yield Check("converge_names", "names", Level.INFO, detail, "Name it by its folder.")
    if hidden := [repo for repo in repos if _SKIPPED & set(PurePath(repo).parts)]:
        detail = (
            f"Converge sees nothing in {some_of(hidden, _NAMED)}: it skips folders of that name, also above a repo."
        )
        yield Check(
            "converge_scan", "scan", Level.WARN, detail, "Start it from elsewhere, or use the native coordinate."
        )
    if not (missing or undecodable or same):
        count = f"{len(repos)} {'repository is' if len(repos) == 1 else 'repositories are'} there"
        yield Check("converge_repos", "repositories", Level.PASS, f"{count}, and can be read.")


def tracing_check(environ: Mapping[str, str]) -> Check | None:
    """Whether Converge calls out to trace its runs; None when it is told not to."""
    if environ.get("OPIK_TRACK_DISABLE", "").casefold() in YES:
        return None
    detail = "Converge sends traces of its runs over the network, and looks for their service even offline."
    fix = "Start it with --no-tracing, as runs from here do, or set the variable."
    do = command("export", "OPIK_TRACK_DISABLE=true")
    return Check("converge_tracing", "Converge", Level.INFO, detail, fix, do)


def plan_mode_check(environ: Mapping[str, str]) -> Check | None:
    """Whether Codex is asked at all."""
    mode = environ.get("CONVERGE_CODING_AGENT_PLAN_MODE", "")
    if mode == "disable":
        detail = "CONVERGE_CODING_AGENT_PLAN_MODE is disable: every plan is by rule of thumb, and says OK all the same."
        fix, do = "Use auto.", command("export", "CONVERGE_CODING_AGENT_PLAN_MODE=auto")
        return Check("converge_plan_mode", "Converge", Level.WARN, detail, fix, do)
    return None


def last_repos(place: str) -> list[str]:
    """The repositories of the newest run below ``place`` that says which it had: those that lie below it too.

    Other paths are only words in somebody's file: nothing is looked at there.
    """
    if not is_chain(place, ".converge/runs"):
        return []
    runs = f"{place}/.converge/runs"
    for name in sorted(folders_in(runs), reverse=True)[:_NAMED]:
        try:
            told = json.loads(small_text(f"{runs}/{name}/constraints.json") or "")
            repos = told["repos"] if isinstance(told, dict) else []
        except (ValueError, KeyError, RecursionError):
            continue
        found = [one.get("path") for one in repos if isinstance(one, dict)] if isinstance(repos, list) else []
        named = [one for one in found if isinstance(one, str) and one and "\0" not in one]
        if named:
            return [one for one in named if _is_below(place, one)]
    return []


def _is_below(place: str, repo: str) -> bool:
    below = os.path.relpath(os.path.join(place, repo), place)  # noqa: PTH118
    return not below.startswith("..") and (below == "." or is_chain(place, below))


def last_run_checks(world: World) -> Iterator[Check]:
    """What stands against running the newest run of each place once more."""
    for place in world.places:
        for check in repo_checks(last_repos(place), place) if last_repos(place) else ():
            if check.level in (Level.FAIL, Level.WARN):
                yield Check(
                    check.id, "Converge", check.level, check.detail, check.fix, check.command, check.subject or place
                )


def _decodes(readme: str) -> bool:
    """Whether Converge can read it; one that is not there is not read."""
    try:
        data = read_regular(readme, _MOST_README)
    except (OSError, ValueError):
        return True
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        # A very long one is cut within a character.
        return error.start > len(data) - 4 and len(data) >= _MOST_README
    return True


def _same_names(repos: Sequence[str]) -> list[str]:
    names = [PurePath(repo).name for repo in repos]
    return [repo for repo, name in zip(repos, names, strict=True) if name and names.count(name) > 1]
