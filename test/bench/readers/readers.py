"""Reads of a directory as the service asks them, through the gate of the source: how many a second, what a source that accepts and
never answers does to those of another, and what a group of 100,000 members takes."""
import json
import os
import socket
import subprocess
import sys

from lib import ports, proc, slapd, world

PROGRAM = world.ROOT / "build" / "test" / "bench" / "readers" / "read_load"
READS, ROUNDS = int(os.environ.get("BENCH_READS", "1000")), int(os.environ.get("BENCH_ROUNDS", "5"))
ACCOUNTS, GROUPS, CROWD = 1000, 50, 100_000
SECRET = "reader-password"


def person(name, more=""):
    return f"dn: uid={name},ou=people,dc=example,dc=com\nobjectClass: inetOrgPerson\nuid: {name}\ncn: {name}\nsn: x\n{more}\n"


def group(name, members):
    return (f"dn: cn={name},ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: {name}\n"
            + "".join(f"member: uid={m},ou=people,dc=example,dc=com\n" for m in members) + "\n")


def content():
    """Half of the pairs asked about are members, the other half are not."""
    yield "".join(f"dn: ou={ou},dc=example,dc=com\nobjectClass: organizationalUnit\nou: {ou}\n\n" for ou in ("people", "groups"))
    yield ("dn: cn=reader,dc=example,dc=com\nobjectClass: simpleSecurityObject\nobjectClass: organizationalRole\ncn: reader\n"
           f"userPassword: {SECRET}\n\n")
    yield from (person(name) for name in ["canary", *(f"u{n}" for n in range(ACCOUNTS))])
    yield group("watch", ["canary"])
    for g in range(GROUPS):
        yield group(f"g{g}", ["canary", *(f"u{n}" for n in range(ACCOUNTS) if n % GROUPS == g and n // GROUPS % 2)])


def crowd(directory):
    """Written offline: what an overlay does for each member is not what is measured."""
    directory.stop()
    for name, members in (("few", ["canary"]), ("crowd", ["canary", *(f"x{n}" for n in range(CROWD - 1))])):
        proc.run(["/usr/sbin/slapadd", "-q", "-f", f"{directory.folder}/slapd.conf"], input=group(name, members))
    directory.start()


def load(directory, **more):
    words = {"uri": directory.url, "secret": SECRET, **more}
    told = subprocess.run([PROGRAM, *(f"{k}={v}" for k, v in words.items())], capture_output=True, text=True,
                          env={**os.environ, "LDAPNOINIT": "1"}, check=True, timeout=300)
    seen = json.loads(told.stdout)
    assert not seen["unknown"] and not seen["turned_away"], seen
    return seen


def cpu_s(pid):
    with open(f"/proc/{pid}/stat") as file:
        fields = file.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def goal(name, value, bar, good):
    print(f"goal={name} value={value} bar={bar} {'pass' if good else 'fail'}", flush=True)
    return good


def how_many(directory):
    """Per core of ours: of what a directory takes for them another machine's cores know."""
    rounds = []
    for _ in range(ROUNDS):
        before = cpu_s(directory.pid)
        seen = load(directory, reads=READS)
        rounds.append((seen["reads"] / seen["cpu_us"] * 1e6, seen["reads"] / seen["wall_us"] * 1e6, cpu_s(directory.pid) - before))
    a_core, _, theirs = max(rounds)
    print(f"{READS} reads of {ACCOUNTS} accounts in {GROUPS} groups: {', '.join(f'{r:.0f}' for _, r, _ in rounds)} a second by the clock, "
          f"{', '.join(f'{r:.0f}' for r, _, _ in rounds)} a second of our processor time; slapd's own, in the best, {theirs:.2f} s")
    return goal("readers-a-second-per-core", f"{a_core:.0f}", 2000, a_core >= 2000)


def p99(took):
    return sorted(took)[len(took) * 99 // 100] / 1000


def beside_one_that_hangs(directory, hanging):
    """A read every 10 ms, whatever becomes of those before; then the same while a source that hangs is asked as often; and again. All
    reads of a kind count together."""
    alone, beside, lag = [], [], 0
    for _ in range(2 * ROUNDS):
        alone += load(directory, reads=READS // 4, gap_ms=10)["took_us"]
        seen = load(directory, reads=READS // 4, gap_ms=10, hang=hanging)
        assert seen["hang_asked"] == READS // 4, seen
        beside += seen["took_us"]
        lag = max(lag, seen["lag_ms"])
    ratio = p99(beside) / p99(alone)
    print(f"{len(alone)} reads each: p99 alone {p99(alone):.2f} ms; beside a source that hangs {p99(beside):.2f} ms")
    good = goal("readers-p99-beside-one-that-hangs", f"{ratio:.2f}", 1.2, ratio <= 1.2)
    return goal("readers-longest-turn-of-the-loop-ms", lag, 100, lag <= 100) and good


def large_group(directory):
    crowd(directory)
    few, many = (min(load(directory, reads=READS, entitlement=name)["peak_kib"] for _ in range(2)) for name in ("few", "crowd"))
    print(f"{READS} reads of a group of one take {few / 1024:.1f} MiB at the most, of one of {CROWD} members {many / 1024:.1f}")
    return goal("readers-more-memory-for-100000-members-kib", many - few, 512, many - few <= 512)


def main():
    with slapd.Slapd(ldif="".join(content())) as directory, socket.create_server(("127.0.0.1", ports.free_port()), backlog=512) as deaf:
        hanging = f"ldap://127.0.0.1:{deaf.getsockname()[1]}"
        good = [how_many(directory), beside_one_that_hangs(directory, hanging), large_group(directory)]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
