"""The words of the pages in other languages: `python -m kinfirst.project.messages [update|compile|missing]`.

`update` reads the sources again and brings every catalogue up to date; nothing is guessed, so what is new is empty.
`compile` makes the binary form that is read at run time; it is made at set-up and never kept in the repository.
"""

from __future__ import annotations

import ast
import io
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import click
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

SRC = Path(__file__).resolve().parents[1]
LOCALE = SRC / "web" / "locale"
LANGUAGES = ("de", "es", "ja")
SEARCHED = ("web", "project", "records", "people")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
REFUSING = frozenset({"no", "Reason", "argument"})
"""The calls in the core by which a reason is given."""

Found = tuple[str, "str | tuple[str, ...]", str | None]


def template() -> Catalog:
    """Every message of the sources, with where it is used."""
    made = Catalog(charset="utf-8", fuzzy=False)
    for where, text, context in sorted(_everything(), key=lambda found: (found[0], str(found[1]))):
        made.add(text, locations=[(where, 0)], context=context)
    return made


def _everything() -> Iterator[Found]:
    for folder in SEARCHED:
        for path in sorted((SRC / folder).rglob("*.py")):
            if path.name != Path(__file__).name:
                yield from _python(path.relative_to(SRC).as_posix(), path.read_text(encoding="utf-8"))
    for path in sorted((SRC / "web" / "templates").rglob("*.*")):
        if path.suffix in (".html", ".txt"):
            yield from _page(path)
    for sentence in reasons():
        yield "core", sentence, None
    for word in vocabulary():
        yield "core/vocabulary", word, None


def _python(where: str, text: str) -> Iterator[Found]:
    for _line, found, _comments, context in extract("python", io.BytesIO(text.encode()), keywords=KEYWORDS):
        if isinstance(found, tuple):
            yield where, tuple(map(str, found)), context
        elif found:
            yield where, found, context


def _page(path: Path) -> Iterator[Found]:
    """A template is turned into calls of gettext by Django itself; leading blanks would be read as Python's."""
    from django.utils.translation.template import templatize

    calls = templatize(path.read_text(encoding="utf-8"), origin=str(path))
    plain = "\n".join(line.strip() for line in calls.splitlines())
    yield from _python(path.relative_to(SRC).as_posix(), plain)


