/*
 * What the example asks of a board: a UART, a clock, random bytes, two slots of flash, and the page
 * that the factory wrote. boards/ has it for the machines of QEMU, by their registers.
 */
#ifndef BOARD_H
#define BOARD_H

#include "linkauth.h"

/* What the factory writes for each device: NUL-terminated texts, empty where there is none. */
typedef struct factory_page {
    char magic[8]; /* FACTORY_MAGIC */
    char product_key[24];
    char device_name[40];
    char product_secret[72]; /* a certificate of the product's: the device registers */
    char device_secret[72];  /* a certificate of its own: it does not */
    char register_over[8];   /* https or mqtt */
    char test[64];           /* for the programs of tests/firmware */
} factory_page;

#define FACTORY_MAGIC "FACTORY"

/* NULL if the factory wrote none. */
const factory_page *board_factory_page(void);

/* Starts clock and UART. */
void board_start(void);

/* Milliseconds since the start. */
uint64_t board_ms(void);

void uart_put(uint8_t byte);

/* The next byte, or -1 if there is none. A product reads into a ring buffer by interrupt. */
int uart_get(void);

/* A linkauth_random. */
linkauth_status board_random(void *user, uint8_t *bytes, size_t length);

/* The two slots of flash. */
extern const linkauth_flash board_flash;

/* Ends QEMU with this exit code. A product sleeps, or restarts. */
void board_exit(int code) __attribute__((noreturn));

#endif
