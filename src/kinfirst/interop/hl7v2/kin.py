"""NK1: the people the sender puts beside the patient. Who of them is kin, and in what order, is not read
here.
"""

from __future__ import annotations

from typing import NamedTuple

from kinfirst.interop.hl7v2.findings import Findings, read_address
from kinfirst.interop.hl7v2.moments import Moment, before
from kinfirst.interop.hl7v2.segments import Repetition, Segment, part
from kinfirst.interop.hl7v2.shape import Address, Kin, Phone, Relation
from kinfirst.interop.hl7v2.tables import (
    CONTACT_ROLES,
    EMERGENCY_ROLES,
    NOT_KIN,
    OFFICE_ROLES,
    RELATION_WORDS,
    RELATIONS,
    ROLE_CODES,
)
from kinfirst.interop.hl7v2.text import shape_of

_NAME, _RELATION, _ADDRESS, _HOME, _WORK, _ROLE, _START, _END, _ORGANISATION = 2, 3, 4, 5, 6, 7, 8, 9, 13
_SEX, _BORN, _LANGUAGE, _PROTECTED = 15, 16, 20, 23


class _Standing(NamedTuple):
    """What was decided of the person before the rest of the segment is read."""

    relation: Relation | None
    code: str | None
    role: str | None
    start: Moment | None
    end: Moment | None


def read_kin(nk1: Segment, findings: Findings, *, sent: Moment | None) -> Kin | None:
    """One NK1 as a person, or None with the reason put down: empty, an organisation, not kin at all, or a
    relation that had ended, or had not begun, when the message was sent (`sent`: MSH-7, else EVN-2).
    """
    why = _no_person(nk1)
    if why is not None:
        findings.leave(nk1.label, why)
        _nulls(nk1, findings)
        return None
    end = findings.moment(nk1, _END, "end of relation")
    if end is not None and sent is not None and before(end, sent):
        findings.leave(nk1.label, f"the relation had ended (NK1-{_END}) when the message was sent")
        return None
    start = findings.moment(nk1, _START, "start of relation")
    if start is not None and sent is not None and before(sent, start):
        findings.leave(nk1.label, f"the relation had not begun (NK1-{_START}) when the message was sent")
        return None
    relation, code = _relation(nk1, findings)
    role = _role(nk1, findings)
    if relation is None and role in OFFICE_ROLES and not nk1.text(_RELATION):
        findings.leave(nk1.label, f"contact role {role} ({CONTACT_ROLES[role]}) and no relation: not kin")
        return None
    if end is not None:
        findings.note(nk1.name(_END), "the relation carries an end date that has not certainly passed: ask")
    if nk1.text(_ORGANISATION) is not None:
        findings.leave(nk1.name(_ORGANISATION), "an organisation beside the person")
    kin = _person(nk1, findings, _Standing(relation, code, role, start, end))
    findings.rest(nk1)
    return kin


def _person(nk1: Segment, findings: Findings, standing: _Standing) -> Kin:
    counter = None if findings.is_null(nk1, 1) else nk1.text(1)
    if counter is not None:
        findings.take(nk1.name(1), "counter, not an order")
    language = None if findings.is_null(nk1, _LANGUAGE) else nk1.text(_LANGUAGE)
    if language is not None:
        findings.take(nk1.name(_LANGUAGE), "language")
    protected = findings.flag(nk1, _PROTECTED, "protection indicator")
    if protected:
        findings.note(nk1.name(_PROTECTED), "what is known of them is protected: only for those who go to them")
    in_relation = ROLE_CODES.get(nk1.text(_RELATION) or "")
    return Kin(
        field=nk1.label,
        counter=counter,
        names=findings.names(nk1, _NAME),
        relation=standing.relation,
        relation_code=standing.code,
        role=standing.role,
        listed="N" in (standing.role, in_relation),
        emergency_contact=standing.role in EMERGENCY_ROLES or in_relation in EMERGENCY_ROLES,
        phones=_phones(nk1, _HOME, findings) + _phones(nk1, _WORK, findings),
        addresses=_addresses(nk1, findings),
        start=standing.start,
        end=standing.end,
        born=findings.moment(nk1, _BORN, "birth"),
        sex=findings.sex(nk1, _SEX),
        language=language,
        protected=protected,
    )


