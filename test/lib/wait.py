"""Wait for something to become true, and say what was seen last when it does not."""
import time

# A timeout ends a wait for what never comes; on a busy machine what comes takes longer. How quick things are is
# measured in test/bench.
PATIENCE = 3


class Timeout(AssertionError):
    """The condition did not come true in time."""


def until(probe, timeout=10.0, every=0.02, what=None, catch=(OSError,), patience=PATIENCE):
    """Call probe() until it returns something true; returns that. timeout: seconds on a quiet machine.

    Exceptions in `catch` count as "not yet". The pause grows to ten times `every`, so that long waits cost little.
    """
    start = time.monotonic()
    pause, last = every, None
    while True:
        try:
            last = probe()
            if last:
                return last
        except catch as error:
            last = error
        waited = time.monotonic() - start
        if waited >= timeout * patience:
            raise Timeout(f"{what or getattr(probe, '__name__', 'condition')}: not after {waited:.1f} s; last: {last!r}")
        time.sleep(min(pause, timeout * patience - waited + 0.001))
        pause = min(pause * 1.5, every * 10)


def stays(probe, seconds, every=0.05, what=None):
    """Call probe() for `seconds`; fails as soon as it returns something false."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        seen = probe()
        if not seen:
            raise AssertionError(f"{what or getattr(probe, '__name__', 'condition')}: did not stay; saw {seen!r}")
        time.sleep(every)
