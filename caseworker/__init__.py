"""caseworker: a terminal desk that gives street offices their voice in the 12345 hotline."""

__version__ = "0.1.0"
