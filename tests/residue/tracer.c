/*
 * Runs a program that calls linkauth once, stops it at the very instruction to which the call
 * returns, and searches all that it can write, and its registers, for secrets.
 *
 *   tracer <runs> <program> <library> <condition> <entry>...
 *
 * Prints a line for each entry, over all its runs; each run of all of them has fresh secrets:
 *   <entry> <windows found> <words found> <bytes of stack that the call used> [<where>...]
 * Under a condition that begins with `stepped`, a signal is sent to the program at one instruction of
 * the call: STRIDE further on in each run.
 * A word alone, without a window, may be chance: it counts if, in one of three further runs with
 * other secrets, a word is found that was not there before them.
 * Exits with 0 if the program did what each entry says, whatever was found.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#define _GNU_SOURCE

#include "scan.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/ptrace.h>
#include <sys/random.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PAINT = 0xa5, LOOKED_AT = 60 * 1024, PLACES = 12, STRIDE = 499 };

/** The program under trace, and what is known of it. */
struct child {
    pid_t pid;
    uint64_t caller;
    const struct patterns *patterns;
    /** What was in memory before the secrets, or NULL if nobody looked. */
    struct set *known;
};

/** What is run. */
struct trial {
    char *arguments[5];
    /** Instructions of the call before a signal is sent, or 0: none is. */
    unsigned signal_after;
};

/** Secrets, and what they look like. */
struct draw {
    struct secrets secrets;
    struct patterns patterns;
};

/** What was found, and where: the first places. */
struct report {
    struct findings all;
    size_t depth;
    char where[PLACES][96];
    size_t places;
};

static void die(const char *what)
{
    perror(what);
    exit(2);
}

/** Starts the program; it stands before its first instruction. */
static void start(struct child *child, char *const *arguments)
{
    int stopped;
    child->pid = fork();
    if (child->pid == 0) {
        ptrace(PTRACE_TRACEME, 0, NULL, NULL);
        /* The same addresses each time: a pointer is less likely to look like a secret. */
        personality(ADDR_NO_RANDOMIZE);
        execv(arguments[0], arguments);
        _exit(127);
    }
    if (child->pid < 0 || waitpid(child->pid, &stopped, 0) != child->pid || !WIFSTOPPED(stopped)) {
        die("starting the program");
    }
}

/** Lets the program go on to its next breakpoint; every other signal is its own. 0 if it ended. */
static int run_to_breakpoint(struct child *child, int *ended)
{
    int signal = 0;
    for (;;) {
        if (ptrace(PTRACE_CONT, child->pid, NULL, (void *)(intptr_t)signal) != 0
            || waitpid(child->pid, ended, 0) != child->pid) {
            die("tracing");
        }
        if (!WIFSTOPPED(*ended)) {
            return 0;
        }
        signal = WSTOPSIG(*ended);
        if (signal == SIGTRAP) {
            return 1;
        }
    }
}

/** Lets the program make `count` steps from where it stands, then sends it a signal, and lets it go on to
 * its next breakpoint; that may come first. 0 if it ended. */
static int signal_after(struct child *child, unsigned count, int *ended)
{
    siginfo_t why;
    for (; count > 0; count--) {
        if (ptrace(PTRACE_SINGLESTEP, child->pid, NULL, NULL) != 0
            || waitpid(child->pid, ended, 0) != child->pid) {
            die("stepping");
        }
        if (!WIFSTOPPED(*ended)) {
            return 0;
        }
        if (ptrace(PTRACE_GETSIGINFO, child->pid, NULL, &why) != 0) {
            die("asking for the signal");
        }
        /* A step says TRAP_TRACE, an int3 SI_KERNEL. */
        if (why.si_code == SI_KERNEL) {
            return 1;
        }
    }
    if (kill(child->pid, SIGALRM) != 0) {
        die("kill");
    }
    return run_to_breakpoint(child, ended);
}

static struct user_regs_struct registers(const struct child *child)
{
    struct user_regs_struct registers;
    if (ptrace(PTRACE_GETREGS, child->pid, NULL, &registers) != 0) {
        die("reading the registers");
    }
    return registers;
}

