"""A private OpenLDAP server with memberOf and referential integrity, on a free port of 127.0.0.1.

    with slapd.Slapd(ldif=TEXT) as directory:
        directory.url, directory.suffix, directory.admin_dn, directory.admin_password
        directory.modify(LDIF)
        directory.search("(uid=ada)", ["memberOf"])
"""
import os
import shutil
import tempfile

from . import ports, proc

CONFIG = """
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile {folder}/pid
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload memberof
moduleload refint
{tls}
{before}
database mdb
suffix "{suffix}"
rootdn "{admin_dn}"
rootpw {password}
directory {folder}/data
maxsize 67108864
dbnosync
index objectClass,uid,cn,member,memberOf,entryUUID eq
sizelimit {sizelimit}
overlay memberof
memberof-group-oc groupOfNames
memberof-refint true
overlay refint
refint_attributes member memberOf manager
refint_nothing "{admin_dn}"
{more}
"""

BASE = """dn: {suffix}
objectClass: dcObject
objectClass: organization
dc: {dc}
o: {dc}

"""


class Slapd:
    """before, more: lines of slapd.conf before and inside the database. tls: (certificate, key, CA) files: adds ldaps."""

    def __init__(self, suffix="dc=example,dc=com", ldif="", port=None, sizelimit="unlimited", before="", more="", tls=None):
        self.suffix, self.ldif = suffix, ldif
        self.admin_dn, self.admin_password = f"cn=admin,{suffix}", "countersign-test"
        self.port = port or ports.free_port()
        self.url = f"ldap://127.0.0.1:{self.port}"
        self.tls_port = ports.free_port() if tls else None
        self.tls_url = f"ldaps://localhost:{self.tls_port}" if tls else None
        self._tls, self._before, self._more, self._sizelimit = tls, before, more, sizelimit
        self._server = None
        self.folder = None

    def start(self):
        first = self._server is None
        if first:
            self._prepare()
        self._server.start()
        if first:
            self.add(BASE.format(suffix=self.suffix, dc=self.suffix.split(",")[0].split("=")[1]) + self.ldif)
        return self

    def _prepare(self):
        self.folder = tempfile.mkdtemp(prefix="cs-slapd-")
        proc.at_end(self._remove)
        os.mkdir(f"{self.folder}/data")
        with open(f"{self.folder}/password", "w") as file:
            file.write(self.admin_password)
        tls = ""
        if self._tls:
            tls = "TLSCertificateFile {}\nTLSCertificateKeyFile {}\nTLSCACertificateFile {}".format(*self._tls)
        with open(f"{self.folder}/slapd.conf", "w") as file:
            file.write(CONFIG.format(folder=self.folder, suffix=self.suffix, admin_dn=self.admin_dn, tls=tls,
                                     password=self.admin_password, sizelimit=self._sizelimit, before=self._before,
                                     more=self._more))
        program = shutil.which("slapd", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/lib/openldap")
        if not program:
            raise AssertionError("no slapd found; deploy/setup installs one")
        if os.path.isdir("/sys/kernel/security/apparmor"):  # its profile goes by path and allows only the system's data
            program = shutil.copy(program, f"{self.folder}/slapd")
        urls = f"{self.url}/" + (f" ldaps://127.0.0.1:{self.tls_port}/" if self._tls else "")
        self._server = proc.Process([program, "-d", "0", "-h", urls, "-f", f"{self.folder}/slapd.conf"], name="slapd",
                                    ready=lambda: ports.answers(self.port))

    def stop(self):
        self._server.stop()

    def close(self):
        self.stop()
        self._remove()

    def _remove(self):
        if self._server:
            self._server.kill()
        if self.folder:
            shutil.rmtree(self.folder, ignore_errors=True)
        proc.forget(self._remove)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.close()

    def freeze(self):
        self._server.freeze()

    def thaw(self):
        self._server.thaw()

    @property
    def pid(self):
        return self._server.pid

    # -- content

    def _client(self, program, *arguments, ldif=None, check=True):
        return proc.run([program, "-x", "-H", self.url, "-D", self.admin_dn, "-y", f"{self.folder}/password", *arguments],
                        input=ldif, check=check, env={**os.environ, "LDAPNOINIT": "1"})

    def add(self, ldif):
        self._client("ldapadd", ldif=ldif)

    def modify(self, ldif):
        self._client("ldapmodify", ldif=ldif)

    def delete(self, dn):
        self._client("ldapdelete", dn)

    def search(self, filter_text="(objectClass=*)", attributes=(), base=None):
        """Entries as {dn: {attribute: [values]}}; values as ldapsearch prints them (base64 after '::' is kept as is)."""
        text = self._client("ldapsearch", "-LLL", "-o", "ldif-wrap=no", "-b", base or self.suffix, filter_text,
                            *attributes).stdout
        entries = {}
        for block in text.strip().split("\n\n"):
            lines = [line for line in block.split("\n") if line and not line.startswith("#")]
            if not lines or not lines[0].startswith("dn"):
                continue
            entry = entries.setdefault(lines[0].split(":", 1)[1].strip(), {})
            for line in lines[1:]:
                name, value = line.split(":", 1)
                entry.setdefault(name, []).append(value.strip())
        return entries
