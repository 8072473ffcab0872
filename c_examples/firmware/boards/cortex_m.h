/* For the board files of Cortex-M. */
#ifndef CORTEX_M_H
#define CORTEX_M_H

#include "../board.h"

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))

/* The clock behind board_ms. */
void systick_start(uint32_t clock_hz);

/* Asks the debugger, which QEMU is here. */
long semihosting(long operation, const void *arguments);
void semihosting_exit(int code) __attribute__((noreturn));

#endif
