"""A ticket that we made is read once: by the create that verifies it. What it saw serves until the ticket says what is to be
done, unless somebody tells of a change in between."""
import pytest

from lib import wait, world

# As they are by default: what a slow machine does slowly is no older for that.
TIMES = "{ call_timeout: 20s, lease: 60s, lateness: 65s, index_lag: 2m, grace: 250s, sweep: 15m }"
BODY = {"kind": "removal", "beneficiary": "okafor", "source": "sap-fin", "entitlement": "fin-ledger-admin",
        "requester": "hr-system", "justification": "left the company"}


@pytest.fixture(scope="module")
def site():
    made = world.World(webhooks=False, poll="10m", times=TIMES, time_scale=1)  # Jira waits long for an answer to a webhook
    with made:
        yield made
    assert "Sanitizer" not in made.service.stderr, made.service.told()


def make(site, key):
    """(request, ticket) once it is bound."""
    _, made = site.api("POST", "/v1/access-requests", BODY, key)
    ticket = wait.until(lambda: site.api("GET", f"/v1/access-requests/{made['id']}")[1].get("ticket"), 60)
    return made["id"], ticket["key"]


def calls_until_told(site, key):
    """Every call of ours about that ticket from its creation to the words on it, once they are there."""
    issue = site.ticket(key)["id"]

    def told():
        calls = [c for c in site.control("calls?actor=connector")["calls"] if c["issue"] == issue]
        ends = [n for n, c in enumerate(calls) if c["method"] == "PUT" and c["route"] == "/rest/api/3/issue/{issue}" and c["executed"]]
        return calls[:ends[0] + 1] if ends else None
    return wait.until(told, 60, what="told what to do")


def reads(calls):
    return sum(c["method"] == "GET" and c["route"] == "/rest/api/3/issue/{issue}" for c in calls)


def read_so_far(site, key):
    issue = site.ticket(key)["id"]
    return reads(c for c in site.control("calls?actor=connector")["calls"] if c["issue"] == issue)


def is_quiet(site, request):
    """Nobody looks at it, and nobody is about to."""
    return site.sql("select lease_owner is null and coalesce(look_at > clock_timestamp() + interval '1 s', true) and phase = 'fulfilling' "
                    f"from governance.access_request where id = '{request}'") == "t"


def test_one_read_from_its_creation_to_what_it_says(site):
    request, key = make(site, "one")
    assert reads(calls_until_told(site, key)) == 1
    wait.until(lambda: is_quiet(site, request), 60)
    assert read_so_far(site, key) == 1  # nor is it read to see that all has been said
    assert site.said(key)[0]


def test_a_change_told_in_between_is_read(site):
    site.sql("""create function public.hold() returns trigger language plpgsql as $$ begin new.run_after := 'infinity'; return new; end $$;
                create trigger zz_hold before insert on governance.flow for each row when (new.kind = 'field_update')
                execute function public.hold()""", user="postgres")
    request, key = make(site, "two")
    wait.until(lambda: is_quiet(site, request), 60)
    assert read_so_far(site, key) == 1  # it is decided what it is to say, and not said
    site.register_webhook()
    site.act("edit", key, fields={"summary": "Urgent"})
    wait.until(lambda: read_so_far(site, key) == 2, 60, what="read again")
    wait.until(lambda: is_quiet(site, request), 60)
    site.sql("drop trigger zz_hold on governance.flow; drop function public.hold", user="postgres")
    site.sql("update governance.flow set run_after = clock_timestamp(), version = version + 1 where run_after = 'infinity'", user="postgres")
    assert reads(calls_until_told(site, key)) == 2


def test_a_property_that_somebody_forges_is_heard_of(site):
    """With webhooks, as the one above. Nothing of the ticket moves that a search could find, and no sweep is near."""
    request, key = make(site, "forged")
    calls_until_told(site, key)
    unfinished = f"select count(*) from governance.flow where request_id = '{request}' and state not in ('done', 'moot', 'parked')"
    wait.until(lambda: site.sql(unfinished) == "0" and is_quiet(site, request), 60)  # each that ends is a reason to look again
    if not site.control("webhooks")["registered"]:  # the test above did, where it ran
        site.register_webhook()
    wait.until(lambda: site.control("webhooks")["pending"] == 0, 60, what="all that was said of our own writes is told")
    untaken = "select count(*) from governance.webhook_delivery where state not in ('handled', 'quarantined')"
    wait.until(lambda: site.sql(untaken) == "0" and is_quiet(site, request), 60, what="and taken")
    told = f"select hinted_at from governance.access_request where id = '{request}'"
    before = site.sql(told)
    site.act("property", key, key="their.own", value=1)
    wait.until(lambda: site.sql("select count(*) from governance.webhook_delivery where state = 'handled' "
                                "and convert_from(body, 'UTF8') like '%their.own%'") == "1", 60, what="it is taken")
    assert site.sql(told) == before, "what others keep there is nothing to us"
    site.act("property", key, key="gar.bind", value={"site": "acme", "request": "another"})
    found = f"select count(*) from governance.escalation where request_id = '{request}' and reason = 'BindingChanged'"
    wait.until(lambda: site.sql(found) == "1", 60, what="it is recorded")
    wait.until(lambda: site.ticket(key)["properties"]["gar.bind"].get("request") == request, 60, what="it is written anew")
    site.act("property", key, key="countersign.state", value={"v": 1, "state": "verified"})
    wait.until(lambda: site.sql(found.replace("BindingChanged", "WordsChanged")) == "1", 60, what="so are our words")
