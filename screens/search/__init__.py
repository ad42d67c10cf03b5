"""One box that finds orders by number, phone tail, place or words."""
