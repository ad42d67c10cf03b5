"""One form for all that is written about an order; what it asks is data."""
