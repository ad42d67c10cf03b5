"""Who is asking: a token for each call but two, what its role opens, and how often it may ask."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from litestar.concurrency import sync_to_thread
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.middleware import AbstractAuthenticationMiddleware, AuthenticationResult
from litestar.types import ASGIApp

from hub.enrolment import RIGHTS, Bearer, Right, authenticate
from hub.limits import Bucket
from hub.problems import Refusal
from hub.store import Store

PARTING: Final = "parting"
"""The option of a handler that lets in revoked tokens and no others."""


@dataclass(frozen=True)
class Hub:
    """What every call is answered from."""

    store: Store
    clock: Callable[[], datetime]
    requests: Bucket
    enrolments: Bucket


class TokenCheck(AbstractAuthenticationMiddleware):
    """Puts the `Bearer` of the token into the request, or answers 401 or 429."""

    def __init__(self, app: ASGIApp, hub: Hub) -> None:
        super().__init__(app)
        self._hub = hub

    async def authenticate_request(
        self, connection: ASGIConnection[Any, Any, Any, Any]
    ) -> AuthenticationResult:
        scheme, _space, token = connection.headers.get("authorization", "").partition(" ")
        if scheme.casefold() != "bearer" or not token:
            raise Refusal("token_missing")
        parting = bool(connection.route_handler.opt.get(PARTING))
        bearer = await sync_to_thread(self._bearer, token.strip(), parting)
        self._hub.requests.take(bearer.device)
        return AuthenticationResult(user=bearer, auth=None)

    def _bearer(self, token: str, parting: bool) -> Bearer:
        if not (token.isascii() and token.isprintable()):
            raise Refusal("token_unknown")
        with self._hub.store.reading() as connection:
            return authenticate(connection, token, self._hub.clock(), parting=parting)


def opens(
    right: Right,
) -> Callable[[ASGIConnection[Any, Any, Any, Any], BaseRouteHandler], None]:
    """A guard that lets pass whose role has the right."""

    def guard(connection: ASGIConnection[Any, Any, Any, Any], _handler: BaseRouteHandler) -> None:
        if right not in RIGHTS[connection.user.role]:
            raise Refusal("role_missing")

    return guard
