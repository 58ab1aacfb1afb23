#include "cli/db_retain.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/codecs.h"
#include "base/limits.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "io/io_file.h"
#include "json/json_write.h"
#include "store/store_retain.h"

enum {
    PATH_BYTES = 4096,
    MANIFEST_BYTES = 64 * 1024,
    MONTHS_MAX = 5 * 12 * 100,
    NAME_SIZE = 48,
    PORTION_MAX = 1000000,
    PORTION = 50000, /* whose requests are locked for some seconds, less than a service waits */
    BLOCK_BYTES = 64 * 1024,
};

static const char FORMAT[] = "countersign-retained/1";

/* --- a file --- */

struct file {
    struct str directory; /* NUL-terminated */
    char name[PATH_BYTES], path[PATH_BYTES], part[PATH_BYTES], manifest[PATH_BYTES];
    FILE *to;
    struct digest *digest;
    int64_t bytes;
    struct buf about; /* of the manifest, up to what is known at the end */
    struct json_out out;
    struct progress *progress; /* of the month */
};

static bool open_file(void *arg, const struct retain_about *about, struct err *err)
{
    struct file *f = arg;

    if (!str_copy(f->name, sizeof f->name, about->export) ||
        snprintf(f->path, sizeof f->path, "%s/%s", f->directory.p, f->name) >= PATH_BYTES - 32 ||
        snprintf(f->manifest, sizeof f->manifest, "%.*s.manifest.json",
                 (int)(strlen(f->path) - strlen(".jsonl")), f->path) >= PATH_BYTES ||
        snprintf(f->part, sizeof f->part, "%s.part", f->path) >= PATH_BYTES)
        return FAIL(err, ERR_INPUT, "the path of '%.*s' is too long", STR_ARG(about->export));
    f->to = fopen(f->part, "we");
    if (!f->to)
        return FAIL(err, ERR_TEMPORARY, "cannot write '%s': %s", f->part, strerror(errno));
    f->digest = digest_new();
    json_begin(&f->out, &f->about);
    json_open_object(&f->out);
    json_str_member(&f->out, "format", str_of(FORMAT));
    json_str_member(&f->out, "kind", about->kind);
    json_str_member(&f->out, "month", str_n(about->month.p, 7));
    json_str_member(&f->out, "database", about->database);
    json_str_member(&f->out, "by", about->by);
    json_str_member(&f->out, "at", about->at);
    return true;
}

static bool write_failed(const struct file *f, struct err *err)
{
    return FAIL(err, ERR_TEMPORARY, "cannot write '%s': %s", f->path, strerror(errno));
}

static bool add_line(void *arg, struct str line, struct err *err)
{
    struct file *f = arg;

    digest_add(f->digest, line);
    digest_add(f->digest, STR("\n"));
    f->bytes += (int64_t)line.len + 1;
    progress_step(f->progress);
    return (fwrite(line.p, 1, line.len, f->to) == line.len && putc('\n', f->to) != EOF) ||
           write_failed(f, err);
}

