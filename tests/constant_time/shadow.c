/* SPDX-License-Identifier: MIT OR Apache-2.0 */

#define _GNU_SOURCE

#include "shadow.h"

#include <errno.h>
#include <stdarg.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <valgrind/valgrind.h>

int nothing_is_told;
const char *secret_in_files;
unsigned told, found_in_files;

/* VALGRIND_CHECK_MEM_IS_DEFINED would count as a finding. */
int is_hidden(const void *memory, size_t length)
{
    const unsigned char *bytes = memory;
    unsigned char hidden_bits = 0;
    size_t at;
    for (at = 0; at < length && hidden_bits == 0; at++) {
        (void)VALGRIND_GET_VBITS(bytes + at, &hidden_bits, 1);
    }
    return hidden_bits != 0;
}

void hidden_make(struct hidden *hidden, const char *text)
{
    hidden->length = strlen(text);
    memcpy(hidden->text, text, hidden->length);
    hide(hidden->text, hidden->length);
}

unsigned hide_within(void *memory, size_t length, const char *text)
{
    unsigned count = 0;
    char *at = memory, *end = at + length;
    while ((at = memmem(at, (size_t)(end - at), text, strlen(text))) != NULL) {
        hide(at, strlen(text));
        at += strlen(text);
        count++;
    }
    return count;
}

/*
 * secret::is_zero, in whatever way its name is mangled: the one function through which the library
 * makes public what it computed from secrets. The branch comes after it, and depends on its result
 * alone.
 */
int I_WRAP_SONAME_FNNAME_ZZ(liblinkauthZdsoZd0, Za6secret7is_zeroZa)(unsigned byte);
int I_WRAP_SONAME_FNNAME_ZZ(liblinkauthZdsoZd0, Za6secret7is_zeroZa)(unsigned byte)
{
    OrigFn original;
    unsigned long result;
    VALGRIND_GET_ORIG_FN(original);
    CALL_FN_W_W(result, original, byte);
    told++;
    if (!nothing_is_told) {
        show(&result, sizeof(result));
    }
    return (int)result;
}

/** A system call of x86-64. */
static long call(long number, const long arguments[5])
{
    register long fourth __asm__("r10") = arguments[3];
    register long fifth __asm__("r8") = arguments[4];
    long result;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(arguments[0]), "S"(arguments[1]), "d"(arguments[2]),
                       "r"(fourth), "r"(fifth)
                     : "rcx", "r11", "memory");
    if (result < 0) {
        errno = (int)-result;
        return -1;
    }
    return result;
}

/* A secret has to be written as it is, into a file of mode 0600. */
static long call_write(const long arguments[5])
{
    char copy[4096];
    long shown[5] = {arguments[0], (long)copy, arguments[2]};
    if ((size_t)arguments[2] > sizeof(copy)) {
        return call(SYS_write, arguments);
    }
    memcpy(copy, (const void *)arguments[1], (size_t)arguments[2]);
    show(copy, (size_t)arguments[2]);
    return call(SYS_write, shown);
}

/* What comes back from there is as secret as before. */
static long call_read(const long arguments[5])
{
    const char *secret = secret_in_files;
    long length = call(SYS_read, arguments);
    char *at = length < 0 || secret == NULL
        ? NULL
        : memmem((void *)arguments[1], (size_t)length, secret, strlen(secret));
    if (at != NULL) {
        hide(at, strlen(secret) + 4);
        found_in_files++;
    }
    return length;
}

/** The library's system calls come here, in place of libc. */
long syscall(long number, ...)
{
    long arguments[5];
    va_list list;
    size_t at;
    va_start(list, number);
    for (at = 0; at < 5; at++) {
        arguments[at] = va_arg(list, long);
    }
    va_end(list);
    switch (number) {
    case SYS_write:
        return call_write(arguments);
    case SYS_read:
        return call_read(arguments);
    default:
        return call(number, arguments);
    }
}
