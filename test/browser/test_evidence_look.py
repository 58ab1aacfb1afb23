"""The evidence page as an auditor sees it: in light and dark, on a telephone, on paper, saved, and with words that want more."""
import functools
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import sys
import threading

import pytest

import axe
import chromium
from lib import wait, world

if missing := chromium.missing():
    pytest.skip(f"{missing}; deploy/setup --with browser installs what it takes", allow_module_level=True)

ROOT = pathlib.Path(__file__).resolve().parents[2]
CASES = sorted((ROOT / "test" / "golden" / "evidence").glob("*.json"))
NARROW, WIDE = 360, 1200
sys.path.insert(0, str(ROOT / "test" / "golden"))


@pytest.fixture(scope="module")
def files():
    """Each page as a file of its own, as `evidence export --html` writes it, and one of hostile words; where they are served."""
    folder = ROOT / "build" / "results" / "browser" / "evidence"
    folder.mkdir(parents=True, exist_ok=True)
    build = pathlib.Path(os.environ.get("COUNTERSIGN", ROOT / "build" / "countersign")).resolve().parent

    def render(document, name):
        done = subprocess.run([build / "test" / "golden" / "render_evidence", document, "auditor", "file"], check=True, capture_output=True)
        (folder / f"{name}.html").write_bytes(done.stdout)
    for case in CASES:
        render(case, case.stem)
    from evidence_test import spoiled
    (folder / "hostile.json").write_text(json.dumps(spoiled(json.loads((ROOT / "test/golden/evidence/exception.json").read_text()))))
    render(folder / "hostile.json", "hostile")

    class Handler(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            asked.append(self.path)
    asked = []
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()


@pytest.fixture(scope="module")
def page():
    with chromium.Browser() as made:
        yield made


@pytest.fixture(scope="module")
def rules():
    return axe.program()


def sound(page, rules, where):
    assert axe.complaints(page.driver, rules) == [], where
    told = [line for line in page.told() if "favicon" not in line]
    assert told == [], where
    assert page.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth"), f"{where} is wider than the window"


def words_of(pdf):
    return " ".join(subprocess.run(["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True).stdout.split())


@pytest.mark.parametrize("name", [case.stem for case in CASES] + ["hostile"])
def test_everybody_can_read_it(files, page, rules, name):
    url, asked = files
    page.told()
    for width, dark in ((WIDE, False), (NARROW, True)):
        page.wide(width)
        page.dark(dark)
        asked.clear()
        page.open(f"{url}/{name}.html")
        page.whole(f"evidence-{name}-{width}")
        sound(page, rules, f"{name} at {width}, dark: {dark}")
        assert {path for path in asked if "favicon" not in path} <= {f"/{name}.html"}, "it asks for nothing else"
        assert page.driver.execute_script("return document.scripts.length + document.images.length") == 0
    page.dark(False)


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext; deploy/setup --with browser installs it")
@pytest.mark.parametrize("name", [case.stem for case in CASES])
def test_it_fits_on_paper_and_is_read_there(files, page, name):
    url, _ = files
    page.wide(WIDE)
    page.open(f"{url}/{name}.html")
    verdict = page.text("h1 bdi")
    digest = json.loads((ROOT / f"test/golden/evidence/{name}.json").read_text())["made"]["sha256"]
    sheets = page.paper(f"evidence-{name}")
    words = words_of(chromium.PICTURES / f"evidence-{name}.pdf")
    assert sheets <= (1 if name in ("removal", "grant", "refused", "worked") else 2), name
    assert verdict in words and digest in words, words


class Served(world.World):
    def configure(self):
        super().configure()
        self.edit_file("countersign.yaml", "    poll_interval:", f"    evidence_url: http://127.0.0.1:{self.ops_port}\n    poll_interval:")
        with open(self.config, "a") as file:
            file.write("console: { this_machine: auditor }\n")


def test_from_the_ticket_to_the_verdict_with_no_script(page, rules):
    """As the service serves it: styled, under its policy, without a script, and found by the ticket's own link."""
    with Served() as site:
        site.has_role("reyes", "fin-viewer", False)
        key = site.ask_grant("reyes", "fin-viewer")
        site.until_phase(key, "fulfilling")
        site.has_role("reyes", "fin-viewer", True)
        site.resolve(key)
        site.until_phase(key, "closed")
        wait.until(lambda: site.ticket(key)["links"], 30, what="the ticket links to its evidence")
        page.wide(WIDE)
        page.open(f"{site.jira_url}/browse/{key}?as=agent")
        page.told()
        target = page.driver.find_element("partial link text", f"Evidence · {key}").get_attribute("href")
        page.scripts(False)
        page.open(target)
        assert page.text("h1 bdi") == "Proven: reyes has fin-viewer in SAP FIN"
        without = page.text("main")
        page.scripts(True)
        page.open(target)
        assert page.text(".verdict h1") and page.text("main")[:300] == without[:300]
        assert page.driver.execute_script("return getComputedStyle(document.querySelector('.cells')).display") == "grid", "it is styled"
        page.whole("evidence-served")
        sound(page, rules, "as it is served")
