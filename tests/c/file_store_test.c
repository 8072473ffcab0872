/*
 * The store of files: what it writes, and what it refuses to read. Whatever is wrong with a record
 * or its folder, it is never taken for absent, since an absent record is registered anew.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _POSIX_C_SOURCE 200809L
#include "folder.h"

#include <sys/wait.h>

#define OTHER_SECRET "zyxwvutsrqponmlkjihgfedcba987654"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static char reply[600];

/* Neither signs in nor registers, and does not ask the platform. */
static void expect_refused(linkauth_status status)
{
    bench.script.opens = 0;
    CHECK_STATUS(status, bench_sign_in(&bench.device));
    CHECK_STATUS(status, bench_register(&bench));
    CHECK_STATUS(status, linkauth_report_connack(&bench.device, 0));
    CHECK_NUMBER(0, bench.script.opens);
}

/* --- What it does ------------------------------------------------------------------------------------ */

static void stored_across_restarts(void)
{
    char path[PATH_SIZE];
    if (!begin_in_folder()) {
        return;
    }
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
    CHECK_NUMBER(0, count_files("", NULL));
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    CHECK(find_record(path));
    linkauth_device_wipe(&bench.device);
    linkauth_file_store_close(&files);

    CHECK_STATUS(LINKAUTH_OK, open_store(folder));
    make_device(DEVICE_NAME);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_OK, linkauth_report_connack(&bench.device, 0));
    CHECK_STATUS(LINKAUTH_ERROR_ALREADY_REGISTERED, bench_register(&bench));
    CHECK(find_record(path));
    /* Erasing the file is how an operator makes a device register again. */
    CHECK(unlink(path) == 0);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
    end_in_folder();
}

static void registered_with_the_systems_randomness(void)
{
    static const char *const NAMES[] = {"dev1", "dev2"};
    static char requests[2][sizeof(bench.script.request)];
    char body[256];
    size_t at, length;
    if (!begin_in_folder()) {
        return;
    }
    bench.config.random = NULL;
    for (at = 0; at < 2; at++) {
        make_device(NAMES[at]);
        snprintf(body, sizeof(body), BODY_OF(PRODUCT_KEY, "%s", DEVICE_SECRET), NAMES[at]);
        length = http_reply(reply, sizeof(reply), HEAD_LENGTH, body);
        bench_reply(&bench, reply, length);
        memset(bench.script.request, 0, sizeof(bench.script.request));
        CHECK_STATUS(LINKAUTH_OK, bench_register(&bench));
        CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
        memcpy(requests[at], bench.script.request, sizeof(requests[at]));
    }
    CHECK_NUMBER(2, count_files(".linkauth", NULL));
    {
        const char *first = strstr(requests[0], "&random=");
        const char *second = strstr(requests[1], "&random=");
        CHECK(first != NULL && second != NULL && strncmp(first, second, 8 + 15) != 0);
    }
    end_in_folder();
}

static void readable_by_the_owner_alone(void)
{
    static const mode_t MASKS[] = {0, 022, 077, 0277, 0777};
    char path[PATH_SIZE];
    size_t at;
    for (at = 0; at < COUNT(MASKS); at++) {
        struct stat status;
        mode_t before;
        if (!begin_in_folder()) {
            return;
        }
        before = umask(MASKS[at]);
        CHECK_STATUS(LINKAUTH_OK, store_secret(OTHER_SECRET));
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        umask(before);
        if (find_record(path)) {
            CHECK(lstat(path, &status) == 0);
            CHECK(S_ISREG(status.st_mode));
            CHECK_NUMBER(0600, status.st_mode & 07777);
            CHECK_NUMBER(1, status.st_nlink);
            CHECK(status.st_uid == geteuid());
        }
        CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
        end_in_folder();
    }
}

static void two_devices_in_one_folder(void)
{
    static const char *const NAMES[] = {"gw:1@a.b-c_d", "gw@1:a.b-c_d", "GW:1@a.b-c_d",
                                        "../x", "....", "00:11:22:33:44:55"};
    size_t at;
    if (!begin_in_folder()) {
        return;
    }
    for (at = 0; at < COUNT(NAMES); at++) {
        if (strchr(NAMES[at], '/') != NULL) {
            bench.config.device_name = NAMES[at];
            CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CHARACTER, bench_restart(&bench));
            continue;
        }
        make_device(NAMES[at]);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    }
    CHECK_NUMBER(COUNT(NAMES) - 1, count_files(".linkauth", NULL));
    CHECK_NUMBER(COUNT(NAMES) - 1, count_files("", NULL));
    for (at = 0; at < COUNT(NAMES); at++) {
        if (strchr(NAMES[at], '/') == NULL) {
            make_device(NAMES[at]);
            CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
        }
    }
    end_in_folder();
}

