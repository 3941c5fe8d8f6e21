"""What the doctor makes of machines that are built in a folder."""

from __future__ import annotations

import json
import os
import shlex
import stat
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.doctor_world import NOBODY, NOW, SHELL, Machine, only
from odw_core.diagnose.doctor import homes, machine, models, reading, remains, servers, workshop
from odw_core.diagnose.doctor.check import Check, Level, level_counts, worst_first
from odw_core.diagnose.doctor.examine import SECTIONS, Section, examine, examined
from odw_core.diagnose.doctor.looking import Reach
from odw_core.diagnose.doctor.wording import at_home, command, model_name, size, span_of_time
from odw_core.diagnose.doctor.world import World, is_codex_home, this_world
from odw_core.model.problem import Problem
from odw_core.paths import user_paths
from odw_core.process.inotify import Watches
from odw_core.process.table import processes

RUN = "odw-exec-1795219696047-5105"


@pytest.fixture
def pc(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


# Everything together


def test_a_sound_machine_has_nothing_that_fails(pc: Machine) -> None:
    counts = level_counts(examine(pc.world()))
    assert counts[Level.FAIL] == 0


def test_nothing_on_disk_is_changed(pc: Machine) -> None:
    def state() -> list[tuple[str, int, float]]:
        return [(str(path), path.lstat().st_size, path.lstat().st_mtime) for path in sorted(pc.folder.rglob("*"))]

    before = state()
    examine(pc.world())
    assert state() == before


def test_a_section_that_cannot_look_is_told_and_the_others_go_on(pc: Machine) -> None:
    def fails(world: World) -> list[Check]:
        raise PermissionError(13, "Permission denied")

    (check,) = examined(Section("worktrees", fails), pc.world())
    assert check.level is Level.WARN
    assert check.detail == "Worktrees could not be looked at: Permission denied."


def test_the_worst_comes_first() -> None:
    checks = [Check("a", "a", level, "") for level in (Level.PASS, Level.WARN, Level.FAIL, Level.INFO)]
    assert [check.level for check in worst_first(checks)] == [Level.FAIL, Level.WARN, Level.INFO, Level.PASS]


def test_places_are_told_apart_from_codex_homes(tmp_path: Path) -> None:
    for below in ("shop/.odw", "team/sessions", "both/sessions", "both/.converge"):
        (tmp_path / below).mkdir(parents=True)
    names = [str(tmp_path / name) for name in ("shop", "team", "both", "gone")]
    world = this_world(names, user_paths({"HOME": "/h"}), environ={"CODEX_HOME": names[3], "HOME": "/h"})
    assert world.codex_homes == (names[1], names[3])
    assert world.places == (names[0], names[2])
    assert is_codex_home("/home/dev/.codex", {})


# Codex homes


def test_sessions_that_nobody_may_write_fail_with_the_command_that_helps(pc: Machine) -> None:
    sessions = pc.codex / "sessions"
    sessions.chmod(0o555)
    check = only(list(homes.home_checks(pc.world())), "codex_sessions")
    assert check.level is Level.FAIL
    assert check.detail == "~/.codex/sessions is not writable: its mode lets nobody write."
    assert check.command == f"chmod u+rwx {sessions}"


def test_the_folder_of_today_that_belongs_to_somebody_else_fails(pc: Machine) -> None:
    today = pc.codex / "sessions/2026/11/22"
    today.mkdir(parents=True)
    check = homes.sessions_check(str(pc.codex), pc.seen_by(os.geteuid() + 1))
    assert check.level is Level.FAIL
    assert "belongs to somebody else" in check.detail
    assert check.command is not None
    assert check.command.startswith(f"sudo chown -R {os.geteuid() + 1} ")


def test_a_day_that_is_closed_is_named_though_the_sessions_are_open(pc: Machine) -> None:
    days = [pc.codex / "sessions/2026" / month for month in ("10", "11", "12")]
    for day in days:
        day.mkdir(parents=True)
        day.chmod(0o555)
    check = homes.sessions_check(str(pc.codex), pc.world())
    assert check.level is Level.FAIL
    assert check.subject in {str(day) for day in days}


def test_sessions_that_are_a_file_fail(pc: Machine) -> None:
    sessions = pc.codex / "sessions"
    sessions.rmdir()
    sessions.write_text("")
    check = homes.sessions_check(str(pc.codex), pc.world())
    assert (check.level, check.detail) == (
        Level.FAIL,
        "~/.codex/sessions is no folder, so no session can be saved.",
    )


def test_a_home_that_the_environment_names_and_is_not_there_is_a_warning(pc: Machine) -> None:
    gone = str(pc.home / "gone")
    world = replace(pc.world({"CODEX_HOME": gone}), codex_homes=(gone,))
    check = only(list(homes.home_checks(world)), "codex_home")
    assert (check.level, check.command) == (Level.WARN, f"mkdir -p {gone}")


def test_a_home_that_is_not_there_belongs_to_nobody_else(pc: Machine) -> None:
    check = homes.sessions_check(str(pc.home / "gone"), pc.world())
    assert (check.level, check.command) == (Level.WARN, "codex login")
    assert check.detail == "~/gone is not there yet: nobody has logged in to Codex here."


def test_of_a_wrong_configuration_only_the_position_is_told(pc: Machine) -> None:
    (pc.codex / "config.toml").write_text('model = "gpt-5"\napi_key = sk-very-secret\n')
    check = homes.config_check(str(pc.codex), pc.world())
    assert check.level is Level.FAIL
    assert "at line 2, column 11" in check.detail
    assert "secret" not in repr(check)
    assert check.command == f'"${{EDITOR:-vi}}" +2 {pc.codex}/config.toml'


def test_a_provider_without_its_variable_is_told_by_the_name_of_the_variable(pc: Machine) -> None:
    (pc.codex / "config.toml").write_text(
        'model_provider = "own"\n[model_providers.own]\nenv_key = "OWN_KEY"\nbase_url = "http://secret"\n'
    )
    check = homes.config_check(str(pc.codex), pc.world())
    assert (check.level, check.fix) == (Level.WARN, "Export OWN_KEY where Codex is started.")
    assert "secret" not in repr(check)
    assert homes.config_check(str(pc.codex), pc.world({"OWN_KEY": "sk-hidden"})).level is Level.PASS


def test_a_provider_that_is_not_defined_is_told(pc: Machine) -> None:
    (pc.codex / "config.toml").write_text('model_provider = "own"\n')
    assert homes.config_check(str(pc.codex), pc.world()).level is Level.WARN


def test_the_model_of_the_chosen_profile_counts() -> None:
    config = {"model": "a", "profile": "fast", "profiles": {"fast": {"model": "b"}}}
    assert homes.configured_model(config) == "b"
    assert homes.configured_model({**config, "profile": "other"}) == "a"
    assert homes.configured_model({"model": 5}) is None


@given(st.binary(max_size=200))
def test_any_configuration_is_survived(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    home = tmp_path_factory.mktemp("home")
    (home / "config.toml").write_bytes(data)
    world = this_world([str(home)], user_paths({"HOME": "/h"}), environ={"HOME": "/h"})
    assert homes.config_check(str(home), world).detail
    homes.model_of_home(str(home))


def test_secrets_of_a_home_are_never_opened(pc: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("auth.json", ".credentials.json"):
        (pc.codex / name).write_text('{"token": "canary-of-the-doctor"}')
    opened: list[str] = []
    opens = os.open

    def spying(path: str, flags: int, *rest: int, **more: int) -> int:
        opened.append(str(path))
        return opens(path, flags, *rest, **more)

    monkeypatch.setattr(os, "open", spying)
    assert "canary" not in repr(examine(pc.world({"OPENAI_API_KEY": "sk-canary", "CODEX_MODEL": "sk-canary"})))
    assert not [path for path in opened if "auth" in path or "credentials" in path]


# Model names


def test_an_empty_model_fails_and_is_taken_out_by_its_command(pc: Machine) -> None:
    check = only(list(models.model_checks(pc.world({"CODEX_MODEL": " "}))), "model_empty")
    assert (check.level, check.command) == (Level.FAIL, "unset CODEX_MODEL")


def test_another_model_than_the_wanted_one_fails(pc: Machine) -> None:
    environ = {"INTERLLM_MODEL": "gpt-5-codex", "OPENAI_DEFAULT_MODEL": "gpt-4o"}
    check = only(list(models.model_checks(pc.world(environ))), "model_conflict")
    assert check.level is Level.FAIL
    assert check.detail == "INTERLLM_MODEL wants gpt-5-codex, but OPENAI_DEFAULT_MODEL asks for gpt-4o."


def test_a_dated_variant_is_only_a_warning(pc: Machine) -> None:
    environ = {"INTERLLM_MODEL": "gpt-5-codex", "CODEX_MODEL": "gpt-5-codex-2025-09-15"}
    assert only(list(models.model_checks(pc.world(environ))), "model_conflict").level is Level.WARN


def test_different_models_without_a_wanted_one_are_a_warning(pc: Machine) -> None:
    (pc.codex / "config.toml").write_text('model = "gpt-5"\n')
    check = only(list(models.model_checks(pc.world({"CODEX_MODEL": "gpt-4o"}))), "model_conflict")
    assert check.level is Level.WARN
    assert "CODEX_MODEL = gpt-4o, model in ~/.codex/config.toml = gpt-5" in check.detail


def test_the_model_of_converge_contradicts_nobody(pc: Machine) -> None:
    environ = {"CODEX_MODEL": "gpt-5", "CONVERGE_OPENAI_MODEL": "gpt-5-mini"}
    assert only(list(models.model_checks(pc.world(environ))), "model_conflict").level is Level.PASS


def scenario_project(pc: Machine, env: str | None) -> None:
    for name in ("src", "input", "outputs", "logs"):
        (pc.shop / name).mkdir()
    (pc.shop / "input/prompt_template.txt").write_text("{body}")
    if env is not None:
        (pc.shop / "src/.env").write_text(env)


@pytest.mark.parametrize(
    ("env", "level"),
    [
        ("OPENAI_API_KEY=sk-hidden\nINTERLLM_MODEL='gpt-5-codex' # ours\n", Level.PASS),
        ("INTERLLM_MODEL=\n", Level.FAIL),
        ("OPENAI_API_KEY=sk-hidden\n", Level.FAIL),
        (None, Level.FAIL),
    ],
)
def test_a_scenario_project_says_which_model_it_wants(pc: Machine, env: str | None, level: Level) -> None:
    scenario_project(pc, env)
    found = list(models.model_checks(pc.world()))
    assert only(found, "scenario_model").level is level
    assert "hidden" not in repr(found)


def test_of_an_env_file_only_model_names_are_kept() -> None:
    text = 'A=1\nexport INTERLLM_MODEL="gpt 5" x\nCODEX_MODEL=b # c\nKEY=sk-1\n'
    assert models.models_in(text) == {"INTERLLM_MODEL": "gpt 5", "CODEX_MODEL": "b"}


def test_what_looks_like_a_secret_is_no_model_name() -> None:
    assert model_name("sk-abc") == model_name("a b") == model_name("x" * 90) == "something that is no model name"


# Scenario batches, Converge, programs


def test_outputs_and_logs_must_be_writable(pc: Machine) -> None:
    scenario_project(pc, None)
    (pc.shop / "outputs").chmod(0o555)
    (pc.shop / "logs").rmdir()
    found = list(workshop.scenario_checks(pc.world()))
    assert only(found, "scenario_outputs").level is Level.FAIL
    assert only(found, "scenario_logs").command == f"mkdir {pc.shop}/logs"


def test_a_template_that_differs_from_its_baseline_is_told(pc: Machine) -> None:
    scenario_project(pc, None)
    base = pc.shop / "src/prompt_template_base.txt"
    base.write_text("{body}")
    assert only(list(workshop.scenario_checks(pc.world())), "scenario_template").level is Level.PASS
    base.write_text("{title}")
    assert only(list(workshop.scenario_checks(pc.world())), "scenario_template").level is Level.INFO


def test_converge_is_only_spoken_of_where_it_is_used(pc: Machine) -> None:
    assert list(workshop.converge_checks(pc.world())) == []
    (pc.shop / ".converge").mkdir()
    assert list(workshop.converge_checks(pc.world()))


def test_settings_of_converge_that_do_nothing_good(pc: Machine) -> None:
    environ = {
        "CONVERGE_CODING_AGENT_PATH": "/no/codex",
        "CONVERGE_QUEUE_BACKEND": "redis",
        "SQLALCHEMY_DATABASE_URI": "sqlite:///user:secret@x.db",
    }
    found = list(workshop.converge_checks(pc.world(environ)))
    assert {check.id for check in found} == {
        "converge_agent",
        "converge_queue",
        "converge_split",
        "converge_checkpoints",
        "converge_tracing",
    }
    assert "secret" not in repr(found)


def test_programs_are_found_and_the_version_of_codex_is_read_from_its_package(pc: Machine) -> None:
    package = pc.folder / "lib/@openai/codex"
    (package / "bin").mkdir(parents=True)
    (package / "bin/codex.js").write_text("")
    (package / "package.json").write_text('{"version": "0.169.0"}')
    (pc.folder / "codex").symlink_to(package / "bin/codex.js")
    pc.programs = {"codex": str(pc.folder / "codex")}
    found = list(workshop.program_checks(pc.world()))
    assert only(found, "program_codex").detail.endswith("/codex, version 0.169.0.")
    assert only(found, "program_git").level is Level.WARN
    assert only(found, "program_odw").level is Level.INFO


# Daemons and left-over agents


def test_agents_whose_parent_is_gone_are_named_with_age_and_folder(pc: Machine) -> None:
    pc.process(200, NOBODY, "/usr/bin/codex", "-a", "never", "exec", "-m", "gpt-5", "the goal", cwd=pc.shop)
    pc.process(201, SHELL, "codex", "exec", "somebody waits for it")
    pc.process(202, NOBODY, "node", "/usr/lib/codex.js", "app-server", age_s=200_000)
    pc.process(203, NOBODY, "node", "/w/.odw/runs/r/odw-js-runner.mjs")
    pc.process(204, NOBODY, "vim", "codex")
    found = list(servers.left_over_checks(pc.world()))
    assert [(check.subject, check.level, check.command) for check in found] == [
        ("200", Level.WARN, "kill 200"),
        ("202", Level.WARN, "kill 202"),
        ("203", Level.WARN, "kill 203"),
    ]
    assert found[0].detail == (f"Process 200 is codex exec for 1 h in {pc.shop}; who started it is gone.")
    assert "2 days" in found[1].detail
    assert "the goal" not in repr(found)


def test_a_run_that_was_detached_on_purpose_is_only_told(pc: Machine) -> None:
    pc.process(200, NOBODY, "/usr/bin/odw", "exec", "--path", "/w")
    (check,) = servers.left_over_checks(pc.world())
    assert (check.level, check.name) == (Level.INFO, "detached run")


def test_processes_of_other_users_are_not_ours_to_judge(pc: Machine) -> None:
    pc.process(200, NOBODY, "codex", "exec")
    (check,) = servers.left_over_checks(replace(pc.world(), user=os.geteuid() + 1))
    assert check.level is Level.PASS


def daemon(pc: Machine, text: str) -> None:
    (pc.codex / "app-server-daemon").mkdir()
    (pc.codex / "app-server-daemon/daemon.pid").write_text(text)


def test_a_living_daemon_is_information_and_no_left_over(pc: Machine) -> None:
    daemon(pc, json.dumps({"pid": 300, "started": 1}))
    (pc.codex / "packages").mkdir()
    (pc.codex / "packages/big").write_bytes(b"x" * 4_200_000)
    exe = f"{pc.codex}/packages/app-server-daemon/codex"
    pc.process(300, NOBODY, exe, "app-server")
    pc.process(301, NOBODY, exe, "app-server", "daemon", "update")
    (check,) = servers.daemon_checks(pc.world())
    assert check.level is Level.INFO
    assert "runs as process 300 for 1 h" in check.detail
    assert "4.2 MB" in check.detail
    assert [one.level for one in servers.left_over_checks(pc.world())] == [Level.PASS]


def test_a_dead_daemon_is_cleaned_up_by_a_command(pc: Machine) -> None:
    daemon(pc, '{"pid": 300}')
    pc.process(300, SHELL, "vim")
    pc.process(301, NOBODY, f"{pc.codex}/packages/app-server-daemon/codex", "app-server", "daemon", "update")
    (check,) = servers.daemon_checks(pc.world())
    assert (check.level, check.command) == (Level.WARN, f"rm -f -- {pc.codex}/app-server-daemon/daemon.pid")
    (updater,) = servers.left_over_checks(pc.world())
    assert "updater" in updater.detail


@pytest.mark.parametrize(
    ("text", "pid"), [('{"pid": 5}', 5), ("7\n", 7), ("", None), ('{"pid": "x"}', None), ("true", None), ("[", None)]
)
def test_the_pid_of_a_daemon(text: str, pid: int | None) -> None:
    assert servers.daemon_pid(text) == pid


def test_a_system_without_a_list_of_processes_is_said_to_be_one(pc: Machine) -> None:
    (check,) = servers.left_over_checks(replace(pc.world(), proc=pc.folder / "none"))
    assert check.level is Level.INFO


def test_the_table_survives_processes_that_cannot_be_read(pc: Machine) -> None:
    (pc.proc / "400").mkdir()
    (pc.proc / "401").mkdir()
    (pc.proc / "401/cmdline").write_bytes(b"x\0")
    (pc.proc / "401/stat").write_bytes(b"401 (x) S not-a-number\xff")
    table = processes(pc.proc)
    assert table is not None
    assert [(process.pid, process.name) for process in table] == [(1, "init (x)"), (SHELL, "bash (x)")]
    assert table[1].started_at == pytest.approx(NOW - 3_600, abs=1)


# Worktrees and locks


def worktree(pc: Machine, run: str) -> Path:
    tree = pc.shop / ".odw/runs" / run / "worktrees/core-1"
    tree.mkdir(parents=True)
    (tree / "a.js").write_bytes(b"x" * 1_500)
    return tree


def test_worktrees_of_a_dead_run_have_a_size_and_an_exact_command(pc: Machine) -> None:
    folder = worktree(pc, RUN).parent
    (pc.shop / ".git").mkdir()
    (check,) = remains.worktree_checks(pc.world())
    assert check.level is Level.WARN
    assert check.detail.endswith("1.5 kB.")
    assert check.command == f"rm -rf -- {folder} && git -C {pc.shop} worktree prune"


@pytest.mark.parametrize(
    "command",
    [
        (5105, ("/usr/bin/odw", "exec"), 80_400.0),
        (9000, ("node", f"/w/.odw/runs/{RUN}/odw-js-runner.mjs"), 10.0),
    ],
)
def test_worktrees_of_a_run_at_work_are_left_alone(pc: Machine, command: tuple[int, tuple[str, ...], float]) -> None:
    worktree(pc, RUN)
    pid, words, age_s = command
    pc.process(pid, NOBODY, *words, age_s=age_s)
    (check,) = remains.worktree_checks(pc.world())
    assert check.level is Level.PASS


def test_worktrees_in_which_somebody_works_are_left_alone(pc: Machine) -> None:
    tree = worktree(pc, RUN)
    pc.process(9000, NOBODY, "codex", "exec", cwd=tree)
    assert [check.level for check in remains.worktree_checks(pc.world())] == [Level.PASS]


def test_a_number_that_was_given_to_another_process_proves_nothing(pc: Machine) -> None:
    worktree(pc, RUN)
    pc.process(5105, SHELL, "odw", "exec", age_s=10)
    assert [check.level for check in remains.worktree_checks(pc.world())] == [Level.WARN]


def test_git_s_list_is_read_as_files_and_only_for_run_folders(pc: Machine) -> None:
    for name, target in (
        ("gone", pc.shop / ".odw/runs" / RUN / "worktrees/gone-1/.git"),
        ("mine", Path("/somewhere/else/.git")),
    ):
        entry = pc.shop / ".git/worktrees" / name
        entry.mkdir(parents=True)
        (entry / "gitdir").write_text(f"{target}\n")
    check = only(list(remains.worktree_checks(pc.world())), "worktree_entries")
    assert "lists 1 worktree " in check.detail
    assert check.command == f"git -C {pc.shop} worktree prune"


def lock(pc: Machine, name: str, *, age_s: float = 600) -> Path:
    path = pc.codex / "thread-writer-locks" / f"{name}.lock"
    path.parent.mkdir(exist_ok=True)
    path.write_text("")
    os.utime(path, (NOW - age_s, NOW - age_s))
    return path


def test_only_locks_that_nobody_holds_are_left_over(pc: Machine) -> None:
    left, held = lock(pc, "left"), lock(pc, "held")
    lock(pc, "young", age_s=5)
    inode = held.stat()[stat.ST_INO]
    (pc.proc / "locks").write_text(f"1: FLOCK  ADVISORY  WRITE 77 fd:01:{inode} 0 EOF\n")
    (check,) = remains.lock_checks(pc.world())
    assert (check.level, check.command) == (Level.WARN, f"rm -- {left}")


def test_many_locks_are_removed_by_a_command_that_asks_each_one(pc: Machine) -> None:
    for number in range(9):
        lock(pc, str(number))
    (check,) = remains.lock_checks(pc.world())
    assert check.command is not None
    assert check.command.endswith(r"-exec flock -n {} rm -- {} \;")


def test_without_a_list_of_locks_nothing_is_claimed(pc: Machine) -> None:
    lock(pc, "left")
    (pc.proc / "locks").unlink()
    assert [check.level for check in remains.lock_checks(pc.world())] == [Level.INFO]


# Places, watches, machine


def test_a_place_tells_what_is_in_it(pc: Machine) -> None:
    for below in (".odw/runs/a", ".odw/runs/b", ".converge/runs/c", ".pandacode/sessions/codex", "logs"):
        (pc.shop / below).mkdir(parents=True)
    (pc.shop / ".pandacode/sessions/codex/s.json").write_text("{}")
    (pc.shop / ".pandacode/sessions/codex/latest.json").write_text("{}")
    (pc.shop / "logs/run-20260101-000000.log").write_text("")
    (check,) = reading.place_checks(pc.world())
    assert check.detail.endswith("holds 2 ODW runs, 1 PandaCode session, 1 Converge run, 1 scenario batch.")


def test_a_place_that_cannot_be_read_fails(pc: Machine) -> None:
    (pc.shop / ".odw").mkdir()
    world = replace(pc.world(), may=lambda path, mode: not path.endswith(".odw"))
    (check,) = reading.place_checks(world)
    assert (check.level, check.command) == (Level.FAIL, f"chmod u+rX {pc.shop}/.odw")


def test_a_place_that_is_gone_is_a_warning(pc: Machine) -> None:
    pc.shop.rmdir()
    assert [check.level for check in reading.place_checks(pc.world())] == [Level.WARN]


def test_problems_are_told_with_their_place_and_the_rest_is_counted(pc: Machine) -> None:
    problems = tuple(Problem(f"{pc.shop}/{number}", number, "torn") for number in range(23))
    found = list(reading.problem_checks(replace(pc.world(), problems=problems)))
    assert found[1].detail == f"{pc.shop}/1 from byte 1: torn."
    assert found[-1].detail == "3 more files could not be read."


def test_watches_in_use_are_counted_for_this_user(pc: Machine) -> None:
    pc.holds_watches(pc.process(500, SHELL, "editor"), 59_950)
    (check,) = reading.watch_checks(pc.world())
    assert check.level is Level.WARN
    assert check.command == "sudo sysctl fs.inotify.max_user_watches=524288"
    assert "59,950 of 60,000 watches and 1 of 128 instances" in check.detail


def test_enough_watches_are_fine() -> None:
    limits, used, needed = Watches(128, 60_000), Watches(3, 10), Watches(2, 100)
    assert reading.judge_watches(limits, used, needed).level is Level.PASS
    assert reading.judge_watches(Watches(4, 60_000), used, needed).command == (
        "sudo sysctl fs.inotify.max_user_instances=512"
    )


@pytest.mark.parametrize(
    ("space", "level"),
    [
        (machine.Space(50_000_000, 10**12, 10**6), Level.FAIL),
        (machine.Space(10**10, 10**12, 10**6), Level.WARN),
        (machine.Space(10**11, 10**12, 10), Level.WARN),
        (machine.Space(10**11, 10**12, None), Level.PASS),
    ],
)
def test_disk_space(pc: Machine, space: machine.Space, level: Level) -> None:
    assert machine.judge_disk("/w", space, pc.world()).level is level


@pytest.mark.parametrize(("said", "level"), [("on", Level.PASS), ("all", Level.PASS), ("off", Level.INFO)])
def test_a_tmux_that_keeps_notifications_is_told(pc: Machine, said: str, level: Level) -> None:
    check = only(list(machine.terminal_checks(replace(pc.world(), passthrough=lambda: said))), "tmux")
    assert check.level is level
    assert (check.command == "tmux set -g allow-passthrough on") is (level is Level.INFO)


def test_the_terminal_is_judged_by_its_variables_and_its_size(pc: Machine) -> None:
    def terminal(columns: int, **environ: str) -> Check:
        world = replace(pc.world(environ), screen=(columns, 40))
        return only(list(machine.terminal_checks(world)), "terminal")

    assert terminal(120, TERM="xterm-256color", COLORTERM="truecolor").detail == "120 columns, 40 rows, all colours."
    assert terminal(120, TERM="dumb").level is Level.WARN
    assert terminal(40, TERM="xterm").level is Level.WARN
    assert "NO_COLOR" in terminal(120, TERM="xterm", NO_COLOR="1").detail


@pytest.mark.parametrize(
    ("environ", "level"),
    [
        ({"LANG": "de_DE.UTF-8"}, Level.PASS),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "de_DE.ISO-8859-1"}, Level.WARN),
        ({"LANG": "C"}, Level.INFO),
        ({}, Level.INFO),
    ],
)
def test_letters(pc: Machine, environ: dict[str, str], level: Level) -> None:
    assert only(list(machine.terminal_checks(pc.world(environ))), "letters").level is level


def test_files_from_the_future_are_a_wrong_clock(pc: Machine) -> None:
    runs = pc.shop / ".odw/runs"
    runs.mkdir(parents=True)
    os.utime(runs, (NOW + 7_300, NOW + 7_300))
    os.utime(pc.codex / "sessions", (NOW, NOW))
    (check,) = machine.clock_checks(pc.world())
    assert (check.level, "2 h in the future" in check.detail) == (Level.WARN, True)


def test_own_folders_are_made_when_needed_and_told_when_they_cannot_be(pc: Machine) -> None:
    assert {check.level for check in machine.own_checks(pc.world())} == {Level.PASS}
    pc.home.chmod(0o555)
    found = list(machine.own_checks(pc.world()))
    pc.home.chmod(0o755)
    assert only(found, "own_cache").detail == (
        "~/.cache/odw-tui cannot be written, so every start reads everything anew."
    )
    assert only(found, "own_cache").command == f"chmod u+rwx {pc.home}"


# Wording


@pytest.mark.parametrize(
    ("number", "said"), [(0, "0 B"), (999, "999 B"), (1_500, "1.5 kB"), (404_000_000, "404 MB"), (2 * 10**12, "2 TB")]
)
def test_sizes(number: int, said: str) -> None:
    assert size(number) == said


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(-5, "0 s"), (59, "59 s"), (61, "1 min"), (7_300, "2 h"), (90_000, "1 day"), (10**6, "11 days")],
)
def test_times(seconds: float, said: str) -> None:
    assert span_of_time(seconds) == said


