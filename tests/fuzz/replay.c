/*
 * replay.c - runs a fuzz target on files, or on the files of folders: for machines without libFuzzer, and for regression tests.
 *
 *     gcc -std=c11 -g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -Icsrc tests/fuzz/targets/decode_paper_block.c \
 *         tests/fuzz/replay.c csrc/[a-z]*.c -o replay
 *     ./replay FILE_OR_FOLDER...
 */
#define _POSIX_C_SOURCE 200809L /* opendir; C11 has no folders */

#include "targets/fuzz_target.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Bytes of exactly their size, so that a sanitizer sees a read past them; NULL if the file cannot be read. */
static uint8_t *read_stream(FILE *file, size_t *size)
{
    if (fseek(file, 0, SEEK_END) != 0)
        return NULL;
    const long length = ftell(file);
    if (length < 0 || fseek(file, 0, SEEK_SET) != 0)
        return NULL;
    *size = (size_t)length;
    uint8_t *bytes = malloc(*size > 0 ? *size : 1);
    if (bytes != NULL && fread(bytes, 1, *size, file) != *size) {
        free(bytes);
        return NULL;
    }
    return bytes;
}

/* Returns how many inputs ran: one, or none if the file cannot be read. */
static size_t replay_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    size_t size = 0;
    uint8_t *bytes = file != NULL ? read_stream(file, &size) : NULL;
    if (file != NULL)
        fclose(file);
    if (bytes == NULL) {
        fprintf(stderr, "replay: cannot read %s\n", path);
        return 0;
    }
    LLVMFuzzerTestOneInput(bytes, size);
    free(bytes);
    return 1;
}

/* `folder`/`name`, to be freed; NULL without memory. */
static char *join_path(const char *folder, const char *name)
{
    const size_t size = strlen(folder) + strlen(name) + 2;
    char *path = malloc(size);
    if (path != NULL)
        snprintf(path, size, "%s/%s", folder, name);
    return path;
}

/* Folders in folders are left out: a corpus is flat. */
static size_t replay_folder(const char *folder, DIR *entries)
{
    size_t count = 0;
    for (const struct dirent *entry = readdir(entries); entry != NULL; entry = readdir(entries)) {
        char *path = entry->d_name[0] != '.' ? join_path(folder, entry->d_name) : NULL;
        DIR *inner = path != NULL ? opendir(path) : NULL;
        if (inner != NULL)
            closedir(inner);
        else if (path != NULL)
            count += replay_file(path);
        free(path);
    }
    return count;
}

static size_t replay(const char *path)
{
    DIR *entries = opendir(path);
    if (entries == NULL)
        return replay_file(path);
    const size_t count = replay_folder(path, entries);
    closedir(entries);
    return count;
}

/* Fails if an argument gave no input: a regression test that runs nothing must not pass. */
int main(int argument_count, char **arguments)
{
    size_t total = 0;
    int complete = argument_count > 1;
    for (int i = 1; i < argument_count; i++) {
        const size_t count = replay(arguments[i]);
        complete = complete && count > 0;
        total += count;
    }
    printf("%zu inputs replayed\n", total);
    return complete ? EXIT_SUCCESS : EXIT_FAILURE;
}
