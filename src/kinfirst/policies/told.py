"""What a drawing of a pack says, panel by panel, before anything is painted."""

from __future__ import annotations

import msgspec

from kinfirst.core.policy import Policy, Rank
from kinfirst.policies.listing import clock, length
from kinfirst.policies.load import Pack
from kinfirst.policies.svg import Chip

_OFFICES = {"division_head": "Head of the division", "adviser": "Adviser", "leader": "Leader"}
_CHANNELS = {"person": "in person", "phone": "by telephone", "video": "by video"}
_GRADES = {
    "none": "no grade asked for",
    "casualty": "lead's grade at least the casualty's",
    "casualty_and_recipient": "lead's grade at least the casualty's and a serving recipient's",
}
_NONE = {
    "bonds": "nobody found: bonds declared take their place",
    "stop": "nobody found: an authority must decide",
    "agency": "nobody found: an agency takes their place",
}
_TIES = {"majority": "all together", "equal": "all level", "designated": "the one designated"}


class Panel(msgspec.Struct, frozen=True, kw_only=True):
    """One box: its heading, a sentence, facts, what opens it, and for an office whose word it waits for."""

    title: str
    text: str = ""
    facts: tuple[Chip, ...] = ()
    opens: str = ""
    aside: bool = False
    name: str = ""
    through: str = ""


