"""`countersign source test`: what an operator is told of each kind of source, good and bad."""
import contextlib
import json
import os
import shutil
import subprocess

import pytest
import yaml

from conftest import ROOT
from rest_peer import VENDORS
from scim_peer import TOKEN, Strict, error

COUNTERSIGN = os.path.abspath(os.environ.get("COUNTERSIGN") or ROOT / "build" / "san" / "countersign")
EXAMPLE = ROOT / "schemas" / "example"
SECRETS = {"sap-reader": "", "ldap-reader": "reader-password", "scim-token": TOKEN, "rest-token": "s3cret"}


@pytest.fixture
def test(tmp_path):
    """test(source, ...): the example's configuration with this source in place of the one of its name."""
    config = yaml.safe_load((EXAMPLE / "countersign.yaml").read_text())
    shutil.copytree(EXAMPLE, tmp_path, dirs_exist_ok=True)
    for name, value in SECRETS.items():
        (tmp_path / name).write_text(value + "\n")

    def run(source, *words, human=False):
        config["sources"] = [s for s in config["sources"] if s["name"] != source["name"]] + [source]
        (tmp_path / "countersign.yaml").write_text(yaml.safe_dump(config))
        done = subprocess.run([COUNTERSIGN, "source", "test", source["name"], "--config", "countersign.yaml", *words,
                               *([] if human else ["--json"])], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                              env={**os.environ, "CREDENTIALS_DIRECTORY": str(tmp_path), "LDAPNOINIT": "1"})
        assert "Sanitizer" not in done.stderr, done.stderr
        return done.returncode, done.stdout if human else done.stdout and json.loads(done.stdout), done.stderr
    return run


def outcomes(told):
    return {r["what"]: (r["outcome"], r["reason"], r["good"]) for r in told["reads"]}


ALL_GOOD = {"canary": ("present", "Ok", True), "nobody": ("absent", "AccountMissing", True),
            "nothing": ("unknown", "EntitlementNotFound", True)}


def sql(target, query=None):
    good = ("select u.id is not null, coalesce(u.active, false), r.user_id is not null, u.id::text, null, a.id is not null "
            "from (select 1) as one left join app_user u on u.login = $1 left join app_role a on a.name = $2 "
            "left join app_user_role r on r.user_id = u.id and r.role_id = a.id")
    return {"name": "sap-fin", "kind": "sql", "canary": {"account": "canary", "entitlement": "watch"},
            "connection": {"conninfo": f"host={target.cluster.folder} dbname=target user=reader", "query": query or good}}


def ldap(directory):
    return {"name": "directory", "kind": "ldap", "secret": "credential:ldap-reader",
            "canary": {"account": "canary", "entitlement": "watch"},
            "connection": {"uri": directory.url, "base": "dc=example,dc=com", "bind_dn": "cn=reader,dc=example,dc=com",
                           "insecure": True}}


def scim(server, **more):
    return {"name": "cloud", "kind": "scim", "secret": "credential:scim-token", "timeout": "20s",
            "canary": {"account": "canary", "entitlement": "watch"}, "connection": {"url": server.url, "insecure": True, **more}}


@pytest.fixture
def server():
    made = Strict([{"id": "u-canary-0123456789", "userName": "canary"}, {"id": "u-ada-0123456789", "userName": "ada"}],
                  [{"id": "g-1", "displayName": "watch", "members": [{"value": "u-canary-0123456789"}]}])
    yield made
    made.close()


def test_every_kind_is_tried(test, target, directory, server):
    for source, account, entitlement in ((sql(target), "cyd", "ledger"), (ldap(directory), "ben", "finance"),
                                         (scim(server), "ada", "watch")):
        code, told, _ = test(source, "--account", account, "--entitlement", entitlement)
        assert code == 0 and told["good"] and outcomes(told) == {**ALL_GOOD, "sample": ("absent", "Ok", True)}, told
        assert told["proves"] and told["does_not_prove"] and all(r["as_of"].endswith("Z") for r in told["reads"])
    assert told["found"]["members"].endswith("(A)") and told["found"]["second opinion"].endswith("(D)")


def test_roles_are_tried(test):
    server = Strict([{"id": "u-canary-0123456789", "userName": "canary", "roles": [{"value": "watch"}]},
                     {"id": "u-ada-0123456789", "userName": "ada"}], [], ways="R")
    with contextlib.closing(server):
        code, told, _ = test(scim(server, attribute="roles"), "--account", "ada", "--entitlement", "watch")
    assert code == 0 and told["good"] and outcomes(told) == {**ALL_GOOD, "sample": ("absent", "Ok", True)}, told
    assert told["found"]["members"].endswith("(F)") and told["found"]["second opinion"].endswith("(D)") and "nothing says" in told["found"]["values"]


