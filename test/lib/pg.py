"""A private PostgreSQL: made by initdb, reached by a socket in a short path, gone with the test.

    with pg.Cluster() as cluster:
        template = cluster.database("app")
        template.psql(file="sql/migration/0001_init.sql")
        db = template.clone()            # a copy in some 50 ms
        db.psql("select 1")              # '1'
        db.dsn                           # for libpq

As root the server runs as the user postgres. From a shell: `python3 test/lib/pg.py [--fsync] PROGRAM [ARGUMENT...]`
runs the program with PGHOST, PGPORT, PGUSER and PGDATABASE set.
"""
import contextlib
import fcntl
import glob
import os
import pathlib
import pwd
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

if __package__ in (None, ""):  # run as a script
    sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    __package__ = "lib"

from . import proc, wait  # noqa: E402

KEPT = pathlib.Path(__file__).resolve().parents[2] / "build" / "kept"

MEMORY, MEMORY_ROOM = "/dev/shm", 2 << 30

SETTINGS = {
    "listen_addresses": "",
    "max_connections": 100,
    "shared_buffers": "32MB",
    "dynamic_shared_memory_type": "mmap",  # in the data folder, which goes with the test; a server that is killed leaves the others
    "log_min_messages": "warning",
    "log_checkpoints": "off",
    "autovacuum_naptime": "10s",
    "timezone": "UTC",
    "wal_level": "replica",
    "max_wal_size": "512MB",
    "shared_preload_libraries": "plpgsql",  # linked by each connection anew otherwise
}


class SqlError(AssertionError):
    """psql said no; the text is what it said."""


def bin_dir():
    """Where postgres and initdb are: newest version first, or $PG_BIN."""
    if os.environ.get("PG_BIN"):
        return os.environ["PG_BIN"]
    found = [path for path in glob.glob("/usr/lib/postgresql/*/bin") if os.path.exists(path + "/initdb")]
    if found:
        return max(found, key=lambda path: float(path.split("/")[4]))
    initdb = shutil.which("initdb")
    if not initdb:
        raise AssertionError("no PostgreSQL server found; deploy/setup installs one")
    return os.path.dirname(os.path.realpath(initdb))


def server_user():
    """Whom the server runs as: PostgreSQL refuses root."""
    if os.getuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name).pw_name
        except KeyError:
            continue
    raise AssertionError("running as root and there is neither a user postgres nor a user nobody")


def short_dir(prefix, in_memory=False):
    """A fresh folder for sockets: their paths may have 107 bytes at most, so TMPDIR is not asked.

    in_memory: where there is room for many of them. A copied cluster is there five times as soon as on a disk.
    """
    base = os.environ.get("XDG_RUNTIME_DIR", "")
    if in_memory and _room(MEMORY) >= MEMORY_ROOM:
        base = MEMORY
    elif os.getuid() == 0 or not os.access(base or "/nonexistent", os.W_OK):
        base = "/tmp"
    return tempfile.mkdtemp(prefix=prefix, dir=base)


def _room(folder):
    try:
        free = os.statvfs(folder)
    except OSError:
        return 0
    return free.f_bavail * free.f_frsize if os.access(folder, os.W_OK) else 0


