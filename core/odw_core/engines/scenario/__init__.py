"""The dialect of scenario batches: run logs below ``logs/``, older plain error logs, and what they mean."""
