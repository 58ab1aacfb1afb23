"""Signing in: Basic with an API token, a token as Bearer, a token with scopes and a service account at the gateway.

The gateway is the same server under /ex/jira/CLOUD-ID, and the token service is POST /oauth/token. A token with scopes is
nobody at the site's own address, as on Atlassian's; a service account's access token is one nowhere but at the gateway."""
import base64
import binascii
import re
import secrets

from . import clock
from .errors import Refusal
from .routes import Reply, route

GATEWAY = re.compile(r"^/ex/jira/([^/]+)(/.*)$")


def through_gateway(site, path):
    """(path below the gateway or as it is, whether it came through it). A wrong cloud id is 404."""
    found = GATEWAY.match(path)
    if path.startswith("/jira/forms/"):  # of all sites, for every way to sign in
        return path, None
    if not found:
        return path, False
    return (found[2] if found[1] == site.config["cloud_id"] else "/no-such-site"), True


def authenticate(site, headers, gateway):
    """(account, why not)."""
    given = headers.get("authorization")
    if not given:
        return None, "OUT"
    scheme, _, value = given.partition(" ")
    found = None
    if scheme.lower() == "basic":
        found = _basic(site, value, gateway) or (_basic(site, value, True) if gateway is None else None)
    elif scheme.lower() == "bearer":
        found = _access(site, value.strip()) if gateway is not False else site.by_token.get(value.strip())
    if found is None or not found.active:
        return None, "AUTHENTICATED_FAILED"
    return found, None


def _basic(site, value, gateway):
    try:
        email, _, token = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    if not gateway:
        return site.by_credentials.get((email, token))
    return next((a for a in site.accounts.values() if (a.email, a.scoped_token) == (email, token)), None)


def _access(site, value):
    name, expires = site.access_tokens.get(value, (None, 0))
    return site.accounts.get(name) if expires > clock.now_ms() else None


@route("GET", "/_edge/tenant_info", access="anyone")
def tenant_info(site, call):
    return Reply(200, {"cloudId": site.config["cloud_id"]})


@route("POST", "/oauth/token", access="anyone")
def token(site, call):
    """OAuth 2.0 client credentials (RFC 6749, 4.4), as auth.atlassian.com takes them: JSON."""
    body = call.json()
    if body.get("grant_type") != "client_credentials":
        raise Refusal(400, {"error": "unsupported_grant_type", "error_description": "grant_type must be client_credentials"})
    for account in site.accounts.values():
        if (body.get("client_id"), body.get("client_secret")) == (account.client_id, account.client_secret):
            break
    else:
        raise Refusal(401, {"error": "access_denied", "error_description": "Unauthorized"})
    value = secrets.token_urlsafe(32)
    lives_s = site.config["access_token_s"]
    site.access_tokens[value] = (account.name, clock.now_ms() + lives_s * 1000)
    return Reply(200, {"access_token": value, "expires_in": lives_s, "token_type": "Bearer", "scope": "read:jira-work write:jira-work"})
