#include "io/io_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

static void drop_fd(int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static bool is_stdin(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* waits: for whoever is to write to it. */
static int open_input(const char *path, bool waits)
{
    if (waits && is_stdin(path))
        return fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0);
    return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | (waits ? 0 : O_NONBLOCK));
}

/* Reads up to `size` bytes; `*ret_len == size` means that there may be more. waits: what has no end
 * of its own is read until whoever writes to it closes it. */
static bool read_up_to(const char *path, bool waits, char *to, size_t size, size_t *ret_len,
                       struct err *err)
{
    AUTO(drop_fd) int fd = open_input(path, waits);
    struct stat what;
    size_t len = 0;

    if (fd < 0)
        return FAIL(err, ERR_CONFIG, "cannot open '%s': %s", path, strerror(errno));
    if (fstat(fd, &what) != 0 || (!waits && !S_ISREG(what.st_mode)))
        return FAIL(err, ERR_CONFIG, "'%s' is no regular file", path);
    while (len < size) {
        ssize_t n = read(fd, to + len, size - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return FAIL(err, ERR_CONFIG, "cannot read '%s': %s", path, strerror(errno));
        if (n == 0)
            break;
        len += (size_t)n;
    }
    *ret_len = len;
    return true;
}

static void drop_memory(char **p)
{
    free(*p);
}

static bool read_whole(struct arena *arena, const char *path, bool waits, size_t limit,
                       struct str *ret_text, struct err *err)
{
    AUTO(drop_memory) char *bytes = malloc(limit + 1);
    size_t len = 0;

