"""The tabs of an opened run or session, one module each: its pane, and what the keys mean while it is shown."""
