"""What was begun and not finished: on every order, or on one of them."""
