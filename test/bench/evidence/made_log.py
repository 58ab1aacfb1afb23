"""A published log of so many entries, made without our code: tiles, bundles, checkpoint, verifier (c2sp.org/tlog-tiles)."""
import base64
import hashlib
import json
import pathlib
import subprocess

ORIGIN = "evidence.example.com/bench"
WIDTH = 256


def leaf(entry):
    return hashlib.sha256(b"\0" + entry).digest()


def node(left, right):
    return hashlib.sha256(b"\1" + left + right).digest()


def fold(hashes):
    """Root of a complete tile."""
    while len(hashes) > 1:
        hashes = [node(hashes[i], hashes[i + 1]) for i in range(0, len(hashes), 2)]
    return hashes[0]


def root_of(levels):
    """Complete subtrees from the right, the small ones first: each is the left of what is."""
    root = None
    for hashes in levels:
        rest = hashes[len(hashes) // WIDTH * WIDTH:]
        at = len(rest)
        for height in range(8):
            if at >> height & 1:
                part = fold(rest[at - (1 << height):at])
                at -= 1 << height
                root = part if root is None else node(part, root)
    return root


def name_of(index):
    groups = f"{index % 1000:03d}"
    while index := index // 1000:
        groups = f"x{index % 1000:03d}/{groups}"
    return groups


def put(folder, kind, index, width, data):
    path = folder / "tile" / kind / (name_of(index) + ("" if width == WIDTH else f".p/{width}"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


def make(folder, entries, count):
    """entries: an iterable of `count` texts; each ends with its own number."""
    folder = pathlib.Path(folder)
    levels, bundle = [[]], []
    for entry in entries:
        levels[0].append(leaf(entry))
        bundle.append(len(entry).to_bytes(2, "big") + entry)
        if len(bundle) == WIDTH:
            put(folder, "entries", len(levels[0]) // WIDTH - 1, WIDTH, b"".join(bundle))
            bundle = []
    if bundle:
        put(folder, "entries", count // WIDTH, len(bundle), b"".join(bundle))
    for level, hashes in enumerate(levels):
        for at in range(0, len(hashes), WIDTH):
            tile = hashes[at:at + WIDTH]
            put(folder, str(level), at // WIDTH, len(tile), b"".join(tile))
        above = [fold(hashes[at:at + WIDTH]) for at in range(0, len(hashes) // WIDTH * WIDTH, WIDTH)]
        if above:
            levels.append(above)
    sign(folder, f"{ORIGIN}\n{count}\n{base64.b64encode(root_of(levels)).decode()}\n".encode())


def sign(folder, text):
    subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", folder / "key.pem"], check=True)
    der = subprocess.run(["openssl", "pkey", "-in", folder / "key.pem", "-pubout", "-outform", "DER"], check=True, capture_output=True).stdout
    key = b"\1" + der[-32:]
    key_id = hashlib.sha256(ORIGIN.encode() + b"\n" + key).digest()[:4]
    (folder / "verifier").write_text(f"{ORIGIN}+{key_id.hex()}+{base64.b64encode(key).decode()}\n")
    (folder / "text").write_bytes(text)
    subprocess.run(["openssl", "pkeyutl", "-sign", "-inkey", folder / "key.pem", "-rawin", "-in", folder / "text", "-out", folder / "sig"], check=True)
    signature = base64.b64encode(key_id + (folder / "sig").read_bytes()).decode()
    (folder / "checkpoint").write_bytes(text + f"\n\u2014 {ORIGIN} {signature}\n".encode())


def export(path, entries):
    """The same entries as `evidence export` writes them, a line each."""
    prev = bytes(32)
    with open(path, "w") as file:
        for seq, entry in enumerate(entries, 1):
            digest = hashlib.sha256(prev + entry).digest()
            file.write(f'{{"body":{json.dumps(entry.decode())},"hash":"{digest.hex()}","kind":"request.moved","prev":"{prev.hex()}",'
                       f'"request":"06b2dcb6-9d02-47b8-9d22-432bee6629f3","seq":{seq}}}\n')
            prev = digest