def test_a_path_is_said_from_home_and_on_one_line() -> None:
    assert at_home("/home/dev/x\ny", "/home/dev") == "~/x y"
    assert at_home("/home/developer", "/home/dev") == "/home/developer"


@given(st.lists(st.text(), min_size=1))
def test_a_command_means_its_words_or_is_none(words: list[str]) -> None:
    said = command(*words)
    if said is None:
        assert not all(word.isprintable() for word in words)
    else:
        assert shlex.split(said) == words


def test_every_reach_has_its_words(pc: Machine) -> None:
    for found in Reach:
        assert homes.judge_sessions(str(pc.codex), found, pc.world()).detail
        assert workshop.judge_scenario_folder(str(pc.shop), "outputs", "x", found, pc.world()).detail
        assert machine.judge_own("cache", str(pc.shop), found, pc.world(), is_made=True).detail


def test_every_check_of_a_broken_machine_has_a_fix(pc: Machine) -> None:
    (pc.codex / "sessions").chmod(0o555)
    (pc.codex / "config.toml").write_text("=")
    lock(pc, "left")
    worktree(pc, RUN)
    daemon(pc, "{}")
    found = examine(pc.world({"CODEX_MODEL": "", "CONVERGE_QUEUE_BACKEND": "sqs"}))
    assert len(SECTIONS) > 10
    assert [check for check in found if check.level in (Level.FAIL, Level.WARN) and not check.fix] == []
