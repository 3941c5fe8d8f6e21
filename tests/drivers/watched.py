"""Watched: a service that a test keeps running, as the app wants it. Starts nothing."""

from __future__ import annotations

from odw_core.service.live import LiveService


class Watched:
    """The service as the app wants it, though somebody else keeps it running."""

    def __init__(self, service: LiveService) -> None:
        self._service = service

    def __getattr__(self, name: str) -> object:
        return getattr(self._service, name)

    async def run(self) -> None:
        return None
