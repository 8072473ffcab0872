/*
 * The store of files on a file system that is full, or that cannot be written: a small one of its
 * own, mounted where no other process sees it. Where that is not allowed, the test is skipped.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE
#include "folder.h"

#include <sched.h>
#include <sys/mount.h>

#define OTHER_SECRET "zyxwvutsrqponmlkjihgfedcba987654"

/* What ctest takes for skipped. */
enum { SKIPPED = 77 };

static int mount_small(void)
{
    return mount("linkauth-test", folder, "tmpfs", MS_NOSUID | MS_NODEV, "size=16k,mode=0700") == 0;
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

static int fill(void)
{
    static const unsigned char zeros[4096];
    char path[PATH_SIZE];
    int descriptor, is_full;
    path_of(path, "ballast");
    descriptor = open(path, O_WRONLY | O_CREAT, 0600);
    if (descriptor < 0) {
        return 0;
    }
    while (write(descriptor, zeros, sizeof(zeros)) > 0) {
    }
    is_full = errno == ENOSPC;
    close(descriptor);
    return is_full;
}

static void a_full_file_system(void)
{
    char path[PATH_SIZE], reply[600];
    CHECK_STATUS(LINKAUTH_OK, open_store(folder));
    make_device(DEVICE_NAME);
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    CHECK(find_record(path));
    CHECK(fill());
    CHECK_STATUS(LINKAUTH_ERROR_STORE_FULL, store_secret(OTHER_SECRET));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_FULL, linkauth_report_connack(&bench.device, 0));
    /* The old record still signs in, and nothing was left beside it. */
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    CHECK_NUMBER(2, count_files("", NULL));

    make_device("dev2");
    bench_reply(&bench, reply,
                http_reply(reply, sizeof(reply), HEAD_LENGTH,
                           BODY_OF(PRODUCT_KEY, "dev2", DEVICE_SECRET)));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_FULL, bench_register(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
    CHECK_NUMBER(2, count_files("", NULL));

    path_of(path, "ballast");
    CHECK(unlink(path) == 0);
    bench_reply(&bench, reply, strlen(reply));
    CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    linkauth_device_wipe(&bench.device);
    linkauth_file_store_close(&files);
}

static void a_read_only_file_system(void)
{
    CHECK(mount("none", folder, "none", MS_REMOUNT | MS_RDONLY | MS_NOSUID | MS_NODEV, NULL) == 0);
    CHECK_STATUS(LINKAUTH_OK, open_store(folder));
    make_device(DEVICE_NAME);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_READ_ONLY, store_secret(OTHER_SECRET));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_READ_ONLY, linkauth_report_connack(&bench.device, 0));
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    linkauth_device_wipe(&bench.device);
    linkauth_file_store_close(&files);
}

/* Both need the mount, the second its contents: one test. */
static void file_systems(void)
{
    a_full_file_system();
    a_read_only_file_system();
}

int main(void)
{
    if (!make_folder()) {
        return check_end();
    }
    if (!has_private_mounts() || !mount_small()) {
        printf("SKIP: full file system: this user may not mount one (%s)\n", strerror(errno));
        rmdir(folder);
        return SKIPPED;
    }
    RUN(file_systems);
    CHECK(umount(folder) == 0);
    remove_folder();
    return check_end();
}
