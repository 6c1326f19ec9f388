"""Readings of one case, made from what its reader may see (`Sight`)."""

from __future__ import annotations

from collections.abc import Iterable

from kinfirst.api.shapes import (
    Carrier,
    CaseReading,
    ChainReading,
    ChartLine,
    EffectLine,
    Heard,
    LeftOut,
    OrgLine,
    OverrideLine,
    Part,
    PlaceLine,
    TierLine,
)
from kinfirst.api.standing import lines
from kinfirst.core.case import Case
from kinfirst.core.gate import is_open, settled
from kinfirst.core.identity import level
from kinfirst.core.places import Place, Tier
from kinfirst.records.access import PARTS, Sight

_PARTS: tuple[Part, ...] = PARTS  # type: ignore[assignment]


def case_reading(sight: Sight) -> CaseReading:
    """The case itself."""
    state = sight.state
    opened, received = state.opened_at, state.received
    if opened is None or received is None:
        raise ValueError("a case in the record is an open one")
    return CaseReading(
        id=sight.id,
        alias=sight.alias,
        name=sight.name,
        exercise=sight.viewer.exercise,
        stage=sight.stage,
        state=state.state,
        seq=sight.row.seq,
        version=state.version,
        casualty=state.casualty,
        event=state.event,
        opened_at=opened,
        received=received,
        pronounced_at=state.death.pronounced_at,
        identity_level=level(state),
        identity_needed=sight.policy.identity.min,
        coroner=state.coroner.decision if state.coroner else None,
        policy=state.policy,
        edition=state.edition,
        doubted=bool(state.doubts),
        leaked=state.closing.leak is not None,
        blackout=state.closing.blackout,
        released=state.closing.released is not None,
        retracted=state.retracted,
        may=tuple(part for part in _PARTS if sight.may(part)),
        shown=tuple(part for part in _PARTS if part in sight.revealed),
        chart=_chart(sight),
        effects=_effects(sight),
        orgs=_orgs(state),
        overrides=_overrides(state),
        tasks=lines(sight.tasks),
        people={who: sight.label(who) for who in sorted(set(_mentioned(sight)))},
    )


def chain_reading(sight: Sight) -> ChainReading:
    """The chain, tier by tier."""
    chain = sight.state.chain
    gone = chain.removed if chain else ()
    return ChainReading(
        case=sight.id,
        alias=sight.alias,
        seq=sight.row.seq,
        drawn=chain is not None,
        tiers=tuple(_tier(sight, tier) for tier in chain.tiers) if chain else (),
        left_out=tuple(LeftOut(person=one.person, label=sight.label(one.person), because=one.because) for one in gone),
    )


def _tier(sight: Sight, tier: Tier) -> TierLine:
    places = tuple(_place(sight, place) for place in tier.places)
    return TierLine(name=tier.name, opened=tier.opened, places=places)


def _place(sight: Sight, place: Place) -> PlaceLine:
    state = sight.state
    turn = "settled" if settled(state, place) else "open" if is_open(state, sight.policy, place) else "waiting"
    return PlaceLine(
        id=place.id,
        person=place.person,
        label=sight.label(place.person) if place.person else (place.office or place.id),
        because=place.because,
        relation=place.relation,
        office=place.office,
        also=place.also,
        for_whom=place.for_whom,
        through=place.through,
        turn=turn,  # type: ignore[arg-type]
        attempts=state.attempts.get(place.id, 0),
        again=state.again.get(place.id),
        carrier=_carrier(sight, place.id),
        heard=_heard(state, place.person),
    )


def _carrier(sight: Sight, place: str) -> Carrier | None:
    held = sight.state.assigned.get(place)
    if held is None:
        return None
    return Carrier(
        lead=held.lead,
        team=held.team,
        interpreter=held.interpreter,
        # Who shows this reference at a door is believed: it is for those whose work is this family.
        reference=held.reference if sight.may("kin") else None,
        at=held.at,
    )


def _heard(state: Case, person: str | None) -> Heard | None:
    told = state.told.get(person or "")
    if told is None:
        return None
    return Heard(at=told.at, by=told.by, how=told.how, channel=told.channel, version=told.heard)


def _chart(sight: Sight) -> tuple[ChartLine, ...]:
    return tuple(
        ChartLine(
            number=entry.number,
            author=entry.author,
            at=entry.at,
            trainee=entry.trainee,
            signed=entry.signed,
            cosigned_by=entry.cosigned_by,
            text=sight.text(entry.text, "medical"),
        )
        for entry in sight.state.chart
    )


def _effects(sight: Sight) -> tuple[EffectLine, ...]:
    return tuple(
        EffectLine(
            number=effect.item.number,
            text=sight.text(effect.item.text, "effects"),
            holder=effect.holder,
            going_to=effect.going_to,
            seal=effect.seal,
            done=effect.done,
            incident=effect.incident,
            released_to=effect.released_to,
        )
        for effect in sight.state.effects
    )


def _orgs(state: Case) -> tuple[OrgLine, ...]:
    return tuple(OrgLine(org=org, told=one.told, answered=one.answered) for org, one in sorted(state.orgs.items()))


def _overrides(state: Case) -> tuple[OverrideLine, ...]:
    return tuple(
        OverrideLine(
            number=one.number,
            rule=one.rule,
            place=one.place,
            by=one.by,
            second=one.second,
            at=one.at,
            until=one.until,
            reviewed=one.reviewed,
        )
        for one in state.waivers
    )


def _mentioned(sight: Sight) -> Iterable[str]:
    """Everybody a reading of this case names by id."""
    state = sight.state
    yield from (who for who in (state.casualty,) if who)
    yield from state.working
    yield from state.told
    if state.chain is not None:
        yield from (place.person for place in state.chain.places() if place.person)
        yield from (one.person for one in state.chain.removed)
    for held in state.assigned.values():
        yield from (who for who in (*held.people, held.interpreter) if who)
    for effect in state.effects:
        yield from (who for who in (effect.holder, effect.going_to, effect.released_to) if who)
    yield from (entry.author for entry in state.chart)
    yield from (task.holder for task in sight.tasks if not task.holder.startswith("role:"))
