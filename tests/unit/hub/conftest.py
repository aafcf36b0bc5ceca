"""Every story begins in a small center on a simulated network."""

import pytest

from tests.unit.hub.story import Story


@pytest.fixture
def story() -> Story:
    return Story()
