#include "library.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

_Static_assert(LINKAUTH_SIGN_IN_BUFFER_SIZE <= OUT_SIZE && sizeof(linkauth_connect) <= OUT_SIZE,
               "there is room for any sign-in");

/* ISO C has no cast from void * to a function pointer; POSIX has both of one size. */
static void find(void *handle, const char *name, void *function)
{
    void *address = handle == NULL ? NULL : dlsym(handle, name);
    if (address == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(2);
    }
    memcpy(function, &address, sizeof(address));
}

void library_open(struct library *library, const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
#define LIBRARY_FIND(name) find(handle, #name, &library->name);
    LIBRARY_FUNCTIONS(LIBRARY_FIND)
#undef LIBRARY_FIND
}

int library_with_secret(void *state, const struct identity *who, char *out, struct answer *answer)
{
    const struct library *library = state;
    linkauth_connect *connect = (linkauth_connect *)(void *)out;
    answer->client_id = connect->client_id;
    answer->username = connect->username;
    answer->password = connect->password;
    return library->linkauth_sign_in_with_secret(who->product_key, who->product_key_length, who->device_name,
                                                 who->device_name_length, who->device_secret,
                                                 who->device_secret_length, connect)
           == LINKAUTH_OK;
}

static linkauth_status init(struct library_device *device, uint32_t flags, const struct identity *who)
{
    linkauth_device_config config = {.struct_size = sizeof(config),
                                     .flags = flags,
                                     .product_key = who->product_key,
                                     .product_key_length = who->product_key_length,
                                     .device_name = who->device_name,
                                     .device_name_length = who->device_name_length};
    return device->library->linkauth_device_init(&device->device, sizeof(device->device), &config);
}

void library_device_init(struct library_device *device, const struct library *library, uint32_t flags,
                         const struct identity *who)
{
    device->library = library;
    if (init(device, flags, who) != LINKAUTH_OK) {
        fprintf(stderr, "linkauth_device_init failed\n");
        exit(2);
    }
}

int library_prepared(void *state, const struct identity *who, char *out, struct answer *answer)
{
    struct library_device *device = state;
    linkauth_sign_in_options options = {.struct_size = sizeof(options),
                                        .device_secret = who->device_secret,
                                        .device_secret_length = who->device_secret_length};
    linkauth_sign_in_result result = {.struct_size = sizeof(result)};
    linkauth_status status =
        device->library->linkauth_sign_in(&device->device, &options, out, LINKAUTH_SIGN_IN_BUFFER_SIZE, &result);
    answer->client_id = result.client_id;
    answer->username = result.username;
    answer->password = result.password;
    return status == LINKAUTH_OK;
}

int library_unprepared(void *state, const struct identity *who, char *out, struct answer *answer)
{
    struct library_device *device = state;
    return init(device, LINKAUTH_DEVICE_KEEP_SIGNALS, who) == LINKAUTH_OK && library_prepared(state, who, out, answer);
}
