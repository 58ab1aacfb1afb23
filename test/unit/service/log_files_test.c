#include "service/log_files.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "unit.h"

static const char PEM[] = "-----BEGIN PRIVATE KEY-----\n"
                          "MC4CAQAwBQYDK2VwBCIEIEzNCJssiv+W2oESilth+6xGl9Cdrbmv\n"
                          "XKqw4D11T7jP\n"
                          "-----END PRIVATE KEY-----\n";

/* Files in a folder of the log; -1: there is no such folder. */
static int count(const char *dir, const char *name)
{
    char path[256];
    int files = 0;

    snprintf(path, sizeof path, "%s/%s", dir, name);
    DIR *found = opendir(path);
    if (!found)
        return -1;
    for (const struct dirent *one; (one = readdir(found));)
        files += one->d_name[0] != '.';
    closedir(found);
    return files;
}

/* Some entries, and a checkpoint of them, as in a turn of the service. */
static void publish(const struct log_place *place, int64_t upto)
{
    struct log_files *files;
    struct str note;
    struct err err = {0};
    char entry[32];

    assert_true(log_files_open(place, &files, &err));
    for (int64_t seq = log_files_size(files); seq < upto; seq++) {
        snprintf(entry, sizeof entry, "{\"seq\":%lld}", (long long)seq + 1);
        assert_true(log_files_add(files, str_of(entry), &err));
    }
    assert_true(log_files_sign(files, &note, &err) && log_files_show(files, &err));
    log_files_close(files);
}

static void what_is_left_of_tiles_that_are_whole_goes_one_tile_later(void **state)
{
    char dir[] = "/tmp/cs-log-files-XXXXXX", command[64];
    struct sign_key *key;
    struct err err = {0};
    (void)state;

    assert_non_null(mkdtemp(dir));
    assert_true(sign_key_read(str_of(PEM), &key, &err));
    struct log_place place = {
        .dir = dir, .anchor = "", .origin = STR("log.example"), .keys = {key}, .key_count = 1};
    for (int64_t size = 60; size <= 480; size += 60)
        publish(&place, size);
    assert_int_equal(count(dir, "tile/entries/000.p"), 4); /* 60 to 240 */
    assert_int_equal(count(dir, "tile/0/001.p"), 4);       /* 300 to 480: 44 to 224 */
    publish(&place, 540);
    assert_int_equal(count(dir, "tile/entries/000.p"), -1);
    assert_int_equal(count(dir, "tile/0/000.p"), -1);
    assert_int_equal(count(dir, "tile/entries/001.p"), 4);
    publish(&place, 2000); /* and of several at once, and of none */
    assert_int_equal(count(dir, "tile/entries/002.p"), -1);
    assert_int_equal(count(dir, "tile/0/001.p"), -1);
    assert_int_equal(count(dir, "tile/0/007.p"), 1);
    assert_int_equal(count(dir, "tile/1/000.p"), 3); /* 1, 2, 7: that level has no whole tile */
    publish(&place, 2001);                           /* what stands reads back */
    snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
    sign_key_free(key);
}

static void a_link_in_the_place_of_a_folder_is_not_followed(void **state)
{
    char dir[] = "/tmp/cs-log-files-XXXXXX", command[256];
    struct sign_key *key;
    struct err err = {0};
    (void)state;

    assert_non_null(mkdtemp(dir));
    assert_true(sign_key_read(str_of(PEM), &key, &err));
    struct log_place place = {
        .dir = dir, .anchor = "", .origin = STR("log.example"), .keys = {key}, .key_count = 1};
    publish(&place, 250);
    snprintf(command, sizeof command,
             "cd %s && mv tile/0/000.p theirs && ln -s ../../theirs tile/0/000.p", dir);
    assert_int_equal(system(command), 0);
    publish(&place, 300);
    publish(&place, 540);
    assert_int_equal(count(dir, "theirs"), 1);
    assert_int_equal(count(dir, "tile/entries/000.p"), -1);
    snprintf(command, sizeof command, "rm -r %s", dir);
    assert_int_equal(system(command), 0);
    sign_key_free(key);
}

UNIT_MAIN(cmocka_unit_test(what_is_left_of_tiles_that_are_whole_goes_one_tile_later),
          cmocka_unit_test(a_link_in_the_place_of_a_folder_is_not_followed))
