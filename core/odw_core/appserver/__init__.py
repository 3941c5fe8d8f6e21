"""Codex's app server: speaking its JSON-RPC, finding its socket, starting one of our own. Nothing above that."""