def _no_person(nk1: Segment) -> str | None:
    """Why there is no person in this segment; None when there is one."""
    named = any(part(found, number) for found in nk1.repetitions(_NAME) for number in (1, 2, 3))
    named = named or any(part(found, 1, sub) for found in nk1.repetitions(_NAME) for sub in range(2, 6))
    code = nk1.text(_RELATION) or ""
    if code in NOT_KIN:
        return f"relation {code} is {NOT_KIN[code]}, not kin"
    if named:
        return None
    if nk1.text(_ORGANISATION) is not None:
        return f"an organisation (NK1-{_ORGANISATION}) and no person"
    others = [number for number in nk1.filled() if number > 1]
    return "no name in it" if others else "empty"


def _nulls(nk1: Segment, findings: Findings) -> None:
    for number in nk1.filled():
        findings.is_null(nk1, number)


def _relation(nk1: Segment, findings: Findings) -> tuple[Relation | None, str | None]:
    """The relation and the code it came from: NK1-3.1, else its alternate code NK1-3.4, else a plain word."""
    name = nk1.name(_RELATION)
    if findings.is_null(nk1, _RELATION) or not nk1.repetitions(_RELATION):
        findings.leave(name, "no relation stated: a person must ask")
        return None, None
    codes = [text for component in (1, 4) if (text := nk1.text(_RELATION, component)) is not None]
    known = next((code for code in codes if code in RELATIONS), None)
    if known is not None:
        findings.take(name, f"relation {RELATIONS[known]} (code {known})")
        if known != codes[0]:
            findings.note(name, "the relation is read from the alternate code (component 4)")
        return RELATIONS[known], known
    if any(code in ROLE_CODES for code in codes):
        findings.take(name, "contact role, and no relation")
        return None, None
    return _relation_word(nk1, findings), None


def _relation_word(nk1: Segment, findings: Findings) -> Relation | None:
    name = nk1.name(_RELATION)
    texts = [text for component in (1, 2, 5) if (text := nk1.text(_RELATION, component)) is not None]
    relation = next((RELATION_WORDS[text.lower()] for text in texts if text.lower() in RELATION_WORDS), None)
    if relation is not None:
        findings.take(name, f"relation {relation}")
        findings.note(name, "a word where a code of table 0063 belongs; read as its meaning")
    elif "UNK" in texts:
        findings.leave(name, "code UNK (table 0063): the relation is unknown, a person must ask")
    else:
        what = shape_of(texts[0]) if texts else "what stands there"
        findings.leave(name, f"{what} is no code of table 0063 or RoleCode; not guessed, a person must ask")
    return relation


def _role(nk1: Segment, findings: Findings) -> str | None:
    if findings.is_null(nk1, _ROLE) or not nk1.repetitions(_ROLE):
        return None
    text = nk1.text(_ROLE) or ""
    if text in CONTACT_ROLES:
        findings.take(nk1.name(_ROLE), f"contact role {text} ({CONTACT_ROLES[text]})")
        return text
    findings.leave(nk1.name(_ROLE), f"{shape_of(text)} is no code of table 0131; not guessed")
    return None


def _phones(nk1: Segment, number: int, findings: Findings) -> tuple[Phone, ...]:
    if findings.is_null(nk1, number) or not nk1.repetitions(number):
        return ()
    read = [_phone(found, business=number == _WORK) for found in nk1.repetitions(number)]
    phones = tuple(phone for phone in read if phone is not None)
    if phones:
        findings.take(nk1.name(number), "telephone")
    else:
        findings.leave(nk1.name(number), "no number in it")
    return phones


def _phone(found: Repetition, *, business: bool) -> Phone | None:
    """An XTN: the unformatted number (1, 12), else country, area and local number with extension, else
    e-mail.
    """
    parts = [part(found, component) for component in (5, 6, 7)]
    extension = part(found, 8)
    joined = " ".join(piece for piece in parts if piece)
    if joined and extension:
        joined += f" ext {extension}"
    text = part(found, 1) or part(found, 12) or (joined if part(found, 7) else None) or part(found, 4)
    if text is None:
        return None
    return Phone(text=text, use=part(found, 2), equipment=part(found, 3), business=business)


def _addresses(nk1: Segment, findings: Findings) -> tuple[Address, ...]:
    if findings.is_null(nk1, _ADDRESS) or not nk1.repetitions(_ADDRESS):
        return ()
    read = tuple(address for address in map(read_address, nk1.repetitions(_ADDRESS)) if address is not None)
    if read:
        findings.take(nk1.name(_ADDRESS), "address")
    else:
        findings.leave(nk1.name(_ADDRESS), "no address in it")
    return read
