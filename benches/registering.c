#define _GNU_SOURCE

#include "registering.h"

#include "measure.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { TEXT = 8192 };

static double connected, shaken, replied;

static double cpu(void)
{
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

/* Kilobytes. Without stdio, whose buffers would be counted. */
static long field(const char *path, const char *name)
{
    static char text[TEXT];
    int file = open(path, O_RDONLY);
    ssize_t length = file < 0 ? -1 : read(file, text, sizeof(text) - 1);
    const char *found;
    close(file);
    text[length < 0 ? 0 : length] = '\0';
    found = strstr(text, name);
    return found == NULL ? -1 : strtol(found + strlen(name), NULL, 10);
}

/* Exact, which the counters of /proc/self/status are not. */
static long now_resident(void)
{
    return field("/proc/self/smaps_rollup", "\nRss:");
}

static long now_changed(void)
{
    return field("/proc/self/smaps_rollup", "\nPrivate_Dirty:");
}

/* The highest that the kernel knows of, or what there is now, if that is more. */
static long most_resident(void)
{
    long most = field("/proc/self/status", "\nVmHWM:"), now = now_resident();
    return most > now ? most : now;
}

void registering_connected(void)
{
    connected = measure_now();
}

void registering_shaken(void)
{
    shaken = measure_now();
}

void registering_replied(void)
{
    replied = measure_now();
}

void registering_check(const char *reply, size_t length)
{
    if (memmem(reply, length, "\"deviceSecret\"", 14) == NULL)
        registering_fail("no DeviceSecret in the reply", 0);
}

/* Prints the libraries that are mapped, apart from the C library and the loader. */
static int print_library(struct dl_phdr_info *info, size_t size, void *user)
{
    int *count = user;
    struct stat file;
    (void)size;
    if (strchr(info->dlpi_name, '/') == NULL || strstr(info->dlpi_name, "/libc.so.") != NULL ||
        strstr(info->dlpi_name, "/ld-linux") != NULL || stat(info->dlpi_name, &file) != 0)
        return 0;
    printf("%s{\"path\": \"%s\", \"bytes\": %lld}", (*count)++ == 0 ? "" : ", ", info->dlpi_name, (long long)file.st_size);
    return 0;
}

static void *do_nothing(void *argument)
{
    return argument;
}

/* What any gateway has done before it registers, so that the C library's part in it is no client's: a name looked up, a
   thread started, something printed. */
static void live(void)
{
    struct addrinfo *found = NULL;
    pthread_t thread;
    char text[64];
    if (getaddrinfo("localhost", "443", NULL, &found) == 0)
        freeaddrinfo(found);
    if (pthread_create(&thread, NULL, do_nothing, NULL) == 0)
        pthread_join(thread, NULL);
    snprintf(text, sizeof(text), "%.1f", measure_now());
}

/* Of heap.c, where that is preloaded. */
extern void heap_begin(void) __attribute__((weak));
extern long heap_most(void) __attribute__((weak));

/* How far it has come. */
struct mark {
    double time, cpu;
};

static struct mark mark(void)
{
    return (struct mark){measure_now(), cpu()};
}

/* Kilobytes that are in memory, and of these the private and dirty. */
struct resident {
    long most, changed;
};

static void print(struct mark begun, struct mark loaded, struct mark end, struct resident resident)
{
    int count = 0;
    printf("{\"load_us\": %.1f, \"handshake_us\": %.1f, \"whole_us\": %.1f, \"durable_us\": %.1f, ",
           (loaded.time - begun.time) / 1e3, (shaken - connected) / 1e3, (end.time - loaded.time) / 1e3,
           (end.time - replied) / 1e3);
    printf("\"load_cpu_us\": %.1f, \"cpu_us\": %.1f, \"resident_kb\": %ld, \"changed_kb\": %ld, ",
           (loaded.cpu - begun.cpu) / 1e3, (end.cpu - loaded.cpu) / 1e3, resident.most, resident.changed);
    if (heap_most != NULL)
        printf("\"heap_bytes\": %ld, ", heap_most());
    printf("\"libraries\": [");
    dl_iterate_phdr(print_library, &count);
    printf("]}\n");
}

int main(int argc, char **argv)
{
    struct mark begun, loaded, end;
    struct resident before, after;
    void *handle, *address;
    __typeof__(&client) run;
    if (argc < 2) {
        fprintf(stderr, "usage: registering <shared object of a client> [<argument>...]\n");
        return 2;
    }
    measure_pin(0);
    measure_real_time();
    live();
    most_resident(); /* what the measuring itself touches */
    before = (struct resident){now_resident(), now_changed()};
    if (heap_begin != NULL)
        heap_begin();
    begun = mark();
    handle = dlopen(argv[1], RTLD_NOW | RTLD_LOCAL);
    address = handle == NULL ? NULL : dlsym(handle, "client");
    if (address == NULL)
        registering_fail(dlerror(), 0);
    memcpy(&run, &address, sizeof(run));
    loaded = mark();
    run(argc - 2, argv + 2);
    end = mark();
    after = (struct resident){most_resident() - before.most, now_changed() - before.changed};
    print(begun, loaded, end, after);
    return 0;
}

char *registering_read(const char *path, size_t *length)
{
    struct stat about;
    int file = open(path, O_RDONLY);
    char *text;
    if (file < 0 || fstat(file, &about) != 0)
        registering_fail(path, 0);
    text = measure_memory((size_t)about.st_size + 1);
    if (read(file, text, (size_t)about.st_size) != about.st_size)
        registering_fail(path, 0);
    close(file);
    *length = (size_t)about.st_size;
    return text;
}

_Noreturn void registering_fail(const char *what, long code)
{
    fprintf(stderr, "%s: %ld\n", what, code);
    exit(1);
}
