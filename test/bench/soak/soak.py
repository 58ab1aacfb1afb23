"""Four sites, one of which hangs: how much longer do the other three take than without it? In interleaved rounds, the better
of each kind counts."""
import os
import sys
import time

from lib import sites, wait

TICKETS, DELAY_MS, ROUNDS = int(os.environ.get("BENCH_TICKETS", "150")), 50, int(os.environ.get("BENCH_ROUNDS", "3"))
ALIVE = ("acme", "site2", "site3")


def round_of(site, number, names):
    """Seconds until the three have made theirs."""
    site.hold()
    before = site.bound(*ALIVE)
    for n in range(TICKETS):
        for name in names:
            site.wish(f"soak-{number}-{name}-{n}", site=name, beneficiary=f"r{number}p{n}")
    wait.until(lambda: site.queued() >= TICKETS * len(ALIVE), 120, what="all queued")
    began = site.let_go()
    wait.until(lambda: site.bound(*ALIVE) == before + TICKETS * len(ALIVE), 120, every=0.02, what="the three are done")
    took_s = time.monotonic() - began
    time.sleep(3)  # what is written afterwards does not disturb the next round
    return took_s


def main():
    site = sites.Sites(4, delay_ms=DELAY_MS, time_scale=1, poll="5s", log="error",
                       times=sites.world.TIMES.replace("sweep: 3s", "sweep: 60s"))
    site.start()
    alone, beside = [], []
    for number in range(ROUNDS):
        alone.append(round_of(site, 2 * number, ALIVE))
        site.at("site4", "faults", method="DELETE")
        site.at("site4", "faults", {"effect": {"kind": "close", "how": "stall", "ms": 600_000}})
        beside.append(round_of(site, 2 * number + 1, site.names))
    ratio = min(beside) / min(alone)
    print(f"{3 * TICKETS} tickets at three sites: alone {', '.join(f'{s:.2f}' for s in alone)} s; beside one that hangs "
          f"{', '.join(f'{s:.2f}' for s in beside)} s; {site.service.rss_kib() / 1024:.1f} MiB")
    good = ratio <= 1.2
    print(f"goal=soak-beside-one-that-hangs value={ratio:.2f} bar=1.2 {'pass' if good else 'fail'}", flush=True)
    site.close()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
