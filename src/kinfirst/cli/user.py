"""`kinfirst user`: the accounts people sign in with, their roles, and the tokens of programs."""

from __future__ import annotations

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import click
import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kinfirst.cli import open_database
from kinfirst.clock import SystemClock
from kinfirst.core.errors import BadInput

if TYPE_CHECKING:
    from kinfirst.people.registry import NewPerson

DOES_NOT_HOLD = 1
NEVER = "never"
STANDING = "P90D"

username_given = click.argument("username")
roles_given = click.option("--role", multiple=True, help="A role; give it several times for several.")
credentials_given = click.option("--credential", multiple=True, help="A credential, such as pronounce.")
from_input = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
database = click.option("--db", metavar="URL", help="The database; else KINFIRST_DB.")


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def app() -> None:
    """Make and change the accounts people sign in with."""


class NewAccount(msgspec.Struct, frozen=True, kw_only=True):
    """What `add` was given."""

    username: str
    realm: str
    role: tuple[str, ...]
    credential: tuple[str, ...]
    name: str | None
    grade: int | None
    zone: str | None
    person: str | None
    password_stdin: bool
    db: str | None


@app.command(short_help="Make an account for a new person, or for one in the registry.")
@username_given
@click.option("--realm", default="live", show_default=True, help="The address book; any but live is an exercise.")
@roles_given
@credentials_given
@click.option("--name", help="The full name, kept encrypted; else the username.")
@click.option("--grade", type=int, help="A whole number, higher is senior (R30).")
@click.option("--zone", help="The time zone, such as Asia/Tokyo.")
@click.option("--person", help="The id of somebody in the registry, instead of all of these.")
@from_input
@database
def add(**given: Any) -> None:
    """Make an account for a new person, or with --person for one who is in the registry already.

    Without --password-stdin a random password is made and printed, once. The username is shown to others, so
    choose no full name.
    """
    asked = msgspec.convert(given, NewAccount)
    open_database(asked.db)
    from kinfirst.people import accounts

    password = _read_password() if asked.password_stdin else accounts.random_password()
    made = accounts.add(asked.username, password, realm=asked.realm, person=_person(asked))
    _say(f"account {asked.username} is person {made} of realm {asked.realm}")
    if not asked.password_stdin:
        _say(f"password {password}")


@app.command("list")
@database
def list_accounts(*, db: str | None) -> None:
    """Show every account with its person, roles and how many tokens hold. Names of people are not shown."""
    open_database(db)
    from kinfirst.people import accounts

    table = Table("account", "person", "realm", "roles", "credentials", "tokens", "active", box=None)
    for one in accounts.listed(now=SystemClock().now()):
        words = (one.username, one.person or "nobody", one.realm, " ".join(one.roles), " ".join(one.credentials))
        table.add_row(*map(escape, words), str(one.tokens), "yes" if one.active else "no")
    # Nothing is cut off or wrapped where another program reads it.
    Console(highlight=False, width=None if sys.stdout.isatty() else 400).print(table)


@app.command()
@username_given
@roles_given
@credentials_given
@click.option("--none", is_flag=True, help="Take every role and credential away.")
@database
def roles(username: str, *, role: tuple[str, ...], credential: tuple[str, ...], none: bool, db: str | None) -> None:
    """Say which roles an account's person holds from now on: exactly these. Credentials stay unless given.

    Without --role, --credential and --none: show what they hold.
    """
    open_database(db)
    from kinfirst.people import accounts, registry

    if none and (role or credential):
        raise BadInput("none: takes everything away, so give no role and no credential beside it")
    row = accounts.person_of(accounts.find(username))
    if none:
        registry.set_roles(row.realm_id, row.id, (), ())
    elif role or credential:
        registry.set_roles(row.realm_id, row.id, role or row.roles, credential or None)
    row.refresh_from_db()
    _say(f"roles {' '.join(row.roles) or 'none'}; credentials {' '.join(row.credentials) or 'none'}")


