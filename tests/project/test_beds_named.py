"""How beds are named in the environment, and what is said of those that are not."""

from __future__ import annotations

from pathlib import Path

import pytest

from kinfirst.core.errors import BadInput
from kinfirst.project.beds import asked
from kinfirst.project.beds_named import Listened, Named, Recorded, Scripted, read_beds


def test_each_kind_of_bed() -> None:
    said = "trauma-1=script:night@90 bed_2=wfdb:records/a103l 'bed-3=wfdb:/srv/old records/100' 4=mllp:2575"
    assert read_beds(f"{said} 5=script:one-lead") == (
        Named("trauma-1", Scripted("night", 90.0)),
        Named("bed_2", Recorded(Path("records/a103l"))),
        Named("bed-3", Recorded(Path("/srv/old records/100"))),
        Named("4", Listened(2575)),
        Named("5", Scripted("one-lead")),
    )
    assert read_beds("") == ()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        pytest.param("trauma-1", "write each bed as trauma-1=script:night", id="no source"),
        pytest.param("=script:night", "write each bed as", id="no name"),
        pytest.param("bay.1=script:night", "letters, digits", id="a name that is no subject"),
        pytest.param(f"{'x' * 81}=script:night", "letters, digits", id="a name that is too long"),
        pytest.param("1=night", "1: write script:night", id="no kind"),
        pytest.param("1=tape:night", "1: write script:night", id="unknown kind"),
        pytest.param("1=script:", "1: write script:night", id="no script"),
        pytest.param("1=script:party", "1: script: one of night, dying", id="unknown script"),
        pytest.param("1=script:night@soon", "1: script: after @ the second", id="no second"),
        pytest.param("1=script:night@nan", "1: script: after @ the second", id="no number"),
        pytest.param("1=script:night@-5", "1: script: after @ the second", id="before the beginning"),
        pytest.param("1=script:night@1e9", "1: script: after @ the second", id="years later"),
        pytest.param("1=wfdb:", "1: write script:night", id="no path"),
        pytest.param("1=mllp:", "1: mllp: a port from 1 to 65535", id="no port"),
        pytest.param("1=mllp:70000", "1: mllp: a port from 1 to 65535", id="no such port"),
        pytest.param("1=mllp:0", "1: mllp: a port from 1 to 65535", id="any port"),
        pytest.param("1=script:calm 1=script:night", "1 is named twice", id="twice"),
        pytest.param("1=mllp:2575 2=mllp:2575", "mllp:2575 is named twice", id="one port for two"),
        pytest.param("'1=script:calm", "a quote is not closed", id="a quote"),
        pytest.param(" ".join(f"{n}=script:calm" for n in range(257)), "at most 256 beds", id="too many"),
    ],
)
def test_a_bed_that_cannot_be_read_is_named(said: str, why: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_beds(said)
    assert str(refused.value).startswith("KINFIRST_BEDS: ")
    assert why in str(refused.value)


def test_a_record_that_is_not_there_is_said_before_anything_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KINFIRST_BEDS", f"1=script:calm 2=wfdb:{tmp_path}/nothing")
    monkeypatch.delenv("KINFIRST_NATS", raising=False)
    with pytest.raises(BadInput, match=r"KINFIRST_BEDS: 2: record: no header"):
        asked()
    monkeypatch.setenv("KINFIRST_BEDS", " ")
    assert asked() == ((), None)
    monkeypatch.setenv("KINFIRST_NATS", "nats://127.0.0.1:4222")
    assert asked() == ((), "nats://127.0.0.1:4222")
