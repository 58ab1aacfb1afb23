"""One world per file: starting it takes about two seconds."""
import os
import sys

import pytest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import world  # noqa: E402


@pytest.fixture(scope="module")
def site():
    made = world.World()
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()
