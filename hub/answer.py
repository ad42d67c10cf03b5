"""The one exception handler: whatever went wrong becomes a problem document, without an echo."""

import logging
import traceback
from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response
from litestar.exceptions import HTTPException
from sqlalchemy.exc import OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from caseworker.model.wire import Problem
from hub.problems import STATUSES, Refusal, document

PROBLEM_JSON: Final = "application/problem+json"

_OF_STATUS: Final[Mapping[int, str]] = {
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "too_many_requests",
}

BUSY_RETRY_SECONDS: Final = 5

_log = logging.getLogger("hub")


def answer_problem(_request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
    """The one exception handler: whatever went wrong, in the same form."""
    reason, headers = _reason_of(error)
    if STATUSES[reason] == 500:
        # The place alone: an exception's words may hold what was sent.
        place = traceback.extract_tb(error.__traceback__)[-1]
        _log.error("%s at %s:%s", type(error).__name__, place.filename, place.lineno)
    return Response(
        document(reason), status_code=STATUSES[reason], media_type=PROBLEM_JSON, headers=headers
    )


def _reason_of(error: Exception) -> tuple[str, dict[str, str]]:
    match error:
        case Refusal(reason=reason, headers=headers):
            asks = {"WWW-Authenticate": "Bearer"} if STATUSES[reason] == 401 else {}
            return reason, headers | asks
        case HTTPException(status_code=status, headers=headers):
            allow = {"Allow": headers["allow"]} if headers and "allow" in headers else {}
            if status in _OF_STATUS:
                return _OF_STATUS[status], allow
            return ("malformed" if status < 500 else "hub_failed"), {}
        case OperationalError() | PoolTimeout():
            return "hub_busy", {"Retry-After": str(BUSY_RETRY_SECONDS)}
        case _:
            return "hub_failed", {}