@app.command()
@username_given
@from_input
@database
def password(username: str, *, password_stdin: bool, db: str | None) -> None:
    """Set a new password, random and printed once unless it is read. Sessions and tokens of the account end."""
    open_database(db)
    from kinfirst.people import accounts

    user = accounts.find(username)
    text = _read_password() if password_stdin else accounts.random_password()
    ended = accounts.change_password(user, text, now=SystemClock().now())
    _say(f"the password of {username} is changed; {ended} tokens ended")
    if not password_stdin:
        _say(f"password {text}")


@app.command()
@username_given
@click.option("--label", required=True, help="What the token is for: a device, a program.")
@click.option("--expires", default=STANDING, show_default=True, help="How long it holds (ISO 8601), or never.")
@database
def token(username: str, *, label: str, expires: str, db: str | None) -> None:
    """Make a token for the API: printed alone on standard output, once. It acts with the person's roles."""
    open_database(db)
    from kinfirst.people import accounts, tokens

    user = accounts.find(username)
    accounts.person_of(user)
    made = tokens.issue(user.pk, label=label, now=SystemClock().now(), lasts=_duration(expires))
    until = made.expires.strftime("until %Y-%m-%d %H:%M UTC") if made.expires else "until it is revoked"
    _say(f"token {made.id} holds {until}; it is not shown again", err=True)
    _say(made.text)


@app.command("tokens")
@username_given
@database
def list_tokens(username: str, *, db: str | None) -> None:
    """Show the tokens of an account that hold now, never the tokens themselves."""
    open_database(db)
    from kinfirst.people import accounts, tokens

    for one in tokens.standing(accounts.find(username).pk, now=SystemClock().now()):
        until = one.expires.strftime("%Y-%m-%d %H:%M") if one.expires else NEVER
        used = one.last_used.strftime("%Y-%m-%d %H:00") if one.last_used else NEVER
        _say(f"{one.id}  expires {until}  last used {used}  {one.label}")


@app.command()
@click.argument("token_id")
@database
def revoke(token_id: str, *, db: str | None) -> None:
    """End a token at once. Exit code 1: there is none of that id that was not ended before."""
    open_database(db)
    from kinfirst.people import tokens

    if not tokens.revoke(token_id, now=SystemClock().now()):
        _say("there is no such token, or it had ended already", err=True)
        raise SystemExit(DOES_NOT_HOLD)
    _say("the token has ended")


@app.command()
@username_given
@database
def off(username: str, *, db: str | None) -> None:
    """Switch an account off: no sign-in, its tokens end. The person stays, and so does what they did."""
    open_database(db)
    from kinfirst.people import accounts

    ended = accounts.switch_off(accounts.find(username), now=SystemClock().now())
    _say(f"{username} is switched off; {ended} tokens ended")


@app.command()
@username_given
@database
def on(username: str, *, db: str | None) -> None:
    """Switch an account on again. Its old tokens stay ended."""
    open_database(db)
    from kinfirst.people import accounts

    accounts.switch_on(accounts.find(username))
    _say(f"{username} is switched on")


def _person(asked: NewAccount) -> NewPerson | str:
    from kinfirst.people.registry import NewPerson

    new = NewPerson(
        name=asked.name or asked.username,
        roles=asked.role,
        credentials=asked.credential,
        grade=asked.grade,
        zone=asked.zone,
    )
    if asked.person is None:
        return new
    # Somebody who is in the registry is described there.
    if new != NewPerson(name=asked.username):
        raise BadInput("person: has a name, roles, grade and zone already; change roles with kinfirst user roles")
    return asked.person


def _read_password() -> str:
    text = sys.stdin.readline().rstrip("\r\n")
    if not text:
        raise BadInput("password: nothing on standard input")
    return text


def _duration(text: str) -> timedelta | None:
    if text == NEVER:
        return None
    try:
        return msgspec.convert(text, timedelta)
    except msgspec.ValidationError:
        raise BadInput("expires: an ISO 8601 duration such as P90D or PT8H, or never") from None


def _say(line: str, *, err: bool = False) -> None:
    click.echo(line, err=err)
