"""Git, as the runs of this program need it: worktrees, patches, snapshots, commits. It loads nothing by itself."""
