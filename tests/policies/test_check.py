"""The check holds the shipped packs, and bites: on packs that are broken, and on engines that are."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinfirst.policies import explore as explorer
from kinfirst.policies.check import check
from kinfirst.policies.engine import Engine
from kinfirst.policies.explore import Exploration, explore
from kinfirst.policies.families import World, worlds
from kinfirst.policies.load import Pack, load_pack, shipped, with_overrides
from tests.policies import faulty

PACKS = Path(__file__).parent / "packs"
EDITIONS = [pack for editions in shipped().values() for pack in editions]
NIGHT = "spouse, at night"
TWO = "spouse and a parent in another zone"


def named(pack: Pack) -> str:
    return f"{pack.policy.id}@{pack.policy.effective}"


def world_of(pack: Pack, name: str) -> World:
    return next(world for world in worlds(pack.policy) if world.name == name)


def explored(pack: Pack, world: str, engine: Engine | None = None) -> Exploration:
    return explore(pack.policy, world_of(pack, world), engine=engine)


@pytest.mark.slow
@pytest.mark.parametrize("pack", EDITIONS, ids=named)
def test_every_shipped_edition_holds(pack: Pack) -> None:
    verdict = check(pack.policy)
    assert verdict.found == ()
    assert verdict.unfinished == ()
    assert verdict.holds
    assert verdict.worlds == len(worlds(pack.policy))
    assert verdict.states > 1000


@pytest.mark.parametrize(
    ("name", "world", "kind", "said"),
    [
        pytest.param(
            "told-a-child", "a child of six with a guardian", "told out of turn", "minor", id="a child is told"
        ),
        pytest.param("told-on-a-purse", "spouse", "told out of turn", "property", id="identity rests on a purse"),
        pytest.param(
            "nobody-may-decide", "nobody on record", "can never settle", "never searched", id="nobody may decide"
        ),
        pytest.param(
            "vacant-for-ever", "every office stands empty", "can never settle", "leader", id="vacant for ever"
        ),
        pytest.param("through-nobody", "adviser stands empty", "can never settle", "adviser", id="through nobody"),
    ],
)
def test_a_broken_pack_is_caught_for_its_own_reason(name: str, world: str, kind: str, said: str) -> None:
    pack = load_pack(PACKS / f"{name}.toml")
    found = explored(pack, world).found
    one = next(one for one in found if one.kind == kind)
    assert said in one.said
    assert one.trace[0].what == "opens the case"
    assert [line.at for line in one.trace] == sorted(line.at for line in one.trace)


def test_the_pack_the_broken_ones_differ_from_holds_and_progress_hears_of_every_world() -> None:
    pack = load_pack(PACKS / "sound.toml")
    heard: list[tuple[str, int, int]] = []
    verdict = check(pack.policy, progress=lambda world, done, total: heard.append((world, done, total)))
    assert verdict.holds, verdict.found
    assert [world for world, _, _ in heard] == [world.name for world in worlds(pack.policy)]
    assert [done for _, done, _ in heard] == list(range(len(heard)))


@pytest.mark.parametrize(
    ("engine", "world", "kind", "said"),
    [
        pytest.param(faulty.OUT_OF_TURN, "spouse", "told out of turn", "before", id="no gate: R23"),
        pytest.param(faulty.BEFORE_DEATH, "spouse", "told out of turn", "pronounced", id="no death needed: R03"),
        pytest.param(faulty.NO_CHANNEL, "spouse", "told out of turn", "by sms", id="any channel: R27"),
        pytest.param(faulty.NO_HOURS, NIGHT, "told out of turn", "outside the hours", id="any hour: R25"),
        pytest.param(faulty.TWICE, "spouse", "told twice", "again", id="no R70"),
        pytest.param(faulty.FORGETFUL, "spouse", "told twice", "again", id="a fold that forgets a telling"),
        pytest.param(faulty.FORGETFUL, TWO, "can never settle", "division_head", id="forgets, for ever"),
        pytest.param(faulty.TOO_EARLY, "spouse", "name shown early", "hold", id="no hold: R39"),
        pytest.param(faulty.OPEN_BOOK, "spouse", "name shown early", "has not been told", id="everybody may see"),
        pytest.param(faulty.NO_TICK, "spouse", "clock stands still", "changed nothing", id="a tick that never fires"),
        pytest.param(faulty.NO_CLOCK, "spouse", "deadline without a warning", "passes", id="a due that never comes"),
        pytest.param(faulty.NO_QUESTION, NIGHT, "deadline without a warning", "decide", id="the hours not asked about"),
        pytest.param(faulty.NO_TASKS, "spouse", "deadline without a warning", "passes", id="no tasks"),
    ],
)
def test_a_faulty_engine_is_caught(engine: Engine, world: str, kind: str, said: str) -> None:
    pack = shipped()["uk-military"][-1]
    found = explored(pack, world, engine).found
    one = next((one for one in found if one.kind == kind), None)
    assert one is not None, [one.kind for one in found]
    assert said in one.said
    assert one.world == world


def test_the_same_exploration_twice_is_the_same() -> None:
    pack = load_pack(PACKS / "told-on-a-purse.toml")
    assert explored(pack, "spouse") == explored(pack, "spouse")


def test_too_many_states_are_said_and_are_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(explorer, "MOST_STATES", 30)
    verdict = check(load_pack(PACKS / "sound.toml").policy)
    assert verdict.unfinished
    assert not verdict.found
    assert not verdict.holds


@pytest.mark.parametrize("none", ["bonds", "stop", "agency"])
def test_whoever_takes_the_place_of_kin_the_chain_comes_to_an_end(none: str) -> None:
    pack = with_overrides(load_pack(PACKS / "sound.toml"), {"kin.none": none})
    seen = explored(pack, "nobody on record")
    assert seen.found == ()
    assert seen.complete


def test_every_world_has_a_name_of_its_own() -> None:
    for pack in EDITIONS:
        names = [world.name for world in worlds(pack.policy)]
        assert len(set(names)) == len(names)
