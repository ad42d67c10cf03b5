"""How well repeats are found, beside two baselines, on a generated street or own orders."""
