#!/usr/bin/env python3
"""Run a program beside a throw-away PostgreSQL cluster.

usage: with_pg.py PROGRAM [ARGUMENT...]

The program finds in its environment: TEST_PG (connection string), TEST_PG_PORT (on 127.0.0.1), TEST_PG_CTL (this
script; called as `with_pg.py --ctl stop|start|freeze|thaw` it acts on the same cluster).
As root the server runs as the user postgres. fsync is off unless TEST_PG_FSYNC=on.
"""
import glob
import os
import pwd
import shutil
import signal
import socket
import subprocess
import sys
import tempfile

CONFIG = """
listen_addresses = '127.0.0.1'
port = {port}
unix_socket_directories = '{dir}'
fsync = {fsync}
max_connections = 60
log_min_messages = fatal
"""


def bin_dir():
    for folder in sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda p: -float(p.split("/")[4])):
        return folder
    return os.path.dirname(shutil.which("pg_ctl") or sys.exit("no PostgreSQL server found"))


def as_owner(command, **more):
    if os.getuid() == 0:
        more["user"], more["group"], more["extra_groups"] = "postgres", "postgres", []
        more["env"] = {**os.environ, "HOME": "/"}
    return subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **more)


def server_pids(data):
    with open(os.path.join(data, "postmaster.pid")) as file:
        main = int(file.readline())
    children = subprocess.run(["ps", "-o", "pid=", "--ppid", str(main)], capture_output=True, text=True).stdout.split()
    return [main] + [int(pid) for pid in children]


def control(verb, folder):
    data = os.path.join(folder, "data")
    ctl = [os.path.join(bin_dir(), "pg_ctl"), "-s", "-w", "-D", data]
    if verb == "stop":
        as_owner(ctl + ["stop", "-m", "immediate"])
    elif verb == "start":
        as_owner(ctl + ["start", "-l", os.path.join(folder, "log")])
    elif verb in ("freeze", "thaw"):
        for pid in server_pids(data):
            os.kill(pid, signal.SIGSTOP if verb == "freeze" else signal.SIGCONT)
    else:
        sys.exit(f"unknown verb {verb}")


def main(arguments):
    if arguments[:1] == ["--ctl"]:
        return control(arguments[1], os.environ["TEST_PG_DIR"])
    with tempfile.TemporaryDirectory(prefix="countersign-pg-") as folder:
        if os.getuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = os.path.join(folder, "data")
        as_owner([os.path.join(bin_dir(), "initdb"), "-D", data, "-U", "test", "-A", "trust", "-E", "UTF8",
                  "--no-locale", "-N"])
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with open(os.path.join(data, "postgresql.conf"), "a") as file:
            file.write(CONFIG.format(dir=folder, port=port, fsync=os.environ.get("TEST_PG_FSYNC", "off")))
        control("start", folder)
        try:
            environment = {**os.environ, "TEST_PG_DIR": folder, "TEST_PG_CTL": os.path.abspath(__file__),
                           "TEST_PG": f"host={folder} port={port} user=test dbname=postgres",
                           "TEST_PG_PORT": str(port)}
            return subprocess.run(arguments, env=environment).returncode
        finally:
            try:
                control("thaw", folder)
            except OSError:
                pass
            subprocess.run([sys.executable, os.path.abspath(__file__), "--ctl", "stop"],
                           env={**os.environ, "TEST_PG_DIR": folder}, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
