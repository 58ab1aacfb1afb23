"""The table of edge cases in README.md: all thirty, each with tests that are there."""
import pathlib
import re

import pytest

HERE = pathlib.Path(__file__).parent
TEST = HERE.parent
ROW = re.compile(r"^\| (\d+) \| .* \| (.*) \|$", re.M)
NAMED = re.compile(r"`([\w/]+\.(?:py|c|sql))`((?: `[\w]+`)*)")


def is_there(file, name, text):
    """A test that runs, not a word in a comment: a function of Python's; a test of C's that is run; a fault of the simulator's; a word of
    what pgTAP is asked or says."""
    if file.endswith(".py"):
        return re.search(rf"^def {name}\(", text, re.M)
    if file.startswith("sim/"):
        return re.search(rf"^ *(?:\w.*)?\bFAULT\(s, {name}\)", text, re.M)
    if file.endswith(".c"):
        return re.search(rf"^static void {name}\(void \*\*state\)$", text, re.M) and re.search(rf"\bcmocka_unit_test\w*\(\s*{name}\b", text)
    return re.search(rf"^select (?:is|isnt|ok|lives_ok|throws_ok|results_eq|is_empty)\((?:(?!--).)*\b{name}\b", text, re.M)


@pytest.mark.parametrize("file, text", [
    ("readers/a.py", "# def it():\nit()\n"), ("readers/a.py", "def it_is():\n    'def it()'\n"), ("unit/a.c", "/* it(x) is tried */\n"),
    ("unit/a.c", "static void it(void **state)\n{\n}\n"), ("sim/a.c", "/* it */\n"), ("sql/a.sql", "-- it\nselect is(1, 1, 'one');\n"),
    ("sql/a.sql", "select is(1, 1, 'one'); -- it\n"), ("sql/a.sql", "create function it() returns text\n")])
def test_a_word_in_a_comment_is_no_test(file, text):
    assert not is_there(file, "it", text)


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
                assert is_there(file, name, text), f"case {number}: {file} has no {name}"
                named += 1
    assert named > 60