class Cluster:
    """One server. Everything is in `folder`: data, socket, log.

    fill(cluster) is what each begins with: done by the first, copied by the others, done again when filled_with, a word for
    all that it depends on, has changed.
    """

    def __init__(self, fsync=False, settings=None, superuser="postgres", port=None, folder=None, fill=None, filled_with=""):
        self.superuser = superuser
        self._fill, self._filled_with = fill, filled_with
        self.settings = {**SETTINGS, "fsync": "on" if fsync else "off",
                         "synchronous_commit": "on" if fsync else "off",
                         "full_page_writes": "on" if fsync else "off", **(settings or {})}
        self.port = port or 5432  # with no TCP it only names the socket
        if port:
            self.settings.setdefault("port", port)
            self.settings["listen_addresses"] = "127.0.0.1"
        self.bin = bin_dir()
        self.user = server_user()
        self._given_folder = folder
        self.folder = None
        self._server = None
        self._clones = 0

    # -- life

    def start(self):
        if not self.folder:
            self._init()
        self._server.start()
        return self

    def _init(self):
        self.folder = self._given_folder or short_dir("cs-pg-", in_memory=self.settings["fsync"] == "off")
        proc.at_end(self._remove)
        if self.user:
            owner = pwd.getpwnam(self.user)
            os.chown(self.folder, owner.pw_uid, owner.pw_gid)
        os.chmod(self.folder, 0o755)  # others may connect; the data folder below is closed
        self.data = os.path.join(self.folder, "data")
        # SIGINT is a fast shutdown, SIGQUIT an immediate one
        self._server = proc.Process([f"{self.bin}/postgres", "-D", self.data], name="postgres", cwd="/", user=self.user,
                                    ready=self.accepts, timeout=60, on_orphan=signal.SIGQUIT)
        if self._fill:
            self._take("filled", self._filled_with, self._filled)
        else:
            self._take("initdb", "", self._initdb)
        self._configure()

    def _initdb(self):
        identity = {"user": self.user, "group": self.user, "extra_groups": []} if self.user else {}
        proc.run([f"{self.bin}/initdb", "-D", self.data, "-U", self.superuser, "-A", "trust", "-E", "UTF8",
                  "--locale=C.UTF-8", "--no-sync", "--wal-segsize=1"], cwd="/", **identity)

    def _configure(self):
        with open(f"{self.data}/postgresql.conf", "a") as conf:
            for name, value in {**self.settings, "unix_socket_directories": self.folder}.items():
                conf.write(f"{name} = '{value}'\n")

    def _filled(self):
        self._take("initdb", "", self._initdb)
        conf = pathlib.Path(self.data, "postgresql.conf")
        plain = conf.read_text()
        self._configure()
        self._server.start()
        self._fill(self)
        self.stop()
        conf.write_text(plain)  # the settings of whoever happens to be first are nobody else's

    def _take(self, kind, what, make):
        """A data folder as make() leaves it: made once and copied from then on, for it takes seconds of processor."""
        version = proc.run([f"{self.bin}/postgres", "--version"]).stdout.split()[2]
        prefix = f"{kind}-{self.superuser}-{self.user or os.getuid()}-{version}-"
        kept = KEPT / (prefix + what)
        KEPT.mkdir(parents=True, exist_ok=True)
        with open(KEPT / f"{kind}.lock", "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not kept.exists():
                for old in KEPT.glob(prefix + "*"):
                    shutil.rmtree(old, ignore_errors=True)
                make()
                proc.run(["cp", "-a", self.data, f"{kept}.part"])
                os.rename(f"{kept}.part", kept)
                return
        proc.run(["cp", "-a", kept, self.data])

    def accepts(self):
        done = subprocess.run([f"{self.bin}/pg_isready", "-q", "-h", self.folder, "-p", str(self.port)])
        return done.returncode == 0

    def stop(self, immediate=False):
        """Fast shutdown; immediate leaves it to crash recovery at the next start."""
        if self._server:
            self._server.stop(signal.SIGQUIT if immediate else signal.SIGINT, timeout=60)

    def restart(self, immediate=False):
        self.stop(immediate)
        self._server.start()

    def close(self):
        try:
            self.stop(immediate=True)
        finally:
            self._remove()

    def _remove(self):
        if self._server:
            if self._server.running:
                self._server.stop(signal.SIGQUIT, timeout=10)
            self._server.kill()
        if self.folder and not self._given_folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = None if not self._given_folder else self.folder
        proc.forget(self._remove)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    # -- trouble

    def _all_pids(self):
        children = f"/proc/{self._server.pid}/task/{self._server.pid}/children"
        with open(children) as file:
            return [self._server.pid] + [int(pid) for pid in file.read().split()]

    def _signal_all(self, number):
        for pid in self._all_pids():
            try:
                os.kill(pid, number)
            except ProcessLookupError:  # a worker that has just ended
                pass

    def freeze(self):
        """Stop answering without closing anything: postmaster and all backends."""
        self._signal_all(signal.SIGSTOP)

    def thaw(self):
        self._signal_all(signal.SIGCONT)

    @property
    def log(self):
        return self._server.stderr

    @property
    def pid(self):
        return self._server.pid

    # -- databases

    def database(self, name):
        """A new, empty database."""
        self.psql(f'create database "{name}"')
        return Database(self, name)

    def psql(self, sql=None, **more):
        return Database(self, "postgres").psql(sql, **more)

    def env(self, name="postgres", user=None):
        """The environment by which libpq programs find a database."""
        return {"PGHOST": self.folder, "PGPORT": str(self.port), "PGUSER": user or self.superuser, "PGDATABASE": name}


class Database:
    def __init__(self, cluster, name):
        self.cluster, self.name = cluster, name

    def dsn_as(self, user):
        return f"host={self.cluster.folder} port={self.cluster.port} dbname={self.name} user={user}"

    @property
    def dsn(self):
        return self.dsn_as(self.cluster.superuser)

    def clone(self, name=None):
        """A copy of this database. Nobody may be connected to it."""
        if not name:
            self.cluster._clones += 1
            name = f"{self.name}_{self.cluster._clones}"
        # its files, not each of its pages by way of the log, which takes twice as long
        self.cluster.psql(f'create database "{name}" template "{self.name}" strategy file_copy')
        return Database(self.cluster, name)

    def drop(self):
        self.cluster.psql(f'drop database if exists "{self.name}" with (force)')

    def _argv(self, user, variables):
        argv = [f"{self.cluster.bin}/psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.dsn_as(user or
                                                                                               self.cluster.superuser)]
        for key, value in (variables or {}).items():
            argv += ["-v", f"{key}={value}"]
        return argv

    def psql(self, sql=None, file=None, user=None, variables=None, timeout=120, check=True):
        """Run SQL (text or file) in one session; returns stdout, columns by '|', without the last line end."""
        argv = self._argv(user, variables) + (["-f", str(file)] if file else [])
        done = subprocess.run(argv, input=None if file else sql, capture_output=True, text=True, timeout=timeout)
        if check and done.returncode:
            raise SqlError(f"{done.stderr.strip()}\nin: {file or sql}")
        return (done.stdout if check else done.stdout + done.stderr).rstrip("\n")

    def rows(self, sql, **more):
        """List of lists of text."""
        text = self.psql(sql, **more)
        return [line.split("|") for line in text.split("\n")] if text else []

    def session(self, user=None):
        return Session(self, user)

    def reader(self, user=None):
        return Reader(self, user)


