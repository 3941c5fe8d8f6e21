"""What was recorded is what commands say: every expectation of the fixtures, through the program as a process."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from drivers.converge_story import NAMES, expected, lay, marks
from drivers.subset import missing

CODEX = Path(__file__).parents[1] / "fixtures" / "codex"
SESSIONS: dict[str, dict[str, Any]] = json.loads((CODEX / "expected_mini_home.json").read_text("utf-8"))
CAUSES: dict[str, str] = {
    run: wanted["root_cause"]
    for run, wanted in json.loads((CODEX / "expected_explain.json").read_text("utf-8")).items()
}
EXECS: dict[str, dict[str, Any]] = json.loads((CODEX / "expected_exec.json").read_text("utf-8"))
LONGEST_S = 300.0
_HOMES = {f"XDG_{name.upper()}_HOME": name for name in ("config", "state", "cache", "data")}

STATES = {"done": "done", "failed": "failed", "interrupted": "idle", "waiting_input": "waiting"}
"""Of a session that is over or asks; anything else that is open was left long ago."""
SAME = {
    "id": "thread_id",
    "model": "model",
    "mode": "mode",
    "sandbox": "sandbox",
    "approval_policy": "approval_policy",
    "source": "source",
    "originator": "driver",
    "cli_version": "version",
    "cwd": "folder",
    "git_branch": "branch",
    "archived": "archived",
    "turns": "turns",
    "commands": "commands",
    "failed_commands": "failed_commands",
    "patches": "patches",
    "compactions": "compactions",
}
"""What ``inspect`` says of a session, and what ``show`` calls the same."""
BADGES = {"codex_cli": "Codex (", "heuristic": "heuristic"}


class Told:
    """Documents of many commands, run one after the other by one process."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._known = folder, dict[tuple[str, ...], Any]()
        self._environ = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1]), "HOME": str(folder)}
        self._environ |= {name: str(folder / below) for name, below in _HOMES.items()}
        self._environ |= {"CODEX_HOME": str(folder / "no-codex-home")}

    def run(self, commands: list[list[str]]) -> None:
        """Run them all; each prints one JSON document."""
        out = self._folder / f"told-{len(self._known)}"
        out.mkdir()
        subprocess.run(
            [sys.executable, "-m", "drivers.many_commands", str(out)],
            input="\n".join(map(json.dumps, commands)),
            encoding="utf-8",
            env=self._environ,
            cwd=self._folder,
            check=True,
            capture_output=True,
            timeout=LONGEST_S,
        )
        for number, line in enumerate((out / "told").read_text().splitlines()):
            code, _, words = json.loads(line)
            assert code == 0, (words, (out / f"{number}.err").read_text())
            self._known[tuple(words)] = json.loads((out / f"{number}.out").read_bytes())

    def of(self, *words: str) -> Any:
        """What that command printed."""
        return self._known[words]


def explain(run: str) -> list[str]:
    """The words that ask for the cause of a recorded ``codex exec``."""
    folder = CODEX / "exec" / run
    (stdout,) = folder.glob("stdout.*")
    code = (folder / "exit_code").read_text().strip()
    return ["explain", "--json", "--stdout", str(stdout), "--exit-code", code, str(folder / "stderr.log")]


def show(place: list[str], address: str) -> list[str]:
    """The words that ask for everything about a run or session."""
    return [*place, "show", address, "--json"]


