"""The process behind the agent ``scripted``: ``python -m odw_core.agents.scripted_player SCRIPT``. It is told the call
on stdin, does what the script says about it, and tells that on stdout. It ends when whoever started it does."""
