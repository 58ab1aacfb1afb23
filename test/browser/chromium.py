"""One headless Chromium that speaks to this machine alone."""
import os
import pathlib
import shutil
import tempfile

PICTURES = pathlib.Path(__file__).resolve().parents[2] / "build" / "results" / "browser"
CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
OPTIONS = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-sync",
           "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--no-proxy-server",
           "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1", "--window-size=1200,1100", "--lang=en"]


def missing():
    """What is not installed, empty when all is there."""
    try:
        import selenium  # noqa: F401
    except ImportError:
        return "no python3-selenium"
    return next((f"no {path}" for path in (CHROMIUM, DRIVER) if not os.path.exists(path)), "")


class Browser:
    def __enter__(self):
        from selenium import webdriver
        from selenium.webdriver.chrome.service import Service
        self.home = tempfile.mkdtemp(prefix="cs-browser-")
        options = webdriver.ChromeOptions()
        options.binary_location = CHROMIUM
        for option in [*OPTIONS, f"--user-data-dir={self.home}/profile"]:
            options.add_argument(option)
        self.driver = webdriver.Chrome(service=Service(DRIVER, env={**os.environ, "HOME": self.home}), options=options)
        self.driver.set_page_load_timeout(60)
        return self

    def __exit__(self, *_):
        self.driver.quit()
        shutil.rmtree(self.home, ignore_errors=True)

    def open(self, url):
        self.driver.get(url)

    def all(self, css):
        return self.driver.find_elements("css selector", css)

    def text(self, css):
        """Of the first that fits, as a person sees it; empty when there is none, or the page is just being replaced."""
        from selenium.common.exceptions import WebDriverException
        try:
            found = self.all(css)
            return found[0].text if found else ""
        except WebDriverException:
            return ""

    def buttons(self):
        return [b.text for b in self.all("button")]

    def press(self, label):
        next(b for b in self.all("button") if b.text == label).click()

    def picture(self, name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        assert self.driver.save_screenshot(str(path))
        return path
