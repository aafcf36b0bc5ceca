"""The pages' own dictionary, read from its sources: a test names a word by its key and sees it in the language of the run."""

import json
import re
from pathlib import Path

import callcenter.web

FILES = sorted((Path(callcenter.web.__file__).parent / "src" / "i18n").glob("*.ts"))
PAIR = re.compile(r'^  "?([\w.]+)"?: \[\s*("(?:[^"\\]|\\.)*"),\s*("(?:[^"\\]|\\.)*"),?\s*\],', re.MULTILINE)


def _all() -> dict[str, tuple[str, str]]:
    found = {}
    for file in FILES:
        for key, english, chinese in PAIR.findall(file.read_text("utf-8")):
            found[key] = (json.loads(english), json.loads(chinese))
    return found


class Words:
    """`say("card.incoming")`."""

    pairs = _all()

    def __init__(self, language: str) -> None:
        self.language = language
        self.locale = "zh-CN" if language == "zh" else "en-US"

    def __call__(self, key: str, **values: object) -> str:
        text = self.pairs[key][1 if self.language == "zh" else 0]
        return re.sub(r"\{(\w+)\}", lambda place: str(values[place[1]]), text)