static size_t read_memory(const struct child *child, uint64_t address, void *bytes, size_t length)
{
    struct iovec here = {bytes, length}, there = {(void *)(uintptr_t)address, length};
    ssize_t count = process_vm_readv(child->pid, &here, 1, &there, 1, 0);
    return count < 0 ? 0 : (size_t)count;
}

static void letters_and_digits(char *text, size_t length)
{
    static const char ALPHABET[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    uint8_t bytes[64];
    size_t at;
    if (getrandom(bytes, length, 0) != (ssize_t)length) {
        die("getrandom");
    }
    for (at = 0; at < length; at++) {
        text[at] = ALPHABET[bytes[at] % (sizeof(ALPHABET) - 1)];
    }
    text[length] = '\0';
}

static void draw_secrets(struct draw *draw)
{
    struct secrets *secrets = &draw->secrets;
    letters_and_digits(secrets->device_secret, SECRET_LENGTH);
    letters_and_digits(secrets->other_secret, SECRET_LENGTH);
    letters_and_digits(secrets->product_secret, SECRET_LENGTH);
    letters_and_digits(secrets->token, TOKEN_LENGTH);
    if (getrandom(secrets->key, KEY_LENGTH, 0) != KEY_LENGTH
        || getrandom(secrets->other_key, KEY_LENGTH, 0) != KEY_LENGTH) {
        die("getrandom");
    }
    patterns_of_secrets(&draw->patterns, secrets);
}

/** Writes the secrets into the caller's memory. */
static void give_secrets(struct child *child, struct draw *draw)
{
    struct iovec here = {&draw->secrets, sizeof(draw->secrets)};
    struct iovec there = {(void *)(uintptr_t)child->caller, sizeof(draw->secrets)};
    child->patterns = &draw->patterns;
    if (process_vm_writev(child->pid, &here, 1, &there, 1, 0) != sizeof(draw->secrets)) {
        die("writing the secrets");
    }
}

static void search(struct child *child, const void *memory, size_t length, const char *name,
                   struct report *report)
{
    struct findings found = {0, 0};
    scan(child->patterns, child->known, memory, length, &found);
    report->all.windows += found.windows;
    report->all.words += found.words;
    if (found.windows + found.words > 0 && report->places < PLACES) {
        snprintf(report->where[report->places++], sizeof(report->where[0]), "%s:%zu/%zu", name,
                 found.windows, found.words);
    }
}

static void search_registers(struct child *child, struct report *report)
{
    static uint64_t area[2048];
    static const struct {
        int set;
        const char *name;
    } SETS[] = {{NT_PRSTATUS, "general-registers"}, {NT_X86_XSTATE, "vector-registers"}};
    size_t at;
    for (at = 0; at < 2; at++) {
        struct iovec all = {area, sizeof(area)};
        if (ptrace(PTRACE_GETREGSET, child->pid, (void *)(intptr_t)SETS[at].set, &all) != 0) {
            die("reading the registers");
        }
        search(child, area, all.iov_len, SETS[at].name, report);
    }
}

/** How far below SP the paint is gone. */
static size_t stack_used(const struct child *child, uint64_t sp)
{
    static uint8_t below[LOOKED_AT];
    size_t untouched = 0;
    if (read_memory(child, sp - LOOKED_AT, below, LOOKED_AT) != LOOKED_AT) {
        return 0;
    }
    while (untouched < LOOKED_AT && below[untouched] == PAINT) {
        untouched++;
    }
    return LOOKED_AT - untouched;
}

/** What is done with each stretch of memory. */
typedef void (*visitor)(struct child *child, const void *memory, size_t length, const char *name,
                        struct report *report);

static void note_known(struct child *child, const void *memory, size_t length, const char *name,
                       struct report *report)
{
    (void)name, (void)report;
    scan_known(child->known, memory, length);
}

/** Everything that the program can write, but the caller's own memory. */
static void visit_memory(struct child *child, visitor visit, struct report *report)
{
    char path[32], line[512], name[64], rights[8];
    unsigned long long start, end;
    FILE *maps;
    snprintf(path, sizeof(path), "/proc/%d/maps", (int)child->pid);
    maps = fopen(path, "r");
    if (maps == NULL) {
        die(path);
    }
    while (fgets(line, sizeof(line), maps) != NULL) {
        uint8_t *bytes;
        const char *file = strrchr(line, '/');
        if (sscanf(line, "%llx-%llx %7s", &start, &end, rights) != 3 || rights[1] != 'w'
            || (child->caller >= start && child->caller < end)) {
            continue;
        }
        snprintf(name, sizeof(name), "%.40s", file != NULL ? file + 1 : line + strcspn(line, "["));
        name[strcspn(name, " \n")] = '\0';
        bytes = malloc(end - start);
        if (bytes == NULL) {
            die("malloc");
        }
        visit(child, bytes, read_memory(child, start, bytes, end - start), name, report);
        free(bytes);
    }
    fclose(maps);
}

/** One run of one entry. `known`, unless NULL, gets the words that are there before the secrets. Returns
 * the program's exit code. */
static int run(const struct trial *trial, struct draw *draw, struct set *known,
               struct report *report)
{
    struct child child = {.known = known};
    size_t depth;
    int ended;
    start(&child, trial->arguments);
    if (!run_to_breakpoint(&child, &ended)) {
        fprintf(stderr, "the program ended before it asked for secrets\n");
        return 2;
    }
    child.caller = registers(&child).rdi;
    if (known != NULL) {
        visit_memory(&child, note_known, NULL);
    }
    give_secrets(&child, draw);
    if (!run_to_breakpoint(&child, &ended)
        || (trial->signal_after > 0 && !signal_after(&child, trial->signal_after, &ended))) {
        fprintf(stderr, "the program ended before the call\n");
        return 2;
    }
    depth = stack_used(&child, registers(&child).rsp);
    report->depth = depth > report->depth ? depth : report->depth;
    search_registers(&child, report);
    visit_memory(&child, search, report);
    if (run_to_breakpoint(&child, &ended) || !WIFEXITED(ended)) {
        fprintf(stderr, "the program did not end\n");
        return 2;
    }
    return WEXITSTATUS(ended);
}

/** Whether words are found with other secrets too. */
static int is_found_again(const struct trial *trial)
{
    int again, found = 0;
    for (again = 0; again < 3 && !found; again++) {
        struct report report;
        struct draw other;
        struct set known;
        memset(&report, 0, sizeof(report));
        draw_secrets(&other);
        set_begin(&known);
        found = run(trial, &other, &known, &report) != 0 || report.all.words > 0;
        set_free(&known);
        patterns_free(&other.patterns);
    }
    return found;
}

/** A run whose single words were no chance, or were none. */
static int confirmed_run(const struct trial *trial, struct draw *draw, struct report *report)
{
    struct report before = *report;
    int failed = run(trial, draw, NULL, report);
    if (report->all.windows == before.all.windows && report->all.words != before.all.words
        && !is_found_again(trial)) {
        *report = before;
    }
    return failed;
}

static void print(const char *entry, const struct report *report)
{
    size_t at;
    printf("%s %zu %zu %zu", entry, report->all.windows, report->all.words, report->depth);
    for (at = 0; at < report->places; at++) {
        printf(" %s", report->where[at]);
    }
    putchar('\n');
}

int main(int argc, char **argv)
{
    struct trial trial = {{NULL}, 0};
    struct report *reports;
    int at, repeat, runs, failed = 0;
    if (argc < 6 || (runs = atoi(argv[1])) < 1 || !patterns_self_test()) {
        fprintf(stderr, "usage: tracer <runs> <program> <library> <condition> <entry>...\n");
        return 2;
    }
    reports = calloc((size_t)argc, sizeof(*reports));
    if (reports == NULL) {
        die("calloc");
    }
    trial.arguments[0] = argv[2];
    trial.arguments[1] = argv[3];
    trial.arguments[3] = argv[4];
    for (repeat = 0; repeat < runs && failed == 0; repeat++) {
        struct draw draw;
        draw_secrets(&draw);
        if (strncmp(argv[4], "stepped", 7) == 0) {
            trial.signal_after += STRIDE;
        }
        for (at = 5; at < argc && failed == 0; at++) {
            trial.arguments[2] = argv[at];
            failed = confirmed_run(&trial, &draw, &reports[at]);
        }
        patterns_free(&draw.patterns);
    }
    for (at = 5; at < argc; at++) {
        print(argv[at], &reports[at]);
    }
    free(reports);
    return failed;
}
