"""Doctor: what is wrong or left over on this machine, each with its fix. Looks only; changes nothing on disk."""
