"""Somebody takes the reader's rights away in the middle: of a thousand removals that were not made, none is believed (edge case 2,
trap 2). Everyone asked about holds what he is asked about, so any "absent" would be a removal proven falsely."""
import collections
import contextlib

import pytest

from conftest import GROUPS, PEOPLE, ask
from lib import slapd
from scim_peer import TOKEN, Scimmy

CANARY = ("canary", "watch")
BATCH, BATCHES, REVOKED_AFTER = 250, 4, 30
QUERY = """select u.id is not null, coalesce(u.active, false), r.user_id is not null, u.id::text, null, a.id is not null
             from (select 1) as one left join app_user u on u.login = $1 left join app_role a on a.name = $2
             left join app_user_role r on r.user_id = u.id and r.role_id = a.id"""
MAY_READ = """dn: cn=may-read,dc=example,dc=com
objectClass: groupOfNames
cn: may-read
member: cn=admin,dc=example,dc=com
member: cn=reader,dc=example,dc=com

"""
# the rights of whoever is in a group: taken out of it, he may still sign in and see that there are groups
RIGHTS = """access to attrs=userPassword by anonymous auth
access to attrs=member by group.exact="cn=may-read,dc=example,dc=com" read by * none
access to * by dn.exact="cn=reader,dc=example,dc=com" read by anonymous auth"""


def thousand(kind, settings, pair, secret, revoke, timeout_ms=20000):
    """A thousand removals, four times 250 at once; after the first thirty answers the rights are gone."""
    answers = []
    for batch in range(BATCHES):
        answers += ask(kind, settings, [pair] * BATCH, CANARY, secret, timeout_ms,
                       after=None if batch else (REVOKED_AFTER, revoke))
    told = collections.Counter((a["outcome"], a["reason"]) for a in answers)
    assert len(answers) == BATCH * BATCHES
    assert not [a for a in answers if a["outcome"] == "absent"], told
    assert told["present", "Ok"] >= REVOKED_AFTER, "it was in the middle"
    assert all(a["outcome"] == "unknown" for a in answers[BATCH:]), told
    return told


def test_ldap():
    with slapd.Slapd(ldif=PEOPLE + GROUPS + MAY_READ, more=RIGHTS) as directory:
        settings = {"uri": directory.url, "base": "dc=example,dc=com", "bind_dn": "cn=reader,dc=example,dc=com", "insecure": "true"}

        def revoke():
            directory.modify("dn: cn=may-read,dc=example,dc=com\nchangetype: modify\ndelete: member\n"
                             "member: cn=reader,dc=example,dc=com\n")
        told = thousand("ldap", settings, ("ada", "finance"), "reader-password", revoke)
        assert told["unknown", "MembersNotVisible"] >= BATCH * (BATCHES - 1)


@pytest.mark.parametrize("how, reason, undo", [
    ("revoke select on app_user_role from reader", "RightsLost", "grant select on app_user_role to reader"),
    ("alter table app_user_role enable row level security", "CanaryMissing", "alter table app_user_role disable row level security"),
])
def test_sql(target, how, reason, undo):
    """Refused, and silently shown nothing."""
    settings = {"conninfo": target.dsn_as("reader"), "query": QUERY}
    try:
        told = thousand("sql", settings, ("ada", "ledger"), "", lambda: target.psql(how))
        assert told["unknown", reason] >= BATCH * (BATCHES - 1)
    finally:
        target.psql(undo)


def test_scim():
    """Refused; and in groups without members, as a server shows them to whoever may not see who."""
    with contextlib.closing(Scimmy()) as server:
        ada, canary = server.user("ada"), server.user("canary")
        server.group("watch", canary)
        server.group("finance", ada, canary)
        settings = {"url": server.url, "insecure": "true"}
        told = thousand("scim", settings, ("ada", "finance"), TOKEN, lambda: server.mood(hidden=["watch", "finance"]))
        assert told["unknown", "MembersNotVisible"] + told["unknown", "CanaryMissing"] >= BATCH * (BATCHES - 1), told
        server.mood(hidden=[])
        told = thousand("scim", settings, ("ada", "finance"), TOKEN, lambda: server.mood(refuse=403))
        assert told["unknown", "RightsLost"] >= BATCH * (BATCHES - 1)
