#!/usr/bin/python3
"""Every body of a webhook becomes what it is, and none a crash: our own, and the recorded ones where they are at hand.

usage: hook_test.py READ_HOOK
"""
import os
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from lib import samples  # noqa: E402

READ_HOOK = sys.argv.pop()


class Bodies(unittest.TestCase):
    maxDiff = None

    def read(self, bodies):
        """{name: what the program says}, in one run."""
        with tempfile.TemporaryDirectory() as folder:
            paths = {}
            for n, (name, body, _) in enumerate(bodies):
                paths[os.path.join(folder, str(n))] = name
                with open(os.path.join(folder, str(n)), "wb") as file:
                    file.write(body)
            done = subprocess.run([READ_HOOK, *paths], capture_output=True, text=True, timeout=120)
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            said = dict(line.split(": ", 1) for line in done.stdout.splitlines())
            return {name: said[path] for path, name in paths.items()}

    def check(self, bodies):
        said = self.read(bodies)
        for name, _, verdict in bodies:
            with self.subTest(name):
                if isinstance(verdict, str):
                    self.assertTrue(said[name].startswith("refused, ") and verdict in said[name], said[name])
                else:
                    self.assertEqual(said[name], f"ticket {' '.join(verdict)}" if verdict else "nothing")

    def test_ours(self):
        self.check(samples.own())

    @unittest.skipUnless(samples.SHARED.is_dir(), "no recorded payloads beside this repository")
    def test_recorded(self):
        bodies = samples.recorded()
        self.assertGreater(len(bodies), 50)
        self.check(bodies)

    def test_cut_anywhere(self):
        """Half a body is refused, wherever it ends."""
        whole = next(body for name, body, _ in samples.own() if name == "issue-updated").rstrip()
        cuts = [(str(n), whole[:n], "") for n in range(1, len(whole), 7)]
        self.check(cuts)


if __name__ == "__main__":
    unittest.main(verbosity=0)
