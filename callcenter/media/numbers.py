"""Whole numbers from 0 to 999 as the prompts that speak them, in English and Mandarin. Pure: no file, no sound."""

from collections.abc import Iterator

from callcenter.kernel.center import Label
from callcenter.kernel.words import Language

PREFIX = "number-"
"""Prompts of the center's own may not begin like this."""
HUNDRED = f"{PREFIX}hundred"
LARGEST = 999

_EN_SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen twenty"
).split()
_EN_TENS = "thirty forty fifty sixty seventy eighty ninety".split()
_ZH_DIGITS = "零一二三四五六七八九"


def number_texts() -> dict[str, Label]:
    """Prompt -> what it says: 0 to 20, the tens to 90, and the word hundred."""
    texts = {f"{PREFIX}{value}": Label(word, _small_zh(value)) for value, word in enumerate(_EN_SMALL)}
    texts |= {f"{PREFIX}{tens * 10}": Label(word, _small_zh(tens * 10)) for tens, word in enumerate(_EN_TENS, start=3)}
    texts[HUNDRED] = Label("hundred", "百")
    return texts


def number_prompts(value: int, language: Language) -> tuple[str, ...]:
    """The prompts that speak `value` in order. Raises ValueError outside 0 to 999.

    English says one hundred five; Mandarin puts a zero where the tens are missing (一百零五) and a one before ten
    after a hundred (一百一十二), but not alone (十二).
    """
    if not 0 <= value <= LARGEST:
        raise ValueError(f"{value} cannot be spoken: write a whole number from 0 to {LARGEST}")
    return tuple(part if part == HUNDRED else f"{PREFIX}{part}" for part in _parts(value, language))


def _parts(value: int, language: Language) -> Iterator[str]:
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    if hundreds:
        yield str(hundreds)
        yield HUNDRED
        if not rest:
            return
        if language == "zh":
            if not tens:
                yield "0"
            elif tens == 1:
                yield "1"
                yield "10"
                if ones:
                    yield str(ones)
                return
    if rest <= 20:
        yield str(rest)
        return
    yield str(tens * 10)
    if ones:
        yield str(ones)


def _small_zh(value: int) -> str:
    tens, ones = divmod(value, 10)
    if not tens:
        return _ZH_DIGITS[ones]
    return ("" if tens == 1 else _ZH_DIGITS[tens]) + "十" + (_ZH_DIGITS[ones] if ones else "")
