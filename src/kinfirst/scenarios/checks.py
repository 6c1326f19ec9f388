"""Reading what a `check` expects (engine.md section 7), and what tasks may be named."""

from __future__ import annotations

from kinfirst.scenarios.cast import People
from kinfirst.scenarios.play import Check
from kinfirst.scenarios.problems import did_you_mean, quoted
from kinfirst.scenarios.table import Table

STAGES = ("unopened", "opened", "pronounced", "identified", "telling", "told", "closed", "retracted")
# What the part after the colon names; empty: nothing may follow. A task misspelt in `no_tasks` would hold.
TASKS: dict[str, str] = {
    "check_patient": "",
    "identify": "",
    "draw_chain": "",
    "declare_or_search_kin": "",
    "assign": "place",
    "attempt": "place",
    "decide_hours": "place",
    "decide_tie": "",
    "holding_script": "",
    "correct": "person",
    "tell_doubt": "person",
    "retract": "person",
    "coroner_decision": "",
    "cosign": "person",
    "accept_cover": "person",
    "cover_ended": "person",
    "release_effects": "",
    "unclaimed_effects": "",
    "offer_support": "person",
    "tell_org": "organisation",
    "confirm_roll": "",
    "review_override": "",
    "escalate": "task",
}


def read_check(table: Table, people: People) -> Check:
    """The expectations of one check; a check that expects nothing is a problem."""
    told, tasks = table.texts("told"), table.texts("tasks") or ()
    not_told, no_tasks = table.texts("not_told") or (), table.texts("no_tasks") or ()
    overdue, places = table.texts("overdue"), table.texts("open_places")
    for key, handles in (("told", told), ("not_told", not_told), ("open_places", places)):
        _require_places(table, people, key, handles or ())
    for key, names in (("tasks", tasks), ("no_tasks", no_tasks), ("overdue", overdue or ())):
        for name in names:
            _check_task(table, key, name, people)
    check = Check(
        told=told,
        not_told=not_told,
        stage=table.word("stage", STAGES),
        tasks=tasks,
        no_tasks=no_tasks,
        sees=_sees(table, people),
        released=table.flag("released"),
        overdue=overdue,
        open_places=places,
        ledger=table.word("ledger", ("intact",)) == "intact",
    )
    _check_sense(table, check)
    table.finish()
    return check


def _check_sense(table: Table, check: Check) -> None:
    if not table.raw or check == Check():
        table.wrong("", "the check expects nothing", 'write with = { told = [...], stage = "..." }')
    for one, other in (("told", "not_told"), ("tasks", "no_tasks")):
        for both in sorted(set(getattr(check, one) or ()) & set(getattr(check, other))):
            table.wrong(other, f"{quoted(both)} is in {one} too", "it cannot be both")


def _sees(table: Table, people: People) -> dict[str, bool]:
    found: dict[str, bool] = {}
    for handle, value in table.table("sees").items():
        people.require(table, "sees", (handle,))
        if isinstance(value, bool):
            found[handle] = value
        else:
            table.wrong("sees", f"{quoted(handle)} must be true or false", "write sees = { ana = false }")
    return found


def _require_places(table: Table, people: People, key: str, handles: tuple[str, ...]) -> None:
    people.require(table, key, (handle for handle in handles if not place_without_person(handle)))


def place_without_person(name: str) -> bool:
    """Whether a place is an office that nobody holds, or the agency that takes the place of kin."""
    return name == "agency" or (name.startswith("office:") and len(name) > len("office:"))


def _check_task(table: Table, key: str, name: str, people: People) -> None:
    """A task is `kind`, or `kind:whom` where the kind asks for it."""
    kind, _, about = name.partition(":")
    if kind not in TASKS:
        table.wrong(key, f"{quoted(name)}: there is no such task", did_you_mean(kind, TASKS))
        return
    asks = TASKS[kind]
    if bool(about) != bool(asks):
        right = f'write "{kind}:<{asks}>"' if asks else f'write "{kind}"'
        table.wrong(key, f"{quoted(name)} {'lacks its ' + asks if asks else 'takes nothing after a colon'}", right)
    elif asks == "task":
        _check_task(table, key, about, people)
    elif asks == "place" and place_without_person(about):
        return
    elif asks in ("person", "place"):
        people.require(table, key, (about,))
