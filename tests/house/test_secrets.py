"""No secret in the repository, no comparison that tells how much of one was right, dependencies pinned by hash."""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from pathlib import Path

import pytest

from tests.house.tree import ROOT, SRC, files

SHAPES = {
    "a private key": re.compile(r"-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----\s*[A-Za-z0-9+/]{40}"),
    "a key of a cloud": re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b|\bAIza[0-9A-Za-z_-]{35}\b"),
    "a token of a code host": re.compile(r"\b(?:ghp|gho|ghs|ghu|github_pat|glpat)[-_][0-9A-Za-z_]{20,}"),
    "a token of a chat": re.compile(r"\bxox[abprs]-[0-9A-Za-z-]{10,}"),
    "a token of a registry": re.compile(r"\bpypi-[0-9A-Za-z_-]{50,}|\bnpm_[0-9A-Za-z]{36}\b"),
    "a token of ours": re.compile(r"\bkft_[0-9A-Za-z_-]{30,}"),
    "a signed web token": re.compile(r"\beyJ[0-9A-Za-z_-]{15,}\.eyJ[0-9A-Za-z_-]{15,}\.[0-9A-Za-z_-]{15,}"),
}
ASSIGNED = re.compile(
    r"""(?i)\b[\w-]*(?:secret|passw(?:or)?d|api_?key|token|private_?key)[\w-]*["']?\s*[=:]\s*["']([A-Za-z0-9+/=_-]{24,})["']"""
)
RANDOM_BITS = 3.8
"""Bits a letter from which a text looks drawn by lot: words have fewer."""
TEXTS = {".py", ".toml", ".md", ".sh", ".yml", ".yaml", ".json", ".service", ".timer", ".example", ".html", ".js", ""}
SECRET = re.compile(r"(?:^|_)(?:token|secret|digest|signature|mac|hmac|hash|password|code)s?$")
PATHS = (
    "api/signing.py",
    "api/metrics.py",
    "api/doors.py",
    "people/tokens.py",
    "people/crypto.py",
    "people/marks.py",
    "records/keys.py",
    "records/seals.py",
    "records/backup_file.py",
    "records/visits.py",
    "project/signin.py",
    "project/keys.py",
    "web/taps.py",
    "web/kept.py",
    "channels/webhook/channel.py",
)
"""Where what a stranger sends is held against what only we know."""


def bits(text: str) -> float:
    """Entropy of the letters of a text, in bits a letter."""
    return -sum(n / len(text) * math.log2(n / len(text)) for n in Counter(text).values())


def secrets_in(text: str) -> list[str]:
    found = [what for what, shape in SHAPES.items() if shape.search(text)]
    return found + ["a value that looks drawn by lot"] * any(
        bits(one[1]) > RANDOM_BITS for one in ASSIGNED.finditer(text)
    )


def test_no_file_holds_a_secret() -> None:
    texts = [path for path in files() if path.suffix in TEXTS and path.name != Path(__file__).name]
    wrong = {
        str(path.relative_to(ROOT)): found
        for path in texts
        if (found := secrets_in(path.read_text(encoding="utf-8", errors="ignore")))
    }
    assert wrong == {}


@pytest.mark.parametrize(
    "text",
    [
        "-----BEGIN RSA PRIVATE KEY-----\n" + "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xt",
        "aws = AKIA" + "IOSFODNN7EXAMPLE",
        "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4",
        'PASSWORD = "q8Zr2LxW0vTn5KyB7mJc4HdF"',
    ],
)
def test_one_would_be_found(text: str) -> None:
    assert secrets_in(text)


def named(node: ast.expr) -> str:
    """The last name of what is compared."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
        case ast.Call(func=func):
            return {"digest": "digest", "hexdigest": "digest"}.get(named(func), "")
    return ""


def compared(tree: ast.AST) -> list[int]:
    """The lines on which a secret is compared by == or !=, unless with None, a number or a text written there."""
    found = []
    for node in ast.walk(tree):
        if not isinstance(node, ast.Compare) or not isinstance(node.ops[0], ast.Eq | ast.NotEq):
            continue
        sides = [node.left, *node.comparators]
        if any(SECRET.search(named(side)) for side in sides) and not any(isinstance(s, ast.Constant) for s in sides):
            found.append(node.lineno)
    return found


@pytest.mark.parametrize("path", PATHS)
def test_no_secret_is_compared_letter_by_letter(path: str) -> None:
    assert compared(ast.parse((SRC / "kinfirst" / path).read_text(encoding="utf-8"))) == []


def test_a_comparison_would_be_found() -> None:
    assert compared(ast.parse("if given_token == self.token: pass\nok = mac.hexdigest() == sent")) == [1, 2]


@pytest.mark.parametrize("name", ["run.txt", "test.txt"])
def test_every_dependency_is_pinned_by_hash(name: str) -> None:
    """One version each, and the digests of its files: what is installed is what was looked at."""
    text = (ROOT / "constraints" / name).read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert len(lines) > 20
    assert [line for line in lines if not re.match(r"^\S+==[^\s;]+( ;[^-]*)?.*--hash=sha256:[0-9a-f]{64}", line)] == []


def test_every_dependency_may_be_used_with_ours() -> None:
    """The licence of everything that is installed to run: permissive, or one that leaves those who use it alone."""
    from importlib.metadata import PackageNotFoundError, metadata

    text = (ROOT / "constraints" / "run.txt").read_text(encoding="utf-8")
    wrong = []
    for name in re.findall(r"^([A-Za-z0-9_.-]+)==", text, re.M):
        try:
            about = metadata(name)
        except PackageNotFoundError:
            continue
        said = " ".join([about.get("License-Expression") or "", (about.get("License") or "")[:200]])
        said += " ".join(one for one in about.get_all("Classifier") or [] if one.startswith("License"))
        if not LICENCES.search(said) or FOREIGN.search(said):
            wrong.append((name, said[:80]))
    assert wrong == []


LICENCES = re.compile(
    r"(?i)\b(?:MIT|BSD|0BSD|Apache|ISC|PSF|Python Software Foundation|LGPL|Lesser General Public|MPL|Zlib|HPND|"
    r"Unlicense|public domain)"
)
FOREIGN = re.compile(r"(?i)\bAGPL|Affero")
