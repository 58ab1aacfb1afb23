"""One headless Chromium that speaks to this machine alone."""
import base64
import os
import pathlib
import re
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
        options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
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

    # --- as somebody else sees it ---

    def cdp(self, method, **parameters):
        return self.driver.execute_cdp_cmd(method, parameters)

    def wide(self, width, height=900):
        """So many pixels, and no scroll bar that takes some of them."""
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=True)

    def dark(self, is_dark):
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}])

    def scripts(self, run):
        self.cdp("Emulation.setScriptExecutionDisabled", value=not run)

    def told(self):
        """What the browser complained of since the last time: refused by the policy, not found, thrown."""
        return [f"{entry['level']} {entry['message']}" for entry in self.driver.get_log("browser")]

    def whole(self, name):
        """A picture of all of the page."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        path.write_bytes(base64.b64decode(self.cdp("Page.captureScreenshot", captureBeyondViewport=True)["data"]))
        return path

    def paper(self, name):
        """The page as a PDF; how many sheets it takes."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        data = base64.b64decode(self.cdp("Page.printToPDF", preferCSSPageSize=True, printBackground=False)["data"])
        (PICTURES / f"{name}.pdf").write_bytes(data)
        return len(re.findall(rb"/Type\s*/Page\b", data))

    def picture(self, name):
        PICTURES.mkdir(parents=True, exist_ok=True)
        path = PICTURES / f"{name}.png"
        assert self.driver.save_screenshot(str(path))
        return path