def test_a_feed_is_tried(test, tmp_path):
    feed = tmp_path / "feed.csv"
    source = {"name": "hr", "kind": "csv", "canary": {"account": "canary", "entitlement": "watch"},
              "connection": {"file": str(feed), "trailer": "END", "account": "login", "entitlement": "role", "all_accounts": True}}
    feed.write_text("login,role\ncanary,watch\nada,\nEND,2\n")
    code, told, _ = test(source, "--account", "ada", "--entitlement", "watch")
    assert code == 0 and told["good"] and outcomes(told) == {**ALL_GOOD, "sample": ("absent", "Ok", True)}, told
    assert told["found"]["feed"].startswith("2 rows, SHA-256 ")
    feed.write_text("login,role\ncanary,watch\nada\nEND,2\n")
    code, told, _ = test(source)
    assert code == 1 and told["found"]["last trouble"] == "line 3: 1 cells, the header has 2" and "RFC 4180" in told["verdict"]


def test_a_profile_is_tried(test):
    okta = VENDORS["okta"]()
    source = {"name": "okta", "kind": "rest", "secret": "credential:rest-token",
              "canary": {"account": okta.account("canary"), "entitlement": okta.entitlement("watch")},
              "connection": {"profile": "okta", "url": okta.url, "insecure": True}}
    try:
        code, told, _ = test(source, "--account", okta.account("ben"), "--entitlement", okta.entitlement("finance"))
        assert code == 0 and told["good"] and outcomes(told) == {**ALL_GOOD, "sample": ("absent", "Ok", True)}, told
        okta.secret = "renewed"
        code, told, _ = test(source)
        assert code == 77 and "renew" in told["verdict"] and "E0000011" in told["found"]["last trouble"]
    finally:
        okta.close()


def test_for_people(test, server):
    code, text, _ = test(scim(server), human=True)
    assert code == 0
    for words in ("source    cloud (scim)", "canary    canary / watch: present (Ok), direct, account active; canary seen",
                  "as of     20", "found     members: groups by filter", "proves    an account", "does not  membership",
                  "good      its reads can be relied on"):
        assert f"\n{words}" in f"\n{text}", text


@pytest.mark.parametrize("status, code, remedy", [(401, 77, "renew"), (403, 77, "restore"), (429, 75, "fewer"), (500, 69, "reached")])
def test_what_is_wrong_and_what_to_do(test, server, status, code, remedy):
    def twist(_):
        raise error(status)
    server.twist = twist
    got, told, _ = test(scim(server))
    assert got == code and not told["good"] and remedy in told["verdict"] and len(told["reads"]) == 1
    assert str(status) in told["found"]["last trouble"]


def test_statements_that_prove_what_is_not_so(test, target):
    """One that forgets the account, and one that never looks whether the role is there."""
    code, told, _ = test(sql(target, "select true, true, true, '', null, true where $1 || $2 <> ''"))
    assert code == 1 and outcomes(told)["nobody"] == ("present", "Ok", False) and "not looked at" in told["verdict"]
    code, told, _ = test(sql(target, "select $1 = 'canary', true, $1 = 'canary' and $2 = 'watch', '', null, true"))
    assert code == 1 and outcomes(told)["nothing"] == ("absent", "Ok", False) and "misspelt" in told["verdict"]


def test_a_statement_by_id_has_to_find_the_canary(test, target):
    def by_id(column):
        made = sql(target)
        made["connection"]["query_by_id"] = made["connection"]["query"].replace("u.login = $1", f"{column} = $1")
        return test(made)
    code, told, _ = by_id("u.id::text")
    assert code == 0 and outcomes(told) == ALL_GOOD and told["found"]["query_by_id"] == "finds the canary by its native_id", told
    code, told, _ = by_id("u.login")
    assert code == 1 and outcomes(told)["nobody"] == ("unknown", "AccountNotTraced", False) and "query_by_id" in told["verdict"], told
    assert told["found"]["query_by_id"] == "does not find the canary by its native_id"


def test_unknown_for_another_reason_is_not_good(test, target, server):
    """The canary can be read; what becomes of a name that nobody has, is seen only where it is asked for and answered."""
    def twist(call):
        if call.filter and where in call.filter:
            raise error(500)
    server.twist = twist
    for where, what in (("countersign-nobody", "nobody"), ("countersign-nothing", "nothing")):
        code, told, _ = test(scim(server))
        assert code == 69 and not told["good"] and outcomes(told) == {**ALL_GOOD, what: ("unknown", "SourceDown", False)}
        assert "reached" in told["verdict"]
    code, told, _ = test(sql(target, "select case when $1 = 'canary' then true end, true, true, '', null, $2 = 'watch'"))
    assert code == 1 and outcomes(told)["nobody"] == ("unknown", "QueryShape", False) and "six columns" in told["verdict"]


def test_sources_and_words_that_are_not_there(test, target, server):
    code, _, said = test({**sql(target), "name": "sap-fin"}, "--account", "only")
    assert code == 64 and "--entitlement" in said
    code, _, said = test(scim(server, url="http://scim.example.com/"))
    assert code == 78 and "C036" in said and "https://" in said
    gone = {**scim(server), "connection": {"url": "http://127.0.0.1:1/", "insecure": True}}
    code, told, _ = test(gone)
    assert code == 69 and outcomes(told) == {"canary": ("unknown", "SourceDown", False)}
