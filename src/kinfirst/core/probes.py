"""What may be asked for each command at a moment: its subjects, and the most favourable arguments.

Nothing here decides. A probe only fills in a command as somebody with everything in hand would: a willing
second person, a team of the right grade and tongue, a ground, a receipt. `offers` then asks the rules. The
people of a probe who need not be anybody in particular are `anyone-1` and so on, who are nobody's kin.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, get_args, get_type_hints

import msgspec

from kinfirst.core.ask import Ask
from kinfirst.core.case import Case
from kinfirst.core.chain import draw
from kinfirst.core.charting import COMBINATIONS
from kinfirst.core.closing import unsupported
from kinfirst.core.commands import COMMANDS, Acknowledge, AnyDo, Command, command_from
from kinfirst.core.facts import Person
from kinfirst.core.gate import settled
from kinfirst.core.identity import IDENTIFIERS, METHODS
from kinfirst.core.kin import EVIDENCE_FOR
from kinfirst.core.kinship import effective, heirs, on_record
from kinfirst.core.places import Place
from kinfirst.core.policy import Policy
from kinfirst.core.rulebook import RULEBOOK
from kinfirst.core.telling import RESULTS, carries_through

SAID = "said"
"""Stands for whatever a person would write."""
PICTURE = "UklGRg=="
"""Stands for whatever a person would photograph."""
ANYONE, ANOTHER = "anyone-1", "anyone-2"
ABOVE_ALL = 1_000_000
KIN = "kin"


class Probe(msgspec.Struct, frozen=True):
    """One subject of a command, the argument it fills, and ways to ask, the first that is allowed counts."""

    ways: tuple[AnyDo, ...]
    subject: str = ""
    argument: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """Who might do something, to which case, when (UTC)."""

    case: Case
    viewer: Person
    policy: Policy
    now: datetime

    @property
    def unsettled(self) -> tuple[Place, ...]:
        """Everybody still to be told, whether it is their turn or not."""
        chain = self.case.chain
        return tuple(p for p in chain.places() if not settled(self.case, p)) if chain else ()


Probing = Callable[[Scene], Iterable[Probe]]


def anyone(number: int, *, like: Person | None = None) -> Person:
    """Somebody who may carry the word: of any grade, and speaking what `like` speaks."""
    roles = ("clinician", "notifier")
    return Person(id=f"anyone-{number}", roles=roles, grade=ABOVE_ALL, speaks=like.speaks if like else ())


def choices(command: str, argument: str) -> tuple[str, ...]:
    """The words an argument of a command takes; none where it is free."""
    hint = get_type_hints(COMMANDS[command])[argument]
    parts = (hint, *get_args(hint))
    return tuple(word for part in parts for word in get_args(part) if isinstance(word, str))


def do(name: str, /, **arguments: object) -> AnyDo:
    """A command by its name; a word among the arguments that the command does not know is a ValidationError."""
    return command_from(name, arguments)


def an_hour_on(now: datetime) -> datetime:
    """A moment still to come."""
    return now + timedelta(hours=1)


def _one(*ways: AnyDo) -> tuple[Probe, ...]:
    return (Probe(ways),)


def _pronounce(scene: Scene) -> Iterator[Probe]:
    """The ordinary way; an exceptional ground (signs that cannot be reversed) is not taken for granted."""
    seen = tuple(sorted(IDENTIFIERS))
    given = {"witness": ANYONE, "second": ANOTHER, "identifiers": seen}
    yield Probe((do("pronounce", mode="present", **given), do("pronounce", mode="remote", **given)))


def _resuscitate(scene: Scene) -> Iterator[Probe]:
    yield Probe((do("resuscitate", what="start"), do("resuscitate", what="rhythm", detail=SAID)))


def _sign(scene: Scene) -> Iterator[Probe]:
    me = scene.viewer.id
    if any(entry.author == me and not entry.signed for entry in scene.case.chart):
        yield Probe((do("sign", entry=me),), me, "entry")


def _cosign(scene: Scene) -> Iterator[Probe]:
    for author in sorted({e.author for e in scene.case.chart if e.trainee and e.cosigned_by is None}):
        yield Probe((do("cosign", entry=author),), author, "entry")


def _coroner(scene: Scene) -> Iterator[Probe]:
    yield Probe(tuple(do("coroner", decision=word, ground=SAID) for word in ("not_required", "referred", "released")))


def _set_status(scene: Scene) -> Iterator[Probe]:
    status = "deceased" if scene.case.death.pronounced_at else "missing"
    kind, categories = next(iter(COMBINATIONS[status].items()))
    yield Probe((do("set_status", type=kind, status=status, category=min(categories), report="interim"),))


def _identify(scene: Scene) -> Iterator[Probe]:
    who = scene.case.casualty or ANYONE
    yield Probe((do("identify", **{"as": who}, method=min(METHODS), evidence=SAID, second=ANOTHER),))


def _exclude_kin(scene: Scene) -> Iterator[Probe]:
    for who in dict.fromkeys(record.person for record in effective(scene.case)):
        if who not in scene.case.told:
            ways = (
                do("exclude_kin", person=who, ground=ground, evidence=evidence)
                for ground, fit in EVIDENCE_FOR.items()
                for evidence in sorted(fit)
            )
            yield Probe(tuple(ways), who, "person")


def _decide_tie(scene: Scene) -> Iterator[Probe]:
    tied = draw(scene.case, scene.policy, scene.now).tied
    if tied:
        yield Probe((do("decide_tie", order=tied, why=SAID),))


def _assign(scene: Scene) -> Iterator[Probe]:
    """A team of the pack's size, under the lead there is, else under somebody fit for it."""
    team = tuple(f"anyone-{number}" for number in range(2, 1 + scene.policy.team.min))
    for place in scene.unsettled:
        held = scene.case.assigned.get(place.id)
        lead = held.lead if held and held.lead in scene.case.facts.persons else ANYONE
        ways = [do("assign", place=place.id, lead=who, team=team) for who in dict.fromkeys((ANYONE, lead))]
        yield Probe(tuple(ways), place.id, "place")


