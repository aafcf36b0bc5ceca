"""Which sound files say a prompt or a number, in order. Pure; who makes the files (config, media) and who plays them (carriers)
agree here: `<folder>/<language>/<name>` with the names of this file.

English says 342 as "three hundred forty two", Chinese as 三百四十二; both from the same few pieces.
"""

from callcenter.kernel.flow import SayNumber, Spoken
from callcenter.kernel.words import Language

HUNDRED = "number-hundred"


def pieces(spoken: Spoken, language: Language) -> tuple[str, ...]:
    """Names of the files that say it, one after another. A number must be from 0 to 999."""
    if isinstance(spoken, SayNumber):
        if not 0 <= spoken.value <= 999:
            raise ValueError(f"{spoken.value} is not a number from 0 to 999")
        return _chinese(spoken.value) if language == "zh" else _english(spoken.value)
    return (spoken.prompt,)


def number_pieces(language: Language) -> tuple[str, ...]:
    """Every name that `pieces` may use for numbers: what must be made for the language."""
    if language == "zh":
        return (*(_name(value) for value in range(11)), HUNDRED)
    return (*(_name(value) for value in (*range(20), *range(20, 100, 10))), HUNDRED)


def _name(value: int) -> str:
    return f"number-{value}"


def _english(value: int) -> tuple[str, ...]:
    hundreds, rest = divmod(value, 100)
    out = [_name(hundreds), HUNDRED] if hundreds else []
    if rest >= 20:
        out.append(_name(rest - rest % 10))
        if rest % 10:
            out.append(_name(rest % 10))
    elif rest or not hundreds:
        out.append(_name(rest))
    return tuple(out)


def _chinese(value: int) -> tuple[str, ...]:
    hundreds, rest = divmod(value, 100)
    tens, ones = divmod(rest, 10)
    out = [_name(hundreds), HUNDRED] if hundreds else []
    if tens:
        # 十二 alone, but 一百一十二
        out += [_name(10)] if tens == 1 and not hundreds else [_name(tens), _name(10)]
    elif hundreds and ones:
        out.append(_name(0))  # 一百零五
    if ones or not value:
        out.append(_name(ones))
    return tuple(out)
