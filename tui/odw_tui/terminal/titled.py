"""The driver of the terminal that gives its title back whenever it gives the terminal back: at the end, after a crash,
while it is suspended, while an editor has it. Knows no run."""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver

from odw_tui.terminal.attention import RESTORE_TITLE, SAVE_TITLE, title


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

    def start_application_mode(self) -> None:
        super().start_application_mode()  # type: ignore[no-untyped-call]
        # In the background of a shell, Textual does not take the terminal.
        self._is_ours = self._writer_thread is not None
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
