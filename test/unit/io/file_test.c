#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "io/io_file.h"
#include "unit.h"

static char folder[] = "/tmp/countersign-file-XXXXXX";

static const char *in_folder(const char *name)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void put(const char *name, const char *bytes, size_t len)
{
    FILE *file = fopen(in_folder(name), "we");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, len, file), len);
    assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    setenv("CREDENTIALS_DIRECTORY", folder, 1);
    return 0;
}

static int tear_down(void **state)
{
    static const char *const NAMES[] = {"text", "s", "empty", "long", "fit", "fifo"};
    (void)state;
    for (size_t i = 0; i < COUNT(NAMES); i++)
        unlink(in_folder(NAMES[i]));
    return rmdir(folder);
}

static void a_file_is_replaced_whole_or_not_at_all(void **state)
{
    struct arena *arena = arena_new(100000);
    struct str text = STR_NONE;
    struct stat st;
    struct err err = {0};
    (void)state;

    put("text", "old", 3);
    assert_int_equal(chmod(in_folder("text"), 0640), 0);
    mode_t usual = umask(077); /* whoever could read it still can */
    assert_true(file_replace(in_folder("text"), STR("newer"), &err));
    umask(usual);
    assert_true(file_read(arena, in_folder("text"), 10, &text, &err));
    assert_str(text, "newer");
    assert_int_equal(stat(in_folder("text"), &st), 0);
    assert_int_equal(st.st_mode & 0777, 0640);
    assert_int_not_equal(access(in_folder("text.new"), F_OK), 0); /* nothing is left beside it */
    assert_true(file_replace(in_folder("s"), STR(""), &err));
    assert_int_equal(stat(in_folder("s"), &st), 0);
    assert_int_equal(st.st_size, 0);
    assert_false(file_replace("/nowhere/at/all", STR("x"), &err));
    assert_int_equal(err.kind, ERR_TEMPORARY);
    arena_free(arena);
}

static void what_is_no_regular_file_is_refused_and_not_waited_for(void **state)
{
    struct arena *arena = arena_new(100000);
    struct secret *secret = NULL;
    struct str text = STR_NONE;
    struct err err = {0};
    char reference[300];
    (void)state;

    assert_int_equal(mkfifo(in_folder("fifo"), 0600), 0); /* nobody writes to it */
    assert_false(file_read(arena, in_folder("fifo"), 10, &text, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.what, "is no regular file"));
    snprintf(reference, sizeof reference, "file:%s", in_folder("fifo"));
    assert_false(file_secret(str_of(reference), &secret, &err));
    assert_false(file_read(arena, folder, 10, &text, &err));
    assert_non_null(strstr(err.what, "is no regular file"));
    arena_free(arena);
}

/* A pipe as a shell makes it for <(...), with so much in it, and closed. */
static int pipe_with(const char *bytes, size_t len, char path[64])
{
    int ends[2];

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], bytes, len), (ssize_t)len);
    close(ends[1]);
    snprintf(path, 64, "/dev/fd/%d", ends[0]);
    return ends[0];
}

