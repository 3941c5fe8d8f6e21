"""What stands against a start before it is one, a module for each thing that can be started."""
