"""The key of a home: from a passphrase, the system's keyring, or a file beside a demo.

`key.json` in the home says which; it holds a salt and a check value, never the key (except for
the demo's, whose orders are invented).
"""

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Annotated, Final, Literal

from msgspec import Meta, MsgspecError, Struct, json

from caseworker.locale import _
from caseworker.model.trouble import Trouble

KEY_BYTES: Final = 32
VARIABLE: Final = "CASEWORKER_PASSPHRASE"

_SERVICE: Final = "caseworker"
_SCRYPT: Final = {"n": 2**15, "r": 8, "p": 1, "maxmem": 2**26}
"""Some 100 ms and 32 MiB a try."""


_Key = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?$")]


class KeyFile(Struct, frozen=True, kw_only=True):
    """What `key.json` says. `check` proves a key right without telling it."""

    method: Literal["passphrase", "keyring", "beside"]
    salt: Annotated[str, Meta(pattern=r"^([0-9a-f]{32})?$")]
    check: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$")]
    key: _Key = ""
    """For the demo alone: the key itself."""
    wrapped: _Key = ""
    """Once the passphrase was changed: the key under what the new one derives to, bit by bit."""


def unlock(home: Path, ask: Callable[[bool], str] | None) -> bytes:
    """The key of the home at `home`, 32 bytes; a first run makes one.

    `ask(first)` asks the person for the passphrase (twice where `first`), None where there is no
    terminal. CASEWORKER_PASSPHRASE is taken out of the environment, so that no child gets it.
    Raises `Trouble` where the passphrase is wrong, or where there is no way to get one.
    """
    given = os.environ.pop(VARIABLE, None)
    file = _read(home)
    if file is None:
        return _first(home, given, ask)
    match file.method:
        case "beside":
            key = bytes.fromhex(file.key)
        case "keyring":
            key = _from_keyring(file.salt)
        case "passphrase":
            passphrase = given if given is not None else _asked(ask, first=False)
            key = _opened(file, passphrase)
    if not _is_right(key, file.check):
        raise Trouble(_("The passphrase is wrong. Nothing was changed: try again."))
    return key


def will_ask(home: Path) -> bool:
    """Whether `unlock` may have to ask for a passphrase."""
    if VARIABLE in os.environ:
        return False
    file = _read(home)
    return file is None or file.method == "passphrase"


def key_beside(home: Path) -> bytes:
    """For the demo: a key that stands in the home itself, made at the first run."""
    file = _read(home)
    if file is not None:
        return unlock(home, None)
    key = os.urandom(KEY_BYTES)
    _write(home, KeyFile(method="beside", salt="", check=_check(key), key=key.hex()))
    return key


def change(home: Path, old: str, new: str) -> None:
    """Another passphrase for the same key: key.json alone is replaced, as a whole.

    Raises `Trouble` where `old` is wrong, `new` is empty, or the home has no passphrase.
    """
    file = _read(home)
    if file is None or file.method != "passphrase":
        raise Trouble(_("This home has no passphrase that could be changed."))
    key = _opened(file, old)
    if not _is_right(key, file.check):
        raise Trouble(_("The passphrase is wrong. Nothing was changed: try again."))
    if not new:
        raise Trouble(_("The passphrase is empty: choose one that you can remember."))
    salt = os.urandom(16).hex()
    wrapped = _combined(key, _derive(new, salt)).hex()
    _replace(home, KeyFile(method="passphrase", salt=salt, check=file.check, wrapped=wrapped))


def has_passphrase(home: Path) -> bool:
    """Whether this home is opened with a passphrase that can be asked for again."""
    file = _read(home)
    return file is not None and file.method == "passphrase"


def is_passphrase(home: Path, passphrase: str) -> bool:
    """Whether it opens this home, by the same derivation as at the start: some 100 ms.

    Raises `Trouble` where key.json cannot be read.
    """
    file = _read(home)
    if file is None or file.method != "passphrase":
        return False
    return _is_right(_opened(file, passphrase), file.check)


def destroy(home: Path) -> None:
    """Make the key of a home past finding: whatever it encrypted can never be read again."""
    file = _read(home)
    if file is None:
        return
    if file.method == "keyring":
        import keyring
        from keyring.errors import KeyringError

        # Without key.json nobody can tell which entry it was.
        with suppress(KeyringError, OSError):
            keyring.delete_password(_SERVICE, file.salt)
    (home / "key.json").unlink()
    _settle(home)


