"""Signed Jira-shaped deliveries for the ingest bench, all about one ticket (what follows a hint is not measured): `bodies.py COUNT BYTES SECRET > file`."""
import hashlib
import hmac
import json
import random
import sys
import time

NOW_MS = int(time.time() * 1000)


def body(number: int, size: int, rng: random.Random) -> bytes:
    """One issue_updated delivery of exactly `size` bytes; text that compresses about as a real ticket does."""
    words = "please remove access role ledger finance vendor invoice manager request ticket approved urgent".split()
    delivery = {
        "timestamp": NOW_MS + number,  # older ones would be taken for replays
        "webhookEvent": "jira:issue_updated",
        "issue_event_type_name": "issue_generic",
        "user": {"accountId": f"5b10ac8d82e05b22cc7d{number:04x}", "accountType": "atlassian"},
        "issue": {"id": "10000", "key": "IAM-1", "fields": {"description": ""}},
        "changelog": {"id": str(20000 + number), "items": [{"field": "status", "fieldId": "status", "to": "10002"}]},
    }
    room = size - len(json.dumps(delivery))
    text = ""
    while len(text) < room:
        text += rng.choice(words) + f" {rng.randrange(10**6)} "
    delivery["issue"]["fields"]["description"] = text[:room]
    return json.dumps(delivery).encode()


def main() -> None:
    count, size, secret = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3].encode()
    rng = random.Random(1)
    for number in range(count):
        raw = body(number, size, rng)
        print(f"sha256={hmac.new(secret, raw, hashlib.sha256).hexdigest()}\t{raw.decode()}")


if __name__ == "__main__":
    main()
