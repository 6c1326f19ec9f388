"""Everything a case page shows, as its viewer may see it: people are labels, texts are None where not asked for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import msgspec
from django.db import connection
from django.utils.translation import gettext as _

from kinfirst.core.case import Case
from kinfirst.core.commands import tag_of
from kinfirst.core.identity import level
from kinfirst.core.offers import Offer, offers, with_facts
from kinfirst.core.probes import KIN
from kinfirst.core.task import Task
from kinfirst.records import checking, reading
from kinfirst.records.access import Sight
from kinfirst.records.gathering import case_facts
from kinfirst.web import bay_page, case_record, doors, strips_kept
from kinfirst.web.chain_picture import called, picture
from kinfirst.web.here import Here
from kinfirst.web.moves import Answer, answers, groups_of
from kinfirst.web.story import Happened, story
from kinfirst.web.wording import PARTS, Text, office, role, task, word


class TaskShown(msgspec.Struct, frozen=True, kw_only=True):
    """A task in words: what, about whom, whose, by when (UTC). `mine`: the viewer's, by name or by role."""

    title: Text
    about: str
    holder: Text
    due: datetime
    late: bool
    mine: bool
    answers: tuple[Answer, ...] = ()


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the case that the viewer may ask for."""

    part: str
    title: Text


class Ledger(msgspec.Struct, frozen=True, kw_only=True):
    """The case's ledger as it was checked a moment ago: entries, head digest, and what does not hold."""

    entries: int
    head: str
    wrong: tuple[str, ...]


def about(sight: Sight, subject: str) -> str:
    """What a task or an offer is about, in words: a person by label, an office, a part, an organisation."""
    if not subject:
        return ""
    if subject == KIN:
        return _("any kin at all")
    if subject.startswith("office:"):
        return str(office(subject))
    chain = sight.state.chain
    place = chain.find(subject) if chain else None
    if place is not None:
        return called(sight, place)
    known = {*sight.state.facts.persons, *sight.state.attended, *sight.state.told, *sight.state.working}
    known |= {entry.author for entry in sight.state.chart}
    return sight.label(subject) if subject in known else str(word(subject))


def offers_here(here: Here, sight: Sight) -> tuple[Offer, ...]:
    """What this viewer may do with the case now, and what stands in the way."""
    return offers(met(here, sight), here.viewer.person, sight.policy, here.now)


def met(here: Here, sight: Sight) -> Case:
    """The case as a command would meet it now, the registry's news included."""
    facts = case_facts(sight.state, None, policy=sight.policy, realm=here.viewer.realm)
    return with_facts(sight.state, facts, here.now)


def tasks_shown(here: Here, sight: Sight, found: tuple[Offer, ...]) -> tuple[TaskShown, ...]:
    """The open tasks, soonest first, each with what the viewer may do about it now; who was only told has their own."""
    mine = sight.tasks if here.insider else [one for one in sight.tasks if one.holder == here.viewer.id]
    return tuple(_task(here, sight, one, found) for one in mine)


def _task(here: Here, sight: Sight, one: Task, found: tuple[Offer, ...]) -> TaskShown:
    subject, title = one.about, task(one.kind)
    if one.kind == "escalate":
        inner, _colon, subject = subject.partition(":")
        title = _("Overdue: %(task)s") % {"task": str(task(inner)).lower()}
    return TaskShown(
        title=title,
        about=about(sight, subject),
        holder=role(one.holder) or sight.label(one.holder),
        due=one.due,
        late=one.due < here.now,
        mine=one.holder == here.viewer.id or one.holder.removeprefix("role:") in here.viewer.person.roles,
        answers=answers(one, found, case=sight.id),
    )


def subject_label(sight: Sight, offer: Offer) -> str:
    """What one offer of a command is about."""
    if offer.argument == "item":
        return _("Item %(number)s") % {"number": offer.subject} if offer.subject else _("All of them")
    if offer.argument == "override":
        return _("Exception %(number)s") % {"number": offer.subject}
    return about(sight, offer.subject)


def unasked(sight: Sight) -> tuple[Look, ...]:
    """The parts this viewer may ask for and has not. What they may not see is not even named."""
    wanted = (part for part in PARTS if sight.may(part) and part not in sight.revealed)
    return tuple(Look(part=part, title=PARTS[part]) for part in wanted)


