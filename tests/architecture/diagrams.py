"""Draws the life cycles of kernel and dialer into docs/architecture.md. Run as a module it writes; its test only compares."""

import re
from pathlib import Path

from callcenter.kernel.activity import ACTIVITY
from callcenter.kernel.call_state import CALL
from callcenter.kernel.campaign_state import CAMPAIGN
from callcenter.kernel.leg_state import LEG
from callcenter.kernel.presence import PRESENCE
from dialer.attempt_state import ATTEMPT

DOCUMENT = Path(__file__).parents[2] / "docs" / "architecture.md"
TABLES = {table.name: table for table in (CALL, LEG, PRESENCE, ACTIVITY, CAMPAIGN, ATTEMPT)}
_PLACE = re.compile(r"<!-- diagram: (\w+) -->\n.*?<!-- end -->", re.DOTALL)


def drawn(text: str) -> str:
    """The document with every picture as the tables are now."""

    def draw(place: re.Match[str]) -> str:
        table = TABLES[place[1]]
        return f"<!-- diagram: {place[1]} -->\n### {place[1].title()}\n```mermaid\n{table.diagram()}\n```\n<!-- end -->"

    return _PLACE.sub(draw, text)


if __name__ == "__main__":
    DOCUMENT.write_text(drawn(DOCUMENT.read_text()))