def home() -> list[str]:
    """The recorded Codex home as an option."""
    return ["--codex-home", str(CODEX / "mini_home")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the recordings of Converge are laid out."""
    return tmp_path_factory.mktemp("fidelity")


@pytest.fixture(scope="module")
def told(folder: Path) -> Told:
    """Everything that any test here asks for."""
    (folder / "home").mkdir()
    told = Told(folder / "home")
    commands = [explain(run) for run in CAUSES]
    commands += [[*home(), "inspect", "--json"], *(show(home(), f"codex:{one['id']}") for one in SESSIONS.values())]
    for name in NAMES:
        place = ["--root", str(lay(name, folder / name))]
        commands += [[*place, "inspect", "--json"]]
        commands += [show(place, f"converge:{run['run_id']}") for run in expected(name)["runs"]]
        commands += [show(place, f"converge:task-{task['id']}") for task in expected(name).get("tasks", ())]
    before = marks(folder / NAMES[0])
    told.run(commands)
    assert marks(folder / NAMES[0]) == before
    return told


# Converge


@pytest.mark.parametrize("name", NAMES)
def test_inspect_says_of_a_converge_run_what_was_recorded(name: str, told: Told, folder: Path) -> None:
    document = told.of("--root", str(folder / name), "inspect", "--json")
    wanted = {key: value for key, value in expected(name).items() if not key.startswith("must_")}
    assert [*missing(wanted, document["converge"])] == []


def shown(name: str, told: Told, folder: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every recorded run as it was recorded and as it is shown."""
    for run in expected(name)["runs"]:
        yield run, told.of(*show(["--root", str(folder / name)], f"converge:{run['run_id']}"))


@pytest.mark.parametrize("name", NAMES)
def test_show_says_of_a_converge_run_what_was_recorded(name: str, told: Told, folder: Path) -> None:
    for run, document in shown(name, told, folder):
        assert document["raw_state"] == (run["status"] or "empty")
        if run["status"] is None:
            assert (document["plans"], document["state"] in ("failed", "blocked", "stale", "idle")) == ([], True)
            continue
        assert document["max_rounds"] == run["max_rounds"]
        assert [column["title"] for column in document["columns"]] == [f"round {e['round']}" for e in run["timeline"]]
        assert len(document["goal"]) == run["goal_chars"]
        assert {row["key"] for row in document["rows"]} >= {repo["path"] for repo in run["repos"]}


@pytest.mark.parametrize("name", NAMES)
def test_show_has_every_plan_with_its_origin_and_every_blocker(name: str, told: Told, folder: Path) -> None:
    for run, document in shown(name, told, folder):
        plans = run.get("plans", [])
        assert [(p["repo"], p["status"]) for p in document["plans"]] == [(p["repo_path"], p["status"]) for p in plans]
        for plan, one in zip(plans, document["plans"], strict=True):
            # Where only a prompt was written there is no answer whose origin could be told.
            assert one["badge"].startswith(BADGES[plan["origin"]] if "origin" in plan else "prompt only")
            assert plan.get("model") is None or f"({plan['model']})" in one["badge"]
        stands = [blocker["text"] for blocker in document["blockers"]]
        for question in [question for plan in plans for question in plan["questions"]]:
            assert question in stands or document["state"] == "idle", question
        assert [issue for issue in run.get("contract_issues", []) if issue not in stands] == []


@pytest.mark.parametrize("name", [name for name in NAMES if expected(name).get("tasks")])
def test_show_says_of_a_queued_task_what_was_recorded(name: str, told: Told, folder: Path) -> None:
    for task in expected(name)["tasks"]:
        document = told.of(*show(["--root", str(folder / name)], f"converge:task-{task['id']}"))
        assert (document["raw_state"], document["goal"]) == (task["status"], task["goal"])
        assert len(document["sessions"]) == len(expected(name)["runs"])


# Codex sessions


def test_inspect_says_of_every_session_what_was_recorded(told: Told) -> None:
    document = told.of(*home(), "inspect", "--json")
    found = {one["id"]: one for one in document["codex"]["sessions"]}
    assert found.keys() == {one["id"] for one in SESSIONS.values()}
    wrong = {label: [*missing(wanted, found[wanted["id"]])] for label, wanted in SESSIONS.items()}
    assert {label: words for label, words in wrong.items() if words} == {}


@pytest.mark.parametrize("label", SESSIONS)
def test_show_says_of_a_session_what_was_recorded(label: str, told: Told) -> None:
    wanted = SESSIONS[label]
    document = told.of(*show(home(), f"codex:{wanted['id']}"))
    assert {key: document[name] for key, name in SAME.items()} == {key: wanted[key] for key in SAME}
    assert document["state"] == STATES.get(wanted["status"], "stale")
    assert (document["tokens"] or {}).get("total") == wanted["tokens_total"]
    assert wanted["name"] is None or document["title"] == wanted["name"]
    assert (document["last_words"] or None) == wanted["last_message"] or wanted["error"] is not None
    if wanted["error"] is not None and wanted["status"] == "failed":
        assert document["cause"]
        assert document["cause_lines"]


def threads() -> Iterator[dict[str, Any]]:
    """What Codex itself noted of the same sessions in its database."""
    table = json.loads((CODEX / "mini_home_sqlite.json").read_text("utf-8"))["state_5.sqlite:threads"]
    for row in table["rows"]:
        yield dict(zip((name for name, _ in table["columns"]), row, strict=True))


@pytest.mark.parametrize("thread", threads(), ids=lambda thread: thread["id"][-4:])
def test_show_agrees_with_what_codex_noted_itself(thread: dict[str, Any], told: Told) -> None:
    document = told.of(*show(home(), f"codex:{thread['id']}"))
    assert (document["folder"], document["branch"]) == (thread["cwd"], thread["git_branch"])
    assert document["archived"] is bool(thread["archived"])
    assert document["version"] == thread["cli_version"]
    assert document["driver"] == thread["originator"]
    assert document["goal"] == thread["first_user_message"].split("\n")[0]
    if document["ended_at"] is not None:
        # Codex notes them at the end of a turn, the transcript after every answer.
        assert (document["tokens"] or {"total": 0})["total"] == thread["tokens_used"]


# Codex exec


@pytest.mark.parametrize("run", CAUSES)
def test_explain_names_the_recorded_cause(run: str, told: Told) -> None:
    document = told.of(*explain(run))
    assert document["root_cause"] == CAUSES[run]
    assert document["schema"] == 1


@pytest.mark.parametrize("run", CAUSES)
def test_explain_shows_a_line_that_is_there(run: str, told: Told) -> None:
    for cause in (document := told.of(*explain(run)), *document["also"], *document["warnings"]):
        if cause["evidence"] is not None:
            file, line, text = (cause["evidence"][key] for key in ("file", "line", "text"))
            assert text.strip("…") in Path(file).read_text("utf-8", "replace").split("\n")[line - 1]


def test_every_recorded_run_has_an_expectation_and_every_failure_a_cause(told: Told) -> None:
    runs = {path.name for path in (CODEX / "exec").iterdir()}
    assert runs == EXECS.keys()
    assert CAUSES.keys() <= runs
    for run in CAUSES:
        (code,) = (CODEX / "exec" / run / "exit_code").read_text().split()
        assert code == EXECS[run]["exit_code"]
        if code != "0":
            assert told.of(*explain(run))["root_cause"] != "ok"