/* What an interrupted save left behind: a file, a link to somewhere, a pipe. */
static void a_stale_temporary_is_no_obstacle(void)
{
    char path[PATH_SIZE], temporary[PATH_SIZE], precious[PATH_SIZE];
    unsigned char bytes[64];
    int kind;
    for (kind = 0; kind < 3; kind++) {
        if (!begin_in_folder()) {
            return;
        }
        CHECK_STATUS(LINKAUTH_OK, store_secret(OTHER_SECRET));
        if (!find_record(path)) {
            end_in_folder();
            return;
        }
        memcpy(temporary, path, sizeof(path));
        strcpy(strrchr(temporary, '.'), ".new");
        path_of(precious, "precious");
        write_file(precious, (const unsigned char *)"precious", 8, 0600);
        if (kind == 0) {
            write_file(temporary, (const unsigned char *)"half a record", 13, 0644);
        } else if (kind == 1) {
            CHECK(symlink("precious", temporary) == 0);
        } else {
            CHECK(mkfifo(temporary, 0600) == 0);
        }
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
        CHECK_NUMBER(0, count_files(".new", NULL));
        CHECK_NUMBER(8, read_file(precious, bytes, sizeof(bytes)));
        CHECK(memcmp(bytes, "precious", 8) == 0);
        CHECK(unlink(precious) == 0);
        CHECK(find_record(path));
        end_in_folder();
    }
}

/* --- Records that are refused ------------------------------------------------------------------------------ */

static void modes_that_let_others_in(void)
{
    static const mode_t MODES[] = {0601, 0602, 0604, 0610, 0620, 0640, 0644, 0666, 0777};
    char path[PATH_SIZE];
    size_t at;
    if (!begin_in_folder()) {
        return;
    }
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    for (at = 0; find_record(path) && at < COUNT(MODES); at++) {
        CHECK(chmod(path, MODES[at]) == 0);
        expect_refused(LINKAUTH_ERROR_STORE_UNSAFE);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSAFE, store_secret(OTHER_SECRET));
    }
    CHECK(chmod(path, 0400) == 0);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    end_in_folder();
}

enum impostor { SYMLINK, DANGLING, HARD_LINK, FIFO, DIRECTORY, IMPOSTORS };

/* What else may stand where the record belongs. */
static void anything_but_a_file(void)
{
    static const char *const NAMES[] = {"symlink", "dangling symlink", "hard link", "FIFO",
                                        "directory"};
    char path[PATH_SIZE], elsewhere[PATH_SIZE];
    int kind;
    for (kind = 0; kind < IMPOSTORS; kind++) {
        check_case = NAMES[kind];
        if (!begin_in_folder()) {
            return;
        }
        CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
        path_of(elsewhere, "elsewhere");
        if (find_record(path)) {
            CHECK(rename(path, elsewhere) == 0);
            switch (kind) {
            case SYMLINK: CHECK(symlink(elsewhere, path) == 0); break;
            case DANGLING: CHECK(symlink("nowhere", path) == 0); break;
            case HARD_LINK: CHECK(link(elsewhere, path) == 0); break;
            case FIFO: CHECK(mkfifo(path, 0600) == 0); break;
            default: CHECK(mkdir(path, 0700) == 0); break;
            }
            expect_refused(LINKAUTH_ERROR_STORE_UNSAFE);
            CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSAFE, store_secret(OTHER_SECRET));
            CHECK_NUMBER(2, count_files("", NULL));
        }
        end_in_folder();
    }
    check_case = NULL;
}

