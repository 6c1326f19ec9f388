"""A thousand names to plant where none may get out: many scripts, made from syllables by a seed, nobody's."""

from __future__ import annotations

import random
import unicodedata
from typing import NamedTuple

SEED = 72


class Planted(NamedTuple):
    """One name and the script it is of."""

    script: str
    name: str


# Syllables a name is put together from, and between how many of them.
LATIN = ["ka", "ri", "mo", "ten", "lu", "sha", "vor", "bel", "dun", "ny", "gre", "wil", "zo", "per", "hax"]
SYLLABLES: dict[str, tuple[list[str], int, int]] = {
    "latin": (LATIN, 2, 3),
    "german": (["mü", "grö", "bäu", "schü", "weiß", "kö", "ler", "mann", "feld", "hau"], 2, 3),
    "nordic": (["ø", "sø", "gård", "bjø", "þor", "kæ", "rå", "lund", "sten", "dahl"], 2, 3),
    "polish": (["ła", "dź", "śmi", "wą", "czę", "ski", "mał", "gór", "rzy", "now"], 2, 3),
    "czech": (["ři", "šta", "ček", "žá", "dvo", "řák", "ný", "věr", "ťo", "mír"], 2, 3),
    "turkish": (["şe", "ğa", "ış", "çö", "gül", "öz", "yıl", "maz", "ün", "ay"], 2, 3),
    "french": (["é", "lè", "çoi", "beau", "ré", "naï", "phë", "guê", "thie", "rôm"], 2, 3),
    "vietnamese": (["nguyễn", "thị", "phạm", "đặng", "hường", "quỳnh", "trần", "lưu"], 1, 1),
    "cyrillic": (["ан", "на", "пет", "ров", "мих", "све", "тла", "гор", "ей", "щук"], 2, 3),
    "ukrainian": (["їв", "ґан", "єв", "шев", "чен", "ко", "оле", "ксі", "мар", "іт"], 2, 3),
    "greek": (["πα", "πά", "δό", "που", "λος", "ειρ", "ήνη", "γεώ", "ργι", "ος"], 2, 3),
    "armenian": (["Հա", "կո", "բյան", "Արմ", "են", "Սար", "գիս", "Անի"], 2, 3),
    "georgian": (["გიო", "რგი", "ნინო", "მარ", "იამ", "ძე", "შვილი", "ბერი"], 2, 3),
    "hebrew": (["שרה", "כהן", "יעק", "אבר", "הם", "מרים", "לוי", "דוד"], 2, 2),
    "arabic": (["محمد", "فاطم", "عبد", "الرح", "مان", "يوسف", "خديج", "سلم"], 1, 2),
    "persian": (["گلن", "پری", "چهر", "ژاله", "داری", "کامر", "فره", "نگین"], 1, 2),
    "devanagari": (["रा", "मे", "श्", "कु", "मार", "ल", "क्ष्", "मी", "दे", "वी", "आ", "राध्"], 3, 4),
    "bengali": (["রা", "হি", "মা", "সু", "ল", "তা", "না", "জ", "রু", "ল"], 3, 4),
    "tamil": (["மு", "ரு", "க", "ன்", "செ", "ல்", "வி", "லட்", "சு", "மி"], 3, 4),
    "amharic": (["አበ", "በች", "ገብ", "ርኤል", "ሰላ", "ማዊት", "ኃይ", "ሉ"], 2, 3),
    "thai": (["สม", "ชาย", "ใจ", "ดี", "วิ", "ไล", "พร", "ทอง", "แก้ว"], 2, 3),
    "khmer": (["សុ", "ភា", "ចាន់", "ដា", "រី", "ពេជ្រ", "សិ", "លា"], 2, 3),
    "burmese": (["အောင်", "ဆန်း", "စု", "ကြည်", "သီ", "ဟ", "မြ", "ဝင်း"], 2, 3),
    "chinese": (list("陳偉淑芬建國志明雅婷俊傑怡君宏達"), 2, 2),
    "japanese": (list("猫塚春野綱手畑鹿丸奈良桜井健二澪"), 2, 2),
    "kana": (["ひな", "さく", "らみ", "カカ", "シマ", "ナル", "いの", "りん"], 2, 3),
    "korean": (list("민서지훈하윤도현예준수아시우채원"), 2, 2),
    "beyond the first plane": (list("𠮷𡈽𢌞野家田村川"), 2, 2),
    "short": (["Li", "Wu", "Ng", "Bo", "Xu", "Ah", "Mo", "Yu"], 1, 1),
}
BETWEEN = {"latin": ("-", "'"), "french": ("-",), "nordic": ("-",)}


def planted(count: int = 1000, seed: int = SEED) -> tuple[Planted, ...]:
    """Names, each of another spelling, the scripts in turn; the same for the same seed."""
    dice, found = random.Random(seed), dict[str, Planted]()
    scripts = list(SYLLABLES)
    for turn in range(count * 20):
        script = scripts[turn % len(scripts)]
        name = f"{_word(script, dice)} {_word(script, dice)}"
        found.setdefault(name, Planted(script, name))
        if len(found) == count:
            return tuple(found.values())
    raise AssertionError(f"only {len(found)} different names can be made")


def _word(script: str, dice: random.Random) -> str:
    syllables, least, most = SYLLABLES[script]
    word = "".join(dice.choice(syllables) for _ in range(dice.randint(least, most)))
    if script in BETWEEN and dice.random() < 0.2:
        word += dice.choice(BETWEEN[script]) + (dice.choice(syllables) + dice.choice(syllables)).title()
    return unicodedata.normalize(dice.choice(("NFC", "NFD")), word[:1].upper() + word[1:])
