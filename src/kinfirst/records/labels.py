"""What people of a case are called in front of somebody who may not know their names: by what they are."""

from __future__ import annotations

from collections import Counter, defaultdict

from django.utils.translation import gettext as _

from kinfirst.core.case import Case
from kinfirst.core.kinship import effective
from kinfirst.core.places import AGENCY


def ordinals(case: Case) -> dict[str, str]:
    """`sibling`, or `sibling 2` where there are several, for everybody on the list of kin; in order of id."""
    relations: dict[str, str] = {}
    for record in effective(case):
        relations.setdefault(record.person, record.relation)
    for bond in case.kinship.bonds:
        relations.setdefault(bond.person, "bond")
    many = Counter(relations.values())
    counted: dict[str, int] = defaultdict(int)
    found: dict[str, str] = {}
    for person, relation in sorted(relations.items()):
        counted[relation] += 1
        word = _(relation.replace("_", " "))
        found[person] = f"{word} {counted[relation]}" if many[relation] > 1 else word
    return found


def plain_label(case: Case, person: str, kin: dict[str, str]) -> str:
    """The relation, the office or the place somebody stands in; `kin` is what `ordinals` gave."""
    if person == AGENCY:
        return _("another agency")
    if person in kin:
        return kin[person]
    place = case.chain.find(person) if case.chain else None
    if place is None:
        return _("somebody")
    if place.for_whom:
        whom = ", ".join(kin.get(who, _("kin")) for who in place.for_whom)
        return _("guardian or teller for %(whom)s") % {"whom": whom}
    said = (place.office or place.relation).replace("_", " ")
    return _(said) if said else _("somebody")
