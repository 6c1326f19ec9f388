"""From the tables of a TOML file to a policy: every value read, every problem kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from kinfirst.core.policy import (
    ChannelPolicy,
    EffectsPolicy,
    IdentityPolicy,
    KinPolicy,
    OfficeTier,
    Policy,
    PronouncePolicy,
    Rank,
    RetryPolicy,
    TeamPolicy,
    Window,
)
from kinfirst.policies import values
from kinfirst.policies.keys import KEYS, MISSING, RANK_KEYS, TABLE_NOTES, TABLES, TASKS, TIER_KEYS, known_names
from kinfirst.policies.problems import PackError, Problem
from kinfirst.policies.sense import contradictions
from kinfirst.policies.values import Read, Wrong, kind_of, suggestion


class Reading:
    """One document being read. `lines` is where each key stands; `problems` what was found so far."""

    def __init__(self, document: Mapping[str, Any], *, file: str, lines: Mapping[str, int]) -> None:
        self.document = document
        self.file = file
        self.lines = lines
        self.problems: list[Problem] = []
        self.values: dict[str, Any] = {}
        self.sources: dict[str, str] = {}
        self.unverified: list[str] = []

    def policy(self) -> Policy:
        """Read everything. Raises PackError with all problems."""
        self._unknown()
        for key in KEYS:
            self._read(key.name, key.read, default=key.default)
        self.values["kin.precedence"] = self._ranks()
        self.values["tiers"] = self._tiers()
        self.values["orgs"] = self._durations("orgs", known=None)
        self.values["tasks"] = self._durations("tasks", known=TASKS)
        self._notes()
        for key_name, what, right in contradictions(self.values):
            self.wrong(key_name, what, right)
        if self.problems:
            raise PackError(self.problems)
        return assemble(self.values)

    def wrong(self, key: str, what: str, right: str) -> None:
        """Keep a problem, at the line of the key or of the nearest thing that holds it."""
        where = key
        while where and where not in self.lines:
            where = where[: max(where.rfind("."), where.rfind("["), 0)]
        self.problems.append(Problem(file=self.file, line=self.lines.get(where, 0), key=key, what=what, right=right))

    def at(self, name: str) -> Any:
        """What the document has at a dotted name, or `MISSING`."""
        here: Any = self.document
        for part in name.split("."):
            if not isinstance(here, Mapping) or part not in here:
                return MISSING
            here = here[part]
        return here

    def _read(self, name: str, read: Read, *, default: Any = MISSING) -> None:
        value = self.at(name)
        if value is MISSING:
            if default is MISSING and not self._spoilt(name):
                self.wrong(name, "is missing.", "A pack says every key; see docs/reference/policy-keys.md.")
            return
        try:
            self.values[name] = read(value)
        except Wrong as wrong:
            self.wrong(name + wrong.item, wrong.what, wrong.right)

    def _spoilt(self, name: str) -> bool:
        """Whether the table of a key is no table, which was said already."""
        table = name.rpartition(".")[0]
        return bool(table) and not isinstance(self.at(table), Mapping) and self.at(table) is not MISSING

    def _unknown(self) -> None:
        known = known_names()
        tables = {name.rpartition(".")[0] for name in known if "." in name}
        for key, value in self.document.items():
            if key in tables and not isinstance(value, Mapping):
                self.wrong(key, f"is {kind_of(value)}.", f"Write a table: [{key}].")
            elif key in tables:
                inside = tuple(name.partition(".")[2] for name in known if name.startswith(f"{key}."))
                free = key in TABLES
                for name in value:
                    if not free and name not in inside:
                        self.wrong(f"{key}.{name}", "is not a key of a pack.", suggestion(name, inside))
            elif key not in known:
                top = tuple(dict.fromkeys(name.partition(".")[0] for name in known))
                self.wrong(key, "is not a key of a pack.", suggestion(key, top))

    def _entries(self, name: str, keys: Mapping[str, Read]) -> list[tuple[str, dict[str, Any]]]:
        """The tables of a list, each read key by key."""
        listed = self.at(name)
        if not isinstance(listed, list):
            what = "is missing." if listed is MISSING else f"is {kind_of(listed)}."
            if not self._spoilt(name):
                self.wrong(name, what, "Write a list of tables.")
            return []
        found = []
        for number, entry in enumerate(listed):
            where = f"{name}[{number}]"
            if not isinstance(entry, Mapping):
                self.wrong(where, f"is {kind_of(entry)}.", f"Write a table with {', '.join(keys)}.")
                continue
            found.append((where, self._entry(where, entry, keys)))
        return found

    def _entry(self, where: str, entry: Mapping[str, Any], keys: Mapping[str, Read]) -> dict[str, Any]:
        read: dict[str, Any] = {}
        for name, value in entry.items():
            if name not in keys:
                self.wrong(f"{where}.{name}", "is not a key here.", suggestion(name, tuple(keys)))
                continue
            one_word = name == "relation" and isinstance(value, str)
            try:
                read[name] = keys[name]([value] if one_word else value)
            except Wrong as wrong:
                self.wrong(f"{where}.{name}", wrong.what, wrong.right)
        return read

    def _ranks(self) -> tuple[Rank, ...]:
        found = []
        for where, entry in self._entries("kin.precedence", RANK_KEYS):
            if "relation" not in entry:
                self._absent(f"{where}.relation", 'Name who stands here: relation = "spouse".')
                continue
            rank = Rank(relations=entry["relation"], tie=entry.get("tie", "elder"), because=entry.get("because", ""))
            found.append(rank)
        if not found and self.at("kin.precedence") == []:
            self.wrong("kin.precedence", "is empty.", "Without an order of kin nobody is ever first.")
        return tuple(found)

    def _tiers(self) -> tuple[OfficeTier, ...]:
        found = []
        texts = []
        for where, entry in self._entries("tiers", TIER_KEYS):
            if "office" not in entry:
                self._absent(f"{where}.office", 'Name the office: office = "leader".')
                continue
            found.append(OfficeTier(office=entry["office"], through=entry.get("through")))
            if "source" in entry:
                texts.append(f"{entry['office']}: {entry['source']}")
        if texts:
            self.sources["tiers"] = " ".join(texts)
        return tuple(found)

    def _absent(self, key: str, right: str) -> None:
        if not any(problem.key == key for problem in self.problems):
            self.wrong(key, "is missing.", right)

    def _durations(self, name: str, *, known: tuple[str, ...] | None) -> dict[str, Any]:
        table = self.at(name)
        if table is MISSING and known is None:
            self.wrong(name, "is missing.", f"Write a table: [{name}], empty if there are none.")
        if not isinstance(table, Mapping):
            return {}
        read: dict[str, Any] = {}
        for key, value in table.items():
            if key in TABLE_NOTES:
                continue
            try:
                one = values.key(key) if known is None else values.one_of(*known)(key)
                read[one] = values.duration(value, zero=known is None)
            except Wrong as wrong:
                self.wrong(f"{name}.{key}", wrong.what, wrong.right)
        return read

    def _notes(self) -> None:
        """The source of every value, and which values their source did not show."""
        for table in dict.fromkeys(("", *(name.rpartition(".")[0] for name in known_names()))):
            source = self._note(table, "source", values.text)
            listed = self._note(table, "unverified", values.several(values.text))
            inside = self._inside(table)
            for name in inside:
                if source:
                    self.sources[_under(table, name)] = source
            for name in listed or (inside if source and "unverified" in source else ()):
                if name not in inside:
                    self.wrong(_under(table, "unverified"), f"'{name}' is no key here.", suggestion(name, inside))
                self.unverified.append(_under(table, name))
        doubtful = any("unverified" in rank.because for rank in self.values["kin.precedence"])
        self.unverified += ["kin.precedence"] if doubtful else []
        self.unverified += ["tiers"] if "unverified" in self.sources.get("tiers", "") else []

    def _note(self, table: str, note: str, read: Read) -> Any:
        value = self.at(_under(table, note))
        if value is MISSING:
            return None
        try:
            return read(value)
        except Wrong as wrong:
            self.wrong(_under(table, note) + wrong.item, wrong.what, wrong.right)
            return None

    def _inside(self, table: str) -> tuple[str, ...]:
        inside = self.at(table) if table else self.document
        if not isinstance(inside, Mapping):
            return ()
        tables = table == "" and {name.partition(".")[0] for name in known_names() if "." in name}
        return tuple(k for k in inside if k not in TABLE_NOTES and k != "tiers" and not (tables and k in tables))


def _under(table: str, name: str) -> str:
    return f"{table}.{name}" if table else name


def assemble(read: Mapping[str, Any]) -> Policy:
    """A policy from values that were read without a problem."""

    def part(table: str) -> dict[str, Any]:
        return {name.partition(".")[2]: read[name] for name in read if name.startswith(f"{table}.")}

    return Policy(
        id=read["id"],
        title=read["title"],
        effective=read["effective"],
        identity=IdentityPolicy(**part("identity")),
        pronounce=PronouncePolicy(**part("pronounce")),
        kin=KinPolicy(**part("kin")),
        tiers=read["tiers"],
        team=TeamPolicy(**part("team")),
        window=Window(**part("window")),
        deadline_kin=read["deadline.kin"],
        channel=ChannelPolicy(**part("channel")),
        leak_channels=read["leak.channels"],
        hold_public=read["hold.public"],
        doubt_tell_within=read["doubt.tell_within"],
        retry=RetryPolicy(**part("retry")),
        roll_stale=read["roll.stale"],
        effects=EffectsPolicy(**part("effects")),
        orgs=read["orgs"],
        close_requires=read["close.requires"],
        override_never=read["override.never"],
        tasks=read["tasks"],
    )
