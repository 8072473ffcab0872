/* SPDX-License-Identifier: MIT OR Apache-2.0 */

#define _GNU_SOURCE

#include "shadow.h"

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

/*
 * The library's reads and writes of files, in place of libc's. A secret has to be written as it is,
 * into a file of mode 0600; what comes back from there is as secret as before.
 */
ssize_t write(int descriptor, const void *bytes, size_t length)
{
    char copy[4096];
    if (length > sizeof(copy)) {
        return syscall(SYS_write, descriptor, bytes, length);
    }
    memcpy(copy, bytes, length);
    show(copy, length);
    return syscall(SYS_write, descriptor, copy, length);
}

ssize_t read(int descriptor, void *bytes, size_t capacity)
{
    const char *secret = secret_in_files;
    ssize_t length = syscall(SYS_read, descriptor, bytes, capacity);
    char *at = length < 0 || secret == NULL ? NULL : memmem(bytes, (size_t)length, secret, strlen(secret));
    if (at != NULL) {
        hide(at, strlen(secret) + 4);
        found_in_files++;
    }
    return length;
}
