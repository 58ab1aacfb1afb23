"""The service's API over connections that stay open, several at once: thousands of requests in some seconds."""
import concurrent.futures
import http.client
import json
import threading


class Api:
    def __init__(self, port, token="an-api-token-of-the-demo", threads=8):
        self.port, self.token, self.threads = port, token, threads
        self.local = threading.local()

    def post(self, path, body, key):
        """(status, answer); a connection of this thread, opened when there is none."""
        if not hasattr(self.local, "connection"):
            self.local.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        self.local.connection.request("POST", path, json.dumps(body), {
            "Authorization": f"Bearer {self.token}", "Content-Type": "application/json", "Idempotency-Key": key})
        reply = self.local.connection.getresponse()
        return reply.status, json.loads(reply.read())

    def wish(self, bodies):
        """Submit all of them, {key: body}; {key: id of the request}."""
        def one(item):
            status, made = self.post("/v1/access-requests", item[1], item[0])
            assert status == 201, (item, status, made)
            return item[0], made["id"]
        with concurrent.futures.ThreadPoolExecutor(self.threads) as pool:
            return dict(pool.map(one, bodies.items()))
