"""What the checks share: finding sources, blanking comments and strings, saying what is wrong and what to do."""
import os
import re
import sys

SKIPPED = {".git", "build", "node_modules", "__pycache__", ".cache"}


class Report:
    """Collects complaints; each names file, line, rule and remedy."""

    def __init__(self, rule):
        self.rule, self.count = rule, 0

    def add(self, path, line, what, remedy):
        self.count += 1
        print(f"{path}:{line}: {what} [{self.rule}]\n    remedy: {remedy}")

    def end(self, looked_at):
        print(f"{self.rule}: {looked_at} looked at, {self.count} complaints")
        sys.exit(1 if self.count or not looked_at else 0)


def root():
    """The tree to check: the first argument, else this one."""
    path = sys.argv[1] if len(sys.argv) > 1 else os.path.join(os.path.dirname(__file__), "..", "..")
    os.chdir(path)


def files(folders, endings=()):
    """Paths below the folders, sorted; generated files (*.gen.*) are nobody's handwriting."""
    for folder in folders:
        for where, inner, names in os.walk(folder):
            inner[:] = sorted(name for name in inner if name not in SKIPPED and not name.startswith("build-"))
            for name in sorted(names):
                if (not endings or name.endswith(tuple(endings))) and ".gen." not in name:
                    yield os.path.join(where, name)


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


_TOKEN = re.compile(r"""
    (?P<comment> //[^\n]* | /\*.*?\*/ ) |
    (?P<string> "(?:\\.|[^"\\\n])*" ) |
    (?P<char> '(?:\\.|[^'\\\n])+' )
    """, re.S | re.X)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The same text, comments blanked; every line stays where it is."""
    return _TOKEN.sub(lambda m: _blank(m[0]) if m["comment"] else m[0], text)


def code_only(text):
    """Comments, strings and characters blanked."""
    return _TOKEN.sub(lambda m: _blank(m[0]), text)


def comment_lines(text):
    """Numbers of the lines that a comment touches."""
    touched = set()
    for match in _TOKEN.finditer(text):
        if match["comment"]:
            first = line_of(text, match.start())
            touched.update(range(first, first + match[0].count("\n") + 1))
    return touched


def strings(text):
    """(line, content) of each string literal; neighbours are joined as the compiler joins them."""
    found, end = [], None
    for match in _TOKEN.finditer(text):
        if match["comment"]:
            continue
        if match["char"]:
            end = None
            continue
        between = code_only(text[end:match.start()]).strip() if end is not None else "x"
        if found and between == "":
            found[-1] = (found[-1][0], found[-1][1] + match[0][1:-1])
        else:
            found.append((line_of(text, match.start()), match[0][1:-1]))
        end = match.end()
    return found


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1
