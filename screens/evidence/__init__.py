"""A file of evidence: what it is, and its text or picture where the terminal can show it."""
