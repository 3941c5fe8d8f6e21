"""Talking to the REST server of Converge on this machine: tasks made, looked at, answered, cancelled."""
