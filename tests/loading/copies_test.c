/*
 * Three copies of linkauth in one process: one linked in, and two opened under different paths, as when two
 * plugins of a host bring their own. Each works by itself, and none notices when another is closed.
 */
#define _POSIX_C_SOURCE 200809L

#include <dlfcn.h>

#include "check.h"
#include "opened.h"

static const opened linked = {NULL, linkauth_device_init, linkauth_device_wipe, linkauth_sign_in, linkauth_wipe};
static const char *path;
static const char *copied_path;

static void each_is_its_own(void)
{
    opened first, second;
    linkauth_device device;

    CHECK(opened_open(&first, path) && opened_open(&second, copied_path));
    CHECK(first.handle != second.handle);
    CHECK(first.linkauth_sign_in != second.linkauth_sign_in);
    CHECK(first.linkauth_sign_in != linked.linkauth_sign_in);
    CHECK(dlsym(RTLD_DEFAULT, "linkauth_sign_in") == NULL);
    CHECK_STATUS(LINKAUTH_OK, opened_init(&second, &device));
    CHECK(opened_signs_in(&linked) && opened_signs_in(&first) && opened_signs_in(&second));

    CHECK_NUMBER(0, dlclose(first.handle));
    CHECK(!opened_is_loaded(path));
    CHECK(opened_signs_in_with(&second, &device) && opened_signs_in(&linked));
    CHECK(opened_open(&first, path) && opened_signs_in(&first));

    second.linkauth_device_wipe(&device);
    CHECK_NUMBER(0, dlclose(first.handle));
    CHECK_NUMBER(0, dlclose(second.handle));
    CHECK(opened_signs_in(&linked));
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return EXIT_FAILURE;
    path = argv[1];
    copied_path = argv[2];
    RUN(each_is_its_own);
    return check_end();
}
