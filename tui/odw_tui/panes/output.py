"""The output pane: any stream of an attempt or a run, whole, with what broke on top. Does not choose whose."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical

from odw_core.model.cause import Proof
from odw_tui.folding import Folding
from odw_tui.kit import Kit
from odw_tui.open_log import OpenLog
from odw_tui.present import output
from odw_tui.present.causes import times_today
from odw_tui.present.output import Target
from odw_tui.widgets.line_view import LineView
from odw_tui.widgets.sheet import Sheet

_EMPTY = " Nothing was written to it."
_READ_FROM_THE_TOP = ("prompt", "diff")
_TELLING = ("stderr", "stdout", "log")
_SEEK_LIMIT = 20_000
"""Lines of a text in which the cause is looked for unasked."""


class OutputPane(Vertical):
    """Given a ``Target``; the screen carries out keys on ``view``."""

    def __init__(self, kit: Kit) -> None:
        super().__init__(id="output", classes="pane")
        self._kit = kit
        self._target: Target | None = None
        self._stream = ""
        self._wanted = ""
        self._is_wished = False
        """Whether a person asked for this stream, so that no other is shown in its place."""
        self._missing: dict[str, str] = {}
        self._is_unfolded = False
        self._times = 0
        """How often the cause came today."""
        self._is_in_view = False
        self._is_seeking = False
        self._titles = Sheet(id="whose")
        self._cause = Sheet(id="cause")
        self.view = LineView(marker=kit.signs.cursor, thumb=kit.signs.thumb, motion=kit.motion, id="lines")
        self._picture = Sheet(id="missing")
        self._log = OpenLog(kit.service, self.view, kit.now, opened=self._opened, missing=self._not_there)
        key = kit.keymap.shown("lines", "unfold")
        self._folding = Folding(self.view, self._log, key=key, empty=_EMPTY, changed=self._refolded)

    def compose(self) -> ComposeResult:
        yield self._titles
        yield self._cause
        yield self.view
        yield self._picture

    @property
    def target(self) -> Target | None:
        """Whose output is shown."""
        return self._target

    @property
    def stream(self) -> str:
        """The stream that is shown, or that is not there."""
        return self._stream

    @property
    def can_unfold(self) -> bool:
        """Whether there is more of the cause than is shown, or was."""
        has_more = self._target is not None and self._target.can_unfold
        return has_more or self._can_fold

    @property
    def is_settled(self) -> bool:
        """Whether everything is folded that is to be folded."""
        return self._folding.is_settled

    @property
    def path(self) -> str:
        """The file that is shown line by line; empty when it lies inside of another."""
        return self._log.path

    @property
    def line(self) -> int:
        """The line of the text that is looked at, from 1."""
        return self._folding.source_line(self.view.current_line or 0) + 1

    def tell(self, target: Target) -> None:
        """Show this output. The same one once more keeps stream and place; only what was missing is tried again."""
        before, self._target = self._target, target
        if before is None or before.causes != target.causes or before.version != target.version:
            self._times = self._times_today(target)
        if before is None or before.address != target.address:
            self._missing.clear()
            self._is_unfolded = False
            self._wanted, self._is_wished = target.first, False
            self._open(target.first)
        elif self._stream in self._missing and (before.version != target.version or target.is_live):
            self._missing.clear()
            self._open(self._wanted)
        else:
            self._log.news()
        self._watch()
        self._show_words()

    def _times_today(self, target: Target) -> int:
        if not target.causes:
            return 0
        return times_today(target.causes[0], self._kit.service.snapshot().items.values(), self._kit.now())

    def set_in_view(self, is_in_view: bool) -> None:
        """Only what is in view is looked at for news."""
        self._is_in_view = is_in_view
        self._watch()

    def show_stream(self, stream: str) -> None:
        """Show this stream and no other, even if it is missing."""
        self._wanted, self._is_wished = stream, True
        self._missing.pop(stream, None)
        self._open(stream)
        self._show_words()

    def next_stream(self, step: int = 1) -> None:
        """Show the stream after this one, going round."""
        target = self._target
        if target is None or not target.streams:
            return
        place = target.streams.index(self._stream) if self._stream in target.streams else -1
        self.show_stream(target.streams[(place + step) % len(target.streams)])

    def unfold(self) -> None:
        """Show the whole cause and every line, or fold them again."""
        has_more = self._target is not None and self._target.can_unfold
        if self._folding.is_folded:
            self.unfold_lines()
        elif has_more and not self._is_unfolded:
            self._is_unfolded = True
        else:
            self._is_unfolded = False
            if self._can_fold:
                self._folding.fold()
        self._show_words()

    def unfold_lines(self) -> None:
        """Show every line."""
        if self._folding.is_folded:
            self._is_unfolded = True
            self._folding.unfold()

    @property
    def _can_fold(self) -> bool:
        target = self._target
        is_over = target is not None and not target.is_live
        return is_over and self._stream in _TELLING and self._folding.can_fold

    def _refolded(self) -> None:
        if self._is_seeking:
            # The text that was being searched is another one now.
            self._seek_cause()
        self._show_words()

    def on_line_view_changed(self, event: LineView.Changed) -> None:
        event.stop()
        self._show_words()

    def on_line_view_searched(self, event: LineView.Searched) -> None:
        """The pane's own search for the cause ends quietly; the others are the screen's."""
        if self._is_seeking:
            event.stop()
            self._is_seeking = False
            if event.line is None:
                self.view.search("")

    def _open(self, stream: str) -> None:
        target = self._target
        if target is not None:
            self._stream = stream
            self._folding.forget()
            self._log.open(target.address, stream, follow=stream not in _READ_FROM_THE_TOP, empty=_EMPTY)

    def _opened(self) -> None:
        target = self._target
        if target is not None and not self._is_wished and self.view.line_count == 0 and not target.is_live:
            self._not_there("nothing was written to it")
            return
        self._missing.pop(self._stream, None)
        self.remove_class("-missing")
        if self._can_fold and not self._is_unfolded:
            self._folding.fold(unasked=True)
        self._seek_cause()
        self._show_words()

    def _seek_cause(self) -> None:
        """Go to the line that says what broke, unless looking for it would take long enough to be seen as a jump."""
        target, count = self._target, self.view.line_count
        self._is_seeking = (
            target is not None
            and bool(target.cause or target.causes)
            and self._stream in _TELLING
            and 0 < (count or 0) <= _SEEK_LIMIT
        )
        if not self._is_seeking or target is None:
            return
        proof = next((cause.proof for cause in target.causes if cause.proof is not None), None)
        if proof is not None and (line := self._proof_line(proof)) is not None:
            self._is_seeking = False
            self.view.go_to(line)
        else:
            self.view.search(output.telling_words(target.cause[0] if proof is None else proof.text))

    def _proof_line(self, proof: Proof) -> int | None:
        """The line of the view that ``proof`` names, if it really says so."""
        shown = self._folding.shown_line(proof.line - 1)
        if not 0 <= shown < (self.view.line_count or 0):
            return None
        return shown if output.telling_words(proof.text) in self.view.text_of(shown) else None

    def _not_there(self, reason: str) -> None:
        """Try the next stream, unless a person asked for this one; if there is none, say why."""
        target = self._target
        if target is None:
            return
        self._missing[self._stream] = reason
        untried = [stream for stream in target.streams if stream not in self._missing]
        if not self._is_wished and untried:
            self._open(untried[0])
            return
        if self._wanted in self._missing:
            self._stream = self._wanted
        self.add_class("-missing")
        self._show_words()

    def _watch(self) -> None:
        target = self._target
        self._log.watch(self._is_in_view and target is not None and target.is_live)

    def _show_words(self) -> None:
        target, view, keymap = self._target, self.view, self._kit.keymap
        if target is None:
            return
        is_missing = self._stream in self._missing
        excerpt = output.excerpt_words(self._log.source.title if self._log.source else "", self._stream)
        seen = excerpt + output.seen_words(
            self._folding.line_count, follows=view.follows, is_live=target.is_live, searching=view.is_searching
        )
        self._titles.show(output.title_lines(target, self._stream, self._missing, "" if is_missing else seen))
        key = keymap.shown("lines", "unfold")
        self._cause.show(output.cause_lines(target, key, is_unfolded=self._is_unfolded, times=self._times))
        if is_missing:
            keys = tuple((keymap.shown("lines", name), does) for name, does in _NEXT_KEYS)
            self._picture.show(output.missing_picture(self._stream, self._missing.get(self._stream, ""), keys))


_NEXT_KEYS = (("next_stream", "the next stream"), ("timeline", "back to the timeline"), ("journal", "the journal"))
