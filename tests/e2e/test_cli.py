"""The command line as scripts and people meet it: a process, its two streams and its exit code."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pexpect
import pytest

from drivers.command import FIXTURES, LONGEST_S, PROGRAM, interrupt, odw_tui, project, started
from odw_core import __version__

RUN_B = "odw:odw-exec-1795219696047-5105"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A workspace of our own, to write in."""
    return Path(shutil.copytree(project("g"), tmp_path / "shop"))


def journal_of(workspace: Path) -> Path:
    (journal,) = workspace.glob(".odw/runs/*/events.jsonl")
    return journal


def on_a_terminal(*words: str, columns: int = 80, **environment: str) -> str:
    """What a terminal is sent."""
    child = pexpect.spawn(
        PROGRAM[0],
        [*PROGRAM[1:], *words],
        env={**os.environ, "TERM": "xterm-256color", **environment},
        dimensions=(24, columns),
        encoding="utf-8",
        timeout=LONGEST_S,
    )
    child.expect(pexpect.EOF)
    child.close()
    assert isinstance(child.before, str)
    return child.before


# What there is


def test_status_tells_counts_and_what_waits() -> None:
    ran = odw_tui("status", project("d"))
    assert (ran.code, ran.err) == (0, "")
    assert ran.lines[0] == "◆ 1 waiting   ✓ 1 done"
    assert "  draft-note asks: Which release channel should the note target?" in ran.lines


def test_status_as_a_document() -> None:
    told = odw_tui("status", "--json", project("d")).document
    assert told["schema"] == 1
    assert told["counts"]["waiting"] == 1
    assert [one["address"] for one in told["waiting"]] == ["odw:odw-exec-1795219808125-7095"]


@pytest.mark.parametrize(("story", "code"), [("d", 5), ("b", 0)])
def test_a_quiet_status_is_its_exit_code(story: str, code: int) -> None:
    ran = odw_tui("status", "-q", project(story))
    assert (ran.code, ran.out, ran.err) == (code, "", "")


def test_list_has_one_line_for_every_run_and_session() -> None:
    ran = odw_tui("list", project("a"), project("b"), "--root", project("g"))
    told = odw_tui("list", "--json", project("a"), project("b"), project("g")).document["items"]
    assert len(ran.lines) == 1 + len(told)
    assert [line.split()[-1] for line in ran.lines[1:]] == [one["address"] for one in told]


def test_list_can_be_narrowed() -> None:
    every = odw_tui("list", "--json", project("d"), project("g")).document["items"]
    failed = odw_tui("list", "--json", "--state", "failed", "--engine", "odw", project("d"), project("g"))
    assert [one["address"] for one in failed.document["items"]] == [
        one["address"] for one in every if one["state"] == "failed" and one["engine"] == "odw"
    ]
    nothing = odw_tui("list", "--state", "idle", project("d"))
    assert (nothing.code, nothing.out) == (0, "")
    assert "Nothing here is of that state" in nothing.err


def test_the_inbox_has_each_question_once_with_all_its_witnesses() -> None:
    (question,) = odw_tui("inbox", "--json", project("d")).document["questions"]
    assert question["text"] == "Which release channel should the note target?"
    assert [option["label"] for option in question["options"]] == ["stable", "beta"]
    assert question["witnesses"] == ["journal", "session record"]
    assert odw_tui("inbox", project("d")).lines[0].startswith("◆ Channel  asked ")


def test_a_parked_session_asks_all_its_questions() -> None:
    (form,) = odw_tui("inbox", "--json", project("d", "project-parked")).document["questions"]
    assert [field["id"] for field in form["fields"]] == ["module_name", "style"]


def test_nothing_in_the_inbox_is_said_beside_it() -> None:
    ran = odw_tui("inbox", project("b"))
    assert (ran.code, ran.out, ran.err) == (0, "", "odw-tui: Nothing waits for you.\n")


