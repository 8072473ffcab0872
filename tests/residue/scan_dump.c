/*
 * Searches dumps for what a secret leaves.
 *
 *   scan_dump <secrets> <dump>...
 *
 * The file of secrets is a struct secrets. Prints: <windows found> <words found>
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#include "scan.h"

#include <stdio.h>
#include <stdlib.h>

static size_t read_file(const char *path, void *bytes, size_t capacity)
{
    FILE *file = fopen(path, "rb");
    size_t length;
    if (file == NULL) {
        perror(path);
        exit(2);
    }
    length = fread(bytes, 1, capacity, file);
    fclose(file);
    return length;
}

int main(int argc, char **argv)
{
    static uint8_t dump[64 << 20];
    struct secrets secrets;
    struct patterns patterns;
    struct findings findings = {0, 0};
    int at;
    if (argc < 3 || !patterns_self_test()
        || read_file(argv[1], &secrets, sizeof(secrets)) != sizeof(secrets)) {
        fprintf(stderr, "usage: scan_dump <secrets> <dump>...\n");
        return 2;
    }
    patterns_of_secrets(&patterns, &secrets);
    for (at = 2; at < argc; at++) {
        scan(&patterns, NULL, dump, read_file(argv[at], dump, sizeof(dump)), &findings);
    }
    printf("%zu %zu\n", findings.windows, findings.words);
    return 0;
}
