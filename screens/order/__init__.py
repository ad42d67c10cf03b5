"""An order whole: its words, its deadlines, what was said and ruled, and its matter."""
