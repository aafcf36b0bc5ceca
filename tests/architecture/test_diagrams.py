"""The pictures in docs/architecture.md are those of the tables."""

from tests.architecture.diagrams import DOCUMENT, TABLES, drawn


def test_the_life_cycles_in_the_documentation_are_not_stale():
    text = DOCUMENT.read_text()
    assert all(f"<!-- diagram: {name} -->" in text for name in TABLES)
    assert drawn(text) == text, "run: python -m tests.architecture.diagrams"


def test_a_changed_table_would_be_noticed():
    text = DOCUMENT.read_text()
    assert drawn(text.replace("wrapping --> idle: WrapUpEnded", "wrapping --> idle")) == text
