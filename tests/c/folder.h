/*
 * A temporary folder with a store of files in it, for the tests of a POSIX system.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef FOLDER_H_INCLUDED
#define FOLDER_H_INCLUDED

#include "check.h"
#include "fixture.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 512 };

static char folder[PATH_SIZE / 4];
static struct bench bench;
static linkauth_file_store files;

static void path_of(char *path, const char *name)
{
    snprintf(path, PATH_SIZE, "%s/%s", folder, name);
}

/* Removes what lies in the folder, one level deep, and the folder. */
static void remove_folder(void)
{
    DIR *list = opendir(folder);
    struct dirent *entry;
    char path[PATH_SIZE];
    while (list != NULL && (entry = readdir(list)) != NULL) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            path_of(path, entry->d_name);
            if (unlink(path) != 0) {
                rmdir(path);
            }
        }
    }
    if (list != NULL) {
        closedir(list);
    }
    rmdir(folder);
}

static int make_folder(void)
{
    const char *parent = getenv("TMPDIR");
    snprintf(folder, sizeof(folder), "%s/linkauth-XXXXXX",
             parent != NULL && strlen(parent) < 90 ? parent : "/tmp");
    if (mkdtemp(folder) == NULL) {
        CHECK(!"a temporary folder can be made");
        return 0;
    }
    return 1;
}

/* Opens `path` as the store of the bench, which is prepared for it. */
static linkauth_status open_store(const char *path)
{
    linkauth_status status;
    bench_prepare(&bench);
    memset(&files, 0xa5, sizeof(files));
    status = linkauth_file_store_open(&files, sizeof(files), path, LINKAUTH_NUL_TERMINATED,
                                      &bench.store);
    if (status != LINKAUTH_OK) {
        CHECK(bench.store.load == NULL && bench.store.save == NULL && bench.store.user == NULL);
        CHECK_ZERO(&files, sizeof(files));
    }
    return status;
}

static int make_device(const char *device_name)
{
    bench.config.device_name = device_name;
    return CHECK_STATUS(LINKAUTH_OK, bench_restart(&bench));
}

/* A folder with an open store, and the device of the bench. */
CHECK_MAYBE_UNUSED
static int begin_in_folder(void)
{
    return make_folder() && CHECK_STATUS(LINKAUTH_OK, open_store(folder))
        && make_device(DEVICE_NAME);
}

CHECK_MAYBE_UNUSED
static void end_in_folder(void)
{
    linkauth_device_wipe(&bench.device);
    linkauth_file_store_close(&files);
    remove_folder();
}

static linkauth_status store_secret(const char *secret)
{
    return linkauth_store_secret(&bench.device, secret, LINKAUTH_NUL_TERMINATED);
}

static int ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name), end = strlen(ending);
    return length >= end && strcmp(name + length - end, ending) == 0;
}

/* How many entries end so, the name of the last one. Lock files stay, and do not count. */
static unsigned count_files(const char *ending, char *name)
{
    DIR *list = opendir(folder);
    struct dirent *entry;
    unsigned count = 0;
    while (list != NULL && (entry = readdir(list)) != NULL) {
        if (entry->d_name[0] != '.' && ends_with(entry->d_name, ending)
            && !ends_with(entry->d_name, ".lock")) {
            count++;
            if (name != NULL) {
                snprintf(name, PATH_SIZE, "%s", entry->d_name);
            }
        }
    }
    if (list != NULL) {
        closedir(list);
    }
    return count;
}

/* The one record in the folder, and nothing beside it. */
CHECK_MAYBE_UNUSED
static int find_record(char *path)
{
    char name[PATH_SIZE];
    if (count_files(".linkauth", name) != 1 || count_files("", NULL) != 1) {
        CHECK(!"the folder holds one record and nothing else");
        return 0;
    }
    snprintf(path, PATH_SIZE, "%.100s/%.100s", folder, name);
    return 1;
}

CHECK_MAYBE_UNUSED
static size_t read_file(const char *path, unsigned char *bytes, size_t capacity)
{
    int descriptor = open(path, O_RDONLY);
    ssize_t length = descriptor < 0 ? -1 : read(descriptor, bytes, capacity);
    if (descriptor >= 0) {
        close(descriptor);
    }
    CHECK(length >= 0);
    return length < 0 ? 0 : (size_t)length;
}

CHECK_MAYBE_UNUSED
static void write_file(const char *path, const unsigned char *bytes, size_t length, mode_t mode)
{
    int descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, mode);
    CHECK(descriptor >= 0);
    CHECK(descriptor >= 0 && fchmod(descriptor, mode) == 0);
    CHECK(descriptor >= 0 && write(descriptor, bytes, length) == (ssize_t)length);
    if (descriptor >= 0) {
        close(descriptor);
    }
}

#endif /* FOLDER_H_INCLUDED */
