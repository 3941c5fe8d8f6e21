"""The demo: a live run in a repository of its own, or recorded runs that stand-ins for odw and pandacode write again.
Nothing else needs it."""
