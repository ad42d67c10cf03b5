"""`python -m caseworker`: what the desk starts for its helpers."""

from caseworker.cli import main

main()
