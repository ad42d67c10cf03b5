"""Have we met this before: an order and its likely repeats side by side."""
