"""Every state of every built component has a test that is there, in both languages; a gap in the table shows here."""

from tests.architecture.test_pitfalls import collected
from tests.web.pages.states import COMPONENTS, Component

FOLDER = "tests/web/pages"
LANGUAGES = {"en", "zh"}


def test_id(name: str) -> str:
    """`board_page::it_does` -> `tests/web/pages/test_board_page.py::test_it_does`."""
    file, test = name.split("::")
    return f"{FOLDER}/test_{file}.py::test_{test}"


test_id.__test__ = False  # type: ignore[attr-defined]  # a name, no test


def gaps(components: dict[str, Component], found: set[str]) -> list[str]:
    """What is wrong with the table, in words."""
    wrong = []
    for component, states in components.items():
        for state, cell in states._asdict().items():
            where = f"{component}, {state}"
            if not cell:
                wrong.append(f"{where}: no test and no reason")
            for name in cell if isinstance(cell, tuple) else ():
                runs = {each for each in found if each.split("[")[0] == test_id(name) and "[" in each}
                spoken = {part for each in runs for part in each.partition("[")[2].rstrip("]").split("-")} & LANGUAGES
                wrong += [f"{where}: {name} does not run in {language}" for language in sorted(LANGUAGES - spoken)]
    return wrong


def test_every_state_of_every_component_has_a_test_in_both_languages():
    assert gaps(COMPONENTS, collected({FOLDER})) == []


def test_a_gap_is_found():
    found = {f"{FOLDER}/test_a.py::test_b[en-x]", f"{FOLDER}/test_a.py::test_b[x-zh]", f"{FOLDER}/test_a.py::test_c[en]"}
    table = {"thing": Component(loading=("a::b",), empty="none", error=("a::c",), disconnected=())}
    assert gaps(table, found) == [
        "thing, error: a::c does not run in zh",
        "thing, disconnected: no test and no reason",
    ]
