"""A small sound center to make mistakes in: its files as text, written to a folder, one change at a time."""

from pathlib import Path

from callcenter.kernel.seed import CenterSeed
from config.center_file import read_center
from config.yaml import BadFile, FileMistake

CENTER = """\
name: Two Rooms
zone: America/New_York
default_queue: desk
flows: [main.yaml]
skills:
  billing: {en: Billing, zh: 账单}
teams:
  one: {en: One, zh: 一组}
queues:
  desk:
    label: {en: Desk, zh: 前台}
    skill: billing
    ring: 20s
    wrap_up: 30s
    wrap_up_hard: 2m
numbers:
  main:
    dialed: "+12125550100"
    label: {en: Main, zh: 总机}
    flow: main
hours:
  office:
    mon-fri: 09:00-17:00
    sat: [09:00-12:00, 13:00-15:00]
    holidays: [2026-12-25]
prompts:
  welcome: {en: Welcome., zh: 欢迎。}
  queue_position: {en: You are number, zh: 您是第}
dispositions:
  done: {en: Done, zh: 完成}
reasons:
  break: {en: Break, zh: 休息}
agents:
  "1001":
    name: Ana Ruiz
    team: one
    skills: {billing: 5}
users:
  - login: "1001"
    role: agent
    agent: "1001"
    password: long-enough
accounts:
  - {name: Copper Kettle, tier: gold}
contacts:
  - name: Eleanor Whitfield
    account: Copper Kettle
    phones: ["+12125550101", {number: (917) 555-0111, label: mobile}]
blocked: ["+12025550199"]
"""
FLOW = """\
id: main
start: hello
nodes:
  hello:
    node: say
    prompt: welcome
    next: open
  open:
    node: hours
    hours: office
    open: desk
    closed: bye
  desk:
    node: queue
    queue: desk
  bye:
    node: hang_up
    prompt: welcome
    end: closed
"""


def read(folder: Path, center: str = CENTER, flow: str = FLOW, **others: str) -> CenterSeed:
    """Reads a center from these texts; `others` are further files, by name without .yaml."""
    folder.mkdir(exist_ok=True)
    (folder / "center.yaml").write_text(center, encoding="utf-8")
    (folder / "main.yaml").write_text(flow, encoding="utf-8")
    for name, text in others.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return read_center(folder / "center.yaml")


def mistakes(folder: Path, center: str = CENTER, flow: str = FLOW, **others: str) -> list[FileMistake]:
    try:
        read(folder, center, flow, **others)
    except BadFile as bad:
        return bad.mistakes
    return []


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in the file"
    return text.replace(old, new)


def line_of(text: str, part: str) -> int:
    """The line (from 1) where `part` stands first."""
    assert part in text
    return text[: text.index(part)].count("\n") + 1