static void every_byte_damaged(void)
{
    unsigned char record[LINKAUTH_RECORD_MAX + 8], found[LINKAUTH_RECORD_MAX + 8];
    char path[PATH_SIZE];
    size_t at, length;
    if (!begin_in_folder()) {
        return;
    }
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    if (!find_record(path)) {
        end_in_folder();
        return;
    }
    length = read_file(path, record, sizeof(record));
    CHECK(has_secret(record, length, DEVICE_SECRET));
    for (at = 0; at < length; at++) {
        record[at] ^= 0x10;
        write_file(path, record, length, 0600);
        expect_refused(LINKAUTH_ERROR_STORE_DAMAGED);
        /* It is left as it is, for whoever can make sense of it. */
        CHECK_NUMBER(length, read_file(path, found, sizeof(found)));
        CHECK_BYTES(record, length, found, length);
        record[at] ^= 0x10;
        write_file(path, record, at, 0600);
        expect_refused(LINKAUTH_ERROR_STORE_DAMAGED);
    }
    CHECK(find_record(path));
    /* Longer than any record. */
    memset(record + length, 0, sizeof(record) - length);
    for (at = length + 1; at <= sizeof(record); at++) {
        write_file(path, record, at, 0600);
        expect_refused(LINKAUTH_ERROR_STORE_DAMAGED);
    }
    write_file(path, record, length, 0600);
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    linkauth_wipe(record, sizeof(record));
    linkauth_wipe(found, sizeof(found));
    end_in_folder();
}

static void another_devices_record(void)
{
    char mine[PATH_SIZE], others[PATH_SIZE], name[PATH_SIZE];
    unsigned char record[LINKAUTH_RECORD_MAX];
    size_t length;
    if (!begin_in_folder()) {
        return;
    }
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    if (find_record(mine)) {
        CHECK(unlink(mine) == 0);
        make_device("dev2");
        CHECK_STATUS(LINKAUTH_OK, store_secret(OTHER_SECRET));
        CHECK(find_record(others));
        CHECK(strcmp(mine, others) != 0);
        length = read_file(others, record, sizeof(record));
        write_file(mine, record, length, 0600);
        make_device(DEVICE_NAME);
        expect_refused(LINKAUTH_ERROR_STORE_OTHER_DEVICE);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_OTHER_DEVICE, store_secret(DEVICE_SECRET));
        CHECK_NUMBER(2, count_files(".linkauth", name));
        make_device("dev2");
        CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
        linkauth_wipe(record, sizeof(record));
    }
    end_in_folder();
}

/* --- Folders that are refused -------------------------------------------------------------------------------- */

static void folders_that_others_write(void)
{
    static const mode_t MODES[] = {0720, 0702, 0722, 0777, 01777, 02770};
    size_t at;
    if (!make_folder()) {
        return;
    }
    for (at = 0; at < COUNT(MODES); at++) {
        CHECK(chmod(folder, MODES[at]) == 0);
        CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSAFE, open_store(folder));
    }
    CHECK(chmod(folder, 0755) == 0);
    CHECK_STATUS(LINKAUTH_OK, open_store(folder));
    linkauth_file_store_close(&files);
    remove_folder();
}

static void folders_that_are_none(void)
{
    char path[PATH_SIZE];
    if (!make_folder()) {
        return;
    }
    path_of(path, "missing");
    CHECK_STATUS(LINKAUTH_ERROR_STORE_NOT_FOUND, open_store(path));
    path_of(path, "missing/below");
    CHECK_STATUS(LINKAUTH_ERROR_STORE_NOT_FOUND, open_store(path));
    path_of(path, "link");
    CHECK(symlink(folder, path) == 0);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSAFE, open_store(path));
    path_of(path, "dangling");
    CHECK(symlink("nowhere", path) == 0);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSAFE, open_store(path));
    path_of(path, "file");
    write_file(path, (const unsigned char *)"", 0, 0600);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSAFE, open_store(path));
    path_of(path, "fifo");
    CHECK(mkfifo(path, 0600) == 0);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSAFE, open_store(path));
    remove_folder();
}

/* A slash behind a link makes the system follow it. */
static void a_link_with_a_slash_is_a_link(void)
{
    char path[PATH_SIZE];
    if (!make_folder()) {
        return;
    }
    path_of(path, "link");
    CHECK(symlink(folder, path) == 0);
    path_of(path, "link/");
    CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSAFE, open_store(path));
    linkauth_file_store_close(&files);
    /* A folder's own name may end so. */
    path_of(path, "");
    CHECK_STATUS(LINKAUTH_OK, open_store(path));
    linkauth_file_store_close(&files);
    remove_folder();
}

