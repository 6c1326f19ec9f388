"""`kinfirst manifest`: all of a list or nothing, each line once, each case as if it had been opened alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kinfirst.cli.manifest import manifest
from kinfirst.core.errors import KinfirstError
from kinfirst.people import models, registry
from kinfirst.people.entries import NewPerson
from kinfirst.records import models as record
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.verify import verify
from tests.records.intake_desk import enter

HEAD = "key,name,born,sex\n"
LIST = HEAD + "14A,Ada Holm,1990-02-03,female\n14B,Ida Holm,1990-05-03,female\n15C,Bo Lind,1971-05-06,male\n"


@pytest.fixture
def desk(db: None) -> Given:
    return enter("live")


def run(desk: Given, folder: Path, text: str, *args: str) -> Result:
    file = folder / "list.csv"
    file.write_text(text, encoding="utf-8")
    return CliRunner().invoke(manifest, [str(file), "--event", "crash-7", "--by", desk.by, *args])


def test_everybody_on_the_list_has_a_case_and_a_second_run_changes_nothing(desk: Given, tmp_path: Path) -> None:
    before = record.Case.objects.filter(kind="case").count()
    first = run(desk, tmp_path, LIST, "--json")
    assert first.exit_code == 0, first.output
    told = [json.loads(line) for line in first.stdout.splitlines()]
    assert [(one["line"], one["key"], one["did"]) for one in told] == [
        (2, "14A", "opened"),
        (3, "14B", "opened"),
        (4, "15C", "opened"),
    ]
    assert (told[0]["like"], told[1]["like"]) == ("14B", "14A")
    heads = sorted(bytes(head) for head in record.Case.objects.values_list("head", flat=True))
    assert record.Case.objects.filter(kind="case").count() == before + 3
    again = run(desk, tmp_path, LIST, "--json")
    assert [json.loads(line)["did"] for line in again.stdout.splitlines()] == ["seen"] * 3
    assert sorted(bytes(head) for head in record.Case.objects.values_list("head", flat=True)) == heads
    assert verify().ok


def test_no_name_is_in_what_it_prints(desk: Given, tmp_path: Path) -> None:
    said = run(desk, tmp_path, LIST).output
    assert not any(word in said for word in ("Ada", "Ida", "Holm", "Bo ", "Lind"))


def test_a_case_is_as_if_it_had_been_opened_alone(desk: Given, tmp_path: Path) -> None:
    told = json.loads(run(desk, tmp_path, HEAD + "1,Ada Holm,1990-02-03,female\n", "--json").stdout)
    (other,) = registry.add_people("live", (NewPerson(name="Bo Lind"),))
    registry.add_members("live", "crash-7", [other])
    asked = {"casualty": other, "state": "unknown", "event": "crash-7", "alias": "Elsewhere"}
    outcome = perform_named("open_case", asked, given=desk)
    assert outcome.refusal is None
    assert looks(told["case"]) == looks(outcome.case or "")


def looks(case: str) -> tuple[list[str], list[str], str, int]:
    row = record.Case.objects.get(id=case)
    entries = record.Entry.objects.filter(case=row).order_by("seq").values_list("kind", flat=True)
    messages = record.Outbox.objects.filter(case=row).order_by("number").values_list("destination", flat=True)
    return list(entries), list(messages), row.stage, row.seq


@pytest.mark.parametrize(
    ("text", "says"),
    [
        pytest.param("key,nmae\n1,Ada\n", "line 1, number 2", id="an unknown column"),
        pytest.param(HEAD + "1,Ada Holm,3 Feb,female\n", "line 2, born", id="a date that is none"),
        pytest.param(HEAD + "1,Ada Holm,,\n1,Bo Lind,,\n", "line 3, key", id="a key twice"),
        pytest.param(HEAD + "1,Ada Holm,1990-02-03,\n2,Ada Holm,1990-02-03,\n", "line 3, name", id="one person twice"),
    ],
)
def test_a_list_with_a_fault_writes_nothing(desk: Given, tmp_path: Path, text: str, says: str) -> None:
    before = (record.Entry.objects.count(), models.Person.objects.count())
    try:
        said = run(desk, tmp_path, text)
        assert said.exit_code == 2
        output = said.output
    except KinfirstError as wrong:
        output = str(wrong)
    assert says in output
    assert (record.Entry.objects.count(), models.Person.objects.count()) == before