class Telling:
    """One pack, told as panels. `doubtful` says whether anything of it is unverified."""

    def __init__(self, pack: Pack) -> None:
        self.policy: Policy = pack.policy
        self.unverified = frozenset(pack.unverified)
        self.doubtful = bool(self.unverified)

    def name(self) -> str:
        """What people call the pack."""
        return self.policy.title

    def title(self) -> str:
        """The title of the drawing."""
        return f"Who is told, in which order: {self.policy.title}"

    def edition(self) -> str:
        """The id of the pack and its first day."""
        day = self.policy.effective
        mark = " (not verified)" if "effective" in self.unverified else ""
        return f"{self.policy.id} · edition in force from {day.day} {day:%B} {day.year}{mark}"

    def gate(self) -> Panel:
        """What must be sure before anybody is told."""
        death, identity = self.policy.pronounce, self.policy.identity
        facts = [
            self._fact(f"identity level {identity.min} of 4", "identity.min"),
            self._fact(_counted(death.identifiers, "identifier") + " on the body", "pronounce.identifiers"),
        ]
        if death.observation:
            facts.append(self._fact(f"{length(death.observation)} observed", "pronounce.observation"))
        far = "also from afar, with a second" if death.remote else "in the room only"
        facts.append(self._fact(f"pronounced {far}", "pronounce.remote"))
        if self.policy.roll_stale is not None:
            old = f"emergency data older than {length(self.policy.roll_stale)} confirmed"
            facts.append(self._fact(old, "roll.stale"))
        return Panel(title="Before anybody is told", text="Death pronounced, and identity sure.", facts=tuple(facts))

    def kin(self) -> Panel:
        """How kin are told, both tiers."""
        policy, window = self.policy, self.policy.window
        hours = "at any hour" if window.always else f"{clock(window.open)} to {clock(window.close)} where they live"
        size = f"at least {policy.team.min} carry the word" if policy.team.min > 1 else "one may carry the word"
        grade = [] if policy.team.grade == "none" else [self._fact(_GRADES[policy.team.grade], "team.grade")]
        facts = [
            self._fact(_channels(policy.channel.allowed), "channel.allowed"),
            self._fact(hours, "window.open", "window.close"),
            self._fact(f"within {length(policy.deadline_kin)} of the report", "deadline.kin"),
            self._fact(size, "team.min"),
            *grade,
            self._fact(f"no answer: again after {length(policy.retry.after)}", "retry.after"),
        ]
        text = f"Under {policy.kin.adult} years the guardian is told in their place."
        return Panel(title="Kin", text=text, facts=tuple(facts), opens="when the chain is drawn")

    def first(self) -> Panel:
        """The one who is told before all others."""
        ranks = self.policy.kin.precedence
        facts = tuple(self._fact(f"{n}. {_rank(rank)}", "kin.precedence") for n, rank in enumerate(ranks, 1))
        elder = any(rank.tie == "elder" for rank in ranks)
        text = "The first of this order who is there." + (" Among equals the elder first." if elder else "")
        return Panel(title="The closest", text=text, facts=facts)

    def others(self) -> Panel:
        """The other kin."""
        facts = tuple(self._fact(_word(name), "kin.others") for name in self.policy.kin.others)
        text = "In any order, and at once." if facts else "Nobody else."
        return Panel(title="The other kin", text=text, facts=facts, opens="when the closest is told")

    def nobody(self) -> Panel:
        """What is done when nobody of kin is known."""
        steps = ", ".join(_word(step) for step in self.policy.retry.search)
        facts = (self._fact(f"search: {steps}", "retry.search"), self._fact(_NONE[self.policy.kin.none], "kin.none"))
        text = "None on record is searched for first; a recorded search alone opens what comes next."
        return Panel(title="Nobody on record", text=text, facts=facts, aside=True)

    def offices(self) -> tuple[Panel, ...]:
        """Who is told after kin, in order."""
        found: list[Panel] = []
        for tier in self.policy.tiers:
            above = f"the {found[-1].title.lower()}" if found else "every one of kin"
            opens = f"when {above} is told"
            by = [self._fact(f"told by the {_OFFICES[tier.through].lower()} alone", "tiers")] if tier.through else []
            how = self._fact(_channels(self.policy.channel.office), "channel.office")
            facts = (*by, how, *([Chip(text="this tier", unsure=True)] if "tiers" in self.unverified else []))
            panel = Panel(title=_OFFICES[tier.office], facts=facts, opens=opens, name=tier.office)
            found.append(msgspec.structs.replace(panel, through=tier.through or ""))
        return tuple(found)

    def afterwards(self) -> Panel:
        """The public name, and organisations."""
        policy = self.policy
        orgs = [
            self._fact(f"{_word(org)} {'at once' if not within else f'within {length(within)}'}", f"orgs.{org}")
            for org, within in policy.orgs.items()
        ]
        hold = self._fact(f"public name: {length(policy.hold_public)} after the last of kin", "hold.public")
        text = "Organisations are told from the moment of death; nothing public before the hold has run."
        return Panel(title="Afterwards", text=text, facts=(hold, *orgs), opens="when everybody is told")

    def leak(self) -> Panel:
        """What changes once the news is out."""
        facts = (
            self._fact(_channels(self.policy.leak_channels), "leak.channels"),
            Chip(text="the closest and the other kin at once"),
            Chip(text="hours and size of the team lifted"),
        )
        return Panel(title="If the news is out", facts=facts, aside=True)

    def _fact(self, text: str, *keys: str) -> Chip:
        return Chip(text=text, unsure=bool(self.unverified & set(keys)))


def told_in_words(telling: Telling) -> str:
    """The whole drawing in sentences, in its order."""
    panels = [telling.gate(), telling.kin(), telling.first(), telling.others(), telling.nobody()]
    panels += [*telling.offices(), telling.afterwards(), telling.leak()]
    return " ".join(_said(panel) for panel in panels)


def _said(panel: Panel) -> str:
    facts = ", ".join(f"{chip.text} (not verified)" if chip.unsure else chip.text for chip in panel.facts)
    opens = f" ({panel.opens})" if panel.opens else ""
    return f"{panel.title}{opens}: {panel.text} {facts}".strip().rstrip(".") + "."


def _channels(channels: tuple[str, ...]) -> str:
    words = [_CHANNELS[channel] for channel in channels]
    return " or ".join(words) if len(words) < 3 else f"{', '.join(words[:-1])} or {words[-1]}"


def _rank(rank: Rank) -> str:
    names = " or ".join(_word(name) for name in rank.relations)
    return names if rank.tie == "elder" else f"{names}: {_TIES[rank.tie]}"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _word(name: str) -> str:
    return {"opo": "organ procurement", "gp": "general practitioner"}.get(name, name.replace("_", " "))
