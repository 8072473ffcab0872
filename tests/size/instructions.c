/*
 * Instructions of a sign-in. QEMU's clock runs by the instructions executed (-icount): a loop of known length
 * says how many are a tick. Prints for each call
 *
 *   COUNT <name> <ticks of CALLS calls> <CALLS> <ticks of the known loop> <its instructions>
 *
 * These are instructions, not cycles: wait states of a flash are not in them.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#include "board.h"
#include "console.h"
#include "platform.h"

#define Z LINKAUTH_NUL_TERMINATED

enum { CALLS = 100, TURNS = 100000, A_TURN = 2 };

#ifdef __riscv
static void clock_start(void)
{
}

static uint32_t clock_now(void)
{
    uint32_t count;

    __asm__ volatile(".option push\n\t.option arch, +zicsr\n\tcsrr %0, minstret\n\t.option pop" : "=r"(count));
    return count;
}

static uint32_t since(uint32_t begin)
{
    return clock_now() - begin;
}

static void known_loop(void)
{
    uint32_t turns = TURNS;

    __asm__ volatile("1: addi %0, %0, -1\n\tbnez %0, 1b" : "+r"(turns));
}
#else
#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))
enum { WHOLE = 0xffffff };

/* SysTick, which counts down, without its interrupt. */
static void clock_start(void)
{
    REGISTER(0xE000E010) = 0;
    REGISTER(0xE000E014) = WHOLE;
    REGISTER(0xE000E018) = 0;
    REGISTER(0xE000E010) = 5; /* processor clock, on */
}

static uint32_t clock_now(void)
{
    return WHOLE - REGISTER(0xE000E018);
}

static uint32_t since(uint32_t begin)
{
    return (clock_now() - begin) & WHOLE;
}

static void known_loop(void)
{
    uint32_t turns = TURNS;

    __asm__ volatile(".syntax unified\n1: subs %0, %0, #1\n\tbne 1b" : "+l"(turns) : : "cc");
}
#endif

static linkauth_device device;
static linkauth_sign_in_options options;

static linkauth_status nothing(void)
{
    return LINKAUTH_OK;
}

static linkauth_status sign_in_with_secret(void)
{
    static linkauth_connect connect;

    return linkauth_sign_in_with_secret(PRODUCT_KEY, Z, DEVICE_NAME, Z, SECRET, Z, &connect);
}

static linkauth_status sign_in_with_options(void)
{
    static char buffer[LINKAUTH_SIGN_IN_BUFFER_SIZE];
    linkauth_sign_in_result result = {.struct_size = sizeof result};

    return linkauth_sign_in(&device, &options, buffer, sizeof buffer, &result);
}

static uint32_t ticks_of(linkauth_status (*volatile call)(void))
{
    uint32_t begin, at;

    clock_start();
    begin = clock_now();
    for (at = 0; at < CALLS; at++)
        if (call() != LINKAUTH_OK)
            board_exit(1);
    return since(begin);
}

static void count(const char *name, linkauth_status (*call)(void))
{
    uint32_t ticks = ticks_of(call) - ticks_of(nothing), begin, known;

    clock_start();
    begin = clock_now();
    known_loop();
    known = since(begin);
    say("COUNT ");
    say(name);
    say(" ");
    say_number(ticks);
    say(" ");
    say_number(CALLS);
    say(" ");
    say_number(known);
    say(" ");
    say_number(A_TURN * TURNS);
    say("\n");
}

int main(void)
{
    linkauth_device_config config = {
        .struct_size = sizeof config,
        .product_key = PRODUCT_KEY, .product_key_length = Z,
        .device_name = DEVICE_NAME, .device_name_length = Z,
    };

    board_start();
#ifdef __arm__
    __asm__ volatile("cpsid i");
#endif
    options.struct_size = sizeof options;
    options.device_secret = SECRET;
    options.device_secret_length = Z;
    if (linkauth_device_init(&device, sizeof device, &config) != LINKAUTH_OK)
        return 1;
    count("sign_in_with_secret", sign_in_with_secret);
    count("sign_in_with_options", sign_in_with_options);
    say("DONE\n");
    return 0;
}
