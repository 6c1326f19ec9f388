"""Messages leaving: to whom, with what in them, and what is stored of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from kinfirst.channels.port import Letter, Outcome, Ways
from kinfirst.people import rosters
from kinfirst.people.changes import Keeper
from kinfirst.records import models, outbox
from kinfirst.workers.outbox import MOST_ATTEMPTS, Carrier, pause_after, together
from kinfirst.workers.plan import Plan
from tests.workers.fakes import TAKEN, FakeChannel, ways
from tests.workers.house import NOW, SISTER, House, drop_queued, house, message, queue

pytestmark = pytest.mark.django_db


@pytest.fixture
def live() -> House:
    return house()


def carry(ways: Ways, now: datetime = NOW) -> None:
    carrier = Carrier("w1", Plan(lanes=4), ways)
    while carrier.batch(now):
        pass


def answering(**outcome: object) -> FakeChannel:
    return FakeChannel(lambda _letter: Outcome(**outcome))  # type: ignore[arg-type]


def test_a_page_says_alias_task_and_link_and_nothing_else(live: House) -> None:
    case = live.open("Heron", "casualty")
    drop_queued()
    id = queue(case, to="role:coordinator", alias="Heron", task="check_patient", name="check_patient")
    channel = FakeChannel()
    carry(ways(channel))
    (letter,) = channel.carried
    assert letter.text == f"Heron: check patient. See https://kin.example/cases/{case}/"
    assert letter.subject == "Kinfirst: Heron: check patient"
    assert (letter.key, letter.to) == (id, "role:coordinator")
    assert message(id).state == "sent"
    assert message(id).sequence == 1


@pytest.mark.parametrize(
    ("outcome", "state", "wait"),
    [
        pytest.param({"state": "refused", "result": "gone"}, "failed", 0, id="never"),
        pytest.param({"state": "not_now", "result": "down"}, "queued", 5, id="later, by our own pause"),
        pytest.param({"state": "wait", "pause": timedelta(minutes=7)}, "queued", 420, id="later, by theirs"),
        pytest.param({"state": "unclear", "result": "silence"}, "unknown", 0, id="nobody knows"),
    ],
)
def test_what_came_of_it_is_stored(live: House, outcome: dict[str, object], state: str, wait: int) -> None:
    case = live.open()
    drop_queued()
    id = queue(case, to="role:coordinator", alias="Heron", task="check_patient")
    channel = answering(**outcome)
    carry(ways(channel))
    assert message(id).state == state
    assert message(id).not_before == NOW + timedelta(seconds=wait)
    assert [letter.key for letter in channel.carried].count(id) == 1


def test_a_person_is_asked_about_an_unclear_one_and_asking_ends(live: House) -> None:
    case = live.open()
    drop_queued()
    id = queue(case, to="role:coordinator", alias="Heron", task="check_patient")
    channel = answering(state="unclear", result="silence")
    carry(ways(channel))
    question = models.Outbox.objects.order_by("number").last()
    assert question is not None
    assert '"task":"delivery_unknown"' in question.payload
    assert (message(id).state, question.state) == ("unknown", "failed")


def test_a_channel_that_breaks_takes_no_neighbour_along(live: House) -> None:
    case = live.open()
    drop_queued()

    def broken(letter: Letter) -> Outcome:
        if letter.to == "role:authority":
            raise RuntimeError("a fault of ours")
        return TAKEN

    bad = queue(case, to="role:authority", alias="Heron", task="check_patient")
    good = queue(case, to="role:coordinator", alias="Heron", task="check_patient")
    carry(ways(FakeChannel(broken)))
    assert (message(bad).state, message(good).state) == ("unknown", "sent")


def test_after_a_day_of_trying_it_has_failed(live: House) -> None:
    case = live.open()
    drop_queued()
    id = queue(case, to="role:coordinator", alias="Heron", task="check_patient")
    models.Outbox.objects.filter(id=id).update(attempts=MOST_ATTEMPTS - 1)
    carry(ways(answering(state="not_now", result="down")))
    assert (message(id).state, message(id).result) == ("failed", "down")


def test_pauses_double_up_to_a_quarter_of_an_hour() -> None:
    assert [pause_after(n).total_seconds() for n in (1, 2, 3, 8, 9, 1000)] == [5, 10, 20, 640, 900, 900]


def test_mail_goes_to_everybody_of_the_role_who_may_have_it(live: House) -> None:
    """Not to who is away (the registry), nor to the casualty (R49), nor to kin who do not know yet (R27)."""
    case = live.pronounced("casualty")
    drop_queued()
    id = queue(case, to="role:coordinator", alias="Heron", task="check_patient")
    channel = FakeChannel(reaches="email")
    carry(ways(channel))
    assert [letter.to for letter in channel.carried] == ["desk@house.example"]
    assert message(id).state == "sent"


@pytest.mark.parametrize(
    ("to", "why"),
    [
        pytest.param("casualty", "the addressee has died (R49)", id="the dead"),
        pytest.param("sister", "the addressee is to be told in person first (R27)", id="kin who do not know"),
    ],
)
def test_a_message_to_one_who_must_not_have_it_never_leaves(live: House, to: str, why: str) -> None:
    """Asked when it is sent: the message was queued before anybody had died."""
    case = live.open("Heron", "casualty")
    drop_queued()
    id = queue(case, to=live.ids[to], alias="Heron", task="check_patient")
    live.do("resuscitate", case=case, what="start")
    live.do("resuscitate", case=case, what="stop", detail="no pulse")
    live.do("pronounce", case=case, mode="present", witness=live.ids["desk"], identifiers=["wristband"])
    channel = FakeChannel()
    carry(ways(channel))
    assert [letter.key for letter in channel.carried if letter.key == id] == []
    assert (message(id).state, message(id).result) == ("failed", why)


def test_the_dead_of_another_case_are_not_addressed_either(live: House) -> None:
    live.pronounced("casualty")
    other = live.open("Plover")
    drop_queued()
    id = queue(other, to=live.ids["casualty"], alias="Plover", task="check_patient")
    carry(ways(FakeChannel()))
    assert message(id).result == "the addressee has died (R49)"


def test_nobody_to_reach_is_tried_again(live: House) -> None:
    case = live.open()
    drop_queued()
    id = queue(case, to="role:coroner", alias="Heron", task="coroner_decision")
    carry(ways(FakeChannel(reaches="phone")))
    assert (message(id).state, message(id).result) == ("queued", "nobody can be reached")


def test_those_on_duty_are_paged_and_when_nobody_is_everybody(live: House) -> None:
    """The only clinician has gone off: other officers are there, another clinician is not."""
    case = live.open()
    live.do("go_off", by="medic")
    for role, paged in (("casualty_officer", "desk"), ("clinician", "medic")):
        drop_queued()
        queue(case, to=f"role:{role}", alias="Heron", task="check_patient")
        channel = FakeChannel(reaches="email")
        carry(ways(channel))
        assert [letter.to for letter in channel.carried] == [f"{paged}@house.example"]


SHIFT = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//tests//
BEGIN:VEVENT
UID:one
DTSTART:20260302T083000Z
DTEND:20260302T093000Z
SUMMARY:{who}
END:VEVENT
END:VCALENDAR"""


