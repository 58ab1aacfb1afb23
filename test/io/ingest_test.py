#!/usr/bin/env python3
"""io_serve and io_pg together: every 200 has its row, also when the database stops under load; and how fast.

usage: with_pg.py ingest_test.py PATH_OF_io_ingest_peer [--measure SECONDS]
"""
import hashlib
import hmac
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

PEER = sys.argv[1]
BODY = json.dumps({"text": "please remove access role ledger " * 200}).encode()[:4096]
SIGNATURE = "sha256=" + hmac.new(b"secret", BODY, hashlib.sha256).hexdigest()
TABLE = """drop table if exists delivery;
create table delivery (id bigint generated always as identity primary key, delivery_id text not null unique,
  received_at timestamptz not null default now(), body bytea compression lz4 not null)"""


def sql(text):
    return subprocess.run(["psql", "-XAtq", "-d", os.environ["TEST_PG"], "-c", text], check=True, capture_output=True,
                          text=True).stdout.strip()


def control(verb):
    subprocess.run([os.environ["TEST_PG_CTL"], "--ctl", verb], check=True)


class Peer:
    def __init__(self, **options):
        self.process = subprocess.Popen([PEER] + [f"{k}={v}" for k, v in options.items()], stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline().split()[1])
        end = time.monotonic() + 5
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as one:
            while time.monotonic() < end:  # 503 until the database is connected
                one.sendall(post("ready"))
                if one.recv(1000)[9:12] == b"200":
                    return
                time.sleep(0.01)
        raise AssertionError("it does not get ready")

    def end(self):
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        assert code == 0, f"the peer ended with {code}"


def post(key, signature=SIGNATURE):
    return (f"POST /webhook/jira/x HTTP/1.1\r\nHost: here\r\nX-Hub-Signature: {signature}\r\n"
            f"X-Atlassian-Webhook-Identifier: {key}\r\nContent-Length: {len(BODY)}\r\n\r\n").encode() + BODY


def flood(port, name, stop, told, slowest):
    """Deliver until told to stop, again after every failure; note what was answered 200."""
    number, peer = 0, None
    while not stop.is_set():
        number += 1
        key = f"{name}-{number}"
        try:
            if not peer:
                peer = socket.create_connection(("127.0.0.1", port), timeout=10)
            began = time.monotonic()
            peer.sendall(post(key))
            reply = peer.recv(4096)
            slowest.append(time.monotonic() - began)
        except OSError:
            reply = b""
        status = reply[9:12]
        if status == b"200":
            told.append(key)
        elif status != b"503":
            peer = None
        if b"Connection: close" in reply:
            peer = None


def every_200_has_its_row():
    sql(TABLE)
    peer = Peer(connections=2)
    stop, told, slowest = threading.Event(), [], []
    threads = [threading.Thread(target=flood, args=(peer.port, n, stop, told, slowest)) for n in range(16)]
    for thread in threads:
        thread.start()
    time.sleep(0.5)
    for _ in range(3):
        before = len(told)
        control("stop")
        time.sleep(0.7)
        control("start")
        time.sleep(1.5)
        assert len(told) > before + 100, "it did not come back"
    control("freeze")
    time.sleep(2.5)
    control("thaw")
    time.sleep(1)
    stop.set()
    for thread in threads:
        thread.join()
    rows = set(sql("select delivery_id from delivery").split())
    missing = [key for key in told if key not in rows]
    print(f"{len(told)} answered 200, {len(rows)} rows, slowest answer {max(slowest):.2f} s")
    assert not missing, f"{len(missing)} of {len(told)} answered 200 are not stored"
    assert max(slowest) < 2, "an answer took longer than two seconds"
    with socket.create_connection(("127.0.0.1", peer.port)) as one:
        for key, signature, status in (("forged", SIGNATURE[:-1] + "0", b"401"), ("none", "", b"401"),
                                       ("same", SIGNATURE, b"200"), ("same", SIGNATURE, b"200")):
            one.sendall(post(key, signature))
            assert one.recv(1000)[9:12] == status, key
    assert sql("select count(*) from delivery where delivery_id in ('forged', 'none', 'same')") == "1"
    peer.end()


def cpu_s(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def measure(seconds):
    """Interleaved: the database's own limit (one connection, pipelined batches of the same bodies), then 64, 16, 1."""
    bench = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "bench", "ingest")
    with tempfile.TemporaryDirectory() as folder:
        signed, bodies = os.path.join(folder, "signed"), os.path.join(folder, "bodies")
        with open(signed, "wb") as file:
            subprocess.run([sys.executable, os.path.join(bench, "bodies.py"), "500", "4096", "secret"], check=True,
                           stdout=file)
        with open(signed, "rb") as file, open(bodies, "wb") as out:
            out.write(b"".join(line.rstrip(b"\n").split(b"\t", 1)[1] for line in file))
        for turn in range(3):
            sql(TABLE)
            out = subprocess.run([PEER, "direct=100000", bodies], check=True, capture_output=True, text=True).stdout
            limit = json.loads(out)
            limit = limit["rows"] * 1e6 / limit["us"]
            for width in (64, 16, 1):
                sql(TABLE)
                sql("checkpoint")
                peer = Peer(deadline_ms=5000)
                began = cpu_s(peer.process.pid)
                out = subprocess.run(["wrk", "-t1", f"-c{width}", f"-d{seconds}", "--latency", "-s",
                                      os.path.join(bench, "post.lua"), f"http://127.0.0.1:{peer.port}", "--", signed,
                                      f"{turn}-{width}"], check=True, capture_output=True, text=True).stdout
                used = cpu_s(peer.process.pid) - began
                with open(f"/proc/{peer.process.pid}/status") as file:
                    rss = re.search(r"VmHWM:\s+(\d+)", file.read()).group(1)
                got = json.loads(out.splitlines()[-1])
                count, rate = got["requests"], got["requests"] * 1e6 / got["duration_us"]
                rows = int(sql("select count(*) from delivery"))
                print(f"{width} connections: {rate:.0f}/s = {rate / limit:.2f} of the direct {limit:.0f}/s, "
                      f"{used / count * 1e6:.1f} us CPU a request, p50 {got['p50_us']} us p99 {got['p99_us']} us, "
                      f"peak {rss} kB, {rows} rows, {count} replies, {got['not_2xx']} not 2xx, "
                      f"{got['socket_errors']} socket errors", flush=True)
                assert rows >= got["answered_200"] > 0
                peer.end()


if "--measure" in sys.argv:
    measure(int(sys.argv[-1]))
else:
    every_200_has_its_row()
