"""Running the hub: one socket, its address told once it listens, nothing personal logged."""

import logging
import signal
import socket
import sys
from collections.abc import Callable
from ipaddress import ip_address
from pathlib import Path
from typing import Final

import uvicorn

from caseworker.locale import _
from caseworker.model.trouble import Trouble
from hub.app import create_app
from hub.store import Store

GRACE_SECONDS: Final = 5
"""How long open requests may take once the hub is told to stop."""


def serve(
    store: Store,
    host: str,
    port: int,
    tls_cert: Path | None,
    tls_key: Path | None,
    announce: Callable[[str], None],
) -> None:
    """Serve until SIGTERM or SIGINT; `announce` gets the address once the hub listens.

    Port 0 takes a free one. Raises `Trouble` where the address cannot be had, or where it would
    carry citizens' data beyond this machine without TLS.
    """
    if (tls_cert is None) != (tls_key is None):
        raise Trouble(_("Give both --tls-cert and --tls-key, or neither."))
    if tls_cert is None and not is_loopback(host):
        raise Trouble(
            _("Beyond this machine the hub speaks TLS only: give --tls-cert and --tls-key.")
        )
    listening = _listen(host, port)
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING)
    config = uvicorn.Config(
        create_app(store),
        log_config=None,
        access_log=False,
        server_header=False,
        lifespan="off",
        proxy_headers=False,
        timeout_graceful_shutdown=GRACE_SECONDS,
        ssl_certfile=tls_cert,
        ssl_keyfile=tls_key,
    )
    try:
        config.load()
    except OSError as error:
        raise Trouble(_("The certificate or its key cannot be read: check both files.")) from error
    scheme = "http" if tls_cert is None else "https"
    address, bound = listening.getsockname()[:2]
    shown = f"[{address}]" if ":" in address else address
    # uvicorn raises the signal again once it has stopped; that must not look like a crash.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: None)
    _Server(config, lambda: announce(f"{scheme}://{shown}:{bound}")).run(sockets=[listening])


def is_loopback(host: str) -> bool:
    """Whether an address never leaves this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, listens: Callable[[], None]) -> None:
        super().__init__(config)
        self._listens = listens

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._listens()


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, _kind, _protocol, _name, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        return socket.create_server(address[:2], family=family, backlog=2048)
    except OSError as error:
        raise Trouble(
            _("The hub cannot listen at {host}, port {port}: is another program there?").format(
                host=host, port=port
            )
        ) from error
