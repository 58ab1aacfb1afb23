/* Host names to addresses, before libpq sees them: libpq would call a blocking getaddrinfo and hold
 * up the whole loop (dependencies.md section 3, 11). The names stay in host=, for TLS verification;
 * hostaddr= gets what was found, and a name with several addresses becomes several hosts. */
#include <arpa/inet.h>
#include <netdb.h>

#include "base/assert.h"
#include "io/io_pg_priv.h"
#include "io/io_priv.h"

enum { TARGETS_MAX = 16, TARGET_BYTES_MAX = 8192 };

struct pg_resolve {
    uv_getaddrinfo_t uv;
    struct pg *pg;
    struct pg_conn *conn; /* NULL: nobody wants the answer any more */
    char *hosts_text, *ports_text;
    struct str hosts_left, ports_left, host, port;
    bool one_port; /* of several hosts */
    struct pg_targets found;
    size_t found_len;
};

static void resolve_next(struct pg_resolve *resolve);

void pg_targets_done(struct pg_targets *targets)
{
    buf_done(&targets->host);
    buf_done(&targets->hostaddr);
    buf_done(&targets->port);
}

static void resolve_free(struct pg_resolve *resolve)
{
    pg_targets_done(&resolve->found);
    free(resolve->hosts_text);
    free(resolve->ports_text);
    free(resolve);
}

static void resolve_add(struct pg_resolve *resolve, const char *address)
{
    struct pg_targets *found = &resolve->found;

    if (resolve->found_len == TARGETS_MAX)
        return;
    if (resolve->found_len++ > 0) {
        buf_add_byte(&found->host, ',');
        buf_add_byte(&found->hostaddr, ',');
        buf_add_byte(&found->port, ',');
    }
    buf_add_str(&found->host, resolve->host);
    buf_add_c(&found->hostaddr, address);
    buf_add_str(&found->port, resolve->port);
}

static void resolve_end(struct pg_resolve *resolve)
{
    struct pg_conn *conn = resolve->conn;

    conn->resolve = NULL;
    if (resolve->found_len == 0 || resolve->found.host.over)
        pg_conn_lost(conn, "its name cannot be resolved");
    else
        pg_link_connect(conn, &resolve->found);
    resolve_free(resolve);
}

static void resolve_on_answer(uv_getaddrinfo_t *uv, int status, struct addrinfo *list)
{
    struct pg_resolve *resolve = uv->data;
    struct pg *pg = resolve->pg;
    char text[INET6_ADDRSTRLEN];

    pg->handles--;
    for (struct addrinfo *it = status == 0 ? list : NULL; it; it = it->ai_next) {
        if (it->ai_family != AF_INET && it->ai_family != AF_INET6)
            continue;
        const void *address = it->ai_family == AF_INET
                                  ? (const void *)&((struct sockaddr_in *)it->ai_addr)->sin_addr
                                  : (const void *)&((struct sockaddr_in6 *)it->ai_addr)->sin6_addr;
        if (inet_ntop(it->ai_family, address, text, sizeof text))
            resolve_add(resolve, text);
    }
    uv_freeaddrinfo(list);
    if (resolve->conn)
        resolve_next(resolve);
    else
        resolve_free(resolve);
    pg_check_closed(pg);
}

static bool is_name(struct str host)
{
    char text[INET6_ADDRSTRLEN + 1];
    uint8_t address[16];

    if (host.len == 0 || host.p[0] == '/' || host.p[0] == '@')
        return false; /* the default, or a socket */
    if (!str_copy(text, sizeof text, host))
        return true;
    return inet_pton(AF_INET, text, address) != 1 && inet_pton(AF_INET6, text, address) != 1;
}

static void resolve_next(struct pg_resolve *resolve)
{
    struct addrinfo wanted = {.ai_socktype = SOCK_STREAM};
    char name[256];

    while (resolve->hosts_left.p) {
        resolve->host = str_trim(str_cut(&resolve->hosts_left, ','));
        if (!resolve->one_port)
            resolve->port = str_trim(str_cut(&resolve->ports_left, ','));
        if (!is_name(resolve->host)) {
            resolve_add(resolve, "");
            continue;
        }
        if (!str_copy(name, sizeof name, resolve->host))
            continue; /* longer than any name can be */
        if (uv_getaddrinfo(io_loop_uv(resolve->pg->loop), &resolve->uv, resolve_on_answer, name,
                           NULL, &wanted) == 0) {
            resolve->pg->handles++;
            return;
        }
    }
    resolve_end(resolve);
}

/* The connection string's value, or what libpq takes when it has none (its environment, its
 * default). */
static char *option_value(const PQconninfoOption *given, const PQconninfoOption *defaults,
                          const char *keyword)
{
    const PQconninfoOption *lists[] = {given, defaults};

    for (size_t i = 0; i < 2; i++) {
        for (const PQconninfoOption *it = lists[i]; it && it->keyword; it++) {
            if (strcmp(it->keyword, keyword) != 0 || !it->val || !it->val[0])
                continue;
            char *copy = strdup(it->val);
            ASSERT(copy);
            return copy;
        }
    }
    return NULL;
}

/* False: there is no name to look up; connect at once. */
static bool resolve_wanted(const struct pg_resolve *resolve)
{
    struct str left = str_of(resolve->hosts_text);

    while (left.p) {
        struct str host = str_cut(&left, ',');
        if (is_name(str_trim(host)))
            return true;
    }
    return false;
}

bool pg_resolve_start(struct pg_conn *conn)
{
    struct pg *pg = conn->pg;
    PQconninfoOption *options = PQconninfoParse(pg->options.conninfo, NULL);

    if (!options)
        return false; /* libpq will say what is wrong with it */
    PQconninfoOption *defaults = PQconndefaults();
    struct pg_resolve *resolve = io_alloc(sizeof *resolve);
    char *hostaddr = option_value(options, defaults, "hostaddr");
    resolve->hosts_text = option_value(options, defaults, "host");
    resolve->ports_text = option_value(options, defaults, "port");
    PQconninfoFree(options);
    PQconninfoFree(defaults);
    if (hostaddr || !resolve_wanted(resolve)) {
        free(hostaddr);
        resolve_free(resolve);
        return false;
    }
    resolve->pg = pg;
    resolve->conn = conn;
    resolve->uv.data = resolve;
    resolve->hosts_left = str_of(resolve->hosts_text);
    resolve->ports_left = str_of(resolve->ports_text);
    resolve->one_port = str_find(resolve->ports_left, ',') < 0;
    resolve->port = resolve->ports_left;
    buf_init(&resolve->found.host, TARGET_BYTES_MAX);
    buf_init(&resolve->found.hostaddr, TARGET_BYTES_MAX);
    buf_init(&resolve->found.port, TARGET_BYTES_MAX);
    conn->resolve = resolve;
    resolve_next(resolve);
    return true;
}

void pg_resolve_cancel(struct pg_conn *conn)
{
    struct pg_resolve *resolve = conn->resolve;

    if (!resolve)
        return;
    conn->resolve = NULL;
    resolve->conn = NULL;
    uv_cancel(
        (uv_req_t *)&resolve->uv); /* when it runs already its answer comes and finds nobody */
}
