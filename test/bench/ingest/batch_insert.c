/* batch_insert.c: what the database itself can take: one connection, pipeline mode, a batch of
 * inserts behind one Sync.
 *
 * batch_insert CONNINFO BODIES SECONDS BATCH SQL   prints rows per second, and two 99th percentiles
 * in milliseconds: of a batch, and of what a row waits that comes at any moment, for the batch that
 * is on its way and then for its own. The second is what the best intake over this database could
 * give: a database that stands still once for long is seen by few batches, and by all who come
 * then.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <libpq-fe.h>

enum { BODIES_MAX = 4000, BODY_MAX = 8192, TIMES_MAX = 200000, ARRIVALS_MAX = 200000 };
#define ARRIVAL_S 0.0001 /* one comes every so often */

static char *bodies[BODIES_MAX];
static int body_len[BODIES_MAX], count;
static double took[TIMES_MAX], waits[ARRIVALS_MAX];

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int by_size(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static void load(const char *path)
{
    static char line[BODY_MAX + 256];
    FILE *f = fopen(path, "r");
    while (f && count < BODIES_MAX && fgets(line, sizeof line, f)) {
        char *body = strchr(line, '\t') + 1;
        body_len[count] = (int)strcspn(body, "\n");
        bodies[count] = malloc((size_t)body_len[count]);
        memcpy(bodies[count], body, (size_t)body_len[count]);
        count++;
    }
    if (f)
        fclose(f);
}

static void batch(PGconn *conn, long *number, int size)
{
    static int formats[4] = {0, 0, 0, 1};

    for (int i = 0; i < size; i++, ++*number) {
        char id[64];
        int n = (int)(*number % count);
        snprintf(id, sizeof id, "direct-%d-%ld", (int)PQbackendPID(conn), *number);
        const char *values[] = {"bench", id, "0", bodies[n]};
        int lengths[] = {5, (int)strlen(id), 1, body_len[n]};
        PQsendQueryPrepared(conn, "put", 4, values, lengths, formats, 0);
    }
    PQpipelineSync(conn);
    for (int open = size + 1; open;) {
        PGresult *result = PQgetResult(conn);
        if (!result)
            continue;
        ExecStatusType status = PQresultStatus(result);
        PQclear(result);
        if (status != PGRES_COMMAND_OK && status != PGRES_PIPELINE_SYNC) {
            fprintf(stderr, "%s", PQerrorMessage(conn));
            exit(1);
        }
        open--;
    }
}

/* took: in the order in which they were. */
static double waited_ms(int times)
{
    double begins = 0, arrives = 0;
    int arrivals = 0;

    for (int i = 0; i + 1 < times; begins += took[i++])
        for (; arrives < begins + took[i] && arrivals < ARRIVALS_MAX; arrives += ARRIVAL_S)
            waits[arrivals++] = begins + took[i] + took[i + 1] - arrives;
    qsort(waits, (size_t)arrivals, sizeof *waits, by_size);
    return waits[arrivals * 99 / 100] * 1e3;
}

int main(int argc, char **argv)
{
    if (argc != 6)
        return 64;
    PGconn *conn = PQconnectdb(argv[1]);
    load(argv[2]);
    PQclear(PQprepare(conn, "put", argv[5], 4, NULL));
    if (PQstatus(conn) != CONNECTION_OK || !count || !PQenterPipelineMode(conn))
        return 1;
    long number = 0;
    double began = now(), until = began + atof(argv[3]);
    int times = 0;
    for (double at = began; at < until && times < TIMES_MAX; times++) {
        batch(conn, &number, atoi(argv[4]));
        took[times] = now() - at;
        at += took[times];
    }
    double rate = (double)number / (now() - began), waited = waited_ms(times);
    qsort(took, (size_t)times, sizeof *took, by_size);
    printf("%.0f %.2f %.2f\n", rate, took[times * 99 / 100] * 1e3, waited);
    PQfinish(conn);
    return 0;
}