/* --- Arguments and objects -------------------------------------------------------------------------------------- */

static void arguments(void)
{
    static linkauth_file_store storage[2];
    static char long_path[600];
    size_t size;
    if (!make_folder()) {
        return;
    }
    bench_prepare(&bench);
    CHECK_NUMBER(sizeof(linkauth_file_store), linkauth_file_store_size());
    CHECK_NUMBER(LINKAUTH_FILE_STORE_SIZE, linkauth_file_store_size());
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_file_store_open(NULL, sizeof(files), folder, strlen(folder),
                                          &bench.store));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_file_store_open(&files, sizeof(files), NULL, 0, &bench.store));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_file_store_open(&files, sizeof(files), NULL, 3, &bench.store));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL,
                 linkauth_file_store_open(&files, sizeof(files), folder, strlen(folder), NULL));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_EMPTY, open_store(""));
    memset(long_path, 'x', sizeof(long_path) - 1);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_LONG, open_store(long_path));
    memset(long_path, '/', sizeof(long_path) - 1);
    memcpy(long_path + 256 - strlen(folder), folder, strlen(folder) + 1);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_LONG, open_store(long_path));
    CHECK_STATUS(LINKAUTH_OK, open_store(long_path + 1));
    linkauth_file_store_close(&files);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_TOO_LONG,
                 linkauth_file_store_open(&files, sizeof(files), folder, SIZE_MAX - 1,
                                          &bench.store));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_CHARACTER,
                 linkauth_file_store_open(&files, sizeof(files), folder, strlen(folder) + 1,
                                          &bench.store));
    for (size = 0; size < 12; size++) {
        CHECK_STATUS(LINKAUTH_ERROR_OBJECT_SIZE,
                     linkauth_file_store_open(&files, size, folder, strlen(folder),
                                              &bench.store));
    }
    for (size = 1; size < 4; size++) {
        CHECK_STATUS(LINKAUTH_ERROR_OBJECT_SIZE,
                     linkauth_file_store_open(
                         (linkauth_file_store *)(void *)((char *)storage + size), sizeof(files),
                         folder, strlen(folder), &bench.store));
    }
    bench.store.struct_size = sizeof(bench.store) - 1;
    CHECK_STATUS(LINKAUTH_ERROR_STRUCT_SIZE,
                 linkauth_file_store_open(&files, sizeof(files), folder, strlen(folder),
                                          &bench.store));
    remove_folder();
}

static int lowest_descriptor(void)
{
    int descriptor = open("/dev/null", O_RDONLY);
    if (descriptor >= 0) {
        close(descriptor);
    }
    return descriptor;
}

static void closing(void)
{
    linkauth_file_store zeroed;
    int before = lowest_descriptor();
    linkauth_file_store_close(NULL);
    memset(&zeroed, 0, sizeof(zeroed));
    linkauth_file_store_close(&zeroed);
    CHECK_ZERO(&zeroed, sizeof(zeroed));
    if (!begin_in_folder()) {
        return;
    }
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    CHECK(lowest_descriptor() != before);
    linkauth_file_store_close(&files);
    CHECK_ZERO(&files, sizeof(files));
    CHECK_NUMBER(before, lowest_descriptor());
    linkauth_file_store_close(&files);
    CHECK_NUMBER(before, lowest_descriptor());
    /* A device whose store is closed says so, and takes nothing for absent. */
    expect_refused(LINKAUTH_ERROR_NOT_INITIALISED);
    end_in_folder();
    CHECK_STATUS(LINKAUTH_ERROR_STORE_NOT_FOUND, open_store("/nowhere/at/all"));
    CHECK_NUMBER(before, lowest_descriptor());
}

static void nothing_is_left_open(void)
{
    int before, at;
    if (!begin_in_folder()) {
        return;
    }
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    before = lowest_descriptor();
    for (at = 0; at < 50; at++) {
        CHECK_STATUS(LINKAUTH_OK, store_secret(at % 2 ? DEVICE_SECRET : OTHER_SECRET));
        CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    }
    CHECK_NUMBER(before, lowest_descriptor());
    end_in_folder();
}

/* --- Without root's privileges ------------------------------------------------------------------------------------ */

enum { NOBODY = 65534 };

