"""One act on many orders: the dry run before it, and taking it back."""
