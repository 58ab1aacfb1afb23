"""axe-core, which others wrote: what of a page people with a screen reader, a keyboard or weak eyes cannot use."""
import fcntl
import pathlib
import shutil
import subprocess

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOME = ROOT / "test" / "browser" / "axe"


def program():
    """Its text; installed once into the build folder."""
    folder = ROOT / "build" / "test-axe"
    folder.mkdir(parents=True, exist_ok=True)
    with open(folder / "lock", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        lock, installed = (HOME / "package-lock.json").read_text(), folder / "installed"
        if not installed.exists() or installed.read_text() != lock:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HOME / name, folder)
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"], cwd=folder, check=True, capture_output=True)
            installed.write_text(lock)
    return (folder / "node_modules" / "axe-core" / "axe.min.js").read_text()


def complaints(driver, text):
    """One line each, of what is serious or worse on the page that is open."""
    driver.execute_script(text)
    found = driver.execute_async_script("const done = arguments[arguments.length - 1];"
                                        "axe.run(document, {resultTypes: ['violations']}).then(r => done(r.violations))")
    return [f"{v['impact']} {v['id']}: {v['help']}: {node['html'][:160]} ({node.get('failureSummary', '')[:200]})" for v in found if v["impact"] in ("serious", "critical") for node in v["nodes"]]
