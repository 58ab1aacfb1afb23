/* web.h: what readers that speak HTTP share: addresses, and what a reply means before anybody looks
 * into its body. Pure, but for the client. */
#ifndef COUNTERSIGN_READERS_WEB_H
#define COUNTERSIGN_READERS_WEB_H

#include "io/io_http.h"
#include "readers/reader.h"

enum {
    WEB_WAIT_DEFAULT_MS = 30000,           /* told to wait, not how long */
    WEB_WAIT_MAX_MS = 24 * 60 * 60 * 1000, /* told to wait for longer: asked again after this */
};

/* Host of http(s)://host[:port][/path]; empty when the address is none, or has more in it. */
struct str web_host(struct str url);
/* Is this host the machine itself, by a name that cannot be pointed elsewhere? */
bool web_is_here(struct str host);
/* https, or plain http to this machine where `insecure` allows it; else ERR_CONFIG. */
MUST_CHECK bool web_check_url(struct str url, bool insecure, struct err *err);
/* A client for calls to `url` alone, which web_check_url() took: by plain http only if it says so,
 * and to this machine only if it names it. Closed by http_close(). a: keeps what the client needs
 * as long as it lives. */
struct http *web_client(struct arena *a, const struct reader_config *config, struct str url,
                        int connections);
/* Why there is no reply: CamelCase, static. timeout_ms: what the call was given. */
const char *web_unanswered(const struct http_reply *http, int64_t timeout_ms);
/* Another's words for people: what is no UTF-8 and what moves a cursor becomes '?'; cut at a letter
 * so that it fits `size`, with its NUL. */
void web_plain(char *ret, size_t size, struct str text);
/* Seconds as a header has them; 0 where it does not, at most max_ms. */
int64_t web_seconds_ms(struct str text, int64_t max_ms);
/* How long a cache kept the reply (header Age); 0: it is not told. At most ten years: a time before
 * that means nothing, and a database could not keep it. */
int64_t web_age_ms(const struct http_reply *http);
/* A time as in RFC 9110 section 5.6.7: "Sun, 06 Nov 1994 08:49:37 GMT". */
MUST_CHECK bool web_date(struct str text, int64_t *ret_wall_ms);
/* Retry-After in seconds or as a date, the latter by the reply's own Date; 0: it is not told. At
 * most WEB_WAIT_MAX_MS. */
int64_t web_retry_after_ms(const struct http_reply *http);

#endif
