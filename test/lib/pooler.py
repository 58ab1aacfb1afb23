"""PgBouncer before a private PostgreSQL, of Debian's package: clients come by its socket, and no login needs a password.

    with pooler.Pooler(cluster, users=["app"], size=3) as pooled:
        pooled.dsn_as("app", "database")

mode is PgBouncer's pool_mode; size: sessions of one login at one database.
"""
import os
import pwd
import shutil

from . import pg, proc

PROGRAM = shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin")

CONFIG = """
[databases]
* = host={server} port={server_port}
[pgbouncer]
listen_addr =
listen_port = 6432
unix_socket_dir = {folder}
auth_type = trust
auth_file = {folder}/users
pool_mode = {mode}
default_pool_size = {size}
max_client_conn = 200
query_wait_timeout = 8
"""


class Pooler:
    def __init__(self, cluster, users, size=3, mode="transaction"):
        self.cluster, self.users, self.size, self.mode = cluster, users, size, mode
        self.folder = self._server = None

    def start(self):
        self.folder = pg.short_dir("cs-pooler-")
        proc.at_end(self._remove)
        with open(f"{self.folder}/config", "w") as file:
            file.write(CONFIG.format(server=self.cluster.folder, server_port=self.cluster.port, folder=self.folder, mode=self.mode,
                                     size=self.size))
        with open(f"{self.folder}/users", "w") as file:
            file.write("".join(f'"{user}" ""\n' for user in self.users))
        os.chmod(self.folder, 0o755)
        user = pg.server_user()  # it refuses root, too
        if user:
            os.chown(self.folder, pwd.getpwnam(user).pw_uid, -1)
        self._server = proc.Process([PROGRAM, f"{self.folder}/config"], name="pgbouncer", user=user, cwd="/", ready=r"process up")
        self._server.start()
        return self

    def dsn_as(self, user, database):
        return f"host={self.folder} port=6432 dbname={database} user={user}"

    def close(self):
        self._server.stop(timeout=10)
        self._remove()

    def _remove(self):
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder = None
        proc.forget(self._remove)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()
