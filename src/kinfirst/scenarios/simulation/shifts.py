"""The house around the cases: patients come in, are handed over, covered, dropped by nobody (R55, R76)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec

from kinfirst.core.house import House
from kinfirst.scenarios.simulation.deeds import Broken, Deed, Desk
from kinfirst.scenarios.simulation.town import Town

SAID = {"illness": "stable", "summary": "day two", "actions": "none", "contingency": "call me"}
MOST_PATIENTS = 14
BETWEEN = 10 * 60
"""Minutes between one thing about cover and the next in one house, on the average."""
INVARIANT = "8 every living patient is somebody's"


class Offer(msgspec.Struct, frozen=True):
    """What was offered: by whom, to whom, which patients, until when."""

    by: str
    to: str
    patients: tuple[str, ...]
    until: datetime


class Shifts:
    """The shifts of one house, and the account of who has whom, moved only by an accepted offer."""

    def __init__(self, town: Town, desk: Desk) -> None:
        self.town, self.desk = town, desk
        self.has = dict(town.care)
        self.off: set[str] = set()
        self._offered = 0
        # Whom the registry knows, and the house hears of with its next command.
        self._new = set(town.care)
        self._waiting: dict[int, Offer] = {}

    def act(self, now: datetime) -> datetime:
        """One thing about cover; the next comes within hours."""
        chance = self.town.chance
        if self._waiting and chance.random() < 0.7:
            self._answer(now)
        else:
            chance.choice((self._offer, self._offer, self._go_off, self._recall, self._admit))(now)
        return now + timedelta(minutes=chance.expovariate(1 / BETWEEN))

    def check(self, house: House) -> None:
        """Everybody's patients are as this account has them, and whoever died is nobody's."""
        for patient, ward in house.patients.items():
            if self.has.get(patient, ward.clinician) != ward.clinician:
                raise Broken(INVARIANT, f"patient {patient} is with another than the one who took them")
        for patient in self.town.care:
            if patient not in self._new and patient not in house.patients:
                raise Broken(INVARIANT, f"patient {patient} lives and is nobody's")
        if self.off != set(house.off) or self.off & {ward.clinician for ward in house.patients.values()}:
            raise Broken(INVARIANT, "somebody is off duty who is not, or is so with living patients")

    def _give(self, by: str, do: str, now: datetime, **args: Any) -> bool:
        outcome = self.desk.give(Deed(by, do, args), realm=self.town.realm, now=now)
        if outcome.refusal is None:
            self._new.clear()
        return outcome.refusal is None

    def _clinicians(self) -> list[str]:
        return [*self.town.staff["doctor"], *self.town.staff["nurse"]]

    def _offer(self, now: datetime) -> None:
        chance = self.town.chance
        by = chance.choice(sorted(set(self.has.values())) if chance.random() < 0.9 else self._clinicians())
        to = chance.choice([who for who in self._clinicians() if who != by])
        mine = sorted(p for p, who in self.has.items() if who == by and p in self.town.care)
        patients = mine if mine and chance.random() < 0.9 else sorted(self.town.care)[:2]
        until = now + timedelta(hours=chance.choice((1, 8, 12)))
        ipass = SAID if chance.random() < 0.9 else {"illness": "stable"}
        recall = chance.choice(("never", "emergency", "any"))
        if self._give(by, "hand_over", now, patients=patients, to=to, until=until, recall=recall, ipass=ipass):
            self._supersede(by, patients)
            self._offered += 1
            self._waiting[self._offered] = Offer(by, to, tuple(patients), until)

    def _supersede(self, by: str, patients: list[str]) -> None:
        """A new offer takes its patients out of older ones that nobody has answered."""
        for number, offer in list(self._waiting.items()):
            left = tuple(p for p in offer.patients if p not in patients)
            if offer.by == by and left != offer.patients:
                self._waiting[number] = msgspec.structs.replace(offer, patients=left)

    def _answer(self, now: datetime) -> None:
        chance = self.town.chance
        number, offer = chance.choice(sorted(self._waiting.items()))
        by = offer.to if chance.random() < 0.9 else chance.choice(self._clinicians())
        do = chance.choice(("accept_cover", "accept_cover", "accept_cover", "decline_cover"))
        read_back = "mine now" if chance.random() < 0.9 else " "
        if self._give(by, do, now, offer=str(number), read_back=read_back):
            del self._waiting[number]
            if do == "accept_cover":
                self.off.discard(offer.to)
            for patient in offer.patients if do == "accept_cover" else ():
                if self.has.get(patient) == offer.by and patient in self.town.care:
                    self.has[patient] = offer.to
        elif offer.until <= now:
            del self._waiting[number]

    def _go_off(self, now: datetime) -> None:
        free = [who for who in self._clinicians() if who not in self.has.values()]
        by = self.town.chance.choice(free if free and self.town.chance.random() < 0.8 else self._clinicians())
        mine = [p for p, who in self.has.items() if who == by and p in self.town.care]
        if self._give(by, "go_off", now):
            self.off.add(by)
            if mine:
                raise Broken(INVARIANT, f"{by} went off with {len(mine)} living patients")

    def _recall(self, now: datetime) -> None:
        anybody = self._clinicians()
        who = self.town.chance.choice(sorted(self.off) if self.off and self.town.chance.random() < 0.8 else anybody)
        why = self.town.chance.choice(("emergency", "other"))
        if self._give(self.town.one("coordinator"), "recall", now, person=who, why=why):
            self.off.discard(who)

    def _admit(self, now: datetime) -> None:
        here = [who for who in self._clinicians() if who not in self.off]
        if here and len(self.town.care) < MOST_PATIENTS:
            clinician = self.town.chance.choice(here)
            patient = self.town.admit(clinician)
            self.has[patient] = clinician
            self._new.add(patient)
