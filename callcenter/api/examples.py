"""An example of each request's body, as the OpenAPI document shows it; a test reads each as the service would.

Numbers are of the ranges that are kept for fiction.
"""

from typing import Any

from callcenter.api import errors

KEY = "5b0c1a52-6c3e-4c56-9f6f-0d7d3c1c9a11"

BODIES: dict[str, Any] = {
    "SignInRequest": {"login": "ana", "password": "a long sentence is easy to keep"},
    "PasswordRequest": {"present": "the one I was given", "password": "a long sentence is easy to keep"},
    "SessionPatch": {"language": "zh", "theme": "dark"},
    "PresenceRequest": {"presence": "not_ready", "reason": "lunch"},
    "PlaceCallRequest": {"number": "(212) 555-0142", "contact": 17},
    "TransferRequest": {"to": {"type": "queue", "queue": "billing"}},
    "DispositionRequest": {"code": "resolved"},
    "ChooseContactRequest": {"contact": 17},
    "NotesRequest": {"text": "Wants the invoice again, by mail."},
    "ContactCreate": {
        "name": "Amelia Hartwell",
        "account": 4,
        "language": "en",
        "tier": "gold",
        "email": "amelia@example.com",
        "numbers": [{"number": "+12125550142", "label": "mobile"}],
    },
    "ContactPatch": {"note": "Prefers to be called in the morning.", "account": None},
    "AccountCreate": {"name": "Hartwell Frames", "number": "C-1042", "tier": "gold"},
    "UserCreate": {"login": "sam", "role": "supervisor", "teams": ["north"]},
    "UserPatch": {"active": False},
    "WebhookRequest": {"name": "Records", "url": "https://records.example.com/calls", "kinds": ["call.ended"]},
    "WebhookPatch": {"active": False},
    "CampaignCreate": {"name": "spring", "label": {"en": "Spring renewal", "zh": "春季续约"}, "mode": "preview", "law": "none"},
    "CampaignPatch": {"seen": 1790000000000, "goal": 40, "planned_calls": 1200, "budget": 300.0},
    "WorkRequest": {"campaign": 1},
    "HourRequest": {"at": 1790000000000},
    "CallbackSeen": {"seen": 1789990000000},
    "CallbackPatch": {"seen": 1789990000000, "at": 1790000000000, "agent": None},
    "PreviewRequest": {"header": 1},
    "ImportRequest": {
        "upload": "9c1d0a7e4b1f4f6d8a35c0f2b7e6d491", "order": "5f0c9a4be1d27c36", "name": "East", "policy": {"contacts": "link"},
    },
    "TargetCountRequest": {"conditions": [{"field": "tier", "op": "is", "value": "gold"}]},
    "TargetRequest": {"name": "Gold customers", "conditions": [{"field": "tier", "op": "is", "value": "gold"}]},
    "ListPatch": {"active": False},
    "BarRequest": {"number": "(212) 555-0142"},
    "NumberRequest": {"number": "(212) 555-0142"},
    "RegistryRequest": {"upload": "9c1d0a7e4b1f4f6d8a35c0f2b7e6d491", "name": "us-national", "day": "2026-11-20"},
    "ErrorBody": {
        "code": "not_found",
        "message": {"en": errors.WORDS["not_found"].en, "zh": errors.WORDS["not_found"].zh},
        "field": None,
    },
}


def error(code: str) -> dict[str, Any]:
    """What a refusal with this code looks like."""
    words = errors.WORDS.get(code)
    told = errors.CHINESE.get(code, "") if words is None else words.zh
    return {
        "code": code,
        "message": {"en": "What to do, in English." if words is None else words.en, "zh": told},
        "field": errors.MALFORMED.get(code),
    }
