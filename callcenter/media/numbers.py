"""The prompts that whole numbers are put together from, in English and Mandarin. Pure: no file, no sound.

Which of them say a number, and in what order, is `telephony.spoken`'s; a test holds the two together.
"""

from callcenter.kernel.center import Label

PREFIX = "number-"
"""Prompts of the center's own may not begin like this."""
HUNDRED = f"{PREFIX}hundred"

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


def _small_zh(value: int) -> str:
    tens, ones = divmod(value, 10)
    if not tens:
        return _ZH_DIGITS[ones]
    return ("" if tens == 1 else _ZH_DIGITS[tens]) + "十" + (_ZH_DIGITS[ones] if ones else "")