def reasons() -> tuple[str, ...]:
    """Every sentence with which the core refuses, `{1}`, `{2}` standing for what is put in."""
    found: set[str] = set()
    for path in sorted((SRC / "core").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and _name(node.func) in REFUSING:
                given = (*node.args, *(one.value for one in node.keywords if one.arg == "text"))
                found |= {text for one in given for text in _sentences(one)}
    return tuple(sorted(found))


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _sentences(node: ast.expr) -> Iterator[str]:
    """The text of a literal, of an f-string, or of both ends of a choice; anything shorter than a sentence is none."""
    if isinstance(node, ast.IfExp):
        yield from (*_sentences(node.body), *_sentences(node.orelse))
        return
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    text, number = "", 0
    for part in parts:
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            text += part.value
        elif isinstance(part, ast.FormattedValue):
            number += 1
            text += f"{{{number}}}"
        else:
            return
    if " " in text and re.search(r"[a-z]{3}", text):
        yield text


def vocabulary() -> tuple[str, ...]:
    """The codes of the core as words, as far as no table of ours says them otherwise."""
    from msgspec import inspect

    from kinfirst.core.charting import COMBINATIONS
    from kinfirst.core.commands import COMMANDS
    from kinfirst.core.events import AnyEvent
    from kinfirst.core.identity import IDENTIFIERS, METHODS
    from kinfirst.core.kin import EVIDENCE_FOR
    from kinfirst.core.policy import RELATIONS
    from kinfirst.core.telling import RESULTS
    from kinfirst.policies.load import shipped

    codes: set[str] = {*COMBINATIONS, *IDENTIFIERS, *METHODS, *RELATIONS, *RESULTS}
    codes |= {one for kinds in EVIDENCE_FOR.values() for one in kinds}
    codes |= {one for by in COMBINATIONS.values() for kind, all in by.items() for one in (kind, *all)}
    for kind in COMMANDS.values():
        info = inspect.type_info(kind)
        codes |= {value for field in getattr(info, "fields", ()) for value in _literals(field.type)}
    for editions in shipped().values():
        policy = editions[-1].policy
        codes |= {*policy.orgs, *policy.retry.search, *policy.channel.rank}
    codes |= {str(one.__struct_config__.tag) for one in AnyEvent.__args__}
    codes |= {"queued", "attempting", "sent", "delivered", "failed", "unknown", "held"}
    return tuple(sorted({code.replace("_", " ") for code in codes}))


def _literals(kind: object) -> Iterator[str]:
    from msgspec import inspect

    if isinstance(kind, inspect.LiteralType):
        yield from (str(value) for value in kind.values)
    elif isinstance(kind, inspect.Metadata):
        yield from _literals(kind.type)
    elif isinstance(kind, inspect.UnionType):
        for part in kind.types:
            yield from _literals(part)
    elif isinstance(kind, inspect.VarTupleType):
        yield from _literals(kind.item_type)


SAID = SRC / "web" / "wording" / "reasons_said.py"


def reasons_module() -> str:
    """The sentences of the core as a module, for a program that has no sources to read."""
    lines = "".join(f"    {sentence!r},\n" for sentence in reasons())
    head = '"""The sentences with which the core refuses; made by `make messages`."""\n\n'
    # As the formatter would write it: double quotes, and long lines left alone.
    body = (
        f"{head}from __future__ import annotations\n\n# ruff: noqa: E501\n\nSENTENCES: tuple[str, ...] = (\n{lines})\n"
    )
    return re.sub(r"^    '((?:[^'\"\\\\])*)',$", r'    "\1",', body, flags=re.MULTILINE)


def file(language: str) -> Path:
    """The catalogue of a language."""
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def catalogue(language: str) -> Catalog:
    """What is translated so far; an empty catalogue where there is none."""
    path = file(language)
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", fuzzy=False)
    with path.open("rb") as source:
        return read_po(source, locale=language)


def update(language: str, new: Catalog) -> Catalog:
    """The catalogue with exactly the messages of the sources; what was translated stays, what is gone goes."""
    found, kept = catalogue(language), Catalog(locale=language, charset="utf-8", fuzzy=False)
    for message in new:
        if message.id:
            old = found.get(_key(message), message.context)
            kept.add(message.id, old.string if old else None, locations=message.locations, context=message.context)
    return kept


def save(language: str, catalog: Catalog) -> None:
    """Writes a catalogue: sorted, without line numbers or dates, so that a change shows only what changed."""
    out = io.BytesIO()
    write_po(out, catalog, width=120, omit_header=False, sort_output=True, include_lineno=False)
    path = file(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = out.getvalue().decode().splitlines(keepends=True)
    path.write_text("".join(line for line in lines if not line.startswith(_DATED)), encoding="utf-8")


_DATED = ('"POT-Creation-Date', '"PO-Revision-Date', '"Generated-By', '"Last-Translator', '"Report-Msgid', "# ")


def missing(language: str) -> list[str]:
    """The messages of the sources that a language does not have, and those that are no message any more."""
    have = {(_key(one), one.context): one for one in catalogue(language) if one.id}
    need = {(_key(one), one.context) for one in template() if one.id}
    empty = [key for key, one in have.items() if not _said(one) or one.fuzzy]
    return sorted(str(key[0]) for key in {*(need - set(have)), *(set(have) - need), *empty})


def _said(message: Message) -> bool:
    given = message.string if isinstance(message.string, list | tuple) else (message.string,)
    return bool(given) and all(bool(one) for one in given)


def _key(message: Message) -> str:
    return message.id if isinstance(message.id, str) else message.id[0]


def compile_all() -> Iterator[Path]:
    """The binary form of each catalogue that changed since it was made."""
    for language in LANGUAGES:
        source = file(language)
        target = source.with_suffix(".mo")
        if source.exists() and not (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            out = io.BytesIO()
            write_mo(out, catalogue(language))
            target.write_bytes(out.getvalue())
            yield target


def main(arguments: Iterable[str]) -> int:
    """What is asked for; 1 where `missing` finds something."""
    from kinfirst.project import setup_django

    what = next(iter(arguments), "update")
    if what == "update":
        setup_django()
        SAID.write_text(reasons_module(), encoding="utf-8")
        new = template()
        for language in LANGUAGES:
            save(language, update(language, new))
    if what in ("update", "compile"):
        for path in compile_all():
            click.echo(f"made {path.relative_to(SRC)}")
        return 0
    setup_django()
    wanting = {language: missing(language) for language in LANGUAGES}
    for language, messages in wanting.items():
        click.echo(f"{language}: {len(messages)} missing")
        for text in messages:
            click.echo(f"  {text}")
    return 1 if any(wanting.values()) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
