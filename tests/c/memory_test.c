/*
 * linkauth_memory_protect, as the kernel tells of it: in /proc, in a child of fork, in a core file.
 *
 *   memory_static        all but the core file
 *   memory_static core   the core file alone; 77 if the machine makes none
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE

#include "check.h"
#include "fixture.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAGES = 3, PATTERN_SIZE = 64, NOBODY = 65534 };
enum { ALL = LINKAUTH_MEMORY_LOCK | LINKAUTH_MEMORY_NO_DUMP | LINKAUTH_MEMORY_WIPE_ON_FORK };

static size_t page_size, area_size;
static struct bench bench;

/* Pages that nothing else is on, between two that are kept from being merged with others. */
static unsigned char *make_area(void)
{
    unsigned char *memory = mmap(NULL, area_size + 2 * page_size, PROT_NONE,
                                 MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(memory != MAP_FAILED);
    CHECK(mprotect(memory + page_size, area_size, PROT_READ | PROT_WRITE) == 0);
    return memory + page_size;
}

static void give_back(unsigned char *area)
{
    munmap(area - page_size, area_size + 2 * page_size);
}

static linkauth_status protect(void *start, size_t size, uint32_t flags, uint32_t *refused)
{
    *refused = 0xa5a5;
    return linkauth_memory_protect(start, size, flags, refused);
}

/* Which measures the kernel says are taken for the mapping that an address is in. */
static uint32_t measures_of(const void *address)
{
    FILE *maps = fopen("/proc/self/smaps", "r");
    char line[PATH_MAX + 128];
    unsigned long start, end, wanted = (unsigned long)address;
    uint32_t measures = 0;
    int is_here = 0;
    while (maps != NULL && fgets(line, sizeof(line), maps) != NULL) {
        if (sscanf(line, "%lx-%lx ", &start, &end) == 2) {
            is_here = start <= wanted && wanted < end;
        } else if (is_here && strncmp(line, "VmFlags:", 8) == 0) {
            measures |= strstr(line, " lo") != NULL ? LINKAUTH_MEMORY_LOCK : 0;
            measures |= strstr(line, " dd") != NULL ? LINKAUTH_MEMORY_NO_DUMP : 0;
            measures |= strstr(line, " wf") != NULL ? LINKAUTH_MEMORY_WIPE_ON_FORK : 0;
        }
    }
    CHECK(maps != NULL);
    if (maps != NULL) {
        fclose(maps);
    }
    return measures;
}

static long locked_kilobytes(void)
{
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    long locked = -1;
    while (status != NULL && fgets(line, sizeof(line), status) != NULL) {
        sscanf(line, "VmLck: %ld", &locked);
    }
    if (status != NULL) {
        fclose(status);
    }
    return locked;
}

/* --- What is asked for and refused --------------------------------------------------------------------- */

static void all_of_it(void)
{
    unsigned char *area = make_area(), *control = make_area();
    long before = locked_kilobytes();
    uint32_t refused;
    CHECK_STATUS(LINKAUTH_OK, protect(area, area_size, 0, &refused));
    CHECK_NUMBER(0, refused);
    CHECK_NUMBER(ALL, measures_of(area));
    CHECK_NUMBER(ALL, measures_of(area + area_size - 1));
    CHECK_NUMBER(0, measures_of(control));
    CHECK_NUMBER(before + (long)area_size / 1024, locked_kilobytes());
    linkauth_memory_unprotect(area, area_size, 0);
    CHECK_NUMBER(0, measures_of(area));
    CHECK_NUMBER(before, locked_kilobytes());
    linkauth_memory_unprotect(control, area_size, 0);
    CHECK_NUMBER(0, measures_of(control));
    give_back(area);
    give_back(control);
}

static void each_alone(void)
{
    uint32_t measure, refused;
    for (measure = 1; measure < ALL; measure <<= 1) {
        unsigned char *area = make_area();
        CHECK_STATUS(LINKAUTH_OK, protect(area, area_size, measure, &refused));
        CHECK_NUMBER(0, refused);
        CHECK_NUMBER(measure, measures_of(area));
        linkauth_memory_unprotect(area, area_size, ALL & ~measure);
        CHECK_NUMBER(measure, measures_of(area));
        linkauth_memory_unprotect(area, area_size, measure);
        CHECK_NUMBER(0, measures_of(area));
        give_back(area);
    }
}

/* Less than a page: all of the page is locked and left out, and none of it is taken from a child. */
static void parts_of_pages(void)
{
    static const struct { size_t start, size; } PARTS[] = {{1, 1}, {0, 100}, {100, 4000}, {8, 8192}};
    size_t at;
    for (at = 0; at < sizeof(PARTS) / sizeof(PARTS[0]); at++) {
        unsigned char *area = make_area();
        uint32_t refused;
        size_t last = (PARTS[at].start + PARTS[at].size - 1) / page_size * page_size;
        CHECK_STATUS(LINKAUTH_OK, protect(area + PARTS[at].start, PARTS[at].size, 0, &refused));
        CHECK_NUMBER(LINKAUTH_MEMORY_WIPE_ON_FORK, refused);
        CHECK_NUMBER(LINKAUTH_MEMORY_LOCK | LINKAUTH_MEMORY_NO_DUMP, measures_of(area));
        CHECK_NUMBER(LINKAUTH_MEMORY_LOCK | LINKAUTH_MEMORY_NO_DUMP, measures_of(area + last));
        if (last + page_size < area_size) {
            CHECK_NUMBER(0, measures_of(area + last + page_size));
        }
        linkauth_memory_unprotect(area + PARTS[at].start, PARTS[at].size, 0);
        CHECK_NUMBER(0, measures_of(area));
        give_back(area);
    }
}

/* What the kernel does not do for this memory is told, and the rest is done. */
static void memory_of_a_file(void)
{
    int file = open("/proc/self/exe", O_RDONLY);
    unsigned char *area = mmap(NULL, page_size, PROT_READ, MAP_PRIVATE, file, 0);
    uint32_t refused;
    CHECK(area != MAP_FAILED);
    CHECK_STATUS(LINKAUTH_OK, protect(area, page_size, 0, &refused));
    CHECK_NUMBER(LINKAUTH_MEMORY_WIPE_ON_FORK, refused);
    munmap(area, page_size);
    close(file);
}

static void memory_that_is_not_there(void)
{
    unsigned char *area = make_area();
    uint32_t refused;
    give_back(area);
    CHECK_STATUS(LINKAUTH_OK, protect(area, area_size, 0, &refused));
    CHECK_NUMBER(ALL, refused);
    linkauth_memory_unprotect(area, area_size, 0);
}

static void wrong_arguments(void)
{
    unsigned char *area = make_area();
    uint32_t refused;
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_NULL, protect(NULL, area_size, 0, &refused));
    CHECK_NUMBER(0, refused);
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_EMPTY, protect(area, 0, 0, &refused));
    CHECK_STATUS(LINKAUTH_ERROR_RESERVED_NOT_ZERO, protect(area, area_size, ALL + 1, &refused));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_RANGE, protect(area, SIZE_MAX, 0, &refused));
    CHECK_STATUS(LINKAUTH_ERROR_ARGUMENT_RANGE, protect(area, SIZE_MAX - (size_t)area, 0, &refused));
    CHECK_NUMBER(0, measures_of(area));
    CHECK_STATUS(LINKAUTH_OK, linkauth_memory_protect(area, area_size, 0, NULL));
    CHECK_NUMBER(ALL, measures_of(area));
    linkauth_memory_unprotect(NULL, area_size, 0);
    linkauth_memory_unprotect(area, 0, 0);
    linkauth_memory_unprotect(area, area_size, ALL + 1);
    linkauth_memory_unprotect(area, SIZE_MAX, 0);
    CHECK_NUMBER(ALL, measures_of(area));
    give_back(area);
}

