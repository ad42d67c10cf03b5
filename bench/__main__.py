"""`python -m bench [NAME …]`: run the benchmarks and print tables, then one JSON document."""

import importlib
import json
import sys

BENCHMARKS = (
    "startup",
    "keys",
    "search",
    "views",
    "idle",
    "neighbours",
    "pull",
    "repeats_speed",
    "load",
)


def main() -> None:
    """Run the named benchmarks, or all."""
    wanted = sys.argv[1:] or BENCHMARKS
    figures = {}
    for name in wanted:
        if name not in BENCHMARKS:
            sys.exit(f"There is no benchmark {name}: choose from {', '.join(BENCHMARKS)}.")
        figures[name] = importlib.import_module(f"bench.{name}").run()
    print(json.dumps(figures, indent=2))


main()