def ledger(sight: Sight) -> Ledger:
    """The ledger checked now, entry by entry, against its digests, its snapshot and everything that follows."""
    found = next(iter(reading.stored(connection, [sight.id])))
    checked = checking.check_case(found)
    wrong = tuple(dict.fromkeys(f"{one.entry}: {one.what}" for one in checked.wrong))
    return Ledger(entries=checked.entries, head=sight.row.head.hex(), wrong=wrong)


def _effects(sight: Sight) -> Iterator[dict[str, object]]:
    for one in sight.state.effects:
        yield {
            "number": one.item.number,
            "text": sight.text(one.item.text, "effects"),
            "holder": sight.label(one.holder),
            "going_to": sight.label(one.going_to) if one.going_to else "",
            "released_to": sight.label(one.released_to) if one.released_to else "",
            "seal": one.seal,
            "done": [word(what) for what in one.done],
            "incident": one.incident,
        }


def _chart(sight: Sight) -> Iterator[dict[str, object]]:
    for one in sight.state.chart:
        yield {
            "number": one.number,
            "author": sight.label(one.author),
            "at": one.at,
            "text": sight.text(one.text, "medical"),
            "trainee": one.trainee,
            "signed": one.signed,
            "cosigned_by": sight.label(one.cosigned_by) if one.cosigned_by else "",
        }


def _waivers(sight: Sight, now: datetime) -> Iterator[dict[str, object]]:
    for one in sight.state.waivers:
        yield {
            "number": one.number,
            "rule": one.rule,
            "place": about(sight, one.place or ""),
            "people": [sight.label(one.by), sight.label(one.second)],
            "until": one.until,
            "running": now < one.until,
            "reviewed": one.reviewed,
        }


def _orgs(sight: Sight) -> Iterator[dict[str, object]]:
    for org in sight.policy.orgs:
        known = sight.state.orgs.get(org)
        yield {
            "org": word(org),
            "told": known.told if known else None,
            "answered": known.answered if known else None,
        }


def _entries(sight: Sight, happened: tuple[Happened, ...]) -> Iterator[dict[str, object]]:
    for one in happened:
        kind = tag_of(type(one.event).__name__).replace("_", " ")
        yield {"seq": one.seq, "at": one.at, "by": sight.label(one.by), "kind": kind}


def page(here: Here, sight: Sight) -> dict[str, object]:
    """The whole page of a case."""
    found = offers_here(here, sight)
    happened = story(sight.id)
    return {
        **living(here, sight, found),
        "picture": picture(sight, here.now),
        "groups": groups_of(found, lambda offer: subject_label(sight, offer), case=sight.id),
        "unasked": unasked(sight),
        "level": level(sight.state),
        **strips_kept.on_case(here, sight, happened),
        "timeline": case_record.knowing(sight, happened, about, refusals=here.insider),
        **(_record(here, sight, happened) if here.insider else {}),
    }


def living(here: Here, sight: Sight, found: tuple[Offer, ...]) -> dict[str, object]:
    """What changes while nothing is entered: time runs on the tasks, and taps come in from doors."""
    return {
        "sight": sight,
        "tasks": tasks_shown(here, sight, found),
        "doors": doors.at_case(here, sight) if here.insider else (),
        "answers": bool(doors.ANSWER & set(here.viewer.person.roles)),
    }


def _record(here: Here, sight: Sight, happened: tuple[Happened, ...]) -> dict[str, object]:
    out = list(case_record.messages(sight))
    return {
        "evidence": list(case_record.evidence(sight, happened)),
        "bay": bay_page.lines(sight, happened),
        "reports": case_record.reports(sight),
        "effects": list(_effects(sight)),
        "chart": list(_chart(sight)),
        "facts": list(case_record.facts(sight, happened)),
        "waivers": list(_waivers(sight, here.now)),
        "messages_out": out,
        "messages_ask": any(one["needs"] for one in out),
        "says_what_came": "casualty_officer" in here.viewer.person.roles,
        "orgs": list(_orgs(sight)),
        "entries": list(_entries(sight, happened)),
        "ledger": ledger(sight),
    }
