"""The local SQLite cache: the orders that the hub assigned, and the worker's own words."""
