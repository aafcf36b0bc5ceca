"""The center in which campaigns dial on a real Asterisk: many agents, a campaign manager, a law with small figures.

Nothing is spoken here either: every prompt is a tone. The law is the test's own pack, so that no test depends on the hour.
"""

from pathlib import Path

from tests.fixtures.prompts import lay_prompts
from tests.integration import center, sound
from tests.integration.center import PASSWORD
from tests.integration.pbx import Pbx
from tests.integration.service import PROMPT_HZ

MANAGER = "mia"
CALLER_ID = "+12125550180"
SORRY = "sorry"
"""The prompt for those whom no agent takes in time."""
SORRY_S = 0.6
LAW = "test"
CONNECT_MS = 2_000
RING_MS = 5_000
"""The least that a campaign may ring."""


def names(agents: int) -> list[str]:
    return [f"2{index:03}" for index in range(agents)]


def write(agents: int, cap: float, folder: Path, pbx: Pbx, port: int) -> Path:
    """Writes the settings and everything that they name, for so many agents under such a cap; `partial` makes a WriteSettings."""
    file = center.settings(folder, pbx, port)
    written = folder / "center.yaml"
    text = written.read_text()
    desks = "".join(f'  "{name}": {{name: Agent {name}, team: day, skills: {{orders: 1}}}}\n' for name in names(agents))
    users = f"  - {{login: {MANAGER}, role: campaign_manager, password: {PASSWORD}}}\n"
    users += "".join(f'  - {{login: "{name}", role: agent, agent: "{name}", password: {PASSWORD}}}\n' for name in names(agents))
    for mark, more in (("agents:\n", desks), ("users:\n", users), ("prompts:\n", f"  {SORRY}: {{en: Sorry., zh: 抱歉。}}\n")):
        assert text.count(mark) == 1, mark
        text = text.replace(mark, mark + more)
    written.write_text(text)
    lay_prompts(written, folder / "data" / "prompts")
    for language in ("en", "zh"):
        sound.write_wav(pbx.home / "prompts" / language / f"{SORRY}.wav", sound.tone(PROMPT_HZ, SORRY_S))
    pbx.own()
    laws = folder / "laws"
    laws.mkdir(exist_ok=True)
    (laws / "test.yaml").write_text(
        f"""
id: {LAW}
label: {{en: Test, zh: 测试}}
versions:
  - version: "1"
    valid_from: 2020-01-01
    caller_id: true
    connect: {CONNECT_MS}ms
    abandon: {{share: {cap * 100:g}%, window_days: 30}}
    message: {{within: {CONNECT_MS + 500}ms, contains: [seller, number], opt_out_key: true}}
"""
    )
    file.write_text(file.read_text() + "laws: laws\n")
    return file
