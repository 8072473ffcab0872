/*
 * The most of the heap that was in use at once: preloaded, it counts what malloc gives and takes.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#define _GNU_SOURCE

#include <malloc.h>
#include <stdatomic.h>
#include <stddef.h>

/* glibc's own, under which the others below are built. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *block, size_t size);
void *__libc_memalign(size_t alignment, size_t size);
void __libc_free(void *block);

void heap_begin(void);
long heap_most(void);

static atomic_long used, most, begun;

static void *given(void *block)
{
    long now, before = atomic_load(&most);
    if (block == NULL)
        return block;
    now = atomic_fetch_add(&used, (long)malloc_usable_size(block)) + (long)malloc_usable_size(block);
    while (now > before && !atomic_compare_exchange_weak(&most, &before, now)) {
    }
    return block;
}

static void taken(void *block)
{
    if (block != NULL)
        atomic_fetch_sub(&used, (long)malloc_usable_size(block));
}

void *malloc(size_t size)
{
    return given(__libc_malloc(size));
}

void *calloc(size_t count, size_t size)
{
    return given(__libc_calloc(count, size));
}

void *realloc(void *block, size_t size)
{
    taken(block);
    return given(__libc_realloc(block, size));
}

void *memalign(size_t alignment, size_t size)
{
    return given(__libc_memalign(alignment, size));
}

void *aligned_alloc(size_t alignment, size_t size)
{
    return given(__libc_memalign(alignment, size));
}

int posix_memalign(void **block, size_t alignment, size_t size)
{
    *block = given(__libc_memalign(alignment, size));
    return *block == NULL ? 12 /* ENOMEM */ : 0;
}

void free(void *block)
{
    taken(block);
    __libc_free(block);
}

void heap_begin(void)
{
    atomic_store(&begun, atomic_load(&used));
    atomic_store(&most, atomic_load(&used));
}

/* Over what was in use at the beginning. */
long heap_most(void)
{
    return atomic_load(&most) - atomic_load(&begun);
}