def test_whom_a_roster_names_is_paged_and_before_and_after_the_shift_everybody(live: House) -> None:
    case = live.open()
    text = SHIFT.format(who=live.ids["desk"])
    rosters.enter(Keeper(realm="live", by=live.ids["desk"], now=NOW), "nights", text)
    paged = []
    for moment in (NOW, NOW + timedelta(hours=1)):
        drop_queued()
        queue(case, to="role:casualty_officer", alias="Heron", task="check_patient")
        channel = FakeChannel(reaches="email")
        carry(ways(channel), moment)
        paged.append(sorted(letter.to for letter in channel.carried))
    assert paged == [["desk@house.example"], ["desk@house.example", "medic@house.example"]]


def test_an_exercise_reaches_its_own_channel_and_no_other() -> None:
    exercise = house("drill")
    case = exercise.open()
    drop_queued()
    page = queue(case, to="role:coordinator", alias="Heron", task="check_patient")
    notice = queue(case, kind="org", to="org:registrar", alias="Heron", org="registrar")
    real, marked = FakeChannel(), FakeChannel()
    carry(ways(real, orgs={"registrar": real}, exercise=marked))
    assert real.carried == []
    assert {letter.key for letter in marked.carried} == {page, notice}
    assert all(letter.text.startswith("EXERCISE ") for letter in marked.carried)
    assert all(letter.subject.startswith("EXERCISE ") for letter in marked.carried)


