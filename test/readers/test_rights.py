"""Somebody takes the reader's rights away in the middle: of a thousand removals that were not made, none is believed (edge case 2,
trap 2). Everyone asked about holds what he is asked about, so any "absent" would be a removal proven falsely."""
import collections
import contextlib

import pytest

from conftest import GROUPS, PEOPLE, ask
from lib import slapd
from scim_peer import TOKEN, Scimmy

CANARY = ("canary", "watch")
AT_ONCE, REVOKED_AFTER, THOUSAND = 60, 30, 1000
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


def thousand(kind, settings, pair, secret, revoke, *reasons):
    """A thousand removals, sixty under way at a time; when thirty are answered the rights go, and no question is asked meanwhile. Those
    asked before may be answered either way; of those asked after it none is known, for one of `reasons`."""
    answers = ask(kind, {**settings, "at_once": AT_ONCE}, [pair] * THOUSAND, CANARY, secret, 20000, after=(REVOKED_AFTER, revoke))
    told = collections.Counter(say(a) for a in answers)
    assert len(answers) == THOUSAND and not [a for a in answers if a["outcome"] == "absent"], told
    asked_before = AT_ONCE + REVOKED_AFTER - 1  # one more for each answer, but for the last
    assert REVOKED_AFTER <= told["present", "Ok"] <= asked_before, told
    assert {say(a) for a in answers[asked_before:]} <= {("unknown", reason) for reason in reasons}, told


def say(answer):
    return answer["outcome"], answer["reason"]


def test_ldap():
    with slapd.Slapd(ldif=PEOPLE + GROUPS + MAY_READ, more=RIGHTS) as directory:
        settings = {"uri": directory.url, "base": "dc=example,dc=com", "bind_dn": "cn=reader,dc=example,dc=com", "insecure": "true"}

        def revoke():
            directory.modify("dn: cn=may-read,dc=example,dc=com\nchangetype: modify\ndelete: member\n"
                             "member: cn=reader,dc=example,dc=com\n")
        thousand("ldap", settings, ("ada", "finance"), "reader-password", revoke, "MembersNotVisible")


@pytest.mark.parametrize("how, reason, undo", [
    ("revoke select on app_user_role from reader", "RightsLost", "grant select on app_user_role to reader"),
    ("alter table app_user_role enable row level security", "CanaryMissing", "alter table app_user_role disable row level security"),
])
def test_sql(target, how, reason, undo):
    """Refused, and silently shown nothing."""
    settings = {"conninfo": target.dsn_as("reader"), "query": QUERY}
    try:
        thousand("sql", settings, ("ada", "ledger"), "", lambda: target.psql(how), reason)
    finally:
        target.psql(undo)


def test_scim():
    """Groups without members, as a server shows them to whoever may not see who."""
    with contextlib.closing(Scimmy()) as server:
        ada, canary = server.user("ada"), server.user("canary")
        server.group("watch", canary)
        server.group("finance", ada, canary)
        settings = {"url": server.url, "insecure": "true"}
        thousand("scim", settings, ("ada", "finance"), TOKEN, lambda: server.mood(hidden=["watch", "finance"]), "MembersNotVisible",
                 "CanaryMissing")
