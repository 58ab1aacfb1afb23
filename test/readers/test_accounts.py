"""Whose account is it? A name is pinned to the immutable id it was read with first; what is read later is held to it (edge cases 7,
8, 16 and 17; traps 2 and 3). `pin` is what the database knows of the account."""
import contextlib

import pytest

from conftest import ask, person
from scim_peer import TOKEN, Strict, error

CANARY = ("canary", "watch")
COLUMNS = "select u.id is not null, coalesce(u.active, false), r.user_id is not null, u.id::text, null, a.id is not null "
JOINS = ("left join app_role a on a.name = $2 left join app_user_role r on r.user_id = u.id and r.role_id = a.id")
BY_NAME = f"{COLUMNS} from (select 1) as one left join app_user u on u.login = $1 {JOINS}"
BY_ID = f"{COLUMNS} from (select 1) as one left join app_user u on u.id::text = $1 {JOINS}"


def say(answer):
    return answer["outcome"], answer["account"], answer["reason"]


# -- LDAP

def in_directory(directory, *pairs, **more):
    settings = {"uri": directory.url, "base": "dc=example,dc=com", "people_base": "ou=people,dc=example,dc=com",
                "bind_dn": "cn=reader,dc=example,dc=com", "insecure": "true", **more}
    return ask("ldap", settings, pairs, CANARY, "reader-password")


def uuid_of(directory, uid):
    return directory.search(f"(uid={uid})", ["entryUUID"])[f"uid={uid},ou=people,dc=example,dc=com"]["entryUUID"][0]


def rename(directory, uid, to, above=""):
    directory.modify(f"dn: uid={uid},ou=people,dc=example,dc=com\nchangetype: modrdn\nnewrdn: uid={to}\ndeleteoldrdn: 1\n"
                     + (f"newsuperior: {above}\n" if above else ""))


def join(directory, group, uid):
    directory.modify(f"dn: cn={group},ou=groups,dc=example,dc=com\nchangetype: modify\nadd: member\n"
                     f"member: uid={uid},ou=people,dc=example,dc=com\n")


def test_ldap_renamed(directory):
    """The membership moves with the person: by the name of before nobody holds it, and by the id somebody does."""
    directory.add(person("zed"))
    join(directory, "finance", "zed")
    pin = uuid_of(directory, "zed")
    assert say(*in_directory(directory, ("zed", "finance"), pin=pin)) == ("present", "active", "Ok")
    rename(directory, "zed", "zoe")
    assert say(*in_directory(directory, ("zed", "finance"))) == ("absent", "missing", "AccountMissing"), "what the name alone says"
    answer, = in_directory(directory, ("zed", "finance"), pin=pin)
    assert say(answer) == ("present", "active", "Ok") and answer["id"] == pin
    directory.add("dn: ou=left,dc=example,dc=com\nobjectClass: organizationalUnit\nou: left\n\n")
    rename(directory, "zoe", "zoe", "ou=left,dc=example,dc=com")
    answer, = in_directory(directory, ("zed", "finance"), pin=pin)
    assert say(answer) == ("present", "active", "Ok"), "moved out of where people are, and still a member"


def test_ldap_replaced_and_gone(directory):
    directory.add(person("yan"))
    pin = uuid_of(directory, "yan")
    directory.delete("uid=yan,ou=people,dc=example,dc=com")
    gone, = in_directory(directory, ("yan", "finance"), pin=pin)
    assert say(gone) == ("absent", "missing", "AccountMissing") and gone["canary"], "by name and by id"
    directory.add(person("yan"))
    answer, = in_directory(directory, ("yan", "finance"), pin=pin)
    assert say(answer) == ("absent", "replaced", "AccountReplaced") and answer["id"] == uuid_of(directory, "yan") != pin


@pytest.mark.parametrize("pin", ["*", "a-*", "ab*)(uid=*", "0", "xy", "x" * 5000, "5c2a-"], ids=range(7))
def test_ldap_ids_that_would_steer_the_filter(directory, pin):
    answer, = in_directory(directory, ("nobody", "finance"), pin=pin)
    assert answer["outcome"] != "present", answer
    answer, = in_directory(directory, ("ben", "finance"), pin=pin)
    assert answer["account"] == "replaced"


# -- SQL

def in_target(target, *pairs, **more):
    return ask("sql", {"conninfo": target.dsn_as("reader"), "query": BY_NAME, **more}, pairs, CANARY)


