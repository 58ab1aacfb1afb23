"""Processes that end when the test does, however it ends.

Each child is stopped by its own pid, in reverse order of starting: by `with`, at exit, on Ctrl-C and on SIGTERM. When
this process is killed outright the kernel sends the child its `on_orphan` signal. (That is tied to the *thread* that
started the child: start long-lived processes from the main thread.)
"""
import atexit
import ctypes
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading

from . import wait

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)
_undo = []


def at_end(function):
    """Run function() when this process ends, last registered first. Returns it, for `forget`."""
    if not _undo:
        atexit.register(_run_undo)
        if threading.current_thread() is threading.main_thread() and signal.getsignal(
                signal.SIGTERM) == signal.SIG_DFL:
            signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    _undo.append(function)
    return function


def forget(function):
    if function in _undo:
        _undo.remove(function)


def _run_undo():
    while _undo:
        try:
            _undo.pop()()
        except Exception as error:  # the others must still run
            print(f"cleaning up: {error!r}", file=sys.stderr)


class Process:
    """A child process. Its stdout and stderr go to files of ours and can be read at any time.

    ready: None, a regular expression that must appear in stdout or stderr, or a function that must return true.
    """

    def __init__(self, argv, name=None, env=None, cwd=None, ready=None, timeout=20.0, user=None,
                 on_orphan=signal.SIGKILL, stdin=subprocess.DEVNULL):
        self.argv = [str(word) for word in argv]
        self.name = name or os.path.basename(self.argv[0])
        self.env, self.cwd, self.user, self.on_orphan, self.stdin = env, cwd, user, on_orphan, stdin
        self._ready, self._timeout = ready, timeout
        self._child = None
        self._out = self._err = None

    # -- life

    def start(self):
        assert not self.running, f"{self.name} runs already"
        self._out = self._out or tempfile.TemporaryFile()
        self._err = self._err or tempfile.TemporaryFile()
        parent = os.getpid()

        def in_child():
            _libc.prctl(_PR_SET_PDEATHSIG, int(self.on_orphan))
            if os.getppid() != parent:  # it died before we asked
                os._exit(1)

        identity = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        self._child = subprocess.Popen(self.argv, env={**os.environ, **(self.env or {})}, cwd=self.cwd,
                                       stdin=self.stdin, stdout=self._out, stderr=self._err, process_group=0,
                                       preexec_fn=in_child, **identity)
        at_end(self.kill)
        try:
            self._wait_ready()
        except BaseException:
            self.kill()
            raise
        return self

    def _wait_ready(self):
        if self._ready is None:
            return
        probe = self._ready
        if isinstance(probe, str):
            pattern = re.compile(probe)
            probe = lambda: pattern.search(self.stdout) or pattern.search(self.stderr)  # noqa: E731

        def ready_or_dead():
            if self.returncode is not None:
                raise AssertionError(f"{self.name} ended with {self.returncode}:\n{self.told()}")
            return probe()

        try:
            wait.until(ready_or_dead, self._timeout, what=f"{self.name} ready")
        except wait.Timeout as error:
            raise wait.Timeout(f"{error}\n{self.told()}") from None

    def stop(self, how=signal.SIGTERM, timeout=20.0):
        """Ask it to end and wait; kills it and fails when it does not. Returns the exit code."""
        self.signal(signal.SIGCONT)
        self.signal(how)
        ended = self._ends_within(timeout)
        self.kill()
        if not ended:
            raise AssertionError(f"{self.name} did not end {timeout} s after signal {int(how)}:\n{self.told()}")
        return self.returncode

    def _unreaped(self):
        """It runs or is a zombie of ours: its pid, and the group of that number, cannot be anyone else's."""
        return self._child is not None and self._child.returncode is None

    def _ends_within(self, timeout):
        def ended():
            return os.waitid(os.P_PID, self.pid, os.WEXITED | os.WNOWAIT | os.WNOHANG)

        try:
            return not self._unreaped() or wait.until(ended, timeout, every=0.005)
        except wait.Timeout:
            return None

    def kill(self):
        """kill -9, and wait; also what it left in its process group. Harmless when it has ended."""
        if self._unreaped():
            os.killpg(self.pid, signal.SIGKILL)
            self._child.wait()
        forget(self.kill)
        return self.returncode

    def __enter__(self):
        return self if self.running else self.start()

    def __exit__(self, *_):
        self.stop()

    # -- acting on it

    def signal(self, number):
        if self._unreaped():
            os.kill(self.pid, number)

    def freeze(self):
        self.signal(signal.SIGSTOP)

    def thaw(self):
        self.signal(signal.SIGCONT)

    def wait(self, timeout=20.0):
        """Wait for it to end by itself; returns the exit code."""
        if not self._ends_within(timeout):
            raise wait.Timeout(f"{self.name} still runs after {timeout} s:\n{self.told()}")
        return self.kill()

    # -- looking at it

    @property
    def pid(self):
        return self._child.pid

    @property
    def running(self):
        return self._child is not None and self._child.poll() is None

    @property
    def returncode(self):
        return self._child.poll() if self._child else None

    @staticmethod
    def _read(file):
        if not file:
            return ""
        return os.pread(file.fileno(), os.fstat(file.fileno()).st_size, 0).decode(errors="replace")

    @property
    def stdout(self):
        return self._read(self._out)

    @property
    def stderr(self):
        return self._read(self._err)

    def told(self, last=4000):
        """The end of what it said, for messages."""
        return f"--- {self.name} stdout\n{self.stdout[-last:]}\n--- {self.name} stderr\n{self.stderr[-last:]}"

    def rss_kib(self):
        """Resident memory, in KiB."""
        with open(f"/proc/{self.pid}/status") as file:
            return int(re.search(r"^VmRSS:\s+(\d+)", file.read(), re.M).group(1))

    def peak_kib(self):
        """The most resident memory it ever had, in KiB."""
        with open(f"/proc/{self.pid}/status") as file:
            return int(re.search(r"^VmHWM:\s+(\d+)", file.read(), re.M).group(1))

    def cpu_s(self):
        """Processor time used so far, user and system, in seconds."""
        with open(f"/proc/{self.pid}/stat") as file:
            fields = file.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def run(argv, timeout=120.0, check=True, **more):
    """Run to the end; returns subprocess.CompletedProcess with text. Fails with everything it said."""
    done = subprocess.run([str(word) for word in argv], capture_output=True, text=True, timeout=timeout, **more)
    if check and done.returncode:
        raise AssertionError(f"{' '.join(done.args)}: exit {done.returncode}\n{done.stdout}{done.stderr}")
    return done


