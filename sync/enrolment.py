"""Enrolment: a one-time code for a token, kept in the encrypted cache."""

from uuid import uuid4

import httpx
from msgspec import json

from caseworker.cache import parting, settings
from caseworker.cache.connection import Cache
from caseworker.locale import _
from caseworker.model.me import Me
from caseworker.model.trouble import HubOutOfReach, Trouble
from caseworker.model.wire import Enrolment
from caseworker.text.safe import safe
from sync.hotline import HotlineClient
from sync.retry import CONTACT, CONTACT_SECONDS, patiently, within


def enrol(
    cache: Cache, url: str, code: str, transport: httpx.BaseTransport | None = None
) -> Enrolment:
    """Enrol this home; the token is kept and never shown.

    The same worker on the same hub keeps everything, whatever the hub's address is by now. For
    another one everything from the old hub goes first, and nothing may be unsettled then.
    Raises `Trouble`, `HubOutOfReach` where no hub answers; the code is spent by the last step.
    """
    if cache.plain:
        raise Trouble(
            _("This file is not encrypted and must not hold a token: enrol without --db.")
        )
    with HotlineClient(url, transport=transport) as client:
        health = within(CONTACT_SECONDS, lambda: patiently(client.health, CONTACT))
        if not _same_hub(cache, client.base_url, health.generation):
            # Now, while the code is not spent yet.
            _check_settled(cache)
        device = settings.get(cache, "device") or str(uuid4())
        enrolment = within(CONTACT_SECONDS, lambda: client.enrol(code.strip(), device))
    same = _same_hub(cache, client.base_url, enrolment.generation) and (
        settings.get(cache, "worker"),
        settings.get(cache, "unit"),
    ) == (enrolment.worker, enrolment.unit)
    if not same:
        _check_settled(cache)
    with cache.writing():
        if not same:
            parting.part(cache)
            settings.put(cache, generation=enrolment.generation)
        settings.put(
            cache,
            hub=client.base_url,
            token=enrolment.token,
            worker=enrolment.worker,
            unit=enrolment.unit,
            device=device,
        )
    _ask_who(cache, transport)
    return enrolment


def client_of(cache: Cache, transport: httpx.BaseTransport | None = None) -> HotlineClient:
    """The line to the hub that this home is enrolled at; raises `Trouble` where it is not."""
    hub, token = settings.get(cache, "hub"), settings.get(cache, "token")
    if not hub or not token:
        raise Trouble(
            _("This desk is not enrolled: run  caseworker enrol URL --code C  with a hub's code.")
        )
    return HotlineClient(hub, token, transport)


def _ask_who(cache: Cache, transport: httpx.BaseTransport | None) -> None:
    """Learn roles and scope at once; a line that breaks now leaves that to the first sync."""
    try:
        with client_of(cache, transport) as client:
            me: Me = within(CONTACT_SECONDS, client.me)
    except HubOutOfReach:
        return
    with cache.writing():
        settings.put(cache, me=json.encode(me).decode())


def _same_hub(cache: Cache, url: str, generation: str) -> bool:
    return url == settings.get(cache, "hub") or generation == settings.get(cache, "generation")


def _check_settled(cache: Cache) -> None:
    """Words that wait for one hub, or were written by one worker, never go to another."""
    enrolled = settings.get(cache, "worker")
    if enrolled and parting.has_unsettled(cache):
        raise Trouble(
            _(
                "This desk is {name}'s at {hub}, and not all of their work is settled:"
                " sync it first, or enrol with another --home."
            ).format(name=safe(enrolled), hub=settings.get(cache, "hub"))
        )
