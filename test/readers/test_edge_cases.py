"""The table of edge cases in README.md: all thirty, each with tests that are there."""
import pathlib
import re

HERE = pathlib.Path(__file__).parent
TEST = HERE.parent
ROW = re.compile(r"^\| (\d+) \| .* \| (.*) \|$", re.M)
NAMED = re.compile(r"`([\w/]+\.(?:py|c|sql))`((?: `[\w]+`)*)")


def test_each_case_names_tests_that_are_there():
    rows = ROW.findall((HERE / "README.md").read_text())
    assert [int(number) for number, _ in rows] == list(range(1, 31))
    named = 0
    for number, tests in rows:
        found = NAMED.findall(tests)
        assert found or tests.startswith("*not yet*"), f"case {number} names no test"
        for file, names in found:
            text = (TEST / file).read_text()
            for name in re.findall(r"\w+", names):
                assert re.search(rf"\b(def|void) {name}\(|\b{name}\b", text), f"case {number}: {file} has no {name}"
                named += 1
    assert named > 60
