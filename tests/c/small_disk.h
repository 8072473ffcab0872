/*
 * A file system of its own, small enough to be filled, mounted where no other process sees it.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef SMALL_DISK_H_INCLUDED
#define SMALL_DISK_H_INCLUDED

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static int mount_small(const char *path)
{
    return mount("linkauth-test", path, "tmpfs", MS_NOSUID | MS_NODEV, "size=16k,mode=0700") == 0;
}

static int write_text(const char *path, const char *text)
{
    int descriptor = open(path, O_WRONLY), is_written;
    is_written = descriptor >= 0 && write(descriptor, text, strlen(text)) == (ssize_t)strlen(text);
    if (descriptor >= 0) {
        close(descriptor);
    }
    return is_written;
}

/* For a user who is no root: one who is, in a name space of his own. Without a group there, too, the
 * file system could hold no file of his. */
static int become_root(unsigned long user, unsigned long group)
{
    char users[64], groups[64];
    snprintf(users, sizeof(users), "0 %lu 1\n", user);
    snprintf(groups, sizeof(groups), "0 %lu 1\n", group);
    return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 && write_text("/proc/self/setgroups", "deny")
        && write_text("/proc/self/gid_map", groups) && write_text("/proc/self/uid_map", users);
}

static int has_private_mounts(void)
{
    unsigned long user = (unsigned long)geteuid(), group = (unsigned long)getegid();
    if (user == 0 ? unshare(CLONE_NEWNS) != 0 : !become_root(user, group)) {
        return 0;
    }
    return mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) == 0;
}

/* Fills what is left, with a file at `path`. */
static int fill(const char *path)
{
    static const unsigned char zeros[4096];
    int descriptor = open(path, O_WRONLY | O_CREAT, 0600), is_full;
    if (descriptor < 0) {
        return 0;
    }
    while (write(descriptor, zeros, sizeof(zeros)) > 0) {
    }
    is_full = errno == ENOSPC;
    close(descriptor);
    return is_full;
}

#endif /* SMALL_DISK_H_INCLUDED */