static void commands_take_pipes_up_to_a_limit(void **state)
{
    struct arena *arena = arena_new(100000);
    struct str text = STR_NONE;
    struct err err = {0};
    char path[64];
    (void)state;

    int fd = pipe_with("version: 1", 10, path);
    assert_true(file_is_stream(path));
    assert_false(file_read(arena, path, 10, &text, &err)); /* the service does not */
    assert_true(file_read_input(arena, path, 10, &text, &err));
    assert_true(str_eq_c(text, "version: 1"));
    close(fd);
    fd = pipe_with("too long", 8, path);
    err = (struct err){0};
    assert_false(file_read_input(arena, path, 7, &text, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_non_null(strstr(err.what, "larger than 7 bytes"));
    close(fd);
    int own = dup(STDIN_FILENO);
    fd = pipe_with("from stdin", 10, path);
    assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
    assert_true(file_is_stream("-"));
    assert_true(file_read_input(arena, "-", 10, &text, &err));
    assert_true(str_eq_c(text, "from stdin"));
    assert_false(file_read(arena, "-", 10, &text, &err)); /* a name like any other */
    close(fd);
    if (own >= 0) {
        dup2(own, STDIN_FILENO);
        close(own);
    }
    put("text", "a", 1);
    assert_false(file_is_stream(in_folder("text")));
    assert_true(file_read_input(arena, in_folder("text"), 1, &text, &err));
    err = (struct err){0};
    assert_false(file_read_input(arena, folder, 10, &text, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_false(file_read_input(arena, "/nowhere/at/all", 10, &text, &err));
    arena_free(arena);
}

static void files_are_read_up_to_a_limit(void **state)
{
    struct arena *arena = arena_new(100000);
    struct str text = STR_NONE;
    struct err err = {0};
    (void)state;

    put("text", "a\0b\n", 4);
    assert_true(file_read(arena, in_folder("text"), 4, &text, &err));
    assert_int_equal(text.len, 4);
    assert_memory_equal(text.p, "a\0b\n", 5); /* a NUL behind the end */
    assert_false(file_read(arena, in_folder("text"), 3, &text, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_false(file_read(arena, in_folder("none"), 3, &text, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.what, "none"));
    assert_false(file_read(arena, folder, 3, &text, &err)); /* a folder */
    arena_free(arena);
}

static struct secret *secret_of(struct str reference, struct err *err)
{
    struct secret *secret = NULL;
    *err = (struct err){0};
    bool ok = file_secret(reference, &secret, err);
    assert_int_equal(ok, secret != NULL);
    return secret;
}

static void assert_secret(struct str reference, const char *want)
{
    struct err err;
    struct secret *secret = secret_of(reference, &err);
    assert_non_null(secret);
    assert_str(secret_reveal(secret), want);
    secret_free(secret);
}

static void assert_no_secret(struct str reference, const char *must_not_tell)
{
    struct err err;
    assert_null(secret_of(reference, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_null(strstr(err.what, must_not_tell));
}

static void secrets_come_by_reference(void **state)
{
    char reference[300], big[SECRET_BYTES_MAX + 10];
    (void)state;

    put("s", "hush\r\n", 6);
    snprintf(reference, sizeof reference, "file:%s", in_folder("s"));
    assert_secret(str_of(reference), "hush");
    assert_secret(STR("credential:s"), "hush");
    put("s", "two\n\n", 5);
    assert_secret(STR("credential:s"), "two\n");
    setenv("IO_FILE_TEST", "from env", 1);
    assert_secret(STR("env:IO_FILE_TEST"), "from env");

    memset(big, 'x', sizeof big);
    put("fit", big, SECRET_BYTES_MAX);
    struct err err;
    struct secret *secret = secret_of(STR("credential:fit"), &err);
    assert_int_equal(secret_reveal(secret).len, SECRET_BYTES_MAX);
    secret_free(secret);
    put("long", big, SECRET_BYTES_MAX + 1);
    assert_no_secret(STR("credential:long"), "xxx");
    put("empty", "\n", 1);
    assert_no_secret(STR("credential:empty"), "xxx");
    assert_no_secret(STR("credential:../s"), "two");
    assert_no_secret(STR("credential:.."), "two");
    assert_no_secret(STR("credential:"), "two");
    assert_no_secret(STR("env:IO_FILE_TEST_NONE"), "from env");
    assert_no_secret(STR("env:"), "from env");
    assert_no_secret(STR("hunter2"), "hunter2"); /* the value itself, by mistake */
    assert_no_secret(STR("file:"), "two");
    unsetenv("CREDENTIALS_DIRECTORY");
    assert_no_secret(STR("credential:s"), "two");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_replaced_whole_or_not_at_all),
        cmocka_unit_test(what_is_no_regular_file_is_refused_and_not_waited_for),
        cmocka_unit_test(commands_take_pipes_up_to_a_limit),
        cmocka_unit_test(files_are_read_up_to_a_limit),
        cmocka_unit_test(secrets_come_by_reference),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
