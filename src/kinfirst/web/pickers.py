"""What a form lets somebody choose from: people by what they may be called, places, items, codes.

Which argument picks from what is one table. Labels come from `Sight.label`, so a list never says more than the
page around it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from django.utils.translation import gettext as _

from kinfirst.core.chain import draw
from kinfirst.core.charting import COMBINATIONS
from kinfirst.core.closing import unsupported
from kinfirst.core.gate import is_open, settled
from kinfirst.core.house import House
from kinfirst.core.identity import IDENTIFIERS, METHODS
from kinfirst.core.kin import EVIDENCE_FOR
from kinfirst.core.kinship import effective
from kinfirst.core.policy import RELATIONS
from kinfirst.core.probes import KIN
from kinfirst.core.rulebook import RULEBOOK
from kinfirst.core.telling import RESULTS
from kinfirst.records.access import Sight
from kinfirst.web import colleagues
from kinfirst.web.chain_picture import called
from kinfirst.web.here import Here
from kinfirst.web.wording import word

Choices = list[tuple[str, str]]

FOUND = frozenset(
    {
        "open_case.casualty",
        "identify.as",
        "add_kin.person",
        "add_kin.guardian",
        "declare_bond.person",
        "awareness.person",
        "retract.was",
    }
)
"""Arguments where somebody is found by their exact name."""

PICKED: dict[str, str] = {
    "place": "places",
    "lead": "staff",
    "team": "staff",
    "interpreter": "staff",
    "witness": "colleagues",
    "second": "colleagues",
    "with": "colleagues",
    "transfer.to": "colleagues",
    "hand_over.to": "colleagues",
    "recall.person": "colleagues",
    "offer_support.to": "attended",
    "release_effects.to": "kin",
    "exclude_kin.person": "kin",
    "search.person": "kin_or_any",
    "correct.person": "told",
    "entry": "authors",
    "item": "items",
    "offer": "offers",
    "review_override.override": "waivers",
    "org": "orgs",
    "patients": "patients",
    "rule": "rules",
    "step": "steps",
    "order": "tied",
    "identify.method": "methods",
    "relation": "relations",
    "attempt.result": "results",
    "exclude_kin.evidence": "documents",
    "set_status.type": "types",
    "set_status.status": "statuses",
    "set_status.category": "categories",
    "identifiers": "identifiers",
    "mismatched": "identifiers",
}


def source(command: str, argument: str) -> str:
    """What an argument picks from; empty where it is written."""
    return PICKED.get(f"{command}.{argument}") or PICKED.get(argument, "")


class Pickers:
    """The lists of one form, each made when it is asked for."""

    def __init__(self, here: Here, *, sight: Sight | None = None, house: House | None = None) -> None:
        self.here, self.sight, self.house = here, sight, house

    def choices(self, name: str) -> Choices:
        """The list of that name, with values as the record knows them."""
        lists: dict[str, Callable[[], Iterable[tuple[str, str]]]] = {
            "staff": self._staff,
            "colleagues": self._colleagues,
            "patients": self._patients,
            "offers": self._offers,
            "rules": lambda: ((rule, f"{rule}: {said}") for rule, (said, _source) in RULEBOOK.items()),
            "methods": lambda: _coded(sorted(METHODS)),
            "identifiers": lambda: _coded(sorted(IDENTIFIERS)),
            "relations": lambda: _coded(one for one in RELATIONS if one != "bond"),
            "results": lambda: _coded(RESULTS),
            "documents": lambda: _coded(sorted({kind for fit in EVIDENCE_FOR.values() for kind in fit})),
            "types": lambda: _coded(dict.fromkeys(kind for by in COMBINATIONS.values() for kind in by)),
            "statuses": lambda: _coded(COMBINATIONS),
            "categories": lambda: _coded(
                sorted({one for by in COMBINATIONS.values() for all in by.values() for one in all})
            ),
        }
        if name in lists:
            return list(lists[name]())
        return list(self._of_case(self.sight, name)) if self.sight is not None else []

    def _staff(self) -> Iterator[tuple[str, str]]:
        me = self.here.viewer.id
        everybody = colleagues.staff(self.here.viewer)
        if me in everybody:
            yield me, _("%(name)s (you)") % {"name": everybody[me]}
        yield from ((who, name) for who, name in everybody.items() if who != me)

    def _colleagues(self) -> Iterator[tuple[str, str]]:
        yield from ((who, name) for who, name in self._staff() if who != self.here.viewer.id)

    def _patients(self) -> Iterator[tuple[str, str]]:
        own = self.house.of(self.here.viewer.id) if self.house else ()
        yield from colleagues.patients(self.here.viewer, own).items()

    def _offers(self) -> Iterator[tuple[str, str]]:
        waiting = [o for o in self.house.offers if o.state == "offered"] if self.house else []
        mine = [offer for offer in waiting if offer.to == self.here.viewer.id]
        named = colleagues.names_of(self.here.viewer, {offer.by for offer in mine})
        for offer in mine:
            said = _("%(count)s patients of %(who)s") % {"count": len(offer.patients), "who": named.get(offer.by, "?")}
            yield str(offer.number), said

    def _of_case(self, sight: Sight, name: str) -> Iterable[tuple[str, str]]:
        case = sight.state
        lists: dict[str, Callable[[], Iterable[tuple[str, str]]]] = {
            "places": lambda: _places(sight),
            "kin": lambda: _kin(sight),
            "kin_or_any": lambda: [(KIN, _("any kin at all")), *_kin(sight)],
            "told": lambda: _called(sight, case.told),
            "tied": lambda: _called(sight, draw(case, sight.policy, self.here.now).tied),
            "attended": lambda: dict([*_called(sight, unsupported(case)), *self._colleagues()]).items(),
            "authors": lambda: _called(sight, (entry.author for entry in case.chart)),
            "items": lambda: _items(sight),
            "waivers": lambda: ((str(w.number), f"{w.number}: {w.rule}") for w in case.waivers if not w.reviewed),
            "orgs": lambda: _coded(sight.policy.orgs),
            "steps": lambda: _coded(sight.policy.retry.search),
        }
        return lists[name]() if name in lists else ()


def _kin(sight: Sight) -> Iterator[tuple[str, str]]:
    return _called(sight, (record.person for record in effective(sight.state)))


def _coded(codes: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((code, str(word(code))) for code in codes)


def _called(sight: Sight, people: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((who, sight.label(who)) for who in dict.fromkeys(people))


def _places(sight: Sight) -> Iterator[tuple[str, str]]:
    """Everybody in the chain, those whose turn it is first."""
    chain = sight.state.chain
    places = chain.places() if chain else ()
    turn = {p.id for p in places if is_open(sight.state, sight.policy, p) and not settled(sight.state, p)}
    for place in sorted(places, key=lambda place: place.id not in turn):
        if settled(sight.state, place):
            continue
        who = called(sight, place)
        yield place.id, _("%(who)s, whose turn it is") % {"who": who} if place.id in turn else who


def _items(sight: Sight) -> Iterator[tuple[str, str]]:
    for effect in sight.state.effects:
        if effect.released_to is None:
            number = effect.item.number
            text = sight.text(effect.item.text, "effects") or _("not shown")
            yield str(number), _("Item %(number)s: %(text)s") % {"number": number, "text": text}
