"""What can be done about runs that odw and Converge drive themselves."""
