"""A decision point to ask: Cerbos, which others wrote, and somebody between who can be made to misbehave as told."""
import contextlib
import fcntl
import http.client
import http.server
import pathlib
import shutil
import subprocess
import threading
import time

from . import ports, proc

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOME = ROOT / "test" / "e2e" / "cerbos"


class Cerbos:
    """Installed once into the build folder (npm ships its program whole); its own process, at the same port each time."""

    def __init__(self):
        self.folder = ROOT / "build" / "test-cerbos"
        self.folder.mkdir(parents=True, exist_ok=True)
        with open(self.folder / "lock", "w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            self.install()
        self.port, grpc = ports.free_ports(2)
        text = (HOME / "cerbos.yaml").read_text()
        for name, value in {"PORT": self.port, "GRPC": grpc, "POLICIES": HOME / "policies"}.items():
            text = text.replace(f"@{name}@", str(value))
        self.config = self.folder / f"cerbos-{self.port}.yaml"
        self.config.write_text(text)
        self.process = None

    def install(self):
        lock = (HOME / "package-lock.json").read_text()
        installed = self.folder / "installed"
        if not installed.exists() or installed.read_text() != lock:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(HOME / name, self.folder)
            subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--silent", "--ignore-scripts"], cwd=self.folder, check=True,
                           capture_output=True)
            installed.write_text(lock)

    def start(self):
        program = self.folder / "node_modules" / "@cerbos" / "cerbos-linux-x64" / "cerbos-linux-x64"
        self.process = proc.Process([program, "server", f"--config={self.config}"], name="cerbos", ready=r"Starting HTTP server",
                                    timeout=60)
        self.process.start()
        return self

    def stop(self):
        if self.process:
            self.process.stop()
        self.process = None

    def close(self):
        self.stop()
        self.config.unlink(missing_ok=True)


class Between:
    """Hands every question on to the decision point behind, unless it is told to answer itself. Keeps what was asked."""

    def __init__(self, port):
        self.behind, self.asked = port, []
        self.moods = {}  # of questions in which that word stands: "hang"; after `delay` "slow" (handed on) or (status, headers, body)
        self.delay = 0
        between = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                between.serve(self)

            do_GET = do_POST

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def serve(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        self.asked.append((request.path, dict(request.headers), body))
        mood = next((mood for word, mood in self.moods.items() if word.encode() in body), None)
        if mood == "hang":
            time.sleep(30)
            return
        if mood:
            time.sleep(self.delay)
        with contextlib.suppress(OSError):
            self.answer(request, *(self.hand_on(request, body) if mood in (None, "slow") else mood))

    def hand_on(self, request, body):
        try:
            with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.behind, timeout=20)) as behind:
                behind.request(request.command, request.path, body, {"Content-Type": "application/json"})
                reply = behind.getresponse()
                return reply.status, {"Content-Type": reply.headers["Content-Type"]}, reply.read()
        except OSError:
            return 502, {"Content-Type": "text/plain"}, b"nobody is there"

    @staticmethod
    def answer(request, status, headers, body):
        request.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(name, value)
        request.end_headers()
        request.wfile.write(body)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
