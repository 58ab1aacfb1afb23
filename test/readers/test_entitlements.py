"""Which entitlement is it? Its immutable id is told, for its name to be pinned to it; a renamed group is found by it (edge case 16)."""
from conftest import person
from test_accounts import BY_NAME, in_directory, in_target, join, say


def id_of(directory, group):
    return directory.search(f"(cn={group})", ["entryUUID"])[f"cn={group},ou=groups,dc=example,dc=com"]["entryUUID"][0]


def group(name, member="canary"):
    return f"dn: cn={name},ou=groups,dc=example,dc=com\nobjectClass: groupOfNames\ncn: {name}\nmember: uid={member},ou=people,dc=example,dc=com\n"


def test_ldap_renamed_made_anew_and_gone(directory):
    directory.add(person("vera"))
    directory.add(group("payers"))
    join(directory, "payers", "vera")
    answer, = in_directory(directory, ("vera", "payers"))
    pin = id_of(directory, "payers")
    assert say(answer) == ("present", "active", "Ok") and answer["entitlement_id"] == pin
    directory.modify("dn: cn=payers,ou=groups,dc=example,dc=com\nchangetype: modrdn\nnewrdn: cn=payees\ndeleteoldrdn: 1\n")
    by_name, = in_directory(directory, ("vera", "payers"))
    assert say(by_name)[::2] == ("unknown", "EntitlementNotFound"), "what the name alone says"
    by_id, = in_directory(directory, ("vera", "payers"), entitlement_pin=pin)
    assert say(by_id) == ("present", "active", "Ok") and by_id["entitlement_id"] == pin, "a renamed group is the same one"
    directory.add(group("payers"))
    anew, = in_directory(directory, ("vera", "payers"), entitlement_pin=pin)
    assert say(anew) == ("absent", "active", "Ok") and anew["entitlement_id"] == id_of(directory, "payers") != pin, \
        "made anew under the name it is another one: the verdict holds the read to the id"
    for name in ("payers", "payees"):
        directory.delete(f"cn={name},ou=groups,dc=example,dc=com")
    gone, = in_directory(directory, ("vera", "payers"), entitlement_pin=pin)
    assert say(gone)[::2] == ("unknown", "EntitlementNotFound"), "gone proves nothing"


def test_sql_tells_it_where_the_statement_does(target):
    with_id = BY_NAME.replace("a.id is not null ", "a.id is not null, 'role/' || a.id ", 1)
    told, = in_target(target, ("ada", "ledger"), query=with_id)
    untold, = in_target(target, ("ada", "ledger"))
    assert told["entitlement_id"] == "role/2" and untold["entitlement_id"] == ""
    assert say(told) == say(untold) == ("present", "active", "Ok")
    hidden, = in_target(target, ("ada", "ledger"), entitlement_pin="role/2")
    assert say(hidden)[::2] == ("unknown", "EntitlementIdHidden"), "whose id is not shown may be any of that name"
