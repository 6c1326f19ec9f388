"""The record as a black box: a house with the cast in it, and the night as commands given by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

from kinfirst.policies.load import edition_for
from kinfirst.records import policies
from kinfirst.records.actions import Given, Outcome, perform_named
from tests.cast import Cast

START = datetime(2026, 3, 2, 5, 20, tzinfo=UTC)


class Line(msgspec.Struct, frozen=True):
    """Who does what, with what, how many minutes after the start; `refused` are rules that must be among the
    reasons, None when it must be done."""

    minute: int
    by: str
    do: str
    args: dict[str, Any] = {}
    refused: tuple[str, ...] | None = None


class House:
    """A realm under the policy of the village, and one case after another in it."""

    def __init__(self, cast: Cast, *, policy: str = "village") -> None:
        self.cast, self.realm = cast, cast.realm
        self.case: str | None = None
        edition = edition_for(policy, date(2026, 3, 2)).policy
        self.edition = policies.pin(edition)
        policies.set_realm_policy(cast.realm, self.edition)

    def do(self, line: Line, *, key: str | None = None, case: str | None = None) -> Outcome:
        """Gives one command; the case it opens is the case of those that follow."""
        given = Given(realm=self.realm, by=self.id(line.by), now=START + timedelta(minutes=line.minute), key=key)
        args = {name: self._meant(value) for name, value in line.args.items()}
        current = None if line.do == "open_case" else self.case
        outcome = perform_named(line.do, args, given=given, case=case or current)
        if line.do == "open_case" and outcome.refusal is None:
            self.case = outcome.case
        return outcome

    def play(self, lines: tuple[Line, ...]) -> Iterator[tuple[Line, Outcome]]:
        """Plays line after line, and says what came of each; stops where something else came than expected."""
        for line in lines:
            outcome = self.do(line)
            rules = outcome.refusal.rules if outcome.refusal else None
            expected = rules is None if line.refused is None else rules is not None and set(line.refused) <= set(rules)
            assert expected, (line, outcome.refusal)
            yield line, outcome

    def open(self, alias: str = "Delta") -> str:
        """A case that is open, and nothing else."""
        outcome = self.do(Line(0, "sakura", "open_case", {"casualty": "cat", "alias": alias}))
        assert outcome.case is not None, outcome.refusal
        return outcome.case

    def id(self, who: str) -> str:
        """The id of one of the cast; anything else stays as it is."""
        return str(getattr(self.cast, who, who))

    def _meant(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._meant(one) for one in value]
        return self.id(value) if isinstance(value, str) else value


NIGHT = (
    Line(0, "sakura", "open_case", {"casualty": "cat", "alias": "Delta", "state": "injured"}),
    Line(1, "sakura", "resuscitate", {"what": "start"}),
    Line(15, "system", "device_event", {"kind": "asystole", "bed": "3"}),
    Line(16, "sakura", "resuscitate", {"what": "stop", "detail": "injuries not survivable"}),
    Line(
        17, "mirani", "pronounce", {"mode": "present", "witness": "hiro", "identifiers": ["service_number"]}, ("R75",)
    ),
    Line(17, "sakura", "pronounce", {"mode": "present", "witness": "mirani", "identifiers": ["service_number"]}),
    Line(18, "mirani", "chart", {"text": "Time of death 14:37, called by the head medic."}),
    Line(19, "sakura", "chart", {"text": "Injuries not survivable. Resuscitation stopped 14:36."}),
    Line(20, "sakura", "draw_chain", {}, ("R10",)),
    Line(21, "sakura", "identify", {"as": "cat", "method": "registry_match", "evidence": "register, entry 0417"}),
    Line(23, "hiro", "identify", {"as": "cat", "method": "visual", "evidence": "served with him six years"}),
    Line(24, "sakura", "coroner", {"decision": "not_required", "ground": "killed in action, cause known"}),
    Line(26, "sakura", "inventory", {"items": ["white porcelain mask"], "with": "mirani"}),
    Line(30, "sakura", "draw_chain"),
    Line(31, "sakura", "tell", {"place": "kakashi", "channel": "person", "understood": True}, ("R23",)),
    Line(32, "sakura", "assign", {"place": "sister", "lead": "hiro", "reference": "K7W3PX2Q"}),
    Line(33, "sakura", "sign", {"entry": "sakura"}),
    Line(33, "mirani", "sign", {"entry": "mirani"}),
    Line(34, "sakura", "cosign", {"entry": "mirani"}),
    Line(40, "hiro", "attempt", {"place": "sister", "result": "not_home"}),
    Line(170, "hiro", "tell", {"place": "sister", "channel": "phone", "understood": True}, ("R27",)),
    Line(171, "hiro", "tell", {"place": "sister", "channel": "person", "understood": False}, ("R28",)),
    Line(172, "hiro", "tell", {"place": "sister", "channel": "person", "understood": True}),
    Line(180, "sakura", "assign", {"place": "kakashi", "lead": "sakura"}, ()),
    Line(181, "hiro", "release_name", {}, ()),
)
