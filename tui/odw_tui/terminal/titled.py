"""The driver of the terminal that gives its title back whenever it gives the terminal back: at the end, after a crash,
while it is suspended, while an editor has it. Knows no run."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from textual.driver import Driver
from textual.drivers.linux_driver import LinuxDriver

from odw_tui.terminal.attention import RESTORE_TITLE, SAVE_TITLE, is_spoken_to, title


class Stage:
    """What is said to the terminal by itself. Nothing, where there is none or where it should not be spoken to."""

    def __init__(self, driver: Callable[[], Driver | None]) -> None:
        self._driver = driver

    def entitle(self, text: str) -> None:
        """Call its window ``text``."""
        if (driver := self._spoken_to) is not None:
            driver.entitle(text)

    def say(self, sequence: str) -> None:
        """Write ``sequence`` as it is; while somebody else has the terminal it is dropped."""
        if (driver := self._spoken_to) is not None:
            driver.say(sequence)

    @property
    def _spoken_to(self) -> TitledDriver | None:
        driver = self._driver()
        if not isinstance(driver, TitledDriver):
            return None
        is_terminal = driver.input_tty and sys.__stderr__ is not None and sys.__stderr__.isatty()
        return driver if is_spoken_to(os.environ, is_terminal=is_terminal) else None


class TitledDriver(LinuxDriver):
    """Textual's driver, with a title that is the terminal's own again afterwards."""

    _title = ""
    _is_titled = False
    _is_ours = False

    def entitle(self, text: str) -> None:
        """Call the window ``text`` from now on, also after the terminal was lent to somebody."""
        if text != self._title:
            self._title = text
            if self._is_ours:
                self._write_title()

    def say(self, sequence: str) -> None:
        """Write it, if the terminal is ours just now."""
        if self._is_ours:
            self.write(sequence)
            self.flush()

    def start_application_mode(self) -> None:
        before = self._writer_thread
        super().start_application_mode()  # type: ignore[no-untyped-call]
        # In the background of a shell, Textual does not take the terminal.
        self._is_ours = self._writer_thread is not before
        if self._is_ours and self._title:
            self._write_title()

    def stop_application_mode(self) -> None:
        if self._is_titled:
            self.write(RESTORE_TITLE)
        self._is_titled = self._is_ours = False
        super().stop_application_mode()

    def _write_title(self) -> None:
        before = "" if self._is_titled else SAVE_TITLE
        self._is_titled = True
        self.write(f"{before}{title(self._title)}")
        self.flush()