# One thing in full


@pytest.mark.parametrize("address", [RUN_B, RUN_B.removeprefix("odw:"), RUN_B[:30], "latest"])
def test_a_run_is_found_by_its_address_by_a_beginning_of_it_and_as_the_latest(address: str) -> None:
    told = odw_tui("show", address, "--json", "--root", project("b")).document
    assert told["address"] == RUN_B
    assert (told["state"], told["raw_state"]) == ("done", "completed")
    assert [gate["decision"] for gate in told["gates"]] == ["reject", "approve"]


def test_a_run_is_shown_to_people() -> None:
    ran = odw_tui("show", "latest", "--root", project("b"))
    assert ran.lines[0] == "✓ done  review-loop"
    assert "blockers" in ran.lines


def test_a_task_an_attempt_a_session_and_a_question_have_addresses() -> None:
    task = odw_tui("show", f"{RUN_B}/clamp-core", "--json", "--root", project("b")).document
    assert [cell["mark"] for cell in task["cells"]][:2] == ["done", "repaired"]
    attempt = odw_tui("show", "latest/clamp-core/1", "--json", "--root", project("b")).document
    assert attempt["cells"][0]["attempts"][0]["address"] == f"{RUN_B}/clamp-core/1"
    session = odw_tui("show", "pandacode:codex:ask", "--json", "--root", project("d")).document
    assert session["thread_id"] == "0199-fake-006417"
    (asked,) = odw_tui("inbox", "--json", project("d")).document["questions"]
    question = odw_tui("show", f"question:{asked['id'][:4]}", "--json", "--root", project("d")).document
    assert (question["digest"], question["state"]) == (asked["digest"], "waiting")


@pytest.mark.parametrize(
    ("address", "code", "said"),
    [
        ("odw:nobody", 4, "Nothing here has the address 'odw:nobody'"),
        ("odw:latest.json", 4, "the newest run is called latest, and no more."),
        ("latest/nobody", 4, "has no part 'nobody'"),
        ("odw-exec-17952", 2, "could be odw:odw-exec-1795219696047-5105, odw:odw-exec-1795219808125-7095"),
    ],
)
def test_an_address_that_means_nothing_or_several_is_told(address: str, code: int, said: str) -> None:
    ran = odw_tui("show", address, "--root", project("b"), "--root", project("d"))
    assert (ran.code, ran.out) == (code, "")
    assert said in ran.err


# Whole texts


def test_the_log_of_a_failed_task_is_its_whole_stderr() -> None:
    assert len(odw_tui("logs", "latest/build", "--root", project("g")).lines) == 240
    assert len(odw_tui("logs", "latest/package", "--root", project("g")).lines) == 260
    assert len(odw_tui("logs", "latest", "--stream", "stderr", "--root", project("g")).lines) == 220


def test_a_log_has_no_control_characters_unless_it_is_raw(shop: Path) -> None:
    stderr = journal_of(shop).with_name("script-debug.log")
    stderr.write_bytes(b"\x1b[31mred\x1b[0m \x1b[2J\x07 [bold]\xff\n")
    words = ("logs", "latest", "--stream", "stderr", "--root", str(shop))
    assert odw_tui(*words).out == "red ␛[2J␇ [bold]\ufffd\n"
    raw = subprocess.run([*PROGRAM, *words, "--raw"], capture_output=True, check=True)
    assert raw.stdout == stderr.read_bytes()


def test_a_text_that_is_not_there_is_told() -> None:
    ran = odw_tui("logs", "latest", "--stream", "smoke", "--root", project("g"))
    assert (ran.code, ran.out) == (4, "")
    assert "journal, stdout, stderr" in ran.err


