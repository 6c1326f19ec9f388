"""`kinfirst intake`: every file and message accounted for, in words that hold no name (R72)."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from kinfirst.cli.intake import intake
from kinfirst.core.errors import BadInput, KinfirstError
from kinfirst.people import registry
from kinfirst.people.registry import NewPerson
from kinfirst.records import models as record
from kinfirst.records.actions import Given
from tests.interop.hl7v2.messages import MSH, PID, message, nk1, pid, with_fields
from tests.plugins.skips import SHARED
from tests.records.intake_desk import DEAD, counts, enter

FOLDER = SHARED / "data" / "hl7v2"
RUN = "import sys; sys.argv[0] = 'kinfirst'; from kinfirst.project.entry import main; main()"
SET_UP = """
from kinfirst.project import migrate, setup_django
setup_django()
migrate()
from tests.records.intake_desk import enter
print(enter("live").by)
"""
LOOK = """
import json
from kinfirst.project import setup_django
setup_django()
from kinfirst.people import models as people
from kinfirst.records import models as record
from tests.records.intake_desk import counts
cases = record.Case.objects.order_by("id")
print(json.dumps({
    "counts": counts(),
    "heads": [bytes(case.head).hex() for case in cases],
    "stages": sorted({case.stage for case in cases if case.kind == "case"}),
    "chains": record.Entry.objects.filter(kind="chain_drawn").count(),
    "kinds": sorted(set(record.Entry.objects.values_list("kind", flat=True))),
}))
"""


@pytest.fixture
def desk(db: None) -> Given:
    return enter("live")


def run(desk: Given, *args: str, stdin: bytes = b"") -> Result:
    result = CliRunner().invoke(intake, ["--by", desk.by, *args], input=stdin)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def written(folder: Path, name: str, raw: bytes) -> str:
    path = folder / name
    path.write_bytes(raw)
    return str(path)


def test_a_file_is_told_of_and_brought_in_once(desk: Given, tmp_path: Path) -> None:
    path = written(tmp_path, "a.hl7", message(MSH, DEAD, nk1(f20="xx!")))
    first = run(desk, path)
    case = record.Case.objects.get(kind="case")
    assert first.exit_code == 0
    lines = first.stdout.splitlines()
    assert lines[0] == path
    assert lines[1].startswith(f"  message 1, line 1 ADT^A03: opened a case {case.alias}, unverified")
    assert any(line.startswith("    taken") and "PID-29 death time to the second" in line for line in lines)
    assert "    left      NK1(1)-20: not a language code: a person must ask" in lines
    assert lines[-1] == "1 file (0 unreadable), 1 message: 1 opened a case"
    before = counts()
    again = run(desk, path)
    assert (again.exit_code, "seen before" in again.stdout) == (0, True)
    assert counts() == before
    for secret in ("Orr", "Raymond", "Ana", "4711", "555-0100", "Mill", "C-1"):
        assert secret not in first.output + again.output


def test_one_json_object_a_message(desk: Given, tmp_path: Path) -> None:
    raw = message(MSH, DEAD, nk1()) + message(with_fields(MSH, f10="2"), DEAD, PID) + message(MSH.replace("ADT", "ORU"))
    result = run(desk, "--json", written(tmp_path, "a.hl7", raw), str(tmp_path / "none.hl7"))
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [one["did"] for one in found] == ["opened", "rejected", "left", "unreadable"]
    assert (found[0]["message"], found[0]["kind"], result.exit_code) == (1, "ADT^A03", 2)
    assert {"field": "PID-30", "kind": "death indicator"} in found[0]["taken"]
    assert "2 files (1 unreadable), 3 messages" in result.stderr
    assert "Orr" not in result.output


def test_a_dry_run_shows_everything_and_writes_nothing(desk: Given, tmp_path: Path) -> None:
    raw = message(MSH, DEAD) + message(with_fields(MSH, f10="2"), DEAD, nk1())
    before = counts()
    result = run(desk, "--dry-run", written(tmp_path, "a.hl7", raw))
    assert result.exit_code == 0
    assert "nothing is written: 1 file (0 unreadable), 2 messages: 1 opened a case, 1 added to a case" in result.stdout
    assert counts() == before
    assert run(desk, str(tmp_path)).exit_code == 0
    assert counts() != before


def test_standard_input_and_folders(desk: Given, tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "empty").mkdir()
    written(tmp_path / "deep", "b.hl7", message(MSH.replace("ADT", "ORU")))
    result = run(desk, "-", str(tmp_path / "deep"), str(tmp_path / "empty"), stdin=message(MSH, DEAD))
    assert result.exit_code == 2
    assert "a folder without .hl7 files" in result.stdout
    assert result.stdout.splitlines()[-1] == "3 files (1 unreadable), 2 messages: 1 opened a case, 1 left"


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        pytest.param(message(MSH, DEAD), 0, id="taken"),
        pytest.param(message(MSH.replace("ADT", "ORU")), 0, id="left"),
        pytest.param(message(MSH, DEAD, PID), 1, id="rejected"),
        pytest.param(message(MSH, DEAD) + message(MSH, pid(f30="Y")), 1, id="one control id, two messages"),
        pytest.param(message(MSH, DEAD, "PV1|1|I" + "|" * 34 + "01"), 1, id="dead and discharged home"),
        pytest.param(b"", 1, id="empty"),
    ],
)
def test_exit_codes(desk: Given, tmp_path: Path, raw: bytes, code: int) -> None:
    assert run(desk, written(tmp_path, "a.hl7", raw)).exit_code == code


@pytest.mark.parametrize(
    ("args", "says"),
    [
        pytest.param([], "give files", id="no file"),
        pytest.param(["--case", "A", "x.hl7"], "--case", id="both"),
        pytest.param(["--by", "nobody", "x.hl7"], "neither a username nor", id="unknown person"),
        pytest.param(["--by", "nobody", "--realm", "none", "x.hl7"], "realm none", id="unknown realm"),
        pytest.param(["--case", "Nowhere"], "case", id="unknown case"),
    ],
)
def test_what_cannot_be_meant(desk: Given, args: list[str], says: str) -> None:
    result = CliRunner().invoke(intake, args)
    assert isinstance(result.exception, KinfirstError)
    assert says in str(result.exception)


def test_who_brings_it_in_needs_a_role_that_opens_cases(desk: Given, tmp_path: Path) -> None:
    trainee = registry.add_person("live", NewPerson(name="Mirani", roles=("trainee",)))
    result = CliRunner().invoke(intake, ["--by", trainee, written(tmp_path, "a.hl7", message(MSH, DEAD))])
    assert isinstance(result.exception, BadInput)
    assert "casualty_officer" in str(result.exception)


def test_a_username_will_do(desk: Given, tmp_path: Path, django_user_model: type) -> None:
    account = django_user_model.objects.create(username="cho")
    registry.link_user("live", desk.by, account.pk)
    result = CliRunner().invoke(intake, ["--by", "cho", written(tmp_path, "a.hl7", message(MSH, DEAD))])
    assert result.exit_code == 0
    assert record.Intake.objects.get().by == desk.by


def test_what_was_brought_to_a_case_is_shown(desk: Given, tmp_path: Path) -> None:
    run(desk, written(tmp_path, "a.hl7", message(MSH, DEAD, "PV1|1|I" + "|" * 34 + "07")))
    alias = record.Case.objects.get(kind="case").alias
    text = run(desk, "--case", alias)
    assert "ADT^A03 from BEDSIDE / LEAF, control id C-1" in text.stdout
    assert "death time 20260302143700+0900 (to the second)" in text.stdout
    assert "left against advice (R49)" in text.stdout
    found = json.loads(run(desk, "--case", alias, "--json").stdout)
    assert (found["said"]["death_indicator"], found["said"]["sender"]) == (True, ["BEDSIDE", "LEAF"])
    assert "Orr" not in text.output


def python(code: str, *args: str, database: Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "KINFIRST_DB": f"sqlite:///{database}",
    }
    return subprocess.run(
        [sys.executable, "-c", code, *args], env=environment, capture_output=True, text=True, check=False, cwd=cwd
    )


def names_in(files: list[Path]) -> set[bytes]:
    """Every word of four letters or more in a name of a patient or of kin, by the usual delimiters."""
    words: set[bytes] = set()
    for path in files:
        for line in re.split(rb"[\r\n\x0b\x1c]+", path.read_bytes()):
            fields = line.split(b"|")
            where = {b"PID": 5, b"NK1": 2}.get(fields[0].strip())
            if where is not None and len(fields) > where:
                words.update(re.findall(rb"[^\W\d_]{4,}", fields[where]))
    return words


def numbers_in(files: list[Path]) -> set[bytes]:
    """Every run of five digits or more in the numbers of a patient."""
    found: set[bytes] = set()
    for path in files:
        for line in re.split(rb"[\r\n\x0b\x1c]+", path.read_bytes()):
            fields = line.split(b"|")
            if fields[0].strip() == b"PID":
                found.update(re.findall(rb"[0-9]{5,}", b"|".join(fields[2:5] + fields[18:20])))
    return found


def test_without_anybody_named_it_is_tried_and_nothing_is_kept(tmp_path: Path) -> None:
    file = written(tmp_path, "a.hl7", message(MSH, DEAD))
    tried = python(RUN, "intake", file, database=tmp_path / "never.sqlite3")
    assert (tried.returncode, tried.stderr) == (0, "nobody was named with --by: this is a trial, nothing is kept\n")
    assert tried.stdout.splitlines()[-1].startswith(
        "nothing is written: 1 file (0 unreadable), 1 message: 1 opened a case"
    )
    assert not (tmp_path / "never.sqlite3").exists()


@pytest.mark.shared_data
@pytest.mark.skipif(not FOLDER.is_dir(), reason="../shared/data/hl7v2 is absent: a bare clone does not have it")
def test_every_file_of_the_collection_twice(tmp_path: Path) -> None:
    database = tmp_path / "k.sqlite3"
    files = sorted(FOLDER.rglob("*.hl7"))
    who = python(SET_UP, database=database).stdout.strip()
    first = python(RUN, "intake", str(FOLDER), "--by", who, database=database)
    seen = json.loads(python(LOOK, database=database).stdout)
    assert (first.returncode, first.stderr) == (1, "")
    listed = [line for line in first.stdout.splitlines() if not line.startswith(" ")]
    assert listed[:-1] == [str(path) for path in files]
    assert listed[-1].startswith(f"{len(files)} files (0 unreadable), 609 messages: 3 opened a case, 1 added to a case")
    assert (seen["stages"], seen["chains"]) == (["opened"], 0)
    assert set(seen["kinds"]) == {"facts_taken", "case_opened"}

    second = python(RUN, "intake", str(FOLDER), "--by", who, database=database)
    assert json.loads(python(LOOK, database=database).stdout) == seen
    assert "4 seen before" in second.stdout.splitlines()[-1]
    assert "opened a case" not in second.stdout

    output = (first.stdout + second.stdout).encode()
    for path in files:
        output = output.replace(str(path).encode(), b"")
    said = set(re.findall(rb"[^\W\d_]{4,}", output))
    # "with" and "patient" are words of our own sentences; somebody's test data uses them as names.
    assert names_in(files) & said <= {b"with", b"patient"}
    assert numbers_in(files) & set(re.findall(rb"[0-9]{5,}", output)) == set()
    assert python(RUN, "verify", database=database).returncode == 0
