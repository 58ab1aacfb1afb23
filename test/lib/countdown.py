"""kill -9 at the n-th call to PostgreSQL or Jira after a word was read: see countdown.c."""
import mmap
import os
import struct

from . import world

SHIM = world.ROOT / "build" / "test" / "lib" / "countdown.so"
LAYOUT = struct.Struct("64siii")


class Countdown:
    def __init__(self, folder):
        self.path = os.path.join(folder, "countdown")
        self.shim = os.path.join(folder, "countdown.so")
        os.symlink(SHIM, self.shim)  # the project's own path may have a blank in it, which ends a name in LD_PRELOAD
        with open(self.path, "wb") as file:
            file.write(bytes(LAYOUT.size))
        with open(self.path, "r+b") as file:
            self.shared = mmap.mmap(file.fileno(), LAYOUT.size)

    @property
    def env(self):
        """What the program is started with."""
        return {"LD_PRELOAD": self.shim, "COUNTDOWN": self.path}

    def arm(self, needle, kill_at):
        """From the moment `needle` is read. kill_at 0: only count."""
        LAYOUT.pack_into(self.shared, 0, needle.encode(), 0, 0, kill_at)

    @property
    def seen(self):
        return LAYOUT.unpack_from(self.shared)[2]