/* Runs a test in a child that is no root, in a folder of its own. */
static void without_privileges(void (*test)(void), mode_t mode)
{
    pid_t child;
    int status = 0;
    if (!begin_in_folder()) {
        return;
    }
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    if (geteuid() == 0) {
        char path[PATH_SIZE];
        CHECK(find_record(path) && chown(path, NOBODY, NOBODY) == 0);
        CHECK(chown(folder, NOBODY, NOBODY) == 0);
    }
    CHECK(chmod(folder, mode) == 0);
    fflush(stdout);
    child = fork();
    if (child == 0) {
        if (geteuid() == 0
            && (setgid(NOBODY) != 0 || setuid(NOBODY) != 0 || geteuid() != NOBODY)) {
            printf("SKIP: root's privileges cannot be given up here\n");
            fflush(stdout);
            _exit(0);
        }
        check_failures_here = 0;
        test();
        fflush(stdout);
        _exit(check_failures_here == 0 ? 0 : 1);
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    CHECK(chmod(folder, 0700) == 0);
    end_in_folder();
}

static void in_a_read_only_folder(void)
{
    char path[PATH_SIZE];
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_READ_ONLY, store_secret(OTHER_SECRET));
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_READ_ONLY, linkauth_report_connack(&bench.device, 0));
    CHECK(find_record(path));
    make_device("dev2");
    bench_reply(&bench, reply,
                http_reply(reply, sizeof(reply), HEAD_LENGTH,
                           BODY_OF(PRODUCT_KEY, "dev2", DEVICE_SECRET)));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_READ_ONLY, bench_register(&bench));
    CHECK_STATUS(LINKAUTH_ERROR_STORE_ABSENT, bench_sign_in(&bench.device));
}

static void a_read_only_folder(void)
{
    without_privileges(in_a_read_only_folder, 0500);
}

/* A record that may not be read is there, and not absent. */
static void in_an_unreadable_folder(void)
{
    linkauth_status status = bench_sign_in(&bench.device);
    CHECK(status > LINKAUTH_ERROR_STORE_ABSENT && status <= LINKAUTH_ERROR_STORE_LOCKED);
    status = bench_register(&bench);
    CHECK(status > LINKAUTH_ERROR_STORE_ABSENT && status <= LINKAUTH_ERROR_STORE_LOCKED);
    CHECK_NUMBER(0, bench.script.opens);
}

static void an_unreadable_folder(void)
{
    without_privileges(in_an_unreadable_folder, 0600);
}

/* A file or folder of another user's is not trusted. */
static void in_anothers_folder(void)
{
    linkauth_file_store_close(&files);
    CHECK_STATUS(LINKAUTH_OK, open_store(folder));
    linkauth_file_store_close(&files);
}

static void anothers_folder_and_file(void)
{
    char path[PATH_SIZE];
    without_privileges(in_anothers_folder, 0700);
    if (geteuid() != 0) {
        printf("SKIP: files of another user can be made by root alone\n");
        return;
    }
    if (!begin_in_folder()) {
        return;
    }
    CHECK_STATUS(LINKAUTH_OK, store_secret(DEVICE_SECRET));
    if (find_record(path)) {
        CHECK(chown(path, NOBODY, NOBODY) == 0);
        expect_refused(LINKAUTH_ERROR_STORE_UNSAFE);
    }
    CHECK(chown(folder, NOBODY, NOBODY) == 0);
    linkauth_file_store_close(&files);
    CHECK_STATUS(LINKAUTH_ERROR_STORE_UNSAFE, open_store(folder));
    end_in_folder();
}

int main(void)
{
    RUN(stored_across_restarts);
    RUN(registered_with_the_systems_randomness);
    RUN(readable_by_the_owner_alone);
    RUN(two_devices_in_one_folder);
    RUN(a_stale_temporary_is_no_obstacle);
    RUN(modes_that_let_others_in);
    RUN(anything_but_a_file);
    RUN(every_byte_damaged);
    RUN(another_devices_record);
    RUN(folders_that_others_write);
    RUN(folders_that_are_none);
    RUN(a_link_with_a_slash_is_a_link);
    RUN(arguments);
    RUN(closing);
    RUN(nothing_is_left_open);
    RUN(a_read_only_folder);
    RUN(an_unreadable_folder);
    RUN(anothers_folder_and_file);
    return check_end();
}
