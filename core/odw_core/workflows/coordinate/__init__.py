"""Coordination: one goal over many repositories: a split, a plan for each, contracts that fit, rounds until they do."""

from __future__ import annotations