def _attempt(scene: Scene) -> Iterator[Probe]:
    for place in scene.unsettled:
        yield Probe((do("attempt", place=place.id, result=RESULTS[0]),), place.id, "place")


def _tell(scene: Scene) -> Iterator[Probe]:
    """By the best channel first, down to one the pack allows."""
    channels = scene.policy.channel.rank[::-1]
    for place in scene.unsettled:
        ways = (do("tell", place=place.id, channel=channel, understood=True) for channel in channels)
        yield Probe(tuple(ways), place.id, "place")


def _already_aware(scene: Scene) -> Iterator[Probe]:
    for place in scene.unsettled:
        yield Probe((do("already_aware", place=place.id, source=SAID, right=True),), place.id, "place")


def _search(scene: Scene) -> Iterator[Probe]:
    """For any kin at all, and for each of those on record who has not been told."""
    told = scene.case.told
    for who in (KIN, *dict.fromkeys(r.person for r in effective(scene.case) if r.person not in told)):
        yield Probe((do("search", person=who, step=next(iter(scene.policy.retry.search), "records")),), who, "person")


def _no_kin_found(scene: Scene) -> Iterator[Probe]:
    if not on_record(scene.case) and scene.case.kinship.none_found is None:
        yield Probe((do("no_kin_found"),))


def _hand_to_agency(scene: Scene) -> Iterator[Probe]:
    for place in scene.unsettled:
        if place.id not in scene.case.handed:
            yield Probe((do("hand_to_agency", place=place.id, agency=SAID),), place.id, "place")


def _agency_confirms(scene: Scene) -> Iterator[Probe]:
    for place in scene.unsettled:
        if place.id in scene.case.handed:
            yield Probe((do("agency_confirms", place=place.id, at=scene.now, name=SAID),), place.id, "place")


def _acknowledge(scene: Scene) -> Iterator[Probe]:
    """For the one whose office a place is told through; nobody else has anything to acknowledge."""
    for place in scene.unsettled:
        do = Acknowledge(place=place.id)
        command = Command(by=scene.viewer.id, do=do, facts=scene.case.facts)
        ask: Ask[Any] = Ask(case=scene.case, command=command, policy=scene.policy, now=scene.now, do=do)
        if carries_through(ask, place) and place.id not in scene.case.acknowledged:
            yield Probe((do,), place.id, "place")


def _override(scene: Scene) -> Iterator[Probe]:
    """Any rule that an authority may lift at all."""
    rules = (rule for rule in RULEBOOK if not scene.policy.never(rule))
    yield Probe(tuple(do("override", rule=rule, reason=SAID, second=ANYONE, minutes=30) for rule in rules))


def _review_override(scene: Scene) -> Iterator[Probe]:
    for waiver in scene.case.waivers:
        if not waiver.reviewed:
            yield Probe((do("review_override", override=waiver.number, note=SAID),), str(waiver.number), "override")


def _blackout(scene: Scene) -> Iterator[Probe]:
    yield Probe((do("blackout", what="start", scope=SAID, why=SAID), do("blackout", what="lift", why=SAID)))


def _correct(scene: Scene) -> Iterator[Probe]:
    case, best = scene.case, scene.policy.channel.rank[-1]
    for who in sorted({*case.corrections, *case.doubt_duties, *case.retract_duties}):
        yield Probe((do("correct", person=who, channel=best),), who, "person")


def _items(scene: Scene, held: Callable[[str, str | None], bool]) -> Iterator[tuple[str | None, str]]:
    """Everything together, then, where there are several, one by one."""
    found = [e for e in scene.case.effects if e.released_to is None and held(e.holder, e.going_to)]
    if found:
        yield None, ""
    if len(found) > 1:
        yield from ((str(e.item.number), str(e.item.number)) for e in found)


def _treat(scene: Scene) -> Iterator[Probe]:
    for item, subject in _items(scene, lambda holder, going_to: holder == scene.viewer.id):
        yield Probe((do("treat", item=item, all=item is None, done="cleaned"),), subject, "item")