class Reader:
    """A psql that stays, for questions that are asked again and again: starting one costs 40 ms of processor.

    Says what Database.psql says. When what it was connected to is gone it connects anew, once.
    """

    def __init__(self, database, user=None):
        self._argv = database._argv(user, None) + ["-f", "-"]
        self._child = None
        self._count = 0
        self._lock = threading.Lock()

    def ask(self, query, timeout=120):
        with self._lock:
            known = self._child is not None
            said, whole = self._exchange(query, timeout)
            if not whole and known and "ERROR:" not in said:
                said, whole = self._exchange(query, timeout)
        if not whole:
            raise SqlError(f"{said.strip()}\nin: {query}")
        return said

    def _start(self):
        self._child = subprocess.Popen(self._argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        proc.at_end(self.close)

    def _exchange(self, query, timeout):
        """(what was said, was that all): all of it ends with a line of ours; after an error psql ends."""
        if not self._child:
            self._start()
        self._count += 1
        end, said, until = f"--done-{self._count}--\n".encode(), b"", time.monotonic() + timeout
        with contextlib.suppress(BrokenPipeError):
            self._child.stdin.write(f"{query}\n;\n\\echo ".encode() + end)
            self._child.stdin.flush()
        while not said.endswith(end):
            if not select.select([self._child.stdout], [], [], max(0, until - time.monotonic()))[0]:
                self.close()
                raise subprocess.TimeoutExpired(self._argv, timeout)
            piece = os.read(self._child.stdout.fileno(), 1 << 16)
            if not piece:
                self.close()
                return said.decode(), False
            said += piece
        return said[:-len(end)].decode().rstrip("\n"), True

    def close(self):
        if self._child:
            self._child.kill()
            self._child.wait()
            self._child.stdout.close()
            with contextlib.suppress(BrokenPipeError):
                self._child.stdin.close()
            self._child = None
            proc.forget(self.close)


class Session:
    """One connection that stays open, for interleavings: send() returns at once, result() waits."""

    def __init__(self, database, user=None):
        self._process = proc.Process(database._argv(user, {"ON_ERROR_STOP": "0"}) + ["-f", "-"], name="psql",
                                     stdin=subprocess.PIPE)
        self._process.start()
        self._count = 0
        self._seen = self._seen_err = 0

    def send(self, sql):
        self._count += 1
        pipe = self._process._child.stdin
        pipe.write(f"{sql}\n;\n\\echo --done-{self._count}--\n\\warn --done-{self._count}--\n".encode())
        pipe.flush()

    def busy(self):
        """True while the last send() has not come back: waiting for a lock, most likely."""
        return f"--done-{self._count}--" not in self._process.stderr

    def result(self, timeout=20):
        """Output of what was sent since the last result(); raises SqlError when any of it failed."""
        wait.until(lambda: not self.busy() and f"--done-{self._count}--" in self._process.stdout, timeout,
                   what="answer of the session")
        out, err = self._process.stdout, self._process.stderr
        new, errors = out[self._seen:], err[self._seen_err:]
        self._seen, self._seen_err = len(out), len(err)
        strip = lambda text: "\n".join(x for x in text.split("\n") if not x.startswith("--done-")).strip("\n")  # noqa: E731
        if strip(errors):
            raise SqlError(strip(errors))
        return strip(new)

    def run(self, sql, timeout=20):
        self.send(sql)
        return self.result(timeout)

    def close(self):
        self._process.kill()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def main(arguments):
    fsync = arguments[:1] == ["--fsync"]
    command = arguments[1:] if fsync else arguments
    if not command or command[0].startswith("-"):
        sys.exit(__doc__)
    with Cluster(fsync=fsync) as cluster:
        return subprocess.run(command, env={**os.environ, **cluster.env()}).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
