"""Wishes that come at their own rate, whatever became of those before: each waits from the moment at which it was due.

A client that asks only after it was answered leaves out those who would have come meanwhile; and with 64 such clients a thousand a
second *is* a mean of 64 ms, by Little's law. So what is promised at a rate is measured at that rate.
"""
import asyncio
import json
import re
import statistics
import time

GRACE_S = 10  # for the last answers
LENGTH = re.compile(rb"(?i)\r\ncontent-length: *(\d+)\r\n")


class Connection(asyncio.Protocol):
    """One connection that is kept, with one wish on it at most."""

    def __init__(self, pace):
        self.pace, self.buffer = pace, b""

    def connection_made(self, transport):
        self.transport = transport
        self.pace.idle.append(self)

    def connection_lost(self, error):
        self.pace.lost += error is not None

    def ask(self, due, name):
        self.due = due
        self.transport.write(self.pace.wish(name))

    def data_received(self, data):
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < int(LENGTH.search(head + b"\r\n")[1]):
            return
        self.buffer = b""
        self.pace.answered(self, head[9:12])


class Pace:
    def __init__(self, port, token, run_id):
        self.port, self.token, self.run_id = port, token, run_id
        self.idle, self.waiting, self.took, self.refused, self.lost = [], [], [], 0, 0

    def wish(self, name):
        body = json.dumps({"kind": "grant", "beneficiary": name, "source": "sap-fin", "entitlement": "fin-viewer", "requester": "hr-system",
                           "justification": "joins the team"})
        return (f"POST /v1/access-requests HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\nContent-Type: application/json\r\n"
                f"Idempotency-Key: {name}\r\nContent-Length: {len(body)}\r\n\r\n{body}").encode()

    def answered(self, connection, status):
        self.took.append(time.perf_counter() - connection.due)
        self.refused += status != b"201"
        if self.waiting:
            connection.ask(*self.waiting.pop(0))
        else:
            self.idle.append(connection)

    def send(self, due, name):
        if self.idle:
            self.idle.pop().ask(due, name)
        else:
            self.waiting.append((due, name))

    async def run(self, connections, rate, seconds):
        loop = asyncio.get_running_loop()
        for _ in range(connections):
            await loop.create_connection(lambda: Connection(self), "127.0.0.1", self.port)
        start, wishes = time.perf_counter(), int(rate * seconds)
        for number in range(wishes):
            due = start + number / rate
            while (left := due - time.perf_counter()) > 0:
                await asyncio.sleep(left)
            self.send(due, f"{self.run_id}-{number}")
            if left < -0.001:
                await asyncio.sleep(0)  # late: whoever answered is heard all the same
        until = time.perf_counter() + GRACE_S
        while len(self.took) < wishes and time.perf_counter() < until:
            await asyncio.sleep(0.01)
        for connection in self.idle:
            connection.transport.close()
        return wishes - len(self.took)


def paced(port, token, run_id, connections=64, rate=1000, seconds=5):
    """Milliseconds from when a wish was due until it was answered, and what was refused or not answered."""
    pace = Pace(port, token, run_id)
    unanswered = asyncio.run(pace.run(connections, rate, seconds))
    cuts = statistics.quantiles(pace.took, n=1000)
    return {"p50_ms": cuts[499] * 1000, "p99_ms": cuts[989] * 1000, "most_ms": max(pace.took) * 1000,
            "refused": pace.refused + unanswered + pace.lost}
