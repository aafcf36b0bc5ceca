"""Which language a caller is spoken to: the contact's, else the called number's, else the one that she chose by key.

One place for every prompt, in flows and in queues. A flow's language node writes down what it found or was told; that holds then.
"""

from callcenter.hub.state import Call
from callcenter.kernel.center import Center
from callcenter.kernel.words import Language


def spoken(center: Center, call: Call) -> Language:
    """What a prompt is played in now."""
    return call.language or of_contact(center, call) or of_number(center, call) or center.default_language


def of_contact(center: Center, call: Call) -> Language | None:
    """The language of whom the call is with: the contact that was chosen, else what all who surely have the number speak.

    None while nobody is sure to be the caller: a tentative match may be somebody else, who speaks something else.
    """
    if call.contact is not None:
        sure = [match for match in call.matches if match.contact == call.contact]
    else:
        sure = [match for match in call.matches if not match.match.tentative]
    languages = {match.language for match in sure}
    only = languages.pop() if len(languages) == 1 else None
    return only if only in center.languages else None


def of_number(center: Center, call: Call) -> Language | None:
    number = center.numbers.get(call.number) if call.number else None
    return number.language if number else None
