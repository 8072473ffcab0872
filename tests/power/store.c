/*
 * Stores secrets in a folder step by step, and later says which of them is there.
 *
 *   store run <protocol> <folder> <log> <acknowledged> [foreign]
 *       after each step, a line in the file <acknowledged>: the step, and the length that the log of
 *       the disk had then. With `foreign`, everything is synced before each call that changes
 *       something, as another process may do at any time.
 *   store check <folder>
 *       prints ABSENT, the number of the step whose record is there, or DAMAGED and why; then
 *       stores another secret on top, which must always be possible.
 *
 * protocol: `linkauth` is the file store of the library; `prepared`, with the file that it writes
 * ahead before a registration. The others show that the check finds out what is wrong: `no-fsync`,
 * `no-file-fsync`, `no-folder-fsync` are the file store with fsync doing nothing, on anything, a file,
 * a folder; `in-place` writes over the record.
 *
 * To be linked with --wrap=syscall.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE

#include <linkauth.h>

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { FILE_NAME = 64 };

/* NULL: the step before it is marked as activated. */
static const char *const steps[] = {"the-first-of-them", "another-one", NULL, "a-third-much-longer-one",
                                    NULL};
static const size_t step_count = sizeof(steps) / sizeof(steps[0]);

static int folder;
static int is_foreign;
static int leaves_out_file;
static int leaves_out_folder;
static unsigned long foreign_syncs;

static void stop(const char *what, linkauth_status status)
{
    fprintf(stderr, "store: %s: %s\n", what, linkauth_status_name(status));
    exit(1);
}

/* The library's system calls, and those of the protocols below. */

long __real_syscall(long number, ...);
long __wrap_syscall(long number, ...);

/* Of this file system only: the other disks of the machine are left in peace. */
static void foreign_sync(void)
{
    if (is_foreign) {
        foreign_syncs++;
        if (syncfs(folder) != 0) {
            perror("syncfs");
            exit(1);
        }
    }
}

static int changes_something(long number)
{
    static const long numbers[] = {SYS_openat, SYS_write,  SYS_ftruncate, SYS_fchmod,
                                   SYS_fsync,  SYS_renameat, SYS_unlinkat};
    size_t at;

    for (at = 0; at < sizeof(numbers) / sizeof(numbers[0]); at++) {
        if (numbers[at] == number) {
            return 1;
        }
    }
    return 0;
}

static int is_left_out(long number, int file)
{
    struct stat status;

    return number == SYS_fsync && fstat(file, &status) == 0
        && (S_ISDIR(status.st_mode) ? leaves_out_folder : leaves_out_file);
}

long __wrap_syscall(long number, ...)
{
    long arguments[5];
    va_list list;
    size_t at;

    va_start(list, number);
    for (at = 0; at < 5; at++) {
        arguments[at] = va_arg(list, long);
    }
    va_end(list);
    if (changes_something(number)) {
        foreign_sync();
    }
    if (is_left_out(number, (int)arguments[0])) {
        return 0;
    }
    return __real_syscall(number, arguments[0], arguments[1], arguments[2], arguments[3],
                          arguments[4]);
}

/* The protocols. */

static linkauth_store inner;

static linkauth_status prepared_save(void *user, const char *name, const uint8_t *record, size_t length)
{
    linkauth_status status = inner.prepare(user, name);

    return status == LINKAUTH_OK ? inner.save(user, name, record, length) : status;
}

static linkauth_status in_place_save(void *user, const char *name, const uint8_t *record, size_t length)
{
    char path[FILE_NAME];
    long file;
    int is_saved;

    (void)user;
    snprintf(path, sizeof(path), "%s.linkauth", name);
    file = syscall(SYS_openat, (long)folder, path, (long)(O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC),
                   0600L, 0L);
    if (file < 0) {
        return -errno;
    }
    is_saved = syscall(SYS_write, file, record, length, 0L, 0L) == (long)length
            && syscall(SYS_fsync, file, 0L, 0L, 0L, 0L) == 0;
    close((int)file);
    return is_saved && syscall(SYS_fsync, (long)folder, 0L, 0L, 0L, 0L) == 0
             ? LINKAUTH_OK
             : LINKAUTH_ERROR_STORE_IO;
}

/* Changes the file store to this protocol. */
static int choose(const char *protocol, linkauth_store *store)
{
    inner = *store;
    if (strcmp(protocol, "prepared") == 0) {
        store->save = prepared_save;
    } else if (strcmp(protocol, "in-place") == 0) {
        store->save = in_place_save;
    } else if (strcmp(protocol, "no-fsync") == 0) {
        leaves_out_file = 1;
        leaves_out_folder = 1;
    } else if (strcmp(protocol, "no-file-fsync") == 0) {
        leaves_out_file = 1;
    } else if (strcmp(protocol, "no-folder-fsync") == 0) {
        leaves_out_folder = 1;
    } else if (strcmp(protocol, "linkauth") != 0) {
        return 0;
    }
    return 1;
}

/* The device, and its steps. */

