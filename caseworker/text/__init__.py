"""Text: through the door, onto a terminal, into the index. No I/O, and nothing of any screen."""