    if (!bytes)
        abort();
    if (!read_up_to(path, waits, bytes, limit + 1, &len, err))
        return false;
    if (len > limit)
        return FAIL(err, ERR_INPUT, "'%s' is larger than %zu bytes", path, limit);
    *ret_text = arena_str(arena, str_n(bytes, len));
    if (len > 0 && !ret_text->p)
        return FAIL(err, ERR_INPUT, "'%s' does not fit the memory set aside for it", path);
    return true;
}

bool file_read(struct arena *arena, const char *path, size_t limit, struct str *ret_text,
               struct err *err)
{
    return read_whole(arena, path, false, limit, ret_text, err);
}

bool file_read_input(struct arena *arena, const char *path, size_t limit, struct str *ret_text,
                     struct err *err)
{
    return read_whole(arena, path, true, limit, ret_text, err);
}

FILE *file_open(const char *path)
{
    int fd = open_input(path, false);
    struct stat what;

    if (fd < 0)
        return NULL;
    FILE *file = NULL;
    errno = EINVAL;
    if (fstat(fd, &what) == 0 && S_ISREG(what.st_mode))
        file = fdopen(fd, "r");
    if (!file)
        close(fd);
    return file;
}

bool file_is_stream(const char *path)
{
    struct stat what;

    return is_stdin(path) || (stat(path, &what) == 0 && !S_ISREG(what.st_mode));
}

static bool write_all(int fd, struct str text)
{
    size_t done = 0;

    while (done < text.len) {
        ssize_t n = write(fd, text.p + done, text.len - done);
        if (n < 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return fsync(fd) == 0;
}

/* Written beside it first; what cannot be finished does not stay there. Whoever could read the old
 * one can read the new one, whatever the umask; old: NULL, there is none. */
static bool replace_by(const char *beside, const char *path, const struct stat *old,
                       struct str text)
{
    mode_t mode = old ? old->st_mode & 0777 : 0666;
    AUTO(drop_fd)
    int fd = open(beside, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, mode);

    if (fd < 0)
        return false;
    if ((!old || fchmod(fd, mode) == 0) && write_all(fd, text) && rename(beside, path) == 0)
        return true;
    int why = errno;
    (void)unlink(beside);
    errno = why;
    return false;
}

bool file_replace(const char *path, struct str text, struct err *err)
{
    struct stat old;
    char beside[4096];
    bool is_there = stat(path, &old) == 0;

    if (snprintf(beside, sizeof beside, "%s.new", path) >= (int)sizeof beside)
        errno = ENAMETOOLONG;
    else if (replace_by(beside, path, is_there ? &old : NULL, text))
        return true;
    return FAIL(err, ERR_TEMPORARY, "cannot write '%s': %s", path, strerror(errno));
}

static struct str without_line_end(struct str s)
{
    if (s.len > 0 && s.p[s.len - 1] == '\n')
        s.len--;
    if (s.len > 0 && s.p[s.len - 1] == '\r')
        s.len--;
    return s;
}

static bool secret_take(struct str value, struct str reference, struct secret **ret,
                        struct err *err)
{
    value = without_line_end(value);
    if (value.len == 0)
        return FAIL(err, ERR_CONFIG, "the secret '%.*s' is empty", STR_ARG(reference));
    *ret = secret_new(value);
    return true;
}

static bool secret_from_file(const char *path, struct str reference, struct secret **ret,
                             struct err *err)
{
    char value[SECRET_BYTES_MAX + 3]; /* a line end, and one more byte to see that it is too long */
    size_t len = 0;
    bool ok = read_up_to(path, false, value, sizeof value, &len, err);

    if (ok && without_line_end(str_n(value, len)).len > SECRET_BYTES_MAX)
        ok = FAIL(err, ERR_CONFIG, "the secret '%.*s' is longer than %d bytes", STR_ARG(reference),
                  SECRET_BYTES_MAX);
    else if (ok)
        ok = secret_take(str_n(value, len), reference, ret, err);
    explicit_bzero(value, sizeof value);
    return ok;
}

static bool secret_from_credential(struct str name, struct str reference, struct secret **ret,
                                   struct err *err)
{
    const char *folder = getenv("CREDENTIALS_DIRECTORY"); /* systemd.exec(5), LoadCredential= */
    char path[4096];

    if (!folder)
        return FAIL(err, ERR_CONFIG,
                    "the secret '%.*s' needs $CREDENTIALS_DIRECTORY, which systemd sets",
                    STR_ARG(reference));
    if (name.len == 0 || name.p[0] == '.' || str_find(name, '/') >= 0)
        return FAIL(err, ERR_CONFIG, "'%.*s' is no credential's name", STR_ARG(reference));
    if ((size_t)snprintf(path, sizeof path, "%s/%.*s", folder, STR_ARG(name)) >= sizeof path)
        return FAIL(err, ERR_CONFIG, "the path of '%.*s' is too long", STR_ARG(reference));
    return secret_from_file(path, reference, ret, err);
}

bool file_secret(struct str reference, struct secret **ret, struct err *err)
{
    struct str name = reference;
    struct str kind = str_cut(&name, ':');
    char place[4096];

    if (str_eq(kind, STR("credential")))
        return secret_from_credential(name, reference, ret, err);
    if (!name.p || name.len == 0 || !str_copy(place, sizeof place, name) ||
        strlen(place) != name.len)
        return FAIL(err, ERR_CONFIG,
                    "a secret is given as file:/path, credential:name or env:NAME");
    if (str_eq(kind, STR("file")))
        return secret_from_file(place, reference, ret, err);
    if (str_eq(kind, STR("env"))) {
        struct str value = str_of(getenv(place));
        if (!value.p)
            return FAIL(err, ERR_CONFIG, "the environment has no %s", place);
        if (value.len > SECRET_BYTES_MAX)
            return FAIL(err, ERR_CONFIG, "the secret '%.*s' is longer than %d bytes",
                        STR_ARG(reference), SECRET_BYTES_MAX);
        return secret_take(value, reference, ret, err);
    }
    /* Whoever wrote the value itself must not find it in the log. */
    return FAIL(err, ERR_CONFIG, "a secret is given as file:/path, credential:name or env:NAME");
}