def test_following_tells_what_is_added_until_ctrl_c(shop: Path) -> None:
    stderr = journal_of(shop).with_name("script-debug.log")
    with started("logs", "latest", "--stream", "stderr", "-f", "--root", str(shop)) as following:
        assert following.stdout is not None
        for line in stderr.read_text().splitlines(keepends=True):
            assert following.stdout.readline() == line
        for number in range(3):
            with stderr.open("a") as file:
                file.write(f"added {number}\n")
            assert following.stdout.readline() == f"added {number}\n"
        assert interrupt(following) == 130
        assert following.stderr is not None
        assert following.stderr.read() == ""


def test_following_ends_quietly_when_its_reader_goes(shop: Path) -> None:
    with started("logs", "latest", "--stream", "stderr", "-f", "--root", str(shop)) as following:
        assert following.stdout is not None and following.stderr is not None
        following.stdout.readline()
        following.stdout.close()
        assert following.wait(LONGEST_S) == 0
        assert following.stderr.read() == ""


# As it happens


def test_watch_tells_every_change_as_one_line_until_ctrl_c(shop: Path) -> None:
    with started("watch", "--jsonl", "--initial", str(shop)) as watching:
        assert watching.stdout is not None
        first = json.loads(watching.stdout.readline())
        assert (first["schema"], first["before"], first["after"]["state"]) == (1, None, "failed")
        assert json.loads(watching.stdout.readline())["address"].startswith("pandacode:codex:")
        shutil.rmtree(journal_of(shop).parent)
        while (told := json.loads(watching.stdout.readline()))["after"] is not None:
            # File by file it goes, and each may be seen.
            assert told["before"] is not None
        assert told["address"] == first["address"]
        assert interrupt(watching) == 130
        assert watching.stderr is not None
        assert watching.stderr.read() == f"odw-tui: Watching 2 runs and sessions under {shop}; ctrl+c ends it.\n"


def test_watch_tells_only_what_changes_unless_asked(shop: Path) -> None:
    with started("watch", "--jsonl", str(shop)) as watching:
        assert watching.stdout is not None and watching.stderr is not None
        assert watching.stderr.readline().startswith("odw-tui: Watching 2 runs")
        run = shutil.copytree(journal_of(shop).parent, shop / ".odw/runs/odw-exec-1795219964999-4")
        told = json.loads(watching.stdout.readline())
        assert (told["address"], told["before"]) == (f"odw:{run.name}", None)


def test_watch_ends_quietly_when_its_reader_goes(shop: Path) -> None:
    with started("watch", "--jsonl", "--initial", str(shop)) as watching:
        assert watching.stdout is not None and watching.stderr is not None
        watching.stdout.readline()
        watching.stdout.close()
        assert watching.wait(LONGEST_S) == 0
        assert watching.stderr.read().count("\n") == 1


# The raw reading


@pytest.mark.parametrize("story", sorted(path.parent.name for path in FIXTURES.glob("*/expected.json")))
def test_inspect_has_every_run_that_was_recorded(story: str) -> None:
    expected = json.loads((FIXTURES / story / "expected.json").read_text())
    told = odw_tui("inspect", project(story), "--json").document
    assert told["schema"] == 1
    assert told["odw"]["latest_run_id"] == expected["latest_run_id"]
    assert {run["run_id"] for run in expected["runs"]} == {run["run_id"] for run in told["odw"]["runs"]}
    assert told["converge"] == {"runs": [], "tasks": [], "checkpoint": None}
    assert told["codex"] == {"sessions": []}


def test_inspect_without_any_workspace_is_an_empty_reading_and_exit_4(tmp_path: Path) -> None:
    ran = odw_tui("inspect", str(tmp_path), "--json")
    assert (ran.code, ran.document["odw"]["runs"]) == (4, [])
    assert "No runs under" in ran.err


# Where to look


def test_the_current_folder_and_the_configured_places_are_looked_at(home: Path) -> None:
    config = home / ".config/odw-tui/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'places = ["{project("b")}"]')
    told = odw_tui("status", "--json", cwd=Path(project("g"))).document
    assert told["places"] == [project("g"), project("b")]
    assert told["counts"]["done"] == told["counts"]["failed"] == 1


