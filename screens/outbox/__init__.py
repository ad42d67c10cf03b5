"""The outbox: what is where, and what waits for the worker."""
