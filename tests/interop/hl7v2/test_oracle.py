"""A second parser as oracle: on our own samples `hl7apy` finds the same values in the same places."""

from __future__ import annotations

from typing import TypeVar

import pytest
from hl7apy.parser import parse_message

from kinfirst.interop.hl7v2.segments import Segment, parse, read_lines
from kinfirst.interop.hl7v2.text import read_delimiters
from tests.interop.hl7v2.messages import MSH, PID, nk1, pid, pv1

T = TypeVar("T")
PDA = "PDA|I46.9^Cardiac arrest^I10|BAY^1^2|Y|202603021500+0900|77^Haruno^Sakura^^^Dr|N|2026^2026|78^Orr^Ito|Y"
FULL = pid(
    f2="1^^^LEAF&1.2&ISO", f3="4711^^^LEAF^MR~88^^^^SS", f5="Orr&van^Ray~Cat^^^^^^A", f29="202603", f30="Y", f32="AL~UD"
)
SAMPLES = {
    "usual": (MSH, "EVN|A03|202603021500", PID, nk1(), pv1(f36="20")),
    "everything": (
        MSH,
        FULL,
        pv1(f36="07", f44="2026", f45="202603"),
        PDA,
        nk1(f5="^PRN^PH^^1^503^5550101~555"),
        nk1(),
    ),
    "other delimiters": tuple(
        text.translate(str.maketrans("|^~\\&", "$*@!%")) for text in (MSH, FULL, pv1(f36="20"), nk1(f3="MTH^Mother"))
    ),
    "names of other scripts": (MSH, pid(f5="山田^花子~Ó Súilleabháin^Zoë"), nk1(f2="محمد^علي")),
}


def ours(segments: tuple[str, ...]) -> list[dict[int, list[list[list[str]]]]]:
    delimiters = read_delimiters(segments[0])
    assert not isinstance(delimiters, str)
    found = parse(read_lines(list(enumerate(segments, start=1)), delimiters.field), delimiters)
    parsed = [each for each in found if isinstance(each, Segment)]
    assert len(parsed) == len(segments)
    return [
        {
            number: [trimmed([trimmed(list(part)) for part in repetition]) for repetition in each.repetitions(number)]
            for number in each.filled()
        }
        for each in parsed[1:]
    ]


def theirs(segments: tuple[str, ...]) -> list[dict[int, list[list[list[str]]]]]:
    parsed = parse_message("\r".join(segments), find_groups=False)
    out = []
    for segment in list(parsed.children)[1:]:
        fields: dict[int, list[list[list[str]]]] = {}
        for field in segment.children:
            number = int(field.name.split("_")[1])
            parts: list[list[str]] = []
            for component in field.children:
                place = int(component.name.rsplit("_", 1)[1]) if component.name and "_" in component.name else 1
                parts += [[] for _ in range(place - len(parts))]
                for sub in component.children or [component]:
                    at = int(sub.name.rsplit("_", 1)[1]) if component.children and sub.name and "_" in sub.name else 1
                    values = parts[place - 1]
                    values += [""] * (at - len(values))
                    values[at - 1] = sub.to_er7()
            if any(any(part) for part in parts):
                fields.setdefault(number, []).append(trimmed([trimmed(part) for part in parts]))
        out.append(fields)
    return out


def trimmed(values: list[T]) -> list[T]:
    while values and not values[-1]:
        values = values[:-1]
    return values


@pytest.mark.parametrize("name", SAMPLES)
def test_both_parsers_find_the_same(name: str) -> None:
    assert ours(SAMPLES[name]) == theirs(SAMPLES[name])