/* A bench with its device and registration, all of it in protected memory. */
static void objects_in_protected_memory(void)
{
    static char reply[600];
    size_t size = (sizeof(struct bench) + page_size - 1) / page_size * page_size;
    struct bench *hidden = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint32_t refused;
    CHECK_STATUS(LINKAUTH_OK, protect(hidden, size, 0, &refused));
    CHECK_NUMBER(0, refused);
    CHECK(bench_make(hidden));
    bench_reply(hidden, reply, http_reply(reply, sizeof(reply), HEAD_LENGTH, BODY_SUCCESS));
    CHECK_STATUS(LINKAUTH_OK, bench_register(hidden));
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&hidden->device));
    linkauth_device_wipe(&hidden->device);
    linkauth_wipe(hidden, size);
    linkauth_memory_unprotect(hidden, size, 0);
    munmap(hidden, size);
}

/* A device where it is: in .bss, beside other things. */
static void a_device_in_bss(void)
{
    uint32_t refused;
    CHECK(bench_make(&bench));
    CHECK_STATUS(LINKAUTH_OK, protect(&bench.device, sizeof(bench.device), 0, &refused));
    CHECK_NUMBER(LINKAUTH_MEMORY_WIPE_ON_FORK, refused);
    CHECK_NUMBER(LINKAUTH_MEMORY_LOCK | LINKAUTH_MEMORY_NO_DUMP, measures_of(&bench.device));
    CHECK_STATUS(LINKAUTH_OK, linkauth_store_secret(&bench.device, DEVICE_SECRET, LINKAUTH_NUL_TERMINATED));
    CHECK_STATUS(LINKAUTH_OK, bench_sign_in(&bench.device));
    linkauth_device_wipe(&bench.device);
    linkauth_memory_unprotect(&bench.device, sizeof(bench.device), 0);
    CHECK_NUMBER(0, measures_of(&bench.device));
}

/* --- Other processes ----------------------------------------------------------------------------------- */

