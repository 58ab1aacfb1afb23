"""A time stamping authority (RFC 3161) on this machine: HTTP around `openssl ts -reply`."""
import http.server
import os
import subprocess
import tempfile
import threading

CONFIG = """[req]
distinguished_name = dn
x509_extensions = ext
prompt = no
[dn]
CN = TSA of the tests
[ext]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
ess_cert_id_alg = sha256
"""


class Authority:
    """answer: what becomes of the next calls: None stamps; a status; or bytes in place of a stamp."""

    def __init__(self):
        self.folder = tempfile.mkdtemp(prefix="cs-tsa-")
        self.answer, self.asked = None, []
        self._write("tsa.cnf", CONFIG.format(folder=self.folder))
        self._write("serial", "01\n")
        self._openssl("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", f"{self.folder}/tsa.key")
        self._openssl("req", "-new", "-x509", "-key", f"{self.folder}/tsa.key", "-out", self.ca, "-days", "30", "-config", f"{self.folder}/tsa.cnf")
        authority = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                authority.asked.append((self.headers["Content-Type"], body))
                status, reply = authority.reply(body)
                self.send_response(status)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(reply)))
                self.end_headers()
                self.wfile.write(reply)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/tsr"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def ca(self):
        return f"{self.folder}/tsa.pem"

    def reply(self, body):
        if isinstance(self.answer, int):
            return self.answer, b"no"
        if self.answer is not None:
            return 200, self.answer
        with tempfile.TemporaryDirectory() as folder:
            with open(f"{folder}/query", "wb") as file:
                file.write(body)
            self._openssl("ts", "-reply", "-config", f"{self.folder}/tsa.cnf", "-queryfile", f"{folder}/query", "-out", f"{folder}/reply")
            with open(f"{folder}/reply", "rb") as file:
                return 200, file.read()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        subprocess.run(["rm", "-rf", self.folder], check=True)

    def _write(self, name, text):
        with open(os.path.join(self.folder, name), "w") as file:
            file.write(text)

    @staticmethod
    def _openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, capture_output=True)
