/* What all Cortex-M boards share: vectors, start, the SysTick clock, and the way out of QEMU. */
#include <string.h>

#include "../console.h"
#include "cortex_m.h"

/* Of the linker script. The stack's top is called a function so that it fits the table. */
extern void stack_top(void);
extern uint8_t data_start[], data_end[], data_load[], bss_start[], bss_end[];

int main(void);
void reset(void);

static volatile uint32_t ticks_high, ticks_low;

static void tick(void)
{
    ticks_low++;
    if (ticks_low == 0)
        ticks_high++;
}

static void fault(void)
{
    say("fault\n");
    board_exit(3);
}

__attribute__((section(".vectors"), used)) static void (*const vectors[16])(void) = {
    stack_top, reset, fault, fault, fault, fault, fault, fault,
    fault,     fault, fault, fault, fault, fault, fault, tick,
};

void reset(void)
{
#ifdef __ARM_FP
    REGISTER(0xE000ED88) |= 0xFu << 20; /* CPACR: the floating-point unit */
    __asm__ volatile("dsb\n\tisb");
#endif
    memcpy(data_start, data_load, (size_t)(data_end - data_start));
    memset(bss_start, 0, (size_t)(bss_end - bss_start));
    board_exit(main());
}

void systick_start(uint32_t clock_hz)
{
    REGISTER(0xE000E014) = clock_hz / 1000 - 1; /* reload value */
    REGISTER(0xE000E018) = 0;                   /* current value */
    REGISTER(0xE000E010) = 7;                   /* processor clock, interrupt, on */
}

uint64_t board_ms(void)
{
    uint32_t high, low;

    do {
        high = ticks_high;
        low = ticks_low;
    } while (high != ticks_high);
    return (uint64_t)high << 32 | low;
}

long semihosting(long operation, const void *arguments)
{
    register long r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = arguments;

    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
    return r0;
}

void semihosting_exit(int code)
{
    const uint32_t arguments[2] = {0x20026, (uint32_t)code}; /* the application ended, with this code */

    semihosting(0x20, arguments);
    for (;;)
        __asm__ volatile("wfi");
}
