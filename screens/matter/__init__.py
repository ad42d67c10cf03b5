"""A matter: the orders that are about one thing, and what the street remembers of it."""
