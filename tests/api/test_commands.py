"""Commands over HTTP: what a success says, refusals in one shape, repeats, and asking that nothing has moved."""

from __future__ import annotations

from typing import Any

import pytest

from kinfirst.records import models
from tests.api.acting import Caller, Small

pytestmark = pytest.mark.django_db


def test_a_success_says_where_the_case_stands(small: Small) -> None:
    opened = small.sakura.give(None, "open_case", {"alias": "Delta", "state": "missing"})
    assert opened.status == 201
    assert opened.headers["Location"] == f"/api/v1/cases/{opened.body['case']}"
    said = {name: opened.body[name] for name in ("alias", "stage", "version")}
    assert said == {"alias": "Delta", "stage": "opened", "version": 1}
    assert [task["name"] for task in opened.body["tasks"]] == ["identify"]
    row = models.Case.objects.get(id=opened.body["case"])
    assert opened.body["seq"] == row.seq


def test_an_alias_is_given_where_none_is_sent(small: Small) -> None:
    assert small.sakura.give(None, "open_case").body["alias"]


def test_a_refusal_lists_every_rule(small: Small) -> None:
    came = small.sakura.give(small.case, "tell", {"place": small.cast.sister, "channel": "radio"})
    assert (came.status, came.kind) == (409, "refused")
    assert len(set(came.rules)) > 1
    assert {"rule", "text", "until", "place"} <= set(came.body["error"]["reasons"][0])


def role(small: Small) -> tuple[int, str]:
    came = small.mirani.give(small.case, "draw_chain")
    return came.status, came.kind


def missing(small: Small) -> tuple[int, str]:
    came = small.sakura.give(small.case, "tell", {"place": small.cast.sister})
    assert "channel" in came.body["error"]["reasons"][0]["text"]
    return came.status, came.kind


def unheard_of(small: Small) -> tuple[int, str]:
    came = small.sakura.give(small.case, "close_case", {"now": True})
    return came.status, came.kind


def another(small: Small) -> tuple[int, str]:
    came = small.sakura.give(small.case, "close_case", {"do": "close_case"})
    return came.status, came.kind


def no_command(small: Small) -> tuple[int, str]:
    came = small.sakura.give(small.case, "bury")
    return came.status, came.kind


def of_the_house(small: Small) -> tuple[int, str]:
    came = small.sakura.ask("POST", f"cases/{small.case}/commands/go_off", {})
    return came.status, came.kind


def no_case(small: Small) -> tuple[int, str]:
    came = small.sakura.give("0" * 32, "close_case")
    return came.status, came.kind


def strange_case(small: Small) -> tuple[int, str]:
    came = small.sakura.give("%00", "close_case")
    return came.status, came.kind


def broken(small: Small) -> tuple[int, str]:
    came = small.sakura.ask("POST", f"cases/{small.case}/commands/close_case", raw=b'{"a": ')
    return came.status, came.kind


def a_list(small: Small) -> tuple[int, str]:
    came = small.sakura.ask("POST", f"cases/{small.case}/commands/close_case", raw=b"[]")
    return came.status, came.kind


def deep(small: Small) -> tuple[int, str]:
    came = small.sakura.ask("POST", f"cases/{small.case}/commands/close_case", raw=b'{"a":' + b"[" * 200_000)
    return came.status, came.kind


def half_a_letter(small: Small) -> tuple[int, str]:
    came = small.sakura.ask("POST", f"cases/{small.case}/commands/chart", raw=b'{"text": "\\ud800"}')
    return came.status, came.kind


def nul(small: Small) -> tuple[int, str]:
    came = small.sakura.give(small.case, "chart", {"text": "a\0b"})
    return came.status, came.kind


def big(small: Small) -> tuple[int, str]:
    came = small.sakura.ask("POST", f"cases/{small.case}/commands/chart", raw=b" " * (1024 * 1024 + 1))
    return came.status, came.kind


def long_text(small: Small) -> tuple[int, str]:
    came = small.sakura.give(small.case, "chart", {"text": "a" * 20_001})
    return came.status, came.kind


def a_form(small: Small) -> tuple[int, str]:
    came = small.sakura.http.post(
        f"/api/v1/cases/{small.case}/commands/chart",
        {"text": "a"},
        headers={"Authorization": f"Bearer {small.sakura.token}"},
    )
    return came.status_code, came.json()["error"]["kind"]


def wrong_method(small: Small) -> tuple[int, str]:
    came = small.sakura.ask("GET", f"cases/{small.case}/commands/chart")
    assert came.headers["Allow"] == "POST"
    return came.status, came.kind


