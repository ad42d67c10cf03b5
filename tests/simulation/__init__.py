"""Seeded simulation of desks and a hub over a line that fails (docs/reliability.md)."""
