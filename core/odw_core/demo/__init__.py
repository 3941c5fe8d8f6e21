"""The demo: recorded runs, and stand-ins for odw and pandacode that write them again. Nothing else needs it."""
