"""The center that stories of real calls happen in: its files, and what it promises callers, for the recount.

Small times, so that a story takes seconds: an offer rings 2 s, a placed call and a transfer 3 s. Telephone numbers are of the
range kept for fiction.
"""

from pathlib import Path
from typing import Any

from tests.fixtures.prompts import lay_prompts
from tests.integration.pbx import LOOPBACK, Pbx

PASSWORD = "loopback-only"
AGENT_TONES = {"1001": 1300, "1002": 1500, "1003": 1700}
"""Agent -> her tone, Hz."""
OTHER_AGENT_HZ = 1900
ORDERS, BILLING = "orders", "billing"

MAIN = "+12125550100"
DIRECT = "+12125550101"
CLOSED = "+12125550102"
BLOCKED = "+12125550199"
PROMPTS = ("welcome", "menu", "wrong", "silent", "closed", "queue_position", "queue_next", "trouble")

MISSED_CALL_HOLD_MS = 20_000
REJECT_DELAY_MS = 2_000
PROMISES: dict[str, Any] = {
    "numbers": {
        MAIN: {"menu": {"1": ORDERS, "2": BILLING, "": ORDERS}},
        DIRECT: {"menu": {"": ORDERS}},
        CLOSED: {"menu": {"": ORDERS}, "closed": True},
    },
    "queues": {
        ORDERS: {"service_level_ms": 2_500, "short_abandon_ms": 1_000},
        BILLING: {"service_level_ms": 2_500, "short_abandon_ms": 1_000},
    },
    "default_queue": ORDERS,
    "wrap_up_hard_ms": 300_000,
    "missed_call_hold_ms": MISSED_CALL_HOLD_MS,
}
"""What somebody outside knows of the center."""

_CENTER = f"""
name: Loopback
zone: UTC
default_queue: {ORDERS}
flows: [main.yaml, direct.yaml, closed.yaml]
skills:
  orders: {{en: Orders, zh: 订单}}
  billing: {{en: Billing, zh: 账单}}
teams:
  day: {{en: Day, zh: 白班}}
queues:
  {ORDERS}:
    label: {{en: Orders, zh: 订单}}
    skill: orders
    ring: 2s
    service_level: 2500ms
    short_abandon: 1s
    announce_every: 0s
    wrap_up: 60s
  {BILLING}:
    label: {{en: Billing, zh: 账单}}
    skill: billing
    ring: 2s
    service_level: 2500ms
    short_abandon: 1s
    announce_every: 0s
    wrap_up: 60s
numbers:
  main: {{dialed: "{MAIN}", label: {{en: Main, zh: 总机}}, flow: main, language: en}}
  direct: {{dialed: "{DIRECT}", label: {{en: Direct, zh: 直线}}, flow: direct, language: zh}}
  closed: {{dialed: "{CLOSED}", label: {{en: Closed, zh: 关闭}}, flow: closed, language: en}}
hours:
  never: {{mon-sun: closed}}
  always: {{mon-sun: 00:00-24:00}}
prompts:
PROMPTS
dispositions:
  solved: {{en: Solved, zh: 已解决}}
reasons:
  break: {{en: Break, zh: 休息}}
blocked: ["{BLOCKED}"]
timing:
  reject_delay: {REJECT_DELAY_MS}ms
  missed_call_hold: {MISSED_CALL_HOLD_MS}ms
  place_ring: 3s
  transfer_ring: 3s
outside:
  region: US
  countries: [US]
  caller_id: "{MAIN}"
  emergency: ["112", "911"]
agents:
  "1001": {{name: Ana, team: day, skills: {{orders: 5}}}}
  "1002": {{name: Ben, team: day, skills: {{orders: 3}}}}
  "1003": {{name: Eva, team: day, skills: {{billing: 5}}}}
users:
  - {{login: lead, role: supervisor, teams: all, password: {PASSWORD}}}
  - {{login: "1001", role: agent, agent: "1001", password: {PASSWORD}}}
  - {{login: "1002", role: agent, agent: "1002", password: {PASSWORD}}}
  - {{login: "1003", role: agent, agent: "1003", password: {PASSWORD}}}
""".replace("PROMPTS", "\n".join(f"  {name}: {{en: {name}., zh: 你好。}}" for name in PROMPTS))

_MAIN = """
id: main
start: who
nodes:
  who: {node: look_up, wait: 500ms, found: welcome, not_found: welcome, failed: welcome}
  welcome: {node: say, prompt: welcome, next: open}
  open: {node: hours, hours: always, open: menu, closed: shut}
  menu:
    node: menu
    prompt: menu
    invalid: wrong
    silence: silent
    timeout: 1s
    attempts: 2
    keys: {"1": orders, "2": billing}
    on_failure: orders
  orders: {node: queue, queue: orders}
  billing: {node: queue, queue: billing}
  shut: {node: hang_up, prompt: closed, end: closed}
"""
_DIRECT = """
id: direct
start: orders
nodes:
  orders: {node: queue, queue: orders}
"""
_CLOSED = """
id: closed
start: time
nodes:
  time: {node: hours, hours: never, open: orders, closed: shut}
  orders: {node: queue, queue: orders}
  shut: {node: hang_up, prompt: closed, end: closed}
"""


def settings(folder: Path, pbx: Pbx, port: int) -> Path:
    """Writes the center's files and the service's settings for this exchange; returns the settings file."""
    for name, text in (("center", _CENTER), ("main", _MAIN), ("direct", _DIRECT), ("closed", _CLOSED)):
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    lay_prompts(folder / "center.yaml", folder / "data" / "prompts")
    values = pbx.values
    file = folder / "service.yaml"
    file.write_text(
        f"""
center: center.yaml
password_cost: light
listen: {LOOPBACK}:{port}
data: data
log_level: info
carriers:
  pbx:
    kind: asterisk
    listen: {LOOPBACK}:{pbx.service_port}
    user: {values.service_user}
    application: {values.application}
    ari_url: http://{LOOPBACK}:{values.http_port}/ari
    ari_user: {values.ari_user}
    prompts: {values.directory}/prompts
    cdr: {pbx.home}/log/cdr-custom/legs.csv
"""
    )
    return file
