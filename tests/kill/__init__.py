"""A real process, killed or starved at every step at which it writes."""
