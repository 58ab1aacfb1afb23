#include "service/submit.h"

#include <stdlib.h>

#include "base/limits.h"
#include "base/list.h"

/* Two: while one group commits, with the chain of evidence in its hands, the next is stored. */
enum { GROUPS_MAX = 2 };
/* Not all that wait, or each would wait for all others; but a statement by itself costs as much as
 * several of the wishes that it stores. */
enum { GROUP_WISHES = 64 };
_Static_assert((int)GROUP_WISHES <= (int)STORE_WISHES_MAX, "one statement stores a group");
enum { QUEUE_MAX = 2048, GROUP_BYTES = 1024 * 1024, INTAKE_BYTES = 1024 * 1024 };

struct wish {
    struct list link; /* in submit.waiting, or in a group */
    char *intake;
    size_t intake_len;
    struct str key, sha256; /* behind this struct */
    store_submitted_fn *fn;
    void *arg;
};

struct group {
    struct submit *submit;
    struct list wishes;
    size_t count;
};

struct submit {
    struct service *svc;
    struct list waiting;
    size_t waiting_count, on_its_way; /* groups */
};

static void pump(struct submit *submit);

/* --- answers --- */

static void answer(struct wish *wish, enum store_outcome outcome, const struct store_submitted *row,
                   const char *message)
{
    wish->fn(wish->arg, outcome, row, message);
    free(wish->intake);
    free(wish);
}

static void send_group(struct submit *submit, struct list *wishes, size_t count);

static void on_group(void *arg, enum store_outcome outcome, const struct store_submitted *rows,
                     const char *message)
{
    struct group *group = arg;
    static const struct store_submitted none;
    struct submit *submit = group->submit;
    struct list *link;
    size_t i = 0;

    submit->on_its_way--;
    if (outcome == STORE_REFUSED && group->count > 1) { /* by one of them: which, and why? */
        while ((link = list_shift(&group->wishes))) {
            struct list one;
            list_init(&one);
            list_push(&one, link);
            send_group(submit, &one, 1);
        }
    }
    if (outcome == STORE_AWAY) { /* nobody waits for a database that is away */
        while ((link = list_shift(&submit->waiting)))
            list_push(&group->wishes, link);
        submit->waiting_count = 0;
    }
    pump(submit); /* the database works on the next ones meanwhile */
    while ((link = list_shift(&group->wishes)))
        answer(container_of(link, struct wish, link), outcome,
               outcome == STORE_OK ? &rows[i++] : &none, message);
    free(group);
}

/* --- groups --- */

static void send_group(struct submit *submit, struct list *wishes, size_t count)
{
    struct store_wish rows[STORE_WISHES_MAX];
    struct group *group = calloc(1, sizeof *group);
    struct list *link;
    size_t n = 0;

    if (!group)
        abort();
    *group = (struct group){.submit = submit, .count = count};
    list_init(&group->wishes);
    while ((link = list_shift(wishes))) {
        struct wish *w = container_of(link, struct wish, link);
        rows[n++] = (struct store_wish){w->key, w->sha256, str_n(w->intake, w->intake_len)};
        list_push(&group->wishes, link);
    }
    submit->on_its_way++;
    store_request_submit(&submit->svc->store, rows, n, on_group, group);
}

static void pump(struct submit *submit)
{
    struct list group;
    struct list *link;
    size_t count = 0, bytes = 0;

    bool full = submit->on_its_way >= GROUPS_MAX; /* more where wishes go one by one */
    if (full || !submit->waiting_count)
        return;
    size_t room = GROUPS_MAX - submit->on_its_way; /* an even share: nobody waits for all others */
    size_t share = (submit->waiting_count + room - 1) / room;
    list_init(&group);
    while (count < GROUP_WISHES && count < share && bytes < GROUP_BYTES &&
           (link = list_shift(&submit->waiting))) {
        bytes += container_of(link, struct wish, link)->intake_len;
        list_push(&group, link);
        count++;
    }
    submit->waiting_count -= count;
    send_group(submit, &group, count);
}

static void on_crowded(void *arg)
{
    struct wish *wish = arg;
    struct store_submitted none = {0};
    answer(wish, STORE_AWAY, &none, "too many wait");
}

void submit_put(struct submit *submit, struct str key, struct str body_sha256_hex,
                const struct store_intake *in, store_submitted_fn *fn, void *arg)
{
    struct wish *wish = calloc(1, sizeof *wish + key.len + body_sha256_hex.len + 1);
    struct buf intake;

    if (!wish)
        abort();
    char *behind = (char *)(wish + 1);
    memcpy(behind, key.p, key.len);
    memcpy(behind + key.len, body_sha256_hex.p, body_sha256_hex.len);
    wish->key = str_n(behind, key.len);
    wish->sha256 = str_n(behind + key.len, body_sha256_hex.len);
    wish->fn = fn;
    wish->arg = arg;
    buf_init(&intake, INTAKE_BYTES);
    store_put_intake(&intake, in);
    wish->intake_len = intake.len;
    bool over = intake.over;
    wish->intake = buf_take(&intake);
    if (over || submit->waiting_count >= QUEUE_MAX) {
        io_loop_defer(submit->svc->loop, on_crowded, wish);
        return;
    }
    list_push(&submit->waiting, &wish->link);
    submit->waiting_count++;
    pump(submit);
}

struct submit *submit_new(struct service *svc)
{
    struct submit *submit = calloc(1, sizeof *submit);

    if (!submit)
        abort();
    submit->svc = svc;
    list_init(&submit->waiting);
    return submit;
}

void submit_free(struct submit *submit)
{
    struct list *link;

    if (!submit)
        return;
    while ((link = list_shift(&submit->waiting))) { /* whoever asked is gone as well */
        struct wish *wish = container_of(link, struct wish, link);
        free(wish->intake);
        free(wish);
    }
    free(submit);
}
