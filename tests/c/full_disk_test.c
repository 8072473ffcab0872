/*
 * The store of files on a file system that is full, or that cannot be written: a small one of its
 * own, mounted where no other process sees it. Where that is not allowed, the test is skipped.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE
#include "folder.h"
#include "small_disk.h"

#define OTHER_SECRET "zyxwvutsrqponmlkjihgfedcba987654"

/* What ctest takes for skipped. */
enum { SKIPPED = 77 };

static void a_full_file_system(void)
{
    char path[PATH_SIZE], reply[600];
    CHECK_STATUS(LINKAUTH_OK, open_store(folder));
    make_device(DEVICE_NAME);
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    CHECK(find_record(path));
    path_of(path, "ballast");
    CHECK(fill(path));
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
    if (!has_private_mounts() || !mount_small(folder)) {
        printf("SKIP: full file system: this user may not mount one (%s)\n", strerror(errno));
        rmdir(folder);
        return SKIPPED;
    }
    RUN(file_systems);
    CHECK(umount(folder) == 0);
    remove_folder();
    return check_end();
}
