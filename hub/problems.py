"""What the hub refuses, as RFC 9457 problem documents that never repeat what was sent."""

from collections.abc import Mapping
from typing import Final

from caseworker.model.wire import Problem

STATUSES: Final[Mapping[str, int]] = {
    "malformed": 400,
    "cursor_invalid": 400,
    "text_missing": 400,
    "text_too_long": 400,
    "token_missing": 401,
    "token_unknown": 401,
    "token_expired": 401,
    "token_revoked": 401,
    "role_missing": 403,
    "decision_of_own": 403,
    "enrolment_unknown": 403,
    "enrolment_used": 403,
    "enrolment_expired": 403,
    "not_found": 404,
    "annotation_unknown": 404,
    "evidence_unknown": 404,
    "method_not_allowed": 405,
    "not_a_proposal": 409,
    "proposal_withdrawn": 409,
    "proposal_lapsed": 409,
    "endorsement_missing": 409,
    "lead_endorsement_missing": 409,
    "already_decided": 409,
    "nothing_to_reverse": 409,
    "nothing_to_contest": 409,
    "contest_waits": 409,
    "earlier_not_here": 409,
    "offset_differs": 409,
    "evidence_differs": 409,
    "evidence_on_its_way": 409,
    "too_large": 413,
    "evidence_full": 413,
    "encoding_unsupported": 415,
    "evidence_not_its_type": 415,
    "too_many_requests": 429,
    "hub_failed": 500,
    "hub_busy": 503,
}
"""Every reason that the hub answers a whole request with, and its HTTP status."""

_TITLES: Final[Mapping[str, str]] = {
    "malformed": "The request is not what this call takes",
    "cursor_invalid": "The cursor is not one that this hub gave",
    "text_missing": "Words are missing",
    "text_too_long": "The text is too long",
    "token_missing": "A token is needed",
    "token_unknown": "The token is not known",
    "token_expired": "The token has expired",
    "token_revoked": "The token was revoked",
    "role_missing": "The role does not allow this",
    "decision_of_own": "Whoever proposed or reviewed does not rule as well",
    "enrolment_unknown": "The code is not known",
    "enrolment_used": "The code was used before",
    "enrolment_expired": "The code has expired",
    "not_found": "There is nothing here",
    "annotation_unknown": "There is no such annotation here",
    "evidence_unknown": "No order that you may see names such a file, or it is not here yet",
    "method_not_allowed": "The method is not allowed here",
    "not_a_proposal": "Only proposals are ruled on",
    "proposal_withdrawn": "The proposal was withdrawn",
    "proposal_lapsed": "The order has changed since the proposal, or its validity has ended",
    "endorsement_missing": "No second person has endorsed the proposal",
    "lead_endorsement_missing": "No lead has endorsed the proposal",
    "already_decided": "The proposal was ruled on before",
    "nothing_to_reverse": "Only a granted proposal can be reversed",
    "nothing_to_contest": "Only a granted mark is contested",
    "contest_waits": "A citizen contests the mark: grant it anew, or reverse it",
    "earlier_not_here": "An earlier order that the proposal names is not known",
    "offset_differs": "The file goes on from another place: ask for the offset",
    "evidence_differs": "What came is not the file of that hash",
    "evidence_on_its_way": "Evidence that the proposal rests on is still on its way",
    "too_large": "The request is too large",
    "evidence_full": "The unit has no room left for evidence",
    "evidence_not_its_type": "The file is not what its name says",
    "encoding_unsupported": "The request must come uncompressed",
    "too_many_requests": "Too many requests",
    "hub_failed": "The hub failed",
    "hub_busy": "The hub is busy",
}


class Refusal(Exception):
    """The hub says no to a whole request: `reason` is a key of `STATUSES`."""

    def __init__(self, reason: str, params: Mapping[str, str] | None = None) -> None:
        super().__init__(reason)
        self.reason: Final = reason
        self.params: Final = dict(params or {})
        self.headers: Final[dict[str, str]] = {}


class TooSoon(Refusal):
    """Asked again before `seconds` have passed."""

    def __init__(self, seconds: int) -> None:
        super().__init__("too_many_requests")
        self.headers["Retry-After"] = str(seconds)


OF_A_RULE: Final = 422
"""The status of a reason that is none of a whole request's: the words break a rule."""


def document(reason: str) -> Problem:
    """The problem document of a reason; its `type` ends in the reason itself."""
    return Problem(
        type=f"/problems/{reason}",
        title=_TITLES.get(reason, "The words break a rule; `type` ends in which"),
        status=STATUSES.get(reason, OF_A_RULE),
    )
