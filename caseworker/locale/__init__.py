"""The user's language: gettext catalogues, chosen by the environment and switched by a key."""

import gettext
import os
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("zh_CN", "en")

_catalogue: gettext.NullTranslations = gettext.NullTranslations()
_language: str = "en"


def from_environment() -> str:
    """The language that LANGUAGE, LC_ALL, LC_MESSAGES or LANG ask for, read as text.

    The system need not have the locale. Chinese stands first: it is the answer where the
    environment says nothing, or names only the C locale.
    """
    for variable in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        for wanted in os.environ.get(variable, "").split(":"):
            if wanted.startswith("zh"):
                return "zh_CN"
            if wanted.startswith("en"):
                return "en"
            if wanted and wanted.split(".")[0] not in ("C", "POSIX"):
                return "en"
    return "zh_CN"


def set_language(language: str) -> None:
    """Use `language`, one of `LANGUAGES`, for every sentence from now on."""
    global _catalogue, _language  # noqa: PLW0603 - one user, one language, switched by a key
    _language = language
    _catalogue = gettext.NullTranslations()
    if language == "zh_CN":
        # A path, since importlib.resources takes longer to import than to use.
        path = Path(__file__).parent / "zh_CN" / "LC_MESSAGES" / "caseworker.mo"
        with path.open("rb") as file:
            _catalogue = gettext.GNUTranslations(file)


def language() -> str:
    """The language in use, one of `LANGUAGES`."""
    return _language


def _(message: str) -> str:
    """`message`, an English sentence of the source, in the language in use."""
    return _catalogue.gettext(message)


def mark(message: str) -> str:
    """Mark a sentence for the catalogue where it is stored and translated later."""
    return message
