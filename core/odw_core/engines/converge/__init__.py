"""The Converge dialect: run folders below ``.converge``, the queue's tasks, and logs that somebody saved."""
