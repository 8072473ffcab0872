/*
 * linkauth beside another Rust library in one image: both must compute what they compute alone.
 * Ends with 0, or 1.
 */
#include <string.h>

#include "board.h"
#include "console.h"

/* Of beside.rs. */
size_t beside_describe(uint64_t *numbers, size_t count, char *text, size_t capacity);

static linkauth_device device;
static char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE], text[64];

/* The password is what another SDK signs for this device: entry 8 of tests/vectors/vectors.json,
 * in capital letters. */
static int signs_as_ever(void)
{
    static const char password[] = "6235FFCD529BBE78D9790DB7D15886C0A8CF79C57037BFD6DD1AC8E3DCC0E927";
    linkauth_device_config config = {0};
    linkauth_sign_in_options options = {0};
    linkauth_sign_in_result result = {0};

    config.struct_size = sizeof config;
    config.product_key = "a1B2c3D4e5F";
    config.product_key_length = LINKAUTH_NUL_TERMINATED;
    config.device_name = "dev1";
    config.device_name_length = LINKAUTH_NUL_TERMINATED;
    options.struct_size = sizeof options;
    options.device_secret = "0123456789abcdefghijklmnopqrstuv";
    options.device_secret_length = LINKAUTH_NUL_TERMINATED;
    result.struct_size = sizeof result;
    if (linkauth_device_init(&device, sizeof device, &config) != LINKAUTH_OK ||
        linkauth_sign_in(&device, &options, buffer, sizeof buffer, &result) != LINKAUTH_OK)
        return 0;
    say(result.client_id);
    say("\n");
    return strcmp(result.password, password) == 0;
}

static int describes_as_ever(void)
{
    static const char wanted[] = "[3, 40, 500000000000] 166666666666";
    uint64_t numbers[] = {500000000000u, 3, 40};
    size_t length = beside_describe(numbers, 3, text, sizeof text);

    say(text);
    say("\n");
    return length == sizeof wanted - 1 && memcmp(text, wanted, length) == 0;
}

int main(void)
{
    int right;

    board_start();
    right = signs_as_ever();
    right = describes_as_ever() && right;
    return signs_as_ever() && right ? 0 : 1;
}
