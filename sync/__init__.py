"""Pull and push: what the hub knows comes in, what the worker wrote goes out, exactly once."""