def test_a_folder_that_is_named_twice_is_looked_at_once(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(project("b"))
    told = odw_tui("status", "--json", project("b"), str(tmp_path / "link"), f"{project('b')}/.odw").document
    assert told["places"] == [project("b")]


def test_a_folder_without_runs_is_told_and_no_failure(tmp_path: Path) -> None:
    for command in ("status", "list", "inbox"):
        ran = odw_tui(command, cwd=tmp_path)
        assert ran.code == 0
        assert ran.err == (
            f"odw-tui: No runs under {tmp_path}; name a folder that holds .odw, .pandacode or .converge, "
            "or see how it looks: odw-tui demo.\n"
        )
    assert odw_tui("list", "--json", cwd=tmp_path).document == {"schema": 1, "items": []}
    assert odw_tui("show", "latest", cwd=tmp_path).code == 4


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        (["nowhere"], 2, "nowhere does not exist; name a folder that is there."),
        (["stauts"], 2, "stauts does not exist; did you mean odw-tui status?"),
        (["--root", "nowhere", "list"], 2, "nowhere does not exist"),
        (["status", "a-file"], 2, "a-file is no folder; name the workspace"),
        (["list", "--config", "none.toml"], 3, "none.toml does not exist; --config names a TOML file."),
        (["list", "--config", "typo.toml"], 3, "typo.toml:2: 'theem' is no key; did you mean 'theme'?"),
        (["list", "--config", "look.toml"], 3, "look.toml:1: 'theme' is 'drak', which is no theme; did you mean"),
        (["list", "--config", "keys.toml"], 3, "keys.toml:2: 'keys.opne' is no action; did you mean 'open'?"),
        (["--theme", "drak"], 2, "There is no theme 'drak'; did you mean 'dark'?"),
        (["list", "--jsn"], 2, "odw-tui list has no option --jsn; did you mean --json?"),
    ],
)
def test_bad_input_is_one_sentence_with_the_next_step(tmp_path: Path, words: list[str], code: int, said: str) -> None:
    (tmp_path / "a-file").touch()
    (tmp_path / "typo.toml").write_text("ascii = true\ntheem = 'dark'\n")
    (tmp_path / "look.toml").write_text("theme = 'drak'\n")
    (tmp_path / "keys.toml").write_text("[keys]\nopne = 'o'\n")
    ran = odw_tui(*words, cwd=tmp_path)
    assert (ran.code, ran.out) == (code, "")
    assert ran.err.startswith(f"odw-tui: {said}")
    assert len(ran.err.splitlines()) == 1


def test_what_cannot_be_read_is_told_and_the_rest_goes_on(shop: Path) -> None:
    pipe = shop / ".odw/runs/odw-exec-1795219964999-4"
    pipe.mkdir()
    os.mkfifo(pipe / "events.jsonl")
    (pipe / "run.json").write_text("{")
    ran = odw_tui("status", str(shop))
    assert ran.code == 0
    assert "✗ 1 failed" in ran.lines[0]
    assert f"odw-tui: Could not read {pipe}" in ran.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root can read everything")
def test_a_folder_that_cannot_be_read_is_told_and_the_rest_goes_on(tmp_path: Path) -> None:
    locked = tmp_path / "locked"
    (locked / ".odw").mkdir(parents=True)
    locked.chmod(0)
    try:
        ran = odw_tui("status", str(locked), project("b"))
    finally:
        locked.chmod(0o700)
    assert (ran.code, ran.lines) == (0, ["✓ 1 done"])
    assert ran.err == f"odw-tui: Could not read {locked}: the folder cannot be listed: permission denied.\n"