def _first(home: Path, given: str | None, ask: Callable[[bool], str] | None) -> bytes:
    salt = os.urandom(16).hex()
    if given is None and (key := _into_keyring(salt)) is not None:
        _write(home, KeyFile(method="keyring", salt=salt, check=_check(key)))
        return key
    passphrase = given if given is not None else _asked(ask, first=True)
    if not passphrase:
        raise Trouble(_("The passphrase is empty: choose one that you can remember."))
    key = _derive(passphrase, salt)
    _write(home, KeyFile(method="passphrase", salt=salt, check=_check(key)))
    return key


def _asked(ask: Callable[[bool], str] | None, *, first: bool) -> str:
    if ask is None:
        raise Trouble(
            _("Set CASEWORKER_PASSPHRASE: there is no keyring here and no terminal to ask at.")
        )
    return ask(first)


def _derive(passphrase: str, salt: str) -> bytes:
    # Not at the top: a key that stands beside needs no such library.
    import hashlib

    secret = passphrase.encode("utf-8", "surrogateescape")
    return hashlib.scrypt(secret, salt=bytes.fromhex(salt), dklen=KEY_BYTES, **_SCRYPT)


def _opened(file: KeyFile, passphrase: str) -> bytes:
    """The key that a passphrase gives, whether it is the right one or not."""
    derived = _derive(passphrase, file.salt)
    return _combined(bytes.fromhex(file.wrapped), derived) if file.wrapped else derived


def _combined(one: bytes, other: bytes) -> bytes:
    # Each salt is used once, so that what it derives to is a pad for this one key.
    return bytes(a ^ b for a, b in zip(one, other, strict=True))


def _is_right(key: bytes, check: str) -> bool:
    import hmac

    return hmac.compare_digest(_check(key), check)


def _check(key: bytes) -> str:
    import hmac

    return hmac.digest(key, b"caseworker key check", "sha256").hex()


def _into_keyring(name: str) -> bytes | None:
    """A new key in the system's keyring, or None where there is none that works."""
    import keyring
    from keyring.backends import chainer, fail, null
    from keyring.errors import KeyringError

    backend = keyring.get_keyring()
    empty_chain = isinstance(backend, chainer.ChainerBackend) and not backend.backends
    if empty_chain or isinstance(backend, fail.Keyring | null.Keyring):
        return None
    key = os.urandom(KEY_BYTES)
    try:
        keyring.set_password(_SERVICE, name, key.hex())
        kept = keyring.get_password(_SERVICE, name)
    except (KeyringError, OSError):
        return None
    return key if kept == key.hex() else None


def _from_keyring(name: str) -> bytes:
    import keyring
    from keyring.errors import KeyringError

    with suppress(KeyringError, OSError, ValueError):
        if kept := keyring.get_password(_SERVICE, name):
            return bytes.fromhex(kept)
    raise Trouble(
        _("The system's keyring does not give the key: unlock the keyring, then try again.")
    )


def _read(home: Path) -> KeyFile | None:
    try:
        return json.decode((home / "key.json").read_bytes(), type=KeyFile)
    except FileNotFoundError:
        return None
    except (OSError, MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Trouble(
            _(
                "{file} cannot be read: restore it from a backup, the cache opens with it alone."
            ).format(file=home / "key.json")
        ) from error


def _write(home: Path, file: KeyFile) -> None:
    """Write the file once, whole: two first runs at the same time must not make two keys."""
    try:
        made = _made(home, file)
        try:
            os.link(made, home / "key.json")
        finally:
            made.unlink()
    except FileExistsError as error:
        raise Trouble(_("Another caseworker has just made the key: start again.")) from error
    except OSError as error:
        raise _unwritten(home, error) from error
    _settle(home)


def _replace(home: Path, file: KeyFile) -> None:
    """Put the file in the place of the one before: whoever reads meets one of the two, whole."""
    try:
        made = _made(home, file)
        made.replace(home / "key.json")
        _settle(home)
    except OSError as error:
        raise _unwritten(home, error) from error


def _unwritten(home: Path, error: OSError) -> Trouble:
    from caseworker.cache.connection import explain

    return explain(error, home / "key.json")


def _settle(home: Path) -> None:
    """Have the folder itself on the disk: a power cut must not bring the old name back."""
    if os.name != "posix":
        # Elsewhere a folder cannot be opened, and its entries are journalled.
        return
    folder = os.open(home, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _made(home: Path, file: KeyFile) -> Path:
    """The file under another name, on the disk."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = home / f".key-{os.urandom(4).hex()}"
    with os.fdopen(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
        out.write(json.encode(file))
        out.flush()
        os.fsync(out.fileno())
    return made