def a_key_no_header_holds(small: Small) -> tuple[int, str]:
    came = small.sakura.give(small.case, "flag_doubt", {"about": "facts"}, Idempotency_Key="a b")
    return came.status, came.kind


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        pytest.param(role, (403, "role"), id="not theirs"),
        pytest.param(missing, (422, "argument"), id="missing argument"),
        pytest.param(unheard_of, (422, "argument"), id="unknown argument"),
        pytest.param(another, (422, "argument"), id="the tag as an argument"),
        pytest.param(no_command, (404, "not_found"), id="unknown command"),
        pytest.param(of_the_house, (404, "not_found"), id="a command of the house on a case"),
        pytest.param(no_case, (404, "not_found"), id="unknown case"),
        pytest.param(strange_case, (404, "not_found"), id="a case that cannot be"),
        pytest.param(broken, (400, "broken_json"), id="broken JSON"),
        pytest.param(a_list, (400, "broken_json"), id="no object"),
        pytest.param(deep, (400, "broken_json"), id="nested too deep"),
        pytest.param(half_a_letter, (400, "broken_json"), id="half of a surrogate pair"),
        pytest.param(nul, (422, "argument"), id="NUL"),
        pytest.param(big, (413, "too_large"), id="over a megabyte"),
        pytest.param(long_text, (422, "argument"), id="text over its limit"),
        pytest.param(a_form, (415, "not_json"), id="a form"),
        pytest.param(wrong_method, (405, "method"), id="wrong method"),
        pytest.param(a_key_no_header_holds, (422, "argument"), id="a key with a blank"),
    ],
)
def test_what_cannot_be_done_says_so_in_one_shape(ask: Any, said: tuple[int, str], small: Small) -> None:
    assert ask(small) == said


def test_the_same_key_is_done_once_and_answers_the_same(small: Small) -> None:
    asked = {"text": "Covered the patient."}
    first = small.sakura.give(small.case, "chart", asked, Idempotency_Key="k1")
    small.sakura.give(small.case, "chart", {"text": "Something between."})
    again = small.sakura.give(small.case, "chart", asked, Idempotency_Key="k1")
    assert (again.status, again.raw) == (first.status, first.raw)
    assert "Idempotent-Replay" not in first.headers
    assert again.headers["Idempotent-Replay"] == "true"
    assert models.Entry.objects.filter(case_id=small.case, kind="charted").count() == 2


def test_a_case_is_opened_once(small: Small) -> None:
    first, again = (small.sakura.give(None, "open_case", {"alias": "Echo"}, Idempotency_Key="k2") for _ in range(2))
    assert (again.status, again.raw) == (201, first.raw)
    assert models.Case.objects.filter(alias="Echo").count() == 1


def test_a_refusal_is_repeated_too(small: Small) -> None:
    first, again = (small.sakura.give(small.case, "close_case", Idempotency_Key="k3") for _ in range(2))
    assert (first.status, first.raw) == (409 if first.kind == "refused" else 403, again.raw)
    assert again.headers["Idempotent-Replay"] == "true"


def test_a_key_used_for_another_command_is_refused(small: Small) -> None:
    small.sakura.give(small.case, "chart", {"text": "One."}, Idempotency_Key="k4")
    came = small.sakura.give(small.case, "chart", {"text": "Another."}, Idempotency_Key="k4")
    assert (came.status, came.kind) == (422, "argument")
    assert "key" in came.body["error"]["reasons"][0]["text"]


def test_a_key_is_each_persons_own(small: Small) -> None:
    for caller in (small.sakura, small.mirani):
        came = caller.give(small.case, "chart", {"text": "One."}, Idempotency_Key="k5")
        assert (came.status, came.headers.get("Idempotent-Replay")) == (200, None)


def test_a_command_can_ask_that_nothing_has_moved(small: Small) -> None:
    read = small.sakura.get(f"cases/{small.case}/chain").headers["ETag"]
    assert small.sakura.give(small.case, "chart", {"text": "One."}, If_Match=read).status == 200
    entries = models.Entry.objects.filter(case_id=small.case).count()
    late = small.sakura.give(small.case, "chart", {"text": "Two."}, If_Match=read)
    assert (late.status, late.kind) == (412, "changed")
    assert models.Entry.objects.filter(case_id=small.case).count() == entries
    assert small.sakura.give(small.case, "chart", {"text": "Two."}, If_Match="*").status == 200
    assert small.sakura.give(small.case, "chart", {"text": "Two."}, If_Match='"something"').status == 412


def test_a_repeat_does_not_ask_again_whether_it_moved(small: Small) -> None:
    read = small.sakura.get(f"cases/{small.case}").headers["ETag"]
    sent = {"Idempotency_Key": "k6", "If_Match": read}
    first, again = (small.sakura.give(small.case, "chart", {"text": "One."}, **sent) for _ in range(2))
    assert (again.status, again.raw) == (200, first.raw)


def test_nobody_acts_for_another_realm(small: Small, foreigner: Caller) -> None:
    assert foreigner.give(small.case, "flag_doubt", {"about": "facts"}).status == 404
    assert foreigner.get(f"cases/{small.case}").status == 404