/* A name that is not yet on the disk is gone after a power cut, whatever it names. */
static bool sync_directory(const struct file *f, struct err *err)
{
    int fd = open(f->directory.p, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;

    if (fd >= 0)
        close(fd);
    return good || write_failed(f, err);
}

static bool file_is(const char *path, const uint8_t digest[SHA256_BYTES])
{
    struct digest *d = digest_new();
    uint8_t block[BLOCK_BYTES], found[SHA256_BYTES];
    FILE *from = fopen(path, "re");
    size_t got;

    while (from && (got = fread(block, 1, sizeof block, from)) > 0)
        digest_add(d, str_n((const char *)block, got));
    bool whole = from && !ferror(from);
    if (from)
        fclose(from);
    digest_end(d, found);
    return whole && memcmp(found, digest, sizeof found) == 0;
}

/* The file gets its name when it is whole, and takes nobody's place: names come from a count of the
 * database, and a copy of it counts alike. The same bytes are those of a run that was cut off. */
static bool name_file(const struct file *f, const uint8_t digest[SHA256_BYTES], struct err *err)
{
    bool named = link(f->part, f->path) == 0;

    if (!named && errno != EEXIST)
        return write_failed(f, err);
    if (!named && !file_is(f->path, digest))
        return FAIL(err, ERR_INPUT,
                    "'%s' is there and holds other records, of another database or of a run that "
                    "was cut off: nothing was dropped; move it and its manifest to another folder, "
                    "or name one in 'retention.directory'",
                    f->path);
    return unlink(f->part) == 0 || write_failed(f, err);
}

static bool close_file(void *arg, int64_t rows, char hex[SHA256_HEX_SIZE], struct err *err)
{
    struct file *f = arg;
    uint8_t digest[SHA256_BYTES];
    bool good = fflush(f->to) == 0 && fsync(fileno(f->to)) == 0;

    good = fclose(f->to) == 0 && good;
    f->to = NULL;
    digest_end(f->digest, digest);
    f->digest = NULL;
    if (!good)
        return write_failed(f, err);
    if (!name_file(f, digest, err))
        return false;
    hex_encode(digest, sizeof digest, hex);
    json_i64_member(&f->out, "bytes", f->bytes);
    json_str_member(&f->out, "file", str_of(f->name));
    json_i64_member(&f->out, "rows", rows);
    json_str_member(&f->out, "sha256", str_of(hex));
    json_close_object(&f->out);
    buf_add_byte(&f->about, '\n');
    return file_replace(f->manifest, buf_str(&f->about), err) && sync_directory(f, err);
}

static void done(struct file *f)
{
    if (f->to)
        fclose(f->to);
    digest_end(f->digest, (uint8_t[SHA256_BYTES]){0});
    buf_done(&f->about);
}

/* --- all months --- */

struct run {
    struct cli *cli;
    struct arena *arena;
    bool sure;
    int count;
    int64_t records, portion;
    struct progress progress;
    struct {
        char kind[NAME_SIZE], month[NAME_SIZE], until[NAME_SIZE];
        int64_t records, first, last;
    } months[MONTHS_MAX];
};

static void say(const struct cli *cli, struct str kind, struct str month, int64_t records,
                const char *file)
{
    if (cli->json)
        printf("{\"kind\":\"%.*s\",\"month\":\"%.7s\",\"records\":%lld,\"file\":\"%s\"}\n",
               STR_ARG(kind), month.p, (long long)records, file);
    else
        printf("%-12.*s %.7s  %10lld%s%s\n", STR_ARG(kind), month.p, (long long)records,
               file[0] ? "  " : "", file);
}

static void on_month(void *arg, const struct retain_month *m)
{
    struct run *r = arg;

    if (r->count == MONTHS_MAX || !str_copy(r->months[r->count].kind, NAME_SIZE, m->kind) ||
        !str_copy(r->months[r->count].month, NAME_SIZE, m->month) ||
        !str_copy(r->months[r->count].until, NAME_SIZE, m->until))
        return; /* the next run has it */
    r->months[r->count].records = m->records;
    r->months[r->count].first = m->first;
    r->months[r->count++].last = m->last;
    progress_end(&r->progress);
    if (r->sure)
        return;
    r->records += m->records;
    say(r->cli, m->kind, m->month, m->records, "");
}

static struct str kinds_of(const struct retention_config *c, struct arena *arena)
{
    AUTO(drop_buf) struct buf b;
    struct json_out out;

    buf_init(&b, MANIFEST_BYTES);
    json_begin(&out, &b);
    json_open_array(&out);
    for (int kind = 0; kind < RETENTION_COUNT; kind++) {
        if (!c->days[kind])
            continue;
        json_open_object(&out);
        json_i64_member(&out, "days", c->days[kind]);
        json_str_member(&out, "kind", str_of(RETENTION_KINDS[kind]));
        json_close_object(&out);
    }
    json_close_array(&out);
    return arena_str(arena, buf_str(&b));
}

static bool drop_portion(struct run *r, const struct pg_options *options, struct str directory,
                         const struct retain_month *m, int64_t first, struct str holds,
                         struct err *err)
{
    struct file f = {.directory = directory, .progress = &r->progress};
    struct retain_sink sink = {open_file, add_line, close_file, &f};
    int64_t rows = 0;

    buf_init(&f.about, MANIFEST_BYTES);
    bool good =
        store_retain_portion(options, m, first, first + r->portion - 1, holds, &sink, &rows, err);
    if (good && rows) {
        progress_end(&r->progress);
        say(r->cli, m->kind, m->month, rows, f.name);
    }
    done(&f);
    r->records += good ? rows : 0;
    return good;
}

/* Portions begin at multiples of their size, so that a run after one that was cut off writes the
 * same again: what was dropped is not asked for, and the rest is what it was. */
static bool drop_months(struct run *r, const struct pg_options *options, struct str directory,
                        struct str holds, struct err *err)
{
    bool good = true;

    if (mkdir(directory.p, 0700) != 0 && errno != EEXIST)
        return FAIL(err, ERR_TEMPORARY, "cannot make '%s': %s", directory.p, strerror(errno));
    for (int i = 0; good && i < r->count; i++) {
        struct retain_month m = {.kind = str_of(r->months[i].kind),
                                 .month = str_of(r->months[i].month),
                                 .until = str_of(r->months[i].until)};
        int64_t first = r->months[i].first / r->portion * r->portion;
        progress_begin(&r->progress, str_eq_c(m.kind, "evidence") ? "entries" : "records",
                       r->months[i].records);
        for (; good && first <= r->months[i].last; first += r->portion)
            good = drop_portion(r, options, directory, &m, first, holds, err);
        progress_end(&r->progress);
    }
    return good;
}

/* --portion; 0: it is none. */
static int64_t portion_of(struct cli *cli)
{
    const char *named = cli_option(cli, "portion");
    int64_t portion = PORTION;

    if (named && (!str_to_i64(str_of(named), &portion) || portion < 1 || portion > PORTION_MAX))
        return 0;
    return portion;
}

int db_retain(struct cli *cli, const char *conninfo)
{
    AUTO(drop_arena) struct arena *arena = arena_new(LIMIT_ARENA_VISIT);
    struct run *r = arena_alloc(arena, sizeof *r);
    struct pg_options options;
    struct str holds;
    struct err err = {0};
    bool sure = cli_flag(cli, "yes");
    int64_t portion = portion_of(cli);
    int left = cli_leftover(cli);

    if (left)
        return left;
    if (!portion) {
        fprintf(stderr,
                "countersign: --portion is how many records a file has at the most, 1 to "
                "%d\n",
                PORTION_MAX);
        return EXIT_CODE_USAGE;
    }
    cli->without_mappings = true;
    const struct config *config = cli_config(cli, arena);
    if (!config)
        return EXIT_CODE_CONFIG;
    const struct retention_config *c = &config->retention;
    if (!c->directory.len) {
        fprintf(stderr, "countersign: nothing is to be dropped: the configuration has no section "
                        "'retention' with a directory and periods\n");
        return EXIT_CODE_OK;
    }
    struct config named = {.database = str_of(conninfo)};
    *r = (struct run){.cli = cli, .arena = arena, .sure = sure, .portion = portion};
    progress_wait(&r->progress, "looking for records whose time is over");
    bool good =
        cli_database(conninfo ? &named : config, arena, &options, &err) &&
        store_retain_plan(&options, arena, kinds_of(c, arena), c->holds, &holds, on_month, r, &err);
    progress_end(&r->progress);
    if (!good ||
        (sure && !drop_months(r, &options, str_of(arena_cstr(arena, c->directory)), holds, &err)))
        return cli_fail(&err);
    fprintf(stderr,
            sure ? "%lld records written to files and dropped\n"
                 : "%lld records would be written to files and dropped: --yes does it\n",
            (long long)r->records);
    return EXIT_CODE_OK;
}
