/* SPDX-License-Identifier: MIT OR Apache-2.0 */

#define _GNU_SOURCE

#include "linux.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct library library;

int library_open(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    void *function;
    if (handle == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 0;
    }
#define FIND(name)                                                                                 \
    function = dlsym(handle, "linkauth_" #name);                                                   \
    memcpy(&library.linkauth_##name, &function, sizeof(function));
    LIBRARY_FUNCTIONS(FIND)
#undef FIND
    return library.linkauth_sign_in != NULL && library.linkauth_wipe != NULL;
}

linkauth_status library_file_store(linkauth_file_store *file_store, linkauth_store *store)
{
    static const char FOLDER[] = "identity";
    mkdir(FOLDER, 0700);
    library.linkauth_file_store_close(file_store);
    return library.linkauth_file_store_open(file_store, sizeof(*file_store), FOLDER,
                                            sizeof(FOLDER) - 1, store);
}

/* rbx holds the invocation, and is the caller's again afterwards. */
#define INVOKE(name, after)                                                                        \
    __asm__(".globl " #name "\n.type " #name ", @function\n" #name ":\n"                           \
            "push %rbx\n"                                                                          \
            "sub $16, %rsp\n"                                                                      \
            "mov %rdi, %rbx\n"                                                                     \
            "mov 56(%rbx), %rax\n"                                                                 \
            "mov %rax, (%rsp)\n"                                                                   \
            "mov 8(%rbx), %rdi\n"                                                                  \
            "mov 16(%rbx), %rsi\n"                                                                 \
            "mov 24(%rbx), %rdx\n"                                                                 \
            "mov 32(%rbx), %rcx\n"                                                                 \
            "mov 40(%rbx), %r8\n"                                                                  \
            "mov 48(%rbx), %r9\n"                                                                  \
            "call *(%rbx)\n" after                                                                 \
            "add $16, %rsp\n"                                                                      \
            "pop %rbx\n"                                                                           \
            "ret\n")

INVOKE(invoke, "");
INVOKE(invoke_and_stop, "int3\n");

__asm__(".globl show_to_tracer\n.type show_to_tracer, @function\nshow_to_tracer:\n"
        "int3\n"
        "ret\n");

/* Below its own return address, and further than the tracer looks. */
__asm__(".globl paint_stack\n.type paint_stack, @function\npaint_stack:\n"
        "lea -65536(%rsp), %rdi\n"
        "mov $65536, %ecx\n"
        "mov $0xa5, %eax\n"
        "rep stosb\n"
        "ret\n");

__asm__(".globl move_bytes\n.type move_bytes, @function\nmove_bytes:\n"
        "mov %rdi, %rax\n"
        "mov %rdx, %rcx\n"
        "rep movsb\n"
        "ret\n");
