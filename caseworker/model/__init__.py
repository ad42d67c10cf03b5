"""Work orders, annotations, decisions, the taxonomy and the rules: values, and no I/O."""
