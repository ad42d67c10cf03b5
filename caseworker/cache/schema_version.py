"""The schema that this program writes, known without importing sqlite-utils."""

from typing import Final

HEAD: Final = 11
"""Number of migrations; kept in `PRAGMA user_version`. A test compares it with the migrations."""