static linkauth_device device;
static linkauth_file_store files;
static linkauth_store store;

static void open_store(const char *path)
{
    linkauth_status status;

    folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        perror(path);
        exit(1);
    }
    store.struct_size = (uint32_t)sizeof(store);
    status = linkauth_file_store_open(&files, sizeof(files), path, LINKAUTH_NUL_TERMINATED, &store);
    if (status != LINKAUTH_OK) {
        stop("the folder", status);
    }
}

static void make_device(void)
{
    linkauth_device_config config = {0};
    linkauth_status status;

    config.struct_size = (uint32_t)sizeof(config);
    config.product_key = "a1B2c3D4e5F";
    config.product_key_length = LINKAUTH_NUL_TERMINATED;
    config.device_name = "power-cut";
    config.device_name_length = LINKAUTH_NUL_TERMINATED;
    config.store = &store;
    status = linkauth_device_init(&device, sizeof(device), &config);
    if (status != LINKAUTH_OK) {
        stop("the device", status);
    }
}

/* Signs in with the stored secret, or with this one. */
static linkauth_status sign_in(const char *secret, char *buffer, linkauth_sign_in_result *result)
{
    linkauth_sign_in_options options = {0};

    options.struct_size = (uint32_t)sizeof(options);
    options.device_secret = secret;
    options.device_secret_length = secret == NULL ? 0 : LINKAUTH_NUL_TERMINATED;
    result->struct_size = (uint32_t)sizeof(*result);
    return linkauth_sign_in(&device, &options, buffer, LINKAUTH_SIGN_IN_BUFFER_SIZE, result);
}

static linkauth_status do_step(size_t step)
{
    char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
    linkauth_sign_in_result result;
    linkauth_status status;

    if (steps[step] != NULL) {
        return linkauth_store_secret(&device, steps[step], LINKAUTH_NUL_TERMINATED);
    }
    status = sign_in(NULL, buffer, &result);
    return status == LINKAUTH_OK ? linkauth_report_connack(&device, 0) : status;
}

static int run(const char *protocol, const char *path, const char *log_path, const char *acknowledged)
{
    struct stat status;
    FILE *list;
    size_t step;

    open_store(path);
    if (!choose(protocol, &store)) {
        fprintf(stderr, "store: no such protocol\n");
        return 2;
    }
    make_device();
    list = fopen(acknowledged, "w");
    if (list == NULL) {
        perror(acknowledged);
        return 1;
    }
    for (step = 0; step < step_count; step++) {
        linkauth_status done = do_step(step);

        if (done != LINKAUTH_OK) {
            stop("a step", done);
        }
        if (stat(log_path, &status) != 0) {
            perror(log_path);
            return 1;
        }
        fprintf(list, "%zu %lld\n", step + 1, (long long)status.st_size);
    }
    printf("%lu foreign syncs\n", foreign_syncs);
    return fclose(list) == 0 ? 0 : 1;
}

/* Whether the record is the one of this step in all that can be seen of it. */
static int is_step(const linkauth_store_info *info)
{
    char buffers[2][LINKAUTH_SIGN_IN_BUFFER_SIZE];
    linkauth_sign_in_result results[2];
    size_t step = info->sequence - 1;
    uint32_t state = LINKAUTH_STATE_ISSUED;

    if (step >= step_count) {
        return 0;
    }
    if (steps[step] == NULL) {
        state = LINKAUTH_STATE_ACTIVATED;
        step--;
    }
    return info->state == state && sign_in(NULL, buffers[0], &results[0]) == LINKAUTH_OK &&
           sign_in(steps[step], buffers[1], &results[1]) == LINKAUTH_OK &&
           strcmp(results[0].password, results[1].password) == 0;
}

static int check(const char *path)
{
    linkauth_store_info info = {0};
    linkauth_status status;

    open_store(path);
    make_device();
    info.struct_size = (uint32_t)sizeof(info);
    status = linkauth_store_inspect(&device, &info);
    if (status == LINKAUTH_ERROR_STORE_ABSENT) {
        printf("ABSENT\n");
    } else if (status != LINKAUTH_OK) {
        printf("DAMAGED %s\n", linkauth_status_name(status));
        return 0;
    } else if (!is_step(&info)) {
        printf("DAMAGED is none of the steps\n");
        return 0;
    } else {
        printf("%lu\n", (unsigned long)info.sequence);
    }
    status = linkauth_store_secret(&device, "stored-afterwards", LINKAUTH_NUL_TERMINATED);
    if (status != LINKAUTH_OK) {
        stop("storing again", status);
    }
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "check") == 0) {
        return check(argv[2]);
    }
    if ((argc == 6 || (argc == 7 && strcmp(argv[6], "foreign") == 0)) && strcmp(argv[1], "run") == 0) {
        is_foreign = argc == 7;
        return run(argv[2], argv[3], argv[4], argv[5]);
    }
    fputs("usage: store run <protocol> <folder> <log> <acknowledged> [foreign]\n"
          "       store check <folder>\n",
          stderr);
    return 2;
}
