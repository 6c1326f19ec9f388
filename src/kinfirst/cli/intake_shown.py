"""How an intake is shown: fields and kinds, never a name or a number that was in a message (R72)."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from kinfirst.interop.hl7v2 import Left, Moment, Note, Reading
from kinfirst.records.intake_findings import Told
from kinfirst.records.intake_kept import Kept, for_case
from kinfirst.records.proving import find_case

DRY = "nothing is written: "
WORDS = {
    "opened": "opened a case",
    "added": "added to a case",
    "seen": "seen before",
    "left": "left",
    "conflict": "CONFLICT",
    "refused": "REFUSED",
    "rejected": "REJECTED",
}


class Totals:
    """How many files and messages there were, and what became of them."""

    def __init__(self) -> None:
        self.files = self.unreadable = self.messages = self.look = 0
        self.did = dict.fromkeys(WORDS, 0)

    def count(self, told: Told) -> None:
        """One message more."""
        self.messages += 1
        self.did[told.did] += 1
        self.look += told.needs_somebody

    def sentence(self) -> str:
        """All of it in a line."""
        files = f"{self.files} file{'' if self.files == 1 else 's'} ({self.unreadable} unreadable)"
        read = f"{files}, {self.messages} message{'' if self.messages == 1 else 's'}"
        did = ", ".join(f"{count} {WORDS[name].lower()}" for name, count in self.did.items() if count)
        look = f"; a person must look at {self.look}" if self.look else ""
        return f"{read}{': ' if did else ''}{did}{look}"


class AsText:
    """For a reader: a line a message, and under it what was taken, left, noted and in conflict."""

    def __init__(self, *, dry_run: bool) -> None:
        self.totals = Totals()
        self._dry = dry_run

    def file(self, name: str, reading: Reading) -> None:
        """A file begins."""
        self.totals.files += 1
        _print(_plain(name))
        for note in reading.notes:
            _print(f"  note      {note.field} {note.what}")

    def unreadable(self, name: str, why: str) -> None:
        """A file that could not be read."""
        self.totals.files += 1
        self.totals.unreadable += 1
        _print(f"{_plain(name)}\n  UNREADABLE {why}")

    def message(self, _name: str, told: Told) -> None:
        """One message of it."""
        self.totals.count(told)
        case = f" {told.alias}" if told.alias and not (self._dry and told.did == "opened") else ""
        kind = f" {told.kind}" if told.kind else ""
        _print(f"  message {told.message}, line {told.line}{kind}: {WORDS[told.did]}{case}, {told.what}")
        for line in _account(told):
            _print(f"    {line}")

    def end(self) -> None:
        """The last line."""
        _print((DRY if self._dry else "") + self.totals.sentence())


class AsJson:
    """For a program: one object a message on standard output; the totals go to standard error."""

    def __init__(self, *, dry_run: bool) -> None:
        self.totals = Totals()
        self._dry = dry_run

    def file(self, name: str, reading: Reading) -> None:
        """A file begins; what its envelope gets wrong is an object of its own."""
        self.totals.files += 1
        if reading.notes:
            _print(_json({"file": _plain(name), "did": "noted", "notes": reading.notes}))

    def unreadable(self, name: str, why: str) -> None:
        """A file that could not be read is one object."""
        self.totals.files += 1
        self.totals.unreadable += 1
        _print(_json({"file": _plain(name), "did": "unreadable", "what": why}))

    def message(self, name: str, told: Told) -> None:
        """One message."""
        self.totals.count(told)
        found: dict[str, Any] = {"file": _plain(name), **msgspec.structs.asdict(told)}
        if self._dry:
            found |= {"dry_run": True}
            found |= {"case": None, "alias": ""} if told.did == "opened" else {}
        _print(_json(found))

    def end(self) -> None:
        """The totals."""
        sys.stderr.write((DRY if self._dry else "") + self.totals.sentence() + "\n")


def show_case(text: str, *, as_json: bool) -> None:
    """What was brought to a case, in the order it came in: when, from where, what it says of the death."""
    kept = for_case(find_case(text))
    for one in kept:
        _print(_json(_object(one)) if as_json else "\n".join(_lines(one)))
    if not kept and not as_json:
        _print("nothing was brought to this case from outside")


def _object(one: Kept) -> dict[str, Any]:
    said = one.said
    found: dict[str, Any] = {"at": one.at, "by": one.by, **msgspec.structs.asdict(one.findings), "said": None}
    if said is not None:
        found["said"] = {
            "trigger": said.trigger,
            "sender": [said.application, said.facility],
            "control_id": said.control_id,
            "sent_at": _written(said.sent_at),
            "death_time": _written(said.death.time),
            "death_indicator": said.death.indicator,
            "expired": said.visit.expired,
            "set_aside": len(said.aside),
        }
    return found


def _lines(one: Kept) -> Iterator[str]:
    said = one.said
    yield f"{one.at.isoformat(timespec='seconds')} by {one.by}, unverified"
    if said is None:
        yield "  what it said was erased"
    else:
        sender = " / ".join(_plain(text) for text in (said.application, said.facility) if text) or "not said"
        yield f"  ADT^{said.trigger} from {sender}, control id {_plain(said.control_id or 'none')}"
        yield f"  sent {_written(said.sent_at)}; death time {_written(said.death.time)}"
        indicator = {True: "yes", False: "no", None: "not said"}[said.death.indicator]
        yield f"  death indicator {indicator}; discharged as expired: {'yes' if said.visit.expired else 'no'}"
        if said.aside:
            yield f"  {len(said.aside)} people were set aside"
    yield from (f"  {line}" for line in _account(one.findings))


def _written(moment: Moment | None) -> str:
    return "not said" if moment is None else f"{moment.text} (to the {moment.precision})"


def _account(told: Any) -> Iterator[str]:
    """Taken by kind, left by reason: a message has dozens of fields and few reasons."""
    for conflict in told.conflicts:
        rule = f" ({conflict.rule})" if conflict.rule else ""
        yield f"conflict  {' '.join(conflict.fields)}: {conflict.what}{rule}"
    if told.taken:
        yield "taken     " + "; ".join(f"{each.field} {each.kind}" for each in told.taken)
    for why, fields in _by_reason(told.left):
        yield f"left      {', '.join(fields)}: {why}"
    yield from (f"note      {note.field} {note.what}" for note in _once(told.notes))


def _by_reason(left: Iterable[Left]) -> Iterator[tuple[str, list[str]]]:
    found: dict[str, list[str]] = {}
    for each in left:
        fields = found.setdefault(each.why, [])
        if each.field not in fields:
            fields.append(each.field)
    yield from found.items()


def _once(notes: Iterable[Note]) -> Iterable[Note]:
    return dict.fromkeys(notes)


def _plain(text: str) -> str:
    """Text for a terminal: what would not print, or would steer it, is written as an escape."""
    return "".join(
        sign if sign.isprintable() else sign.encode("unicode_escape", "backslashreplace").decode() for sign in text
    )


def _json(thing: object) -> str:
    return msgspec.json.encode(thing).decode()


def _print(line: str) -> None:
    sys.stdout.write(line + "\n")
