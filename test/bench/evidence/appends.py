"""Appends to the chain, one after the other, while something else runs: the longest that one of them waited."""
import subprocess
import threading
import time

from lib import pg

EVERY_S = 0.02


class Appends:
    """with Appends(db) as found: …; then found.worst_ms and found.count."""

    def __init__(self, db):
        self.count, self.worst_ms = 0, 0.0
        self._over = threading.Event()
        self._psql = subprocess.Popen([f"{pg.bin_dir()}/psql", "-qAtX", "-v", "ON_ERROR_STOP=1", db.dsn], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._thread = threading.Thread(target=self._run)

    def _run(self):
        while not self._over.wait(EVERY_S):
            began = time.monotonic()
            # what the service says of a source whose rules were changed: one row, one entry, at commit
            self._psql.stdin.write(f"select governance.source_put('appended', 'Appended', 'sql', 0, 1, {900001 + self.count}); select 'done';\n")
            self._psql.stdin.flush()
            while (line := self._psql.stdout.readline()) != "done\n":
                assert line, "psql ended"
            self.worst_ms = max(self.worst_ms, (time.monotonic() - began) * 1000)
            self.count += 1

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self._thread.join()
        self._psql.stdin.close()
        self._psql.wait()
