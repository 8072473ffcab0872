#define _POSIX_C_SOURCE 200809L

#include "gateway_library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static void *open_library(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);

    if (handle == NULL)
        fprintf(stderr, "gateway: %s\n", dlerror());
    return handle;
}

/* ISO C has no cast from void * to a function pointer; POSIX has both of one size. */
static int find(void *handle, const char *name, void *function, size_t size)
{
    void *address = dlsym(handle, name);

    if (address == NULL || size != sizeof address) {
        fprintf(stderr, "gateway: the library lacks %s\n", name);
        return 0;
    }
    memcpy(function, &address, size);
    return 1;
}

#define GATEWAY_FIND(name)                                                   \
    if (!find(library->handle, #name, &library->name, sizeof library->name)) \
        return 0;

int core_library_open(core_library *library, const char *path)
{
    library->handle = open_library(path);
    if (library->handle == NULL)
        return 0;
    GATEWAY_CORE_FUNCTIONS(GATEWAY_FIND)
    if (library->linkauth_version_number() < LINKAUTH_VERSION_NUMBER) {
        fprintf(stderr, "gateway: %s is version %s, older than this gateway was built for\n", path,
                library->linkauth_version_string());
        return 0;
    }
    return 1;
}

int tls_library_open(tls_library *library, const char *path)
{
    library->handle = open_library(path);
    if (library->handle == NULL)
        return 0;
    GATEWAY_TLS_FUNCTIONS(GATEWAY_FIND)
    return 1;
}

void core_library_close(core_library *library)
{
    if (library->handle != NULL)
        dlclose(library->handle);
    library->handle = NULL;
}
