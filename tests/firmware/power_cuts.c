/*
 * Says what is in flash, then stores one secret after the other and has each accepted, until a
 * power cut or for a number of steps. tests/firmware/power_cuts.py starts it over and over.
 *
 * The factory's page says "<cut at> <tear> <slow> <single slot> <steps>". Step n is the record with
 * sequence number n: an odd one stores a new secret, the even one after it marks it as activated.
 * Ends with 0 after its steps, EXIT_CUT after the cut, 1 if something is wrong.
 */
#include <string.h>

#include "board.h"
#include "console.h"
#include "cutting_flash.h"
#include "single_slot.h"

static linkauth_device device;
static linkauth_flash_store flash_store;
static char stored[LINKAUTH_SIGN_IN_BUFFER_SIZE], lent[LINKAUTH_SIGN_IN_BUFFER_SIZE];

static uint32_t next_number(const char **text)
{
    uint32_t number = 0;

    while (**text == ' ')
        ++*text;
    while (**text >= '0' && **text <= '9')
        number = number * 10 + (uint32_t)(*(*text)++ - '0');
    return number;
}

/* The secret of step n and n + 1: 32 characters that no other has. */
static const char *secret_of(uint32_t step)
{
    static char secret[33];
    uint32_t number = (step + 1) / 2;
    int i;

    for (i = 0; i < 32; i++)
        secret[i] = "0123456789abcdef"[(number >> i % 8 * 4) & 15];
    return secret;
}

static linkauth_status make_device(int single_slot)
{
    linkauth_device_config config = {0};
    linkauth_store store = {0};
    linkauth_status status = LINKAUTH_OK;

    store.struct_size = sizeof store;
    if (single_slot)
        single_slot_store(cutting_flash(), &store);
    else
        status = linkauth_flash_store_init(&flash_store, sizeof flash_store, cutting_flash(), &store);
    config.struct_size = sizeof config;
    config.product_key = "a1B2c3D4e5F";
    config.product_key_length = LINKAUTH_NUL_TERMINATED;
    config.device_name = "device-0001";
    config.device_name_length = LINKAUTH_NUL_TERMINATED;
    config.store = &store;
    return status == LINKAUTH_OK ? linkauth_device_init(&device, sizeof device, &config) : status;
}

/* Whether the stored secret signs as that of the step does. */
static int signs_as(uint32_t step)
{
    linkauth_sign_in_options options = {0};
    linkauth_sign_in_result of_stored = {0}, of_lent = {0};

    options.struct_size = sizeof options;
    options.device_secret = secret_of(step);
    options.device_secret_length = LINKAUTH_NUL_TERMINATED;
    of_stored.struct_size = of_lent.struct_size = sizeof of_lent;
    return linkauth_sign_in(&device, NULL, stored, sizeof stored, &of_stored) == LINKAUTH_OK &&
           linkauth_sign_in(&device, &options, lent, sizeof lent, &of_lent) == LINKAUTH_OK &&
           strcmp(of_stored.password, of_lent.password) == 0;
}

/* Which step is in flash; 0 if none is. */
static linkauth_status find(uint32_t *step)
{
    linkauth_store_info info = {0};
    linkauth_status status;

    info.struct_size = sizeof info;
    status = linkauth_store_inspect(&device, &info);
    *step = info.sequence;
    if (status == LINKAUTH_ERROR_STORE_ABSENT)
        return LINKAUTH_OK;
    if (status != LINKAUTH_OK)
        return status;
    if (info.state != (*step % 2 != 0 ? LINKAUTH_STATE_ISSUED : LINKAUTH_STATE_ACTIVATED) || !signs_as(*step))
        return LINKAUTH_ERROR_STORE_READ_BACK;
    return LINKAUTH_OK;
}

/* M: a committed record, E: erased, T: torn or not yet committed. docs/store.md has the mark. */
static char slot_state(uint32_t slot)
{
    static const uint8_t mark[8] = {0x5A, 0x0F, 0xA6, 0x91, 0x3C, 0xE8, 0xC5, 0x72};
    static uint8_t bytes[LINKAUTH_RECORD_MAX + sizeof mark];
    size_t i;

    if (board_flash.read(NULL, slot, 0, bytes, sizeof bytes) != LINKAUTH_OK)
        return 'T';
    if (memcmp(bytes + LINKAUTH_RECORD_MAX, mark, sizeof mark) == 0)
        return 'M';
    for (i = 0; i < sizeof bytes; i++)
        if (bytes[i] != 0xFF)
            return 'T';
    return 'E';
}

static void say_line(const char *text, uint32_t number)
{
    say(text);
    say_number(number);
    say("\n");
}

static int give_up(const char *what, linkauth_status status)
{
    say(what);
    say(linkauth_status_name(status));
    say("\n");
    return 1;
}

static linkauth_status store_next(uint32_t *step)
{
    linkauth_status status;

    if (*step % 2 == 0)
        status = linkauth_store_secret(&device, secret_of(*step + 1), LINKAUTH_NUL_TERMINATED);
    else
        status = linkauth_report_connack(&device, 0);
    if (status == LINKAUTH_OK)
        say_line("stored ", ++*step);
    return status;
}

int main(void)
{
    char slots[] = "slots ??\n";
    const factory_page *factory = board_factory_page();
    const char *text;
    uint32_t step = 0, steps, single_slot;
    cut_plan next_plan = {0};
    linkauth_status status;

    board_start();
    if (factory == NULL)
        return 2;
    text = factory->test;
    next_plan.at = next_number(&text);
    next_plan.tear = next_number(&text);
    next_plan.slow = next_number(&text);
    single_slot = next_number(&text);
    steps = next_number(&text);

    status = make_device(single_slot != 0);
    if (status == LINKAUTH_OK)
        status = find(&step);
    if (status != LINKAUTH_OK)
        return give_up("found ", status);
    slots[6] = slot_state(0);
    slots[7] = slot_state(1);
    say(slots);
    say_line("found ", step);

    /* What a cut left undone, so that the plan counts from the same operation each time. */
    if (step % 2 != 0)
        status = store_next(&step);
    operations = 0;
    plan = next_plan;
    while (status == LINKAUTH_OK && steps-- > 0)
        status = store_next(&step);
    if (status != LINKAUTH_OK)
        return give_up("not stored ", status);
    return 0;
}
