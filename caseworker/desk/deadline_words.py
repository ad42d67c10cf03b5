"""An order's deadlines in sentences, the same for every front end.

All of it is safe to show: the rules may come from a hub.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import date, datetime
from typing import Final
from zoneinfo import ZoneInfo

from caseworker.desk.deadline import Clock, Explanation, Reckoning
from caseworker.desk.wording import captioned
from caseworker.locale import _, language, mark
from caseworker.model.deadlines import DeadlineRules, Event, Rule, Unit
from caseworker.model.order import Level, Pause
from caseworker.model.taxonomy import Words
from caseworker.model.workdays import is_makeup_day
from caseworker.text.safe import SafeText, safe

LEVEL_NAMES: Final[dict[Level, str]] = {
    "city": mark("city"),
    "district": mark("district"),
    "street": mark("street"),
    "community": mark("community"),
}

_UNITS: Final[dict[Unit, tuple[str, str]]] = {
    "minute": (mark("1 minute"), mark("{amount} minutes")),
    "hour": (mark("1 hour"), mark("{amount} hours")),
    "day": (mark("1 day"), mark("{amount} days")),
    "workday": (mark("1 working day"), mark("{amount} working days")),
}

_EVENTS: Final[dict[Event, str]] = {"received": mark("receipt"), "dispatched": mark("dispatch")}

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR

_DAYS_NAMED: Final = 15
"""The most counted days that are named one by one."""


def left_in_words(seconds: int) -> str:
    """The time left: "7:52 left", or "2 d left" from a day on; what is gone by as "late 0:10"."""
    if seconds < 0:
        return _("late {span}").format(span=_span(-seconds))
    return _("{span} left").format(span=_span(seconds))


def clock_line(clock: Clock, explanation: Explanation) -> SafeText:
    """One deadline in a line: whose, when, how long still, and who set it."""
    parts = [captioned(_name(clock), _at(clock.due, explanation))]
    if clock.seconds_left is not None:
        parts.append(left_in_words(clock.seconds_left))
        if clock.workdays_left is not None and clock.seconds_left >= _DAY:
            parts.append(_("working days after today: {count}").format(count=clock.workdays_left))
    if clock.own:
        parts.append(f"[{_('ours')}]")
    if clock.own and explanation.extensions:
        parts.append(f"[{_('extended')}]")
    parts.append(f"[{_('set by the centre') if clock.source == 'centre' else _('computed here')}]")
    return safe("  ".join(parts))


def how(clock: Clock, explanation: Explanation) -> list[SafeText]:
    """How a deadline came about, a sentence each."""
    return [safe(sentence) for sentence in _how(clock, explanation)]


def notes(explanation: Explanation) -> list[SafeText]:
    """What is to be said beside the deadlines: what is missing, and what stands in for what."""
    return [safe(sentence) for sentence in _notes(explanation)]


def _how(clock: Clock, explanation: Explanation) -> Iterator[str]:
    if clock.purpose == "shelved":
        yield _("The centre granted that it cannot be solved yet: look again then.")
        yield _("The deadlines go on: no mark stops a clock.")
        return
    if clock.reckoning is None:
        yield _("The centre set it: it stands above every rule.")
        if clock.own and explanation.extensions:
            yield _("The centre has extended it: {count} times so far.").format(
                count=explanation.extensions
            )
    else:
        yield from _reckoned(clock.reckoning, explanation)
    for year in clock.undecided:
        yield _("The calendar of {year} is not known yet: counted Monday to Friday.").format(
            year=year
        )


def _reckoned(reckoning: Reckoning, explanation: Explanation) -> Iterator[str]:
    rule = reckoning.rule
    yield _("Computed here, for the centre named none: as soon as it does, that one counts.")
    yield _("Rule: {kind}, {span} from {event}, {since}.").format(
        kind=_in_language(rule.label),
        span=_amount(rule.amount, rule.unit),
        event=_(_EVENTS[reckoning.event]),
        since=_at(reckoning.since, explanation),
    )
    if reckoning.event != rule.start:
        yield _("The time of {event} is not known, from which the rule counts.").format(
            event=_(_EVENTS[rule.start])
        )
    yield from _lengthened(reckoning, explanation)
    if reckoning.days:
        yield from _days_counted(reckoning.days, explanation)
    yield from _conditions(rule)
    yield _("Basis: {basis}.").format(basis=_in_language(rule.basis))
    if rule.draft:
        yield _("The basis is a draft: check it before you rely on it.")


def _lengthened(reckoning: Reckoning, explanation: Explanation) -> Iterator[str]:
    """What the centre made longer: an extension, and the times when the clock stood still."""
    rule = reckoning.rule
    if reckoning.extended_by:
        yield _("The centre has extended it by {span}.").format(
            span=_amount(reckoning.extended_by, rule.unit)
        )
    elif explanation.extensions and rule.purpose == "handle":
        yield _("The centre has extended it and not said by how much: counted without that.")
    for pause in reckoning.pauses:
        if pause.ends is not None:
            yield _("The clock stood still from {begins} to {ends}: {condition}.").format(
                begins=_at(pause.begins, explanation),
                ends=_at(pause.ends, explanation),
                condition=_in_language(rule.pauses[pause.condition]),
            )


def _days_counted(days: tuple[date, ...], explanation: Explanation) -> Iterator[str]:
    rules = explanation.rules
    named = [_day(day, rules) for day in days]
    if len(named) > _DAYS_NAMED:
        named = [named[0], "…", named[-1]]
    yield _("Days counted, the day of the start not among them: {days}.").format(
        days=_(", ").join(named)
    )
    yield _("The last day ends at {time}.").format(time=rules.day_ends.strftime("%H:%M"))
    now = explanation.now
    if now.utcoffset() != now.astimezone(ZoneInfo(rules.zone)).utcoffset():
        yield _("Days and times of day are those of {zone}.").format(zone=rules.zone)


def _day(day: date, rules: DeadlineRules) -> str:
    shown = day.strftime("%m-%d")
    if is_makeup_day(day, rules.calendar):
        return _("{day} (make-up day)").format(day=shown)
    return shown


def _conditions(rule: Rule) -> Iterator[str]:
    if rule.extension:
        yield _("The centre may extend it, as a rule by {span} at most.").format(
            span=_amount(rule.extension, rule.unit)
        )
    if rule.pauses:
        yield _("The clock stands still, when the centre says so, for: {conditions}.").format(
            conditions=_(", ").join(map(_in_language, rule.pauses.values()))
        )


def _notes(explanation: Explanation) -> Iterator[str]:
    if explanation.rules_replaced:
        yield _(
            "The deadline rules that the hub delivered cannot be read: the built-in ones are used."
            " Tell the centre."
        )
    if not explanation.running:
        yield _("The order is closed or has left this desk: no clock runs.")
        return
    if explanation.stands_still is not None:
        yield _(
            "The clock stands still since {begins}: {condition}. A deadline can be computed once"
            " the centre says when that ended."
        ).format(
            begins=_at(explanation.stands_still.begins, explanation),
            condition=_condition(explanation.stands_still, explanation),
        )
    elif explanation.own is None:
        yield _(
            "No deadline is known and none can be computed: no rule fits the order, or the time"
            " of its dispatch is missing. Ask the centre."
        )
    if explanation.return_window is None:
        yield _("Until when the dispatch may be objected to is not known: ask the centre.")


def _condition(pause: Pause, explanation: Explanation) -> str:
    named = (rule.pauses.get(pause.condition) for rule in explanation.rules.rules)
    words = next((words for words in named if words is not None), None)
    return pause.condition if words is None else _in_language(words)


def _name(clock: Clock) -> str:
    if clock.purpose == "shelved":
        return _("put off by the centre until")
    if clock.purpose == "return":
        return _("object by")
    return _("deadline") if clock.level is None else _(LEVEL_NAMES[clock.level])


def _at(moment: datetime, explanation: Explanation) -> str:
    # In the first or last year that a date can hold it is better shown as it came than not at all.
    with suppress(OverflowError):
        moment = moment.astimezone(explanation.now.tzinfo)
    return moment.strftime("%Y-%m-%d %H:%M")


def _span(seconds: int) -> str:
    if seconds < _DAY:
        return f"{seconds // _HOUR}:{seconds % _HOUR // _MINUTE:02}"
    return _("{days} d").format(days=seconds // _DAY)


def _amount(amount: int, unit: Unit) -> str:
    one, many = _UNITS[unit]
    return _(one) if amount == 1 else _(many).format(amount=amount)


def _in_language(words: Words) -> str:
    return words.in_language(language())
