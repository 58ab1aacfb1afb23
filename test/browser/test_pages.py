"""The console as people see it: with and without scripts, in light and dark, on a telephone, on paper, and with words that want more."""
import functools
import http.server
import os
import pathlib
import re
import subprocess
import threading

import pytest

import axe
import chromium
from lib import wait, world

if missing := chromium.missing():
    pytest.skip(f"{missing}; deploy/setup --with browser installs what it takes", allow_module_level=True)

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = ["board", "gate", "playground"]
NARROW, WIDE = 360, 1200


class Watched(world.World):
    def configure(self):
        super().configure()
        self.edit_file("countersign.yaml", "    poll_interval:", "    gate: { reprove: 1s }\n    poll_interval:")
        with open(self.config, "a") as file:
            file.write("console: { this_machine: auditor }\n")

    @property
    def console(self):
        return f"http://127.0.0.1:{self.ops_port}"


@pytest.fixture(scope="module")
def site():
    with Watched() as made:
        made.control("accounts", {"connector": {"admin": True}})
        for person, role in (("okafor", "fin-ledger-admin"), ("novak", "fin-viewer")):
            key = made.ask_removal(person, role)
            made.until_phase(key, "fulfilling")
        made.resolve(key)
        wait.until(lambda: "<svg" in world.http("GET", f"{made.console}/gate")[1], 30, what="a look at the gate")
        yield made


@pytest.fixture(scope="module")
def kept():
    """Pages that the unit tests make, hostile ones among them, served with the policy that the service sends."""
    folder = ROOT / "build" / "results" / "browser" / "pages"
    folder.mkdir(parents=True, exist_ok=True)
    build = pathlib.Path(os.environ.get("COUNTERSIGN", ROOT / "build" / "countersign")).resolve().parent
    for name in PAGES:
        subprocess.run([build / "test" / "unit" / "console" / f"unit_console_{name}"], env={**os.environ, "COUNTERSIGN_PAGES": str(folder)},
                       check=True, capture_output=True)
    css = re.search(r"console-[0-9a-f]+\.css", (folder / "board.html").read_text())[0]
    (folder / css).write_bytes((ROOT / "connector" / "console" / "console.css").read_bytes())
    (folder / "icon").mkdir(exist_ok=True)
    (folder / "icon" / "countersign.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    source = (ROOT / "connector" / "console" / "frame.c").read_text()
    policy = "".join(re.findall(r'"(.*)"', re.search(r"FRAME_POLICY\[\] =\n(.*?);\n", source, re.S)[1]))

    class Handler(http.server.SimpleHTTPRequestHandler):
        def end_headers(self):
            self.send_header("Content-Security-Policy", policy)
            super().end_headers()

        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield sorted(f"http://127.0.0.1:{server.server_port}/{path.name}" for path in folder.glob("*.html"))
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
    assert page.told() == [], where
    assert page.driver.execute_script("return document.documentElement.scrollWidth <= innerWidth"), f"{where} is wider than the window"


@pytest.mark.parametrize("name", PAGES)
def test_a_page_can_be_used_by_everybody(site, page, rules, name):
    page.told()
    for width in (WIDE, NARROW):
        for dark in (False, True):
            page.wide(width)
            page.dark(dark)
            page.open(f"{site.console}/{name}")
            page.whole(f"{name}-{width}{'-dark' if dark else ''}")
            sound(page, rules, f"{name} at {width}, dark: {dark}")
    page.dark(False)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_no_script_and_fits_on_paper(site, page, name):
    page.wide(WIDE)
    page.open(f"{site.console}/{name}")
    with_scripts = page.driver.find_element("css selector", "main").text
    page.scripts(False)
    page.open(f"{site.console}/{name}")
    still = re.compile(r"\d+ (ms|s|m|h|d)\b")
    assert still.sub("", page.driver.find_element("css selector", "main").text) == still.sub("", with_scripts)
    assert page.paper(name) <= 2
    page.scripts(True)
    assert page.told() == []


def test_the_keyboard_leads_through(site, page):
    from selenium.webdriver.common.keys import Keys
    page.wide(WIDE)
    page.open(f"{site.console}/board")
    reached = []
    for _ in range(4):
        page.driver.switch_to.active_element.send_keys(Keys.TAB)
        reached.append(page.driver.switch_to.active_element.text)
    assert reached == ["Skip to the content", "Board", "Gate", "Playground"]
    page.driver.find_element("link text", "Gate").click()
    assert page.text("h1") == "Can anybody close without proof?"
    page.driver.back()
    assert page.text("nav [aria-current]") == "Board"


def test_a_ticket_and_a_mapping_are_tried_without_a_script(site, page, rules):
    from selenium.webdriver.common.by import By
    page.told()
    page.scripts(False)
    for width in (WIDE, NARROW):
        page.wide(width)
        page.open(f"{site.console}/playground")
        page.driver.find_element(By.CSS_SELECTOR, "main button[type=submit]").click()
        wait.until(lambda: "okafor" in page.text("#outcome").lower(), 10, what="it is tried")
    page.scripts(True)
    for width in (WIDE, NARROW):
        page.wide(width)
        page.open(f"{site.console}/playground")
        field = page.driver.find_element(By.ID, "mapping")
        field.send_keys("\nnonsense: [\n")
        page.driver.find_element(By.CSS_SELECTOR, "main button[type=submit]").click()
        wait.until(lambda: "Not tried" in page.text("main"), 10, what="the fault is told")
        assert "nonsense" in page.driver.find_element(By.ID, "mapping").get_attribute("value")
        sound(page, rules, f"playground with a fault at {width}")
        page.whole(f"playground-fault-{width}")


def test_what_strangers_wrote_does_nothing(kept, page, rules):
    """Pages full of scripts, marks of direction, control characters and ten thousand letters."""
    assert len(kept) >= 10
    page.told()
    for url in kept:
        name = url.rpartition("/")[2].removesuffix(".html")
        for width in (WIDE, NARROW):
            page.wide(width)
            page.open(url)
            sound(page, rules, f"{name} at {width}")
            assert page.driver.execute_script("return document.scripts.length + document.images.length") == 0
        if "hostile" in name:
            page.whole(f"unit-{name}")
