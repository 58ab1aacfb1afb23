"""The checks find what they are for: each case is a small tree with one fault in it."""
import os
import shutil
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
TOOLS = os.path.join(ROOT, "connector", "tools")

BANNER = "/* x.h: an example. */\n"

CASES = [
    # check, file, content, what is said (None: nothing)
    ("layers", "connector/domain/x.c", '#include "io/io_pg.h"\n', "connector/domain/x.c:1: domain may not include"),
    ("layers", "connector/domain/x.c", "\n#include <stdio.h>\n", "connector/domain/x.c:2: domain is pure"),
    ("layers", "connector/domain/x.c", "#include <uv.h>\n", "<uv.h> belongs to io only"),
    ("layers", "connector/service/x.c", "#include <curl/curl.h>\n", "<curl/curl.h> belongs to io only"),
    ("layers", "connector/jsm/x.c", "#include <cjson/cJSON.h>\n", "belongs to json only"),
    ("layers", "connector/base/rng.c", "#include <openssl/evp.h>\n", "belongs to io base/digest.c"),
    ("layers", "connector/base/digest.c", "#include <openssl/evp.h>\n", None),
    ("layers", "connector/io/x.c", '#include "domain/flow.h"\n', "io may not include"),
    ("layers", "connector/store/x.c", '#include "io/io_pg.h"\n', None),
    ("layers", "connector/store/x.c", '#include "io/io_http.h"\n', "store may not include"),
    ("layers", "connector/service/x.c", '#include "io/io_pg_priv.h"\n', "private to io"),
    ("layers", "connector/base/x.c", '#include "err.h"\n', 'write #include "base/err.h"'),
    ("layers", "connector/misc/x.c", '#include "base/err.h"\n', "no place among the layers"),
    ("layers", "connector/domain/x.c", '/* #include <stdio.h> */\n#include "base/err.h"\n', None),
    ("banned", "connector/io/x.c", "int f(void)\n{\n    return rand();\n}\n", "connector/io/x.c:3: rand() is banned"),
    ("banned", "connector/io/x.c", 'const char *s = "rand()"; /* rand() */\n', None),
    ("banned", "connector/domain/x.c", "int f(void) { return time(0); }\n", "struct clock"),
    ("sql_in_c", "connector/service/x.c", 'const char *q = "select a "\n    "from t";\n', "x.c:1: SQL in a C string"),
    ("sql_in_c", "connector/service/x.c", 'const char *q = "UPDATE t SET a = 1";\n', "SQL in a C string"),
    ("sql_in_c", "connector/service/x.c", 'const char *q = "cannot update the ticket from here";\n', None),
    ("sql_in_c", "connector/service/x.c", "/* select a from b */\nint x;\n", None),
    ("sizes", "connector/base/x.c", "int x;\n" * 701, "701 lines"),
    ("sizes", "connector/base/x.c", "int f(void)\n{\n" + "    f();\n" * 70 + "    return 1;\n}\n", "f has 7"),
    ("sizes", "connector/jsm/x.c", "int x;\n", "connector/jsm/README.md:1: missing"),
    ("comments", "connector/base/x.h", "int f(void); /* what it is */\n", "no banner"),
    ("comments", "connector/base/x.h", BANNER + "\nint f(void);\n", "x.h:3: f is not documented"),
    ("comments", "connector/base/x.h", BANNER + "\n/* Both. */\nint f(void);\nint g(int a,\n      int b);\n", None),
    ("comments", "connector/base/x.h", BANNER + "\nstatic inline int f(void)\n{\n    return 1;\n}\n", "f is not"),
    ("comments", "connector/base/x.h", BANNER + "\nstruct a {\n    int (*call)(void);\n};\n#define F(x) (x)\n", None),
    ("comments", "connector/base/x_priv.h", "/* x_priv.h: inner. */\nint f(void);\n", None),
    ("format", "connector/base/x.c", "int  x ;\n", "not as .clang-format has it"),
    ("shell", "deploy/x.sh", "#!/bin/sh\necho $1\n", "SC2086"),
]


def run(check, tree, *more):
    done = subprocess.run([sys.executable, f"{TOOLS}/check_{check}.py", str(tree), *more], capture_output=True, text=True)
    if done.returncode == 77:
        pytest.skip(done.stdout.strip())
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def tree(tmp_path):
    """A tree that every check is content with."""
    for folder in ("connector", "connector/base", "connector/service", "connector/domain", "connector/io", "deploy", "test"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "README.md").write_text("# here\n")
    (tmp_path / "connector/base/good.h").write_text("/* good.h: good. */\nint good(void);\n".replace("*/\n", "*/\n\n/* Yes. */\n"))
    (tmp_path / "connector/base/good.c").write_text('#include "base/good.h"\n')
    (tmp_path / "connector/base/banned.h").write_text("/* banned.h: nothing. */\n")
    (tmp_path / "deploy/good.sh").write_text('#!/bin/sh\necho "$1"\n')
    shutil.copy(f"{ROOT}/.clang-format", tmp_path)
    return tmp_path


@pytest.mark.parametrize("check,path,content,said", CASES, ids=range(len(CASES)))
def test_fault_is_found(tree, check, path, content, said):
    (tree / path).parent.mkdir(exist_ok=True)
    (tree / path).write_text(content)
    code, output = run(check, tree)
    if said is None:
        assert code == 0, output
    else:
        assert code == 1 and said in output and "remedy: " in output, output


@pytest.mark.parametrize("check", ["layers", "banned", "format", "sql_in_c", "sizes", "comments", "shell"])
def test_good_tree_passes_and_empty_tree_does_not(tree, tmp_path_factory, check):
    code, output = run(check, tree)
    assert code == 0, output
    empty = tmp_path_factory.mktemp("empty")
    (empty / "connector").mkdir()
    assert run(check, empty)[0] == 1


def test_header_must_compile_alone(tree):
    arguments = ["build", "/nonexistent", "cc"]
    assert run("headers", tree, *arguments)[0] == 0
    (tree / "connector/base/x.h").write_text("/* x.h: needs more. */\n\nsize_t f(void);\n")
    code, output = run("headers", tree, *arguments)
    assert code == 1 and "connector/base/x.h:3: " in output, output
