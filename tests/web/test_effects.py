"""Effects: a line of custody without a gap, and a release that is read before it is pressed."""

from __future__ import annotations

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from PIL import Image
from pypdf import PdfReader

from kinfirst.core.events import Photographed
from kinfirst.records import models, queries
from kinfirst.records.actions import Given, perform_named
from kinfirst.records.verify import verify
from kinfirst.scenarios.player import Played
from kinfirst.web.story import story
from tests.plays import played
from tests.web.conftest import At, only_case, signed_in

pytestmark = pytest.mark.django_db
MASK = "white porcelain mask"


@pytest.fixture
def wrapped(at: At) -> Played:
    at("2020-10-10T15:24:00+09:00")
    return played("the-night", until="release_effects")


def does(play: Played, at: At, who: str, command: str, **arguments: object) -> None:
    now = at("2020-10-10T15:24:00+09:00").now()
    given = Given(realm=play.company.realm, by=play.company.ids[who], now=now)
    outcome = perform_named(command, arguments, given=given, case=only_case(play))
    assert outcome.refusal is None, outcome.refusal


def test_each_item_has_its_line(wrapped: Played) -> None:
    case = only_case(wrapped)
    response = signed_in(wrapped, "sakura").get(f"/effects/{case}/")
    first, second = response.context["effects"]
    assert [link.kind for link in first.links] == ["listed", "treated", "treated"]
    assert first.links[0].other == "Mirani"
    assert (first.state, first.mine, second.number) == ("held", True, 2)
    assert MASK not in response.content.decode()


def test_what_was_given_and_not_received_is_an_open_end(wrapped: Played, at: At) -> None:
    does(wrapped, at, "sakura", "transfer", item="1", to=wrapped.company.ids["hiro"], seal="S-1", where="locker 4")
    client, case = signed_in(wrapped, "hiro"), only_case(wrapped)
    client.post(f"/cases/{case}/look", {"part": "effects", "back": "effects"})
    first = client.get(f"/effects/{case}/").context["effects"][0]
    assert (first.state, first.links[-1].open, first.links[-1].said) == ("moving", True, "locker 4")
    does(wrapped, at, "hiro", "receive", item="1", seal="S-2")
    response = client.get(f"/effects/{case}/")
    first = response.context["effects"][0]
    assert (first.holder, first.incident, first.links[-1].broken) == ("Hiro", True, True)
    assert "the seal differed" in response.content.decode()


def test_the_release_is_spelled_out_on_a_page_of_its_own(wrapped: Played) -> None:
    client, case = signed_in(wrapped, "sakura"), only_case(wrapped)
    assert f'href="/effects/{case}/release"' in client.get(f"/effects/{case}/").content.decode()
    page = client.get(f"/effects/{case}/release").content.decode()
    assert "there is no way to get them back" in page
    assert 'id="for-good" required' in page
    before = len(queries.entries(case))
    sent = {"key": "e1", "back": "effects", "to": wrapped.company.ids["kakashi"], "receipt": "by hand", "item": ""}
    refused = client.post(f"/cases/{case}/do/release_effects", sent)
    assert refused.status_code == 422
    assert "R53" in refused.content.decode()
    done = client.post(f"/cases/{case}/do/release_effects", {**sent, "key": "e2", "id_seen": "on"}, follow=True)
    assert done.redirect_chain == [(f"/effects/{case}/", 302)]
    assert [entry.kind for entry in queries.entries(case)[before:]] == ["refused", "effects_released"]
    assert [one.state for one in done.context["effects"]] == ["released", "released"]


def test_the_receipt_prints_what_was_asked_for(wrapped: Played) -> None:
    client, case = signed_in(wrapped, "sakura"), only_case(wrapped)
    address = f"/effects/{case}/receipt"
    assert MASK not in client.get(address).content.decode()
    client.post(f"/cases/{case}/look", {"part": "effects", "back": "effects"})
    page = client.get(address).content.decode()
    assert MASK in page
    assert "Received by, and date" in page


def test_that_nothing_was_found_is_said(at: At) -> None:
    play = played("the-night", until="inventory")
    does(play, at, "sakura", "inventory", items=["none"], **{"with": play.company.ids["mirani"]})
    page = signed_in(play, "sakura").get(f"/effects/{only_case(play)}/").content.decode()
    assert "Two people looked and found nothing." in page


def label() -> SimpleUploadedFile:
    """A photograph of a label, as a telephone names it."""
    out = io.BytesIO()
    Image.new("RGB", (640, 480), "#a33").save(out, "JPEG", comment=b"Kakashi")
    return SimpleUploadedFile("Kakashi.jpg", out.getvalue(), content_type="image/jpeg")


def test_a_label_is_photographed_kept_and_covered_by_the_proof(wrapped: Played) -> None:
    client, case = signed_in(wrapped, "sakura"), only_case(wrapped)
    form = client.get(f"/cases/{case}/do/photograph?item=1&back=effects").content.decode()
    assert 'enctype="multipart/form-data"' in form
    sent = {"key": "p1", "back": "effects", "item": "1"}
    bad = client.post(f"/cases/{case}/do/photograph", {**sent, "image": SimpleUploadedFile("a.jpg", b"<svg/>")})
    assert "No picture that can be read" in bad.content.decode()
    assert "Take a photograph" in client.post(f"/cases/{case}/do/photograph", sent).content.decode()
    done = client.post(f"/cases/{case}/do/photograph", {**sent, "image": label()}, follow=True)
    assert done.redirect_chain == [(f"/effects/{case}/", 302)]
    (one,) = [one for one in story(case) if isinstance(one.event, Photographed)]
    address = f"/effects/{case}/photographs/{one.seq}"
    assert client.get(address).status_code == 404
    assert address not in done.content.decode()
    client.post(f"/cases/{case}/look", {"part": "effects", "back": "effects"})
    shown = client.get(address)
    assert (shown.headers["Content-Type"], shown.content[8:12]) == ("image/webp", b"WEBP")
    assert address in client.get(f"/effects/{case}/").content.decode()
    assert client.get(f"/effects/{case}/photographs/1").status_code == 404
    assert signed_in(wrapped, "hiro").get(address).status_code == 404
    note = models.Note.objects.get(token=one.event.image)
    assert shown.content[:12] not in bytes(note.ciphertext)
    assert verify().wrong == ()
    for change in ({"ciphertext": bytes(note.ciphertext)[:-1] + b"x"}, {"token": "note:" + "0" * 64}):
        with pytest.raises(IntegrityError), transaction.atomic():
            models.Note.objects.filter(token=note.token).update(**change)


def test_the_receipt_is_a_paper_too(wrapped: Played) -> None:
    client, case = signed_in(wrapped, "sakura"), only_case(wrapped)
    address = f"/effects/{case}/receipt.pdf"
    asked = client.get(address)
    assert MASK not in "".join(page.extract_text() for page in PdfReader(io.BytesIO(asked.content)).pages)
    client.post(f"/cases/{case}/look", {"part": "effects", "back": "effects"})
    paper = client.get(address)
    assert paper.headers["Content-Disposition"] == 'inline; filename="receipt.pdf"'
    found = PdfReader(io.BytesIO(paper.content))
    text = " ".join(found.pages[0].extract_text().split())
    for said in ("Receipt for effects", MASK, "with Sakura", "Received by, and date", "Exercise"):
        assert said in text
    assert found.metadata is not None
    assert found.metadata.title == "Receipt for effects – Cat"
    assert signed_in(wrapped, "kakashi").get(address).status_code == 404
