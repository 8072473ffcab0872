/*
 * A disk that remembers: a FUSE file system with one file `disk`, made of zeros. Every write and
 * every flush goes to a log, in the order in which they were done, for `rebuild` to make of it what
 * a power cut would have left.
 *
 *   disk <mount point> <log> <bytes>
 *
 * It stays in the foreground until it is unmounted. One thread: the order of the log is the order of
 * the answers.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE
#define FUSE_USE_VERSION 35

#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <fuse.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

static const char disk_path[] = "/disk";
static unsigned char *disk;
static size_t disk_size;
static int log_file;

/* One call for head and data, so that the length of the log never ends within a record for long. */
static int remember(uint32_t kind, off_t offset, const char *data, size_t length)
{
    struct log_record record = {kind, (uint32_t)length, (uint64_t)offset};
    struct iovec parts[2];
    ssize_t all = (ssize_t)(sizeof(record) + length);

    parts[0].iov_base = &record;
    parts[0].iov_len = sizeof(record);
    parts[1].iov_base = (void *)(uintptr_t)data;
    parts[1].iov_len = length;
    return writev(log_file, parts, 2) == all ? 0 : -EIO;
}

static int disk_getattr(const char *path, struct stat *status, struct fuse_file_info *info)
{
    (void)info;
    memset(status, 0, sizeof(*status));
    if (strcmp(path, "/") == 0) {
        status->st_mode = S_IFDIR | 0700;
        status->st_nlink = 2;
        return 0;
    }
    if (strcmp(path, disk_path) != 0) {
        return -ENOENT;
    }
    status->st_mode = S_IFREG | 0600;
    status->st_nlink = 1;
    status->st_size = (off_t)disk_size;
    return 0;
}

static int disk_readdir(const char *path, void *buffer, fuse_fill_dir_t fill, off_t offset,
                        struct fuse_file_info *info, enum fuse_readdir_flags flags)
{
    (void)path;
    (void)offset;
    (void)info;
    (void)flags;
    return fill(buffer, disk_path + 1, NULL, 0, 0) == 0 ? 0 : -ENOMEM;
}

static int disk_open(const char *path, struct fuse_file_info *info)
{
    if (strcmp(path, disk_path) != 0) {
        return -ENOENT;
    }
    /* Without it the page cache would stand between the loop device and the log. */
    info->direct_io = 1;
    return 0;
}

static size_t within(size_t length, off_t offset)
{
    size_t begin = (size_t)offset;

    if (begin >= disk_size) {
        return 0;
    }
    return length < disk_size - begin ? length : disk_size - begin;
}

static int disk_read(const char *path, char *buffer, size_t length, off_t offset,
                     struct fuse_file_info *info)
{
    (void)path;
    (void)info;
    length = within(length, offset);
    memcpy(buffer, disk + offset, length);
    return (int)length;
}

static int disk_write(const char *path, const char *data, size_t length, off_t offset,
                      struct fuse_file_info *info)
{
    (void)path;
    (void)info;
    if (length == 0 || within(length, offset) != length) {
        return -ENOSPC;
    }
    memcpy(disk + offset, data, length);
    if (remember(LOG_WRITE, offset, data, length) != 0) {
        return -EIO;
    }
    return (int)length;
}

static int disk_fsync(const char *path, int only_data, struct fuse_file_info *info)
{
    (void)path;
    (void)only_data;
    (void)info;
    return remember(LOG_FLUSH, 0, NULL, 0);
}

int main(int argc, char **argv)
{
    static const struct fuse_operations operations = {
        .getattr = disk_getattr,
        .readdir = disk_readdir,
        .open = disk_open,
        .read = disk_read,
        .write = disk_write,
        .fsync = disk_fsync,
    };
    char *arguments[5];
    char foreground[] = "-f";
    char one_thread[] = "-s";

    if (argc != 4) {
        fputs("usage: disk <mount point> <log> <bytes>\n", stderr);
        return 2;
    }
    disk_size = (size_t)strtoull(argv[3], NULL, 10);
    disk = calloc(disk_size, 1);
    log_file = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    if (disk == NULL || disk_size == 0 || log_file < 0) {
        perror("disk");
        return 1;
    }
    /* Else it would keep itself mounted if the script that started it is killed. */
    (void)prctl(PR_SET_PDEATHSIG, SIGKILL);
    arguments[0] = argv[0];
    arguments[1] = foreground;
    arguments[2] = one_thread;
    arguments[3] = argv[1];
    arguments[4] = NULL;
    return fuse_main(4, arguments, &operations, NULL);
}