def test_a_notice_goes_to_its_organisation_or_says_that_there_is_no_way(live: House) -> None:
    case = live.open()
    drop_queued()
    known = queue(case, kind="org", to="org:registrar", alias="Heron", org="registrar")
    void = queue(case, kind="void", to="org:registrar", alias="Heron", org="registrar")
    unknown = queue(case, kind="org", to="org:gp", alias="Heron", org="gp")
    registrar, pages = FakeChannel(), FakeChannel()
    carry(ways(pages, orgs={"registrar": registrar}))
    assert {letter.key for letter in registrar.carried} == {known, void}
    assert pages.carried == []
    assert (message(unknown).state, message(unknown).result) == ("failed", "no way to this organisation is set up")


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        pytest.param({"alias": "", "task": "check_patient"}, "alias", id="an empty alias"),
        pytest.param({"alias": "Heron", "task": "no_such_task"}, "task", id="a task nobody knows"),
        pytest.param({"alias": "<name>", "task": "check_patient"}, "alias", id="a field that was never filled"),
        pytest.param({"alias": "None", "task": "check_patient"}, "alias", id="what a program says for nothing"),
    ],
)
def test_an_unfilled_field_is_never_sent(live: House, payload: dict[str, str], field: str) -> None:
    case = live.open()
    drop_queued()
    id = queue(case, to="role:coordinator", **payload)
    channel = FakeChannel()
    carry(ways(channel))
    assert channel.carried == []
    assert (message(id).state, message(id).result) == (
        "failed",
        f"not composed: the field {field} has nothing in it",
    )


def test_a_payload_that_cannot_be_read_is_kept_and_said(live: House) -> None:
    case = live.open()
    drop_queued()
    id = queue(case, to="role:coordinator", alias="Heron", task="check_patient")
    models.Outbox.objects.filter(id=id).update(payload="not json")
    carry(ways(FakeChannel()))
    assert (message(id).state, message(id).result) == ("failed", "not composed: DecodeError")


def test_a_name_in_the_bytes_holds_the_message_and_the_desk_hears_without_it(live: House) -> None:
    """The stranger's alias turned out to be his sister's name: the scanner stands at the door (R72)."""
    case = live.open("Heron", "casualty")
    drop_queued()
    id = queue(case, to="role:coordinator", alias=SISTER.split()[2], task="check_patient")
    channel = FakeChannel()
    carry(ways(channel))
    assert (message(id).state, message(id).result) == ("failed", outbox.HELD_BY_SCANNER)
    (letter,) = channel.carried
    assert letter.text.startswith("a case: a message is held.")
    assert SISTER.split()[2] not in letter.text


def test_the_words_of_the_page_itself_are_no_name(live: House) -> None:
    """Somebody called Patient or Check can be paged about like anybody else."""
    from kinfirst.people import registry
    from kinfirst.people.entries import NewPerson

    who = registry.add_person("live", NewPerson(name="Patient Check See"))
    live.ids["odd"] = who
    case = live.open("Heron", "odd")
    drop_queued()
    id = queue(case, to="role:coordinator", alias="Heron", task="check_patient")
    carry(ways(FakeChannel()))
    assert message(id).state == "sent"


def test_an_alias_that_is_a_word_of_a_kins_name_by_chance_says_nothing(live: House) -> None:
    case = live.open("Astrid", "casualty")
    drop_queued()
    id = queue(case, to="role:coordinator", alias="Astrid", task="check_patient")
    carry(ways(FakeChannel()))
    assert message(id).state == "sent"


@pytest.mark.parametrize(
    ("states", "whole", "result"),
    [
        pytest.param(["taken", "taken"], "taken", "", id="all"),
        pytest.param(["refused", "taken"], "taken", "1 of 2 took it", id="some"),
        pytest.param(["refused", "not_now"], "not_now", "", id="one may still"),
        pytest.param(["not_now", "unclear"], "unclear", "", id="one perhaps has it: not again"),
        pytest.param(["refused", "refused"], "refused", "", id="none ever"),
    ],
)
def test_several_receivers_of_one_message(states: list[str], whole: str, result: str) -> None:
    found = together([Outcome(state=state) for state in states])  # type: ignore[arg-type]
    assert (found.state, found.result) == (whole, result)


def test_results_survive_a_short_outage(live: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is not stored becomes a question to a person: so storing waits for the database."""
    from kinfirst.records.errors import RecordUnavailable

    case = live.open()
    drop_queued()
    id = queue(case, to="role:coordinator", alias="Heron", task="check_patient")
    pauses: list[float] = []
    real: Callable[..., bool] = outbox.sent

    def sent(id: str, **more: object) -> bool:
        if len(pauses) < 2:
            raise RecordUnavailable("the database server cannot be reached; nothing was written")
        return real(id, **more)

    monkeypatch.setattr(outbox, "sent", sent)
    monkeypatch.setattr("kinfirst.workers.outbox.connection.close", lambda: None)
    Carrier("w1", Plan(), ways(FakeChannel()), rest=pauses.append).batch(NOW)
    assert (message(id).state, pauses) == ("sent", [0.1, 0.5])
