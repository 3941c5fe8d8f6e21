"""The Codex dialect: sessions of one CODEX_HOME, read from their rollouts alone (0.20 to 0.169)."""