def _photograph(scene: Scene) -> Iterator[Probe]:
    for one in scene.case.effects:
        if one.released_to is None and one.holder == scene.viewer.id:
            number = str(one.item.number)
            yield Probe((do("photograph", item=number, image=PICTURE),), number, "item")


def _transfer(scene: Scene) -> Iterator[Probe]:
    for item, subject in _items(scene, lambda holder, going_to: holder == scene.viewer.id and going_to is None):
        yield Probe((do("transfer", item=item, all=item is None, to=ANYONE),), subject, "item")


def _receive(scene: Scene) -> Iterator[Probe]:
    for item, subject in _items(scene, lambda holder, going_to: going_to == scene.viewer.id):
        yield Probe((do("receive", item=item, all=item is None),), subject, "item")


def _release_effects(scene: Scene) -> Iterator[Probe]:
    entitled = heirs(scene.case, scene.policy, scene.now.date()) or (ANYONE,)
    for item, subject in _items(scene, lambda holder, going_to: holder == scene.viewer.id):
        ways = (do("release_effects", item=item, to=who, id_seen=True, receipt=SAID) for who in entitled)
        yield Probe(tuple(ways), subject, "item")


def _offer_support(scene: Scene) -> Iterator[Probe]:
    """To each who was there and has not been offered it; to anybody once all have."""
    owed = [who for who in unsupported(scene.case) if who != scene.viewer.id]
    yield from (Probe((do("offer_support", to=who),), who, "to") for who in owed)
    if not owed:
        yield Probe((do("offer_support", to=ANYONE),))


def _tell_org(scene: Scene) -> Iterator[Probe]:
    for org in scene.policy.orgs:
        known = scene.case.orgs.get(org)
        if known is None or known.told is None:
            yield Probe((do("tell_org", org=org),), org, "org")


def _org_acknowledged(scene: Scene) -> Iterator[Probe]:
    for org, known in scene.case.orgs.items():
        if known.told is not None and known.answered is None:
            yield Probe((do("org_acknowledged", org=org),), org, "org")


def _view(scene: Scene) -> Iterator[Probe]:
    yield from (Probe((do("view", what=what),), what, "what") for what in choices("view", "what"))


PROBES: dict[str, Probing] = {
    "open_case": lambda scene: _one(do("open_case", alias="Probe")),
    "device_event": lambda scene: _one(do("device_event", kind="asystole", bed="bed")),
    # Kept at the bed, where the signals are: nobody writes one into a form.
    "keep_strip": lambda _scene: (),
    "resuscitate": _resuscitate,
    "observe": lambda scene: _one(do("observe", what="start")),
    "pronounce": _pronounce,
    "chart": lambda scene: _one(do("chart", text=SAID)),
    "sign": _sign,
    "cosign": _cosign,
    "coroner": _coroner,
    "set_status": _set_status,
    "identify": _identify,
    "flag_doubt": lambda scene: _one(do("flag_doubt", about="facts")),
    "clear_doubt": lambda scene: _one(do("clear_doubt", why=SAID)),
    "retract": lambda scene: _one(do("retract", kind="alive", second=ANYONE)),
    "confirm_roll": lambda scene: _one(do("confirm_roll")),
    "add_kin": lambda scene: _one(do("add_kin", person=ANYONE, relation="other")),
    "exclude_kin": _exclude_kin,
    "declare_bond": lambda scene: _one(do("declare_bond", person=ANYONE, ground=SAID, second=ANOTHER)),
    "draw_chain": lambda scene: _one(do("draw_chain")),
    "decide_tie": _decide_tie,
    "assign": _assign,
    "attempt": _attempt,
    "tell": _tell,
    "already_aware": _already_aware,
    "search": _search,
    "no_kin_found": _no_kin_found,
    "hand_to_agency": _hand_to_agency,
    "agency_confirms": _agency_confirms,
    "acknowledge": _acknowledge,
    "leak": lambda scene: _one(do("leak", source=SAID)),
    "override": _override,
    "review_override": _review_override,
    "awareness": lambda scene: _one(do("awareness", person=ANYONE, why=SAID)),
    "blackout": _blackout,
    "release_name": lambda scene: _one(do("release_name")),
    "kin_wish": lambda scene: _one(do("kin_wish", wish="waive_hold")),
    "amend": lambda scene: _one(do("amend", fact="circumstances", value=SAID, why=SAID)),
    "correct": _correct,
    "inventory": lambda scene: _one(do("inventory", items=(SAID,), **{"with": ANYONE})),
    "treat": _treat,
    "photograph": _photograph,
    "transfer": _transfer,
    "receive": _receive,
    "release_effects": _release_effects,
    "offer_support": _offer_support,
    "tell_org": _tell_org,
    "org_acknowledged": _org_acknowledged,
    "view": _view,
    "close_case": lambda scene: _one(do("close_case")),
    "reopen_case": lambda scene: _one(do("reopen_case")),
}
"""How each command of a case is asked, in the order of engine.md."""
