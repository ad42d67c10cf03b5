"""Find likely repeats of an order in the cache, and say why. Nothing is decided here."""