def test_a_configured_place_that_is_missing_is_told_and_the_rest_goes_on(home: Path) -> None:
    config = home / ".config/odw-tui/config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('places = ["/nowhere/at/all"]')
    ran = odw_tui("status", cwd=Path(project("b")))
    assert (ran.code, ran.lines) == (0, ["✓ 1 done"])
    assert ran.err.startswith("odw-tui: Could not read /nowhere/at/all: the folder is gone")


# How it ends


def test_version_and_help_go_to_stdout() -> None:
    version = odw_tui("--version")
    assert (version.code, version.out, version.err) == (0, f"odw-tui {__version__}\n", "")
    helped = odw_tui("logs", "--help")
    assert (helped.code, helped.err) == (0, "")
    assert helped.lines[0] == "usage: odw-tui logs ADDRESS [--stream S] [-f] [--raw]"


@pytest.mark.parametrize(
    "words", [["list", project("b")], ["--help"], ["show", "latest", "--json", "--root", project("b")]]
)
def test_a_broken_pipe_ends_quietly(words: list[str]) -> None:
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run([*PROGRAM, *words], stdout=writer, stderr=subprocess.PIPE, timeout=LONGEST_S)
    os.close(writer)
    assert (done.returncode, done.stderr) == (0, b"")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full device here")
def test_output_that_cannot_be_written_is_a_failure() -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run([*PROGRAM, "list", project("b")], stdout=full, stderr=subprocess.PIPE, timeout=LONGEST_S)
    assert (done.returncode, done.stderr) == (1, b"odw-tui: No space left on device.\n")


def test_without_stdout_nothing_breaks() -> None:
    done = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *PROGRAM, "status", project("b")], capture_output=True, timeout=LONGEST_S
    )
    assert done.returncode == 0


def test_without_a_terminal_the_screen_is_status_and_a_hint() -> None:
    ran = odw_tui(project("d"))
    assert ran.code == 0
    assert ran.lines[0] == odw_tui("status", project("d")).lines[0]
    assert ran.err.startswith("odw-tui: There is no terminal")


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        ([], "landed in round 2"),
        (["--open", "latest"], "clamp-docs"),
        (["--open", "latest/clamp-cli", "--stream", "diff"], "new file mode 100644"),
        (["--theme", "light", "--ascii"], "landed in round 2"),
    ],
    ids=["room", "run", "stream of a task", "light and ascii"],
)
def test_on_a_terminal_the_screen_opens_where_it_is_asked_to_and_q_leaves_it(words: list[str], shown: str) -> None:
    child = pexpect.spawn(
        PROGRAM[0],
        [*PROGRAM[1:], *words, project("b")],
        env={**os.environ, "TERM": "xterm-256color"},
        dimensions=(30, 120),
        encoding="utf-8",
        timeout=LONGEST_S,
    )
    child.expect_exact(shown)
    child.send("q")
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 0


@pytest.mark.parametrize("address", ["odw:nobody", "latest/nobody"])
def test_what_cannot_be_opened_is_told_before_there_is_a_screen(address: str) -> None:
    shown = on_a_terminal("--open", address, project("b"))
    assert shown.startswith("odw-tui: ")
    assert "\x1b" not in shown


def test_a_dumb_terminal_is_no_terminal() -> None:
    child = pexpect.spawn(
        PROGRAM[0], [*PROGRAM[1:], project("d")], env={**os.environ, "TERM": "dumb"}, timeout=LONGEST_S
    )
    child.expect(pexpect.EOF)
    child.close()
    assert b"\x1b" not in child.before
    assert "◆ 1 waiting".encode() in child.before
    assert child.exitstatus == 0


# How it looks


def test_lines_are_cut_to_a_terminal_and_never_in_a_pipe() -> None:
    words = ("show", "latest", "--root", project("b"))
    shown = on_a_terminal(*words, columns=50, NO_COLOR="1").splitlines()
    assert max(map(len, shown)) <= 50
    assert any(line.endswith("…") for line in shown)
    assert not any("…" in line for line in odw_tui(*words).lines)


