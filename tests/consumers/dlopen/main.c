/*
 * A program that knows linkauth by its header alone: the library is named when it runs, and the sizes of
 * its objects are asked of it.
 *
 *     main <liblinkauth.so.0>
 */
#define _POSIX_C_SOURCE 200809L

#include <dlfcn.h>
#include <linkauth.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ISO C has no cast from void * to a function pointer; POSIX has both of one size. */
#define FIND(library, name)                                   \
    do {                                                      \
        void *address = dlsym((library), "linkauth_" #name);  \
        if (address == NULL) {                                \
            fprintf(stderr, "no linkauth_" #name "\n");       \
            return EXIT_FAILURE;                              \
        }                                                     \
        memcpy(&name, &address, sizeof address);              \
    } while (0)

int main(int argc, char **argv)
{
    __typeof__(&linkauth_device_size) device_size;
    __typeof__(&linkauth_device_init) device_init;
    __typeof__(&linkauth_device_wipe) device_wipe;
    __typeof__(&linkauth_sign_in_buffer_size) sign_in_buffer_size;
    __typeof__(&linkauth_sign_in) sign_in;
    __typeof__(&linkauth_status_name) status_name;
    __typeof__(&linkauth_wipe) wipe;
    linkauth_device_config config = {.struct_size = sizeof config, .product_key = "a1B2c3D4e5F",
        .product_key_length = LINKAUTH_NUL_TERMINATED, .device_name = "dev1", .device_name_length = 4};
    linkauth_sign_in_options options = {.struct_size = sizeof options,
        .device_secret = "0123456789abcdefghijklmnopqrstuv", .device_secret_length = 32};
    linkauth_sign_in_result result = {.struct_size = sizeof result};
    void *library = argc == 2 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    linkauth_device *device;
    char *buffer;
    linkauth_status status;

    if (library == NULL) {
        fprintf(stderr, "%s\n", argc == 2 ? dlerror() : "usage: main <liblinkauth.so.0>");
        return EXIT_FAILURE;
    }
    FIND(library, device_size);
    FIND(library, device_init);
    FIND(library, device_wipe);
    FIND(library, sign_in_buffer_size);
    FIND(library, sign_in);
    FIND(library, status_name);
    FIND(library, wipe);
    device = calloc(1, device_size());
    buffer = malloc(sign_in_buffer_size());
    if (device == NULL || buffer == NULL)
        return EXIT_FAILURE;
    status = device_init(device, device_size(), &config);
    if (status == LINKAUTH_OK)
        status = sign_in(device, &options, buffer, sign_in_buffer_size(), &result);
    printf("%s: %s\n", status_name(status), status == LINKAUTH_OK ? result.client_id : "");
    wipe(buffer, sign_in_buffer_size());
    device_wipe(device);
    free(buffer);
    free(device);
    dlclose(library);
    return status == LINKAUTH_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}