/* What `run` returns in a child, or -1 if it ended otherwise. */
static int in_a_child(int (*run)(void *context), void *context)
{
    int status = -1;
    pid_t child;
    fflush(stdout);
    child = fork();
    if (child == 0) {
        _exit(run(context));
    }
    CHECK(child > 0 && waitpid(child, &status, 0) == child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Whether it is all zeros. */
static int is_zero(void *context)
{
    const unsigned char *bytes = context;
    size_t at;
    for (at = 0; at < area_size; at++) {
        if (bytes[at] != 0) {
            return 0;
        }
    }
    return 1;
}

static void a_child_finds_zeros(void)
{
    unsigned char *area = make_area(), *control = make_area();
    uint32_t refused;
    memset(area, 0x5a, area_size);
    memset(control, 0x5a, area_size);
    CHECK_STATUS(LINKAUTH_OK, protect(area, area_size, LINKAUTH_MEMORY_WIPE_ON_FORK, &refused));
    CHECK_NUMBER(1, in_a_child(is_zero, area));
    CHECK_NUMBER(0, in_a_child(is_zero, control));
    CHECK_NUMBER(0x5a, area[0]);
    linkauth_memory_unprotect(area, area_size, 0);
    CHECK_NUMBER(0, in_a_child(is_zero, area));
    give_back(area);
    give_back(control);
}

/* Without the right to lock a single byte. The exit code is what was refused. */
static int protect_without_the_right(void *area)
{
    const struct rlimit none = {0, 0};
    uint32_t refused;
    if (setrlimit(RLIMIT_MEMLOCK, &none) != 0 || (geteuid() == 0 && setuid(NOBODY) != 0)) {
        return 99;
    }
    if (linkauth_memory_protect(area, area_size, 0, &refused) != LINKAUTH_OK) {
        return 98;
    }
    return measures_of(area) == (ALL & ~refused) ? (int)refused : 97;
}

static void a_refused_lock_is_told(void)
{
    unsigned char *area = make_area();
    CHECK_NUMBER(LINKAUTH_MEMORY_LOCK, in_a_child(protect_without_the_right, area));
    give_back(area);
}

/* --- The core file ------------------------------------------------------------------------------------- */

/* Patterns that are nowhere but where they are put: made byte by byte. */
static void put_pattern(unsigned char *bytes, unsigned seed)
{
    unsigned value = seed;
    size_t at;
    for (at = 0; at < PATTERN_SIZE; at++) {
        value = value * 1103515245u + 12345u;
        bytes[at] = (unsigned char)(value >> 16);
    }
}

static void die_with_a_core(const char *folder)
{
    struct rlimit limit;
    unsigned char *area = make_area(), *control = make_area();
    getrlimit(RLIMIT_CORE, &limit);
    limit.rlim_cur = limit.rlim_max;
    if (setrlimit(RLIMIT_CORE, &limit) != 0 || chdir(folder) != 0
        || linkauth_memory_protect(area, area_size, LINKAUTH_MEMORY_NO_DUMP, NULL) != LINKAUTH_OK) {
        _exit(1);
    }
    put_pattern(area, 1);
    put_pattern(control, 2);
    abort();
}

static int core_holds(int core, unsigned seed)
{
    unsigned char pattern[PATTERN_SIZE];
    struct stat status;
    void *bytes;
    int is_there;
    put_pattern(pattern, seed);
    CHECK(fstat(core, &status) == 0);
    bytes = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, core, 0);
    CHECK(bytes != MAP_FAILED);
    is_there = bytes != MAP_FAILED && memmem(bytes, (size_t)status.st_size, pattern, PATTERN_SIZE) != NULL;
    munmap(bytes, (size_t)status.st_size);
    return is_there;
}

/* The only file in the folder, removed once it is open; -1 if there is none. */
static int take_core(const char *folder)
{
    DIR *list = opendir(folder);
    struct dirent *entry;
    char path[PATH_MAX];
    int core = -1;
    while (list != NULL && (entry = readdir(list)) != NULL) {
        if (strncmp(entry->d_name, "core", 4) == 0) {
            snprintf(path, sizeof(path), "%.200s/%.200s", folder, entry->d_name);
            core = open(path, O_RDONLY);
            unlink(path);
        }
    }
    if (list != NULL) {
        closedir(list);
    }
    return core;
}

static int core_file(void)
{
    char folder[] = "/tmp/linkauth-core-XXXXXX";
    int status, core;
    pid_t child;
    if (mkdtemp(folder) == NULL) {
        return EXIT_FAILURE;
    }
    child = fork();
    if (child == 0) {
        die_with_a_core(folder);
    }
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    core = take_core(folder);
    rmdir(folder);
    if (core < 0) {
        printf("no core file is made here\n");
        return 77;
    }
    CHECK(!core_holds(core, 1));
    CHECK(core_holds(core, 2));
    close(core);
    return check_failures_here == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int count, char **arguments)
{
    page_size = (size_t)sysconf(_SC_PAGESIZE);
    area_size = PAGES * page_size;
    if (count == 2 && strcmp(arguments[1], "core") == 0) {
        return core_file();
    }
    RUN(all_of_it);
    RUN(each_alone);
    RUN(parts_of_pages);
    RUN(memory_of_a_file);
    RUN(memory_that_is_not_there);
    RUN(wrong_arguments);
    RUN(objects_in_protected_memory);
    RUN(a_device_in_bss);
    RUN(a_child_finds_zeros);
    RUN(a_refused_lock_is_told);
    return check_end();
}
