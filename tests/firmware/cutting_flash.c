#include "cutting_flash.h"

#include <string.h>

/* What the store uses of a slot: a record of LINKAUTH_RECORD_MAX bytes and the mark. */
enum { USED = LINKAUTH_RECORD_MAX + 32, UNIT_MAX = 32 };

cut_plan plan;
uint32_t operations;

static int is_cut(void)
{
    return ++operations == plan.at;
}

static void wait_ms(uint32_t ms)
{
    uint64_t end = board_ms() + ms;

    while (board_ms() < end)
        continue;
}

static linkauth_status cut_read(void *user, uint32_t slot, uint32_t offset, uint8_t *bytes, size_t length)
{
    return board_flash.read(user, slot, offset, bytes, length);
}

static linkauth_status cut_program(void *user, uint32_t slot, uint32_t offset, const uint8_t *bytes, size_t length)
{
    uint8_t torn[UNIT_MAX];
    size_t i;

    if (plan.slow)
        wait_ms(3);
    if (!is_cut())
        return board_flash.program(user, slot, offset, bytes, length);
    memcpy(torn, bytes, length);
    for (i = 0; i < length; i++) {
        if (plan.tear == TEAR_HALF && i >= length / 2)
            torn[i] = 0xFF;
        if (plan.tear == TEAR_BITS)
            torn[i] |= 0x55;
    }
    board_flash.program(user, slot, offset, torn, length);
    board_exit(EXIT_CUT);
}

/* Erases, and brings back what a cut erase would have left. */
static linkauth_status half_erase(void *user, uint32_t slot, uint32_t tear)
{
    static uint8_t left[USED], none[UNIT_MAX];
    linkauth_status status = board_flash.read(user, slot, 0, left, USED);
    uint32_t at, i;

    for (i = 0; i < USED; i++) {
        if (tear == TEAR_NOTHING || (tear == TEAR_HALF && i < USED / 2))
            left[i] = 0xFF;
        if (tear == TEAR_BITS)
            left[i] |= 0x55;
    }
    if (status == LINKAUTH_OK)
        status = board_flash.erase(user, slot);
    memset(none, 0xFF, sizeof none);
    for (at = 0; status == LINKAUTH_OK && at < USED; at += board_flash.unit)
        if (memcmp(left + at, none, board_flash.unit) != 0)
            status = board_flash.program(user, slot, at, left + at, board_flash.unit);
    return status;
}

static linkauth_status cut_erase(void *user, uint32_t slot)
{
    linkauth_status status = LINKAUTH_OK;

    if (is_cut()) {
        half_erase(user, slot, plan.tear);
        board_exit(EXIT_CUT);
    }
    if (plan.slow) {
        status = half_erase(user, slot, TEAR_HALF);
        wait_ms(5);
    }
    if (status == LINKAUTH_OK)
        status = board_flash.erase(user, slot);
    if (plan.slow)
        wait_ms(5);
    return status;
}

const linkauth_flash *cutting_flash(void)
{
    static linkauth_flash flash;

    flash = board_flash;
    flash.read = cut_read;
    flash.program = cut_program;
    flash.erase = cut_erase;
    return &flash;
}