def test_sql_renamed_replaced_and_gone(target):
    target.psql("insert into app_user values (70, 'wim', true); insert into app_user_role values (70, 2)")
    try:
        assert say(*in_target(target, ("wim", "ledger"), pin="70")) == ("present", "active", "Ok")
        target.psql("update app_user set login = 'willem' where id = 70")
        assert say(*in_target(target, ("wim", "ledger"))) == ("absent", "missing", "AccountMissing"), "what the name alone says"
        assert say(*in_target(target, ("wim", "ledger"), pin="70")) == ("unknown", "missing", "AccountNotTraced")
        answer, = in_target(target, ("wim", "ledger"), pin="70", query_by_id=BY_ID)
        assert say(answer) == ("present", "active", "Ok") and answer["id"] == "70"
        target.psql("insert into app_user values (71, 'wim', true)")
        for more in ({}, {"query_by_id": BY_ID}):
            assert say(*in_target(target, ("wim", "ledger"), pin="70", **more)) == ("absent", "replaced", "AccountReplaced")
        target.psql("delete from app_user where id = 71; delete from app_user_role where user_id = 70; delete from app_user where id = 70")
        gone, = in_target(target, ("wim", "ledger"), pin="70", query_by_id=BY_ID)
        assert say(gone) == ("absent", "missing", "AccountMissing") and gone["canary"]
        broken, = in_target(target, ("wim", "ledger"), pin="70", query_by_id="select 1")
        assert say(broken)[::2] == ("unknown", "QueryRefused")
        hidden, = in_target(target, ("cyd", "ledger"), pin="6", query=BY_NAME.replace("u.id::text", "null"))
        assert say(hidden)[::2] == ("unknown", "AccountIdHidden")
    finally:
        target.psql("delete from app_user_role where user_id = 70; delete from app_user where id in (70, 71)")


@pytest.mark.parametrize("query, by_id, why", [
    (BY_NAME, BY_NAME, "copied, and not changed: it looks for a name"),
    (BY_NAME, BY_ID.replace("= $1", "= $1 and u.login <> 'canary'"), "the canary is not among those it finds"),
    (BY_NAME, BY_ID.replace("r.role_id = a.id", "r.role_id = 0"), "nobody holds anything by it"),
    (BY_NAME, BY_ID.replace("u.id::text, null", "u.login, null"), "it shows another id"),
    (BY_NAME.replace("u.id::text, null", "case when u.login <> 'canary' then u.id::text end, null"), BY_ID, "the canary shows none")],
    ids=range(5))
def test_a_statement_by_id_that_is_not_proven(target, query, by_id, why):
    """Renamed, and still there: by an id that the statement would never find nobody is gone."""
    target.psql("insert into app_user values (72, 'wanda', true); insert into app_user_role values (72, 2)")
    try:
        answer, = in_target(target, ("gone", "ledger"), pin="72", query=query, query_by_id=by_id)
        assert say(answer)[::2] == ("unknown", "AccountNotTraced"), why
        answer, = in_target(target, ("wanda", "ledger"), pin="72", query=query, query_by_id=by_id)
        assert say(answer) == ("present", "active", "Ok"), "found by its name: nobody relies on the statement"
        answer, = in_target(target, ("gone", "ledger"), pin="72", query=BY_NAME, query_by_id=BY_ID)
        assert say(answer) == ("present", "active", "Ok")
    finally:
        target.psql("delete from app_user_role where user_id = 72; delete from app_user where id = 72")


# -- SCIM

@pytest.fixture
def strict():
    people = [{"id": f"u-{name}-0123456789", "userName": name} for name in ("canary", "ada", "ben")]
    groups = [{"id": "g-watch", "displayName": "watch", "members": [{"value": "u-canary-0123456789"}]},
              {"id": "g-finance", "displayName": "finance", "members": [{"value": "u-ada-0123456789"}]}]
    with contextlib.closing(Strict(people, groups)) as made:
        yield made


def at_scim(server, *pairs, **more):
    return ask("scim", {"url": server.url, "insecure": "true", **more}, pairs, CANARY, TOKEN, 20000)


def test_scim_renamed_replaced_and_gone(strict):
    pin = "u-ada-0123456789"
    assert say(*at_scim(strict, ("ada", "finance"), pin=pin)) == ("present", "active", "Ok")
    strict.people[1]["userName"] = "ada.lovelace"
    assert say(*at_scim(strict, ("ada", "finance"))) == ("absent", "missing", "AccountMissing"), "what the name alone says"
    answer, = at_scim(strict, ("ada", "finance"), pin=pin)
    assert say(answer) == ("present", "active", "Ok") and answer["id"] == pin
    strict.people[2]["userName"] = "ada"
    answer, = at_scim(strict, ("ada", "finance"), pin=pin)
    assert say(answer) == ("absent", "replaced", "AccountReplaced") and answer["id"] == "u-ben-0123456789"
    strict.people[2]["userName"] = "ben"
    del strict.people[1]
    gone, = at_scim(strict, ("ada", "finance"), pin=pin)
    assert say(gone) == ("absent", "missing", "AccountMissing") and gone["canary"]


def test_scim_that_knows_nobody_by_id(strict):
    """Each id is a 404: that the account's is proves nothing, for the canary's is too."""
    def twist(call):
        if call.kind == "Users" and call.id:
            raise error(404)
    strict.twist = twist
    answer, = at_scim(strict, ("gone", "finance"), pin="u-gone-0123456789")
    assert say(answer)[::2] == ("unknown", "NotVisible") or answer["outcome"] == "unknown", answer
    assert not answer["canary"]
