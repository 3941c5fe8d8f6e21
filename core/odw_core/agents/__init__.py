"""Agents: run this prompt there, and hand back what came of it."""
