/*
 * Checks that print file and line, and tests that are counted.
 *
 * A test is a function without arguments, run by RUN. A failed check is printed and does not end
 * its test: what follows often says why. What is printed are positions, lengths and statuses, never
 * the bytes compared, which may be a secret.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef CHECK_H_INCLUDED
#define CHECK_H_INCLUDED

#include <linkauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned check_passed, check_failed, check_failures_here;
/** What a table-driven test is at: printed with a failure. */
static const char *check_case;

static void check_fail(const char *file, int line, const char *what)
{
    check_failures_here++;
    printf("%s:%d: %s", file, line, what);
    if (check_case != NULL) {
        printf(" [%s]", check_case);
    }
    printf("\n");
}

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            check_fail(__FILE__, __LINE__, "false: " #condition);                                  \
        }                                                                                          \
    } while (0)

#define CHECK_STATUS(expected, actual)                                                             \
    check_status(__FILE__, __LINE__, #actual, (linkauth_status)(expected), (actual))

/** Some file includes this header for a part of it. */
#if defined(__GNUC__)
#define CHECK_MAYBE_UNUSED __attribute__((unused))
#else
#define CHECK_MAYBE_UNUSED
#endif

CHECK_MAYBE_UNUSED
static int check_status(const char *file, int line, const char *call, linkauth_status expected,
                        linkauth_status actual)
{
    if (expected == actual) {
        return 1;
    }
    check_fail(file, line, call);
    printf("    expected %d %s, got %d %s\n", (int)expected, linkauth_status_name(expected),
           (int)actual, linkauth_status_name(actual));
    return 0;
}

#define CHECK_NUMBER(expected, actual)                                                             \
    check_number(__FILE__, __LINE__, #actual, (long long)(expected), (long long)(actual))

CHECK_MAYBE_UNUSED
static void check_number(const char *file, int line, const char *what, long long expected,
                         long long actual)
{
    if (expected != actual) {
        check_fail(file, line, what);
        printf("    expected %lld, got %lld\n", expected, actual);
    }
}

#define CHECK_BYTES(expected, expected_length, actual, actual_length)                              \
    check_bytes(__FILE__, __LINE__, #actual, (expected), (expected_length), (actual),              \
                (actual_length))
#define CHECK_TEXT(expected, actual, actual_length)                                                \
    CHECK_BYTES((expected), strlen(expected), (actual), (actual_length))

CHECK_MAYBE_UNUSED
static void check_bytes(const char *file, int line, const char *what, const void *expected,
                        size_t expected_length, const void *actual, size_t actual_length)
{
    const unsigned char *left = expected;
    const unsigned char *right = actual;
    size_t at = 0;
    if (right == NULL) {
        check_fail(file, line, what);
        printf("    is NULL\n");
        return;
    }
    while (at < expected_length && at < actual_length && left[at] == right[at]) {
        at++;
    }
    if (at != expected_length || at != actual_length) {
        check_fail(file, line, what);
        printf("    lengths %zu and %zu, alike up to %zu\n", expected_length, actual_length, at);
    }
}

#define CHECK_ZERO(memory, length) check_zero(__FILE__, __LINE__, #memory, (memory), (length))

CHECK_MAYBE_UNUSED
static void check_zero(const char *file, int line, const char *what, const void *memory,
                       size_t length)
{
    const unsigned char *bytes = memory;
    size_t at;
    for (at = 0; at < length; at++) {
        if (bytes[at] != 0) {
            check_fail(file, line, what);
            printf("    byte %zu of %zu is not 0\n", at, length);
            return;
        }
    }
}

#define RUN(test) check_run(#test, test)

static void check_run(const char *name, void (*test)(void))
{
    check_failures_here = 0;
    check_case = NULL;
    test();
    check_case = NULL;
    if (check_failures_here == 0) {
        check_passed++;
    } else {
        check_failed++;
        printf("FAILED %s: %u checks\n", name, check_failures_here);
    }
}

/** The last line, and the exit code. */
static int check_end(void)
{
    printf("%u passed, %u failed\n", check_passed, check_failed);
    return check_failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

#endif /* CHECK_H_INCLUDED */
