/* Runs a fuzz target over every file of the folders given: what gcc does where clang's fuzzer is
 * not built. Beside each file as it is, some deterministic mutations of it, so that the run finds a
 * little more than it was told. */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/rng.h"

enum { INPUT_MAX = 1 << 20, MUTATIONS = 300 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int files;

static void mutate(uint8_t *copy, size_t size, struct rng *rng)
{
    static const char SPICE[] = "\r\n\t :;,\0/+-0159aA%\x7f\xff";

    for (uint64_t n = rng_below(rng, 3) + 1; n > 0; n--) {
        size_t at = (size_t)rng_below(rng, size);
        if (rng_below(rng, 2))
            copy[at] = (uint8_t)SPICE[rng_below(rng, sizeof SPICE)];
        else
            memmove(copy + at, copy + rng_below(rng, size),
                    size - (at > size / 2 ? at : size / 2 + 1));
    }
}

static void run_file(const char *path)
{
    static uint8_t bytes[INPUT_MAX], copy[INPUT_MAX * 2];
    FILE *file = fopen(path, "rbe");
    struct rng rng;

    if (!file) {
        perror(path);
        exit(1);
    }
    size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    uint8_t *exact = malloc(size ? size : 1); /* so that one byte too far is seen */
    if (!exact)
        abort();
    memcpy(exact, bytes, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
    rng_seed(&rng, size);
    for (int i = 0; size > 1 && i < MUTATIONS; i++) {
        memcpy(copy, bytes, size);
        mutate(copy, size, &rng);
        LLVMFuzzerTestOneInput(copy, size);
    }
    files++;
}

static void run_folder(const char *folder)
{
    DIR *dir = opendir(folder);
    char path[4096];

    if (!dir) {
        perror(folder);
        exit(1);
    }
    for (struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        run_file(path);
    }
    closedir(dir);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        run_folder(argv[i]);
    printf("%d files\n", files);
    return files > 0 ? 0 : 1;
}
