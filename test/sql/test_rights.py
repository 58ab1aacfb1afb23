"""What the service cannot do although it may speak to the database freely: borrow the owner's rights, or objects of a session."""
from conftest import countersign

OWNER = "countersign_owner"


def test_a_type_of_the_session_does_not_run_as_the_owner(db):
    """A security definer function that looked for `text` in the session first would run its check with the owner's rights."""
    request = db.psql("select t.request()")
    with db.session() as service:
        service.run("set role countersign_service")
        service.run(f"""create function pg_temp.spy() returns boolean language plpgsql as
            $$begin if current_user = '{OWNER}' then raise 'ran as the owner'; end if; return true; end$$""")
        for name in ("timestamptz", "uuid", "bytea", "text", "jsonb"):
            service.run(f"create domain pg_temp.{name} as pg_catalog.{name} check (pg_temp.spy())")
        service.run(f"update governance.access_request set version = version + 1, phase = 'cancelled' where id = '{request}'")
    assert db.psql(f"select phase from governance.access_request where id = '{request}'") == "cancelled"


def test_no_objects_of_a_session(template):
    """db migrate takes the right to make temporary objects from all but the owner of the database."""
    for role in ("public", "countersign_service", "countersign_ingest", "countersign_auditor", "countersign_dashboard"):
        assert template.psql(f"select has_database_privilege('{role}', current_database(), 'temporary')") == "f", role


def test_migrating_role_need_not_own_the_database(db):
    db.psql("create role deployer login createrole; grant countersign_migrate to deployer with admin option; "
            "grant countersign_owner to deployer with admin option")
    done = countersign("db", "migrate", "--conninfo", f"{db.dsn} user=deployer", check=False)
    db.psql("drop owned by deployer; drop role deployer")
    assert done.returncode == 0, done.stderr
