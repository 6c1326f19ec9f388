"""The afternoon of the demonstration, with accounts and a clock: Noriko is to go to the mother."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.http import HttpResponse
from django.test import Client

from kinfirst.clock import SimulatedClock
from kinfirst.records import queries
from kinfirst.records.actions import Given, perform_named
from kinfirst.scenarios.player import Played
from tests.web.conftest import signed_in

NAMES = ("Kenta", "Morishige", "Chiyo", "Daiki", "Haruka")


class Ward:
    """The afternoon: Noriko is to go to the mother, who was not at home at 14:31."""

    def __init__(self, play: Played, clock: SimulatedClock) -> None:
        self.play, self.clock, self.ids = play, clock, play.company.ids
        self.case = play.cases["bridge"]
        self.door = f"/doorstep/{self.case}/{self.ids['chiyo']}/"

    def client(self, who: str = "noriko", *, strict: bool = False) -> Client:
        return signed_in(self.play, who, strict=strict)

    def do(self, who: str, name: str, **arguments: Any) -> None:
        given = Given(realm=self.play.company.realm, by=self.ids[who], now=self.clock.now())
        outcome = perform_named(name, arguments, given=given, case=self.case)
        assert outcome.refusal is None, outcome.refusal

    def pass_by(self, **length: float) -> None:
        """Time passes in the house."""
        self.clock.advance_to(self.clock.now() + timedelta(**length))

    def told(self) -> dict[str, datetime]:
        handles = {id: handle for handle, id in self.ids.items()}
        return {handles[who]: one.at for who, one in queries.case_state(self.case).told.items()}

    def tasks(self) -> set[str]:
        return {task.kind for task in queries.case_tasks(self.case)}


def text(response: HttpResponse) -> str:
    """The page."""
    return response.content.decode()
