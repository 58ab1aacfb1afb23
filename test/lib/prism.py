"""A proxy that holds both sides to Atlassian's OpenAPI files: see test/prism/README.md."""
import re

from . import ports, proc


class Prism:
    """Between the service and the stand-in, once `description` (made by test/prism/prepare.py) is given."""

    def __init__(self, program, description, upstream):
        self.port = ports.free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.process = proc.Process([program, "proxy", "--host", "127.0.0.1", "--port", self.port, description, upstream],
                                    name="prism", ready=r"Prism is listening", timeout=120)

    def start(self):
        self.process.start()
        return self

    def complaints(self):
        """What it found against the files, each once, after the call that was answered last before it."""
        found, call = set(), ""
        for line in re.sub(r"\x1b\[[0-9;]*m", "", self.process.stdout + self.process.stderr).splitlines():
            if told := re.search(r"The upstream call to (\S+) has returned (\d+)", line):
                call = f"{re.sub(r'[0-9]+', 'N', told[1])} {told[2]}"
            elif re.search(r"Violation|UNPROCESSABLE|NO_PATH_MATCHED|NO_METHOD_MATCHED", line):
                found.add(f"{call}: {re.sub(r'[.][0-9]+(?=[. ])', '.N', line.rpartition('error')[2].strip())}")
        return sorted(found)

    def stop(self):
        self.process.stop()
