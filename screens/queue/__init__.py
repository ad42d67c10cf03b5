"""The queue: what is to be done today, the first to break first."""
