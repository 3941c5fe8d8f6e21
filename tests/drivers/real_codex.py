"""RealCodex: the real Codex CLI in a home of its own against a scripted model. No account, no network, nothing left."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from drivers import scripted_model
from drivers.processes import Witness
from drivers.scripted_model import Library

MARKER = "ODW_TUI_TEST_WORLD"
"""Every process of a world carries this variable; that is how those it left behind are found."""
_CHECKOUT = Path(__file__).parents[2]
_SCENARIOS = Path(__file__).with_name("scenarios.json")
_PATIENCE_S = 5.0


def native_codex() -> Path | None:
    """The native program (not the npm launcher, whose child outlives it); None when it is not installed."""
    named = os.environ.get("ODW_TUI_TEST_CODEX")
    if named:
        return Path(named)
    modules = _CHECKOUT / ".cache" / "codex" / "node_modules"
    return next((one for one in modules.glob("@openai/codex-*/vendor/*/bin/codex") if os.access(one, os.X_OK)), None)


WHY_SKIPPED = (
    "the real Codex is not there: npm install --prefix .cache/codex @openai/codex@0.169.0, "
    "or name the native program in ODW_TUI_TEST_CODEX"
)


class ScriptedModel:
    """The scripted model in a thread of its own, so that plain and asynchronous tests can use it."""

    def __init__(self, log: Path) -> None:
        self.library = Library.load(_SCENARIOS)
        self.log = log
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True, name="scripted model")
        self._is_up = threading.Event()

    def teach(self, name: str, steps: list[object], *, repeats: bool = False, when: str = "") -> None:
        """One more script; ``when`` are words of a prompt that it answers without being named there."""
        script = {"steps": steps, "repeat_last": repeats, "when": when}
        self.library.scripts.update(Library.parse({"scripts": {name: script}}).scripts)

    @property
    def requests(self) -> list[dict[str, object]]:
        """What was asked of the model so far, one entry a request."""
        return [json.loads(line) for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def start(self) -> None:
        self._thread.start()
        assert self._is_up.wait(_PATIENCE_S), "the scripted model did not start"

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._server, self.port = self._loop.run_until_complete(scripted_model.serve(self.library, log=self.log))
        self._is_up.set()
        self._loop.run_forever()
        self._server.close()
        for task in asyncio.all_tasks(self._loop):
            task.cancel()
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()


class RealCodex:
    """One home, one project (a git repository), one model. ``environ`` is what every process of it is started with."""

    def __init__(self, program: Path, base: Path) -> None:
        self.program = program
        self.base = base
        self.home = base / "home"
        self.project = base / "project"
        self.state = base / "state" / "odw-tui"
        self.model = ScriptedModel(base / "requests.jsonl")
        self._marker = uuid.uuid4().hex
        self.environ = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "CODEX_HOME": str(self.home),
            "HOME": str(base),
            "XDG_STATE_HOME": str(base / "state"),
            "XDG_CONFIG_HOME": str(base / "config"),
            "XDG_CACHE_HOME": str(base / "cache"),
            "XDG_RUNTIME_DIR": str(base / "run"),
            MARKER: self._marker,
        }

    def prepare(self) -> None:
        """Make the folders, start the model."""
        for folder in (self.home, self.project, self.base / "run", self.base / "state"):
            folder.mkdir(parents=True, mode=0o700)
        git = ("git", "-C", str(self.project), "-c", "user.name=t", "-c", "user.email=t@example.invalid")
        (self.project / "README.md").write_text("# A project\n")
        subprocess.run([*git, "init", "-q", "-b", "main"], check=True, env=self.environ)
        subprocess.run([*git, "add", "."], check=True, env=self.environ)
        subprocess.run([*git, "commit", "-q", "-m", "begin"], check=True, env=self.environ)
        self.model.start()
        self.configure()

    def configure(self, more: str = "", *, port: int | None = None, model: str = "gpt-5.5") -> None:
        """Write ``config.toml``: the scripted model (or another ``port``), the trusted project, and ``more``."""
        trusted = f'\n[projects."{self.project}"]\ntrust_level = "trusted"\n'
        shown = '\n[notice.model_migrations]\n"gpt-5.5" = "gpt-6-sol"\n'
        config = scripted_model.config_toml(self.model.port if port is None else port, model)
        (self.home / "config.toml").write_text(config + trusted + shown + more)

    def prompt(self, script: str, text: str = "go") -> str:
        """A prompt that makes the model play ``script``."""
        return f"[[script:{script}]] {text}"

    def processes(self) -> dict[int, str]:
        """Command lines, by process id, of everything of this world that lives."""
        wanted = f"{MARKER}={self._marker}".encode()
        found: dict[int, str] = {}
        for folder in Path("/proc").iterdir():
            if not folder.name.isdecimal() or int(folder.name) == os.getpid():
                continue
            try:
                if wanted in (folder / "environ").read_bytes().split(b"\0"):
                    found[int(folder.name)] = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode().strip()
            except OSError:
                continue
        return found

    def processes_of(self, words: str) -> dict[int, str]:
        """Those whose command line holds ``words``."""
        return {pid: command for pid, command in self.processes().items() if words in command}

    def ends_within(self, pids: Iterable[int], seconds: float = _PATIENCE_S) -> bool:
        """Whether these processes end in time; waits on the kernel's word."""
        return Witness(pids).all_end_within(seconds)

    def files_holding(self, words: str) -> list[Path]:
        """Every file of this world, whoever wrote it, that holds ``words``."""
        wanted = words.encode()
        return [
            path
            for path in sorted(self.base.rglob("*"))
            if path.is_file() and not path.is_symlink() and wanted in path.read_bytes()
        ]

    def end_survivors(self) -> dict[int, str]:
        """End what still lives, and say what it was. Processes that are about to end get a moment for it."""
        left = self.processes()
        if left and self.ends_within(list(left), 2.0):
            left = self.processes()
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        return left


@contextmanager
def real_codex(program: Path, tell: Callable[[str], None] = print) -> Iterator[RealCodex]:
    """A world for one test. Fails the test when a process of it survives."""
    # Not below the temporary folder, where Codex refuses to make its links; short, because sockets lie in it.
    base = Path(tempfile.mkdtemp(prefix="odw-", dir="/var/tmp"))
    world = RealCodex(program, base)
    try:
        world.prepare()
        yield world
    finally:
        left = world.end_survivors()
        world.model.stop()
        shutil.rmtree(base, ignore_errors=True)
        assert not left, f"processes survived the test: {left}"
