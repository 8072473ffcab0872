#define _POSIX_C_SOURCE 200809L

#include "opened.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static const char password[] = "6235FFCD529BBE78D9790DB7D15886C0A8CF79C57037BFD6DD1AC8E3DCC0E927";

static int find(void *handle, const char *name, void *function, size_t size)
{
    void *address = dlsym(handle, name);

    if (address == NULL || size != sizeof address)
        return 0;
    memcpy(function, &address, size);
    return 1;
}

int opened_open(opened *library, const char *path)
{
    library->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library->handle == NULL) {
        printf("%s\n", dlerror());
        return 0;
    }
#define OPENED_FIND(name)                                                    \
    if (!find(library->handle, #name, &library->name, sizeof library->name)) \
        return 0;
    OPENED_FUNCTIONS(OPENED_FIND)
    return 1;
}

int opened_is_loaded(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_NOLOAD);

    if (handle != NULL)
        dlclose(handle);
    return handle != NULL;
}

linkauth_status opened_init(const opened *library, linkauth_device *device)
{
    linkauth_device_config config = {.struct_size = sizeof config, .product_key = "a1B2c3D4e5F",
        .product_key_length = LINKAUTH_NUL_TERMINATED, .device_name = "dev1", .device_name_length = 4};

    return library->linkauth_device_init(device, sizeof *device, &config);
}

int opened_signs_in_with(const opened *library, linkauth_device *device)
{
    char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
    linkauth_sign_in_options options = {.struct_size = sizeof options,
        .device_secret = "0123456789abcdefghijklmnopqrstuv", .device_secret_length = 32};
    linkauth_sign_in_result result = {.struct_size = sizeof result};
    int is_right = library->linkauth_sign_in(device, &options, buffer, sizeof buffer, &result) == LINKAUTH_OK
        && result.password_length == sizeof password - 1 && memcmp(result.password, password, sizeof password) == 0;

    library->linkauth_wipe(buffer, sizeof buffer);
    return is_right;
}

int opened_signs_in(const opened *library)
{
    linkauth_device device;
    int is_right = opened_init(library, &device) == LINKAUTH_OK && opened_signs_in_with(library, &device);

    library->linkauth_device_wipe(&device);
    return is_right;
}