def test_colour_is_for_terminals_that_want_it() -> None:
    assert "\x1b[1;33m◆ 1 waiting\x1b[0m" in on_a_terminal("status", project("d"))
    assert "\x1b" not in on_a_terminal("status", project("d"), NO_COLOR="1")
    assert "\x1b" not in on_a_terminal("status", project("d"), TERM="dumb")
    assert "\x1b" not in odw_tui("status", project("d")).out


def test_a_document_is_indented_for_people_and_one_line_for_programs() -> None:
    words = ("status", "--json", project("d"))
    assert len(odw_tui(*words).lines) == 1
    shown = on_a_terminal(*words)
    assert '\r\n  "counts": {\r\n' in shown
    assert json.loads(shown) == odw_tui(*words).document


@pytest.mark.parametrize(
    ("words", "env"), [(["--ascii"], {}), ([], {"PYTHONIOENCODING": "latin-1"}), ([], {"PYTHONIOENCODING": "ascii"})]
)
def test_ascii_is_used_on_request_and_where_nothing_else_is_possible(words: list[str], env: dict[str, str]) -> None:
    ran = odw_tui("status", project("d"), *words, env=env)
    assert ran.code == 0
    assert ran.lines[0] == "* 1 waiting   + 1 done"


# What it leaves behind


def test_nothing_is_written_below_a_workspace(shop: Path) -> None:
    def everything() -> list[tuple[str, int]]:
        return sorted((str(path), path.stat().st_mtime_ns) for path in [shop, *shop.rglob("*")])

    before = everything()
    for words in (["status"], ["list"], ["inbox"], ["inspect"], ["show", "latest"], ["logs", "latest"]):
        assert odw_tui(*words, "--root", str(shop)).code == 0
    assert everything() == before


def test_the_cache_is_kept_in_its_folder_and_only_where_it_is_wanted(home: Path) -> None:
    cache = home / ".cache/odw-tui"
    odw_tui("status", "--no-cache", project("b"))
    assert not cache.exists()
    first = odw_tui("list", "--json", project("b"))
    assert any(cache.iterdir())
    assert odw_tui("list", "--json", project("b")).document == first.document


@pytest.mark.parametrize("command", ["status", "list", "inbox"])
def test_what_is_told_from_the_cache_is_what_is_told_without_it(command: str) -> None:
    places = [project(story) for story in "abdfg"]
    cold = odw_tui(command, "--json", "--no-cache", *places)
    first, second = (odw_tui(command, "--json", *places) for _ in range(2))
    assert cold == first == second


def test_a_copy_of_a_workspace_is_not_hidden_by_what_the_cache_knows_of_the_other(shop: Path) -> None:
    for place in (project("g"), str(shop), project("g")):
        assert odw_tui("status", place).lines == ["✗ 1 failed"]


def test_a_cache_that_cannot_be_used_stops_nothing(home: Path) -> None:
    (home / ".cache").mkdir()
    (home / ".cache/odw-tui").write_text("in the way")
    ran = odw_tui("status", project("b"))
    assert (ran.code, ran.lines) == (0, ["✓ 1 done"])


def test_an_interrupt_while_reading_ends_with_130(tmp_path: Path) -> None:
    """A command that hangs in its very first read: the configuration is a pipe that nobody writes to."""
    os.mkfifo(tmp_path / "config.toml")
    with started("status", "--config", str(tmp_path / "config.toml")) as reading:
        # Opening for writing waits until the command has opened it for reading.
        with (tmp_path / "config.toml").open("wb"):
            reading.send_signal(signal.SIGINT)
            assert reading.wait(LONGEST_S) == 130
        assert reading.stderr is not None
        assert reading.stderr.read() == ""


def test_a_socket_is_no_workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with socket.socket(socket.AF_UNIX) as door:
        door.bind("door")
        assert odw_tui("list", "door", cwd=tmp_path).code == 2
