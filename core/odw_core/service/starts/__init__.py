"""What the service does for the start of each workflow, before it is a run."""
