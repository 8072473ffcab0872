/*
 * BBC micro:bit: nRF51822, Cortex-M0, 256 KiB of flash, 16 KiB of RAM.
 *
 * QEMU keeps this flash in no file: on the way out its last pages are written to flash.img, and
 * whoever starts QEMU again loads them at the same place.
 */
#include <string.h>

#include "cortex_m.h"

#define PAGE 1024u
#define FACTORY_PAGE 0x3F400u
#define SLOTS 0x3F800u

#define UART_STARTRX REGISTER(0x40002000)
#define UART_STARTTX REGISTER(0x40002008)
#define UART_RXDRDY REGISTER(0x40002108)
#define UART_TXDRDY REGISTER(0x4000211C)
#define UART_ENABLE REGISTER(0x40002500)
#define UART_RXD REGISTER(0x40002518)
#define UART_TXD REGISTER(0x4000251C)
#define UART_BAUDRATE REGISTER(0x40002524)

#define RNG_START REGISTER(0x4000D000)
#define RNG_STOP REGISTER(0x4000D004)
#define RNG_VALRDY REGISTER(0x4000D100)
#define RNG_CONFIG REGISTER(0x4000D504)
#define RNG_VALUE REGISTER(0x4000D508)

#define NVMC_READY REGISTER(0x4001E400)
#define NVMC_CONFIG REGISTER(0x4001E504) /* 0: read, 1: program, 2: erase */
#define NVMC_ERASEPAGE REGISTER(0x4001E508)

const factory_page *board_factory_page(void)
{
    const factory_page *page = (const factory_page *)FACTORY_PAGE;

    return memcmp(page->magic, FACTORY_MAGIC, sizeof page->magic) == 0 ? page : NULL;
}

/* The nRF51's own generator, with its bias correction. */
linkauth_status board_random(void *user, uint8_t *bytes, size_t length)
{
    (void)user;
    RNG_CONFIG = 1;
    RNG_START = 1;
    while (length-- > 0) {
        RNG_VALRDY = 0;
        while (RNG_VALRDY == 0)
            continue;
        *bytes++ = (uint8_t)RNG_VALUE;
    }
    RNG_STOP = 1;
    return LINKAUTH_OK;
}

void board_start(void)
{
    UART_BAUDRATE = 0x01D7E000; /* 115200 */
    UART_ENABLE = 4;
    UART_STARTRX = 1;
    UART_STARTTX = 1;
    systick_start(16000000);
}

void uart_put(uint8_t byte)
{
    UART_TXDRDY = 0;
    UART_TXD = byte;
    while (UART_TXDRDY == 0)
        continue;
}

int uart_get(void)
{
    if (UART_RXDRDY == 0)
        return -1;
    UART_RXDRDY = 0;
    return (int)(UART_RXD & 0xFF);
}

static void keep_flash(void)
{
    static const char name[] = "flash.img";
    const uintptr_t open[3] = {(uintptr_t)name, 5, sizeof name - 1}; /* 5: "wb" */
    long file = semihosting(0x01, open);
    const uintptr_t write[3] = {(uintptr_t)file, SLOTS, 2 * PAGE};
    const uintptr_t close[1] = {(uintptr_t)file};

    semihosting(0x05, write);
    semihosting(0x02, close);
}

void board_exit(int code)
{
    keep_flash();
    semihosting_exit(code);
}

static linkauth_status flash_read(void *user, uint32_t slot, uint32_t offset, uint8_t *bytes, size_t length)
{
    (void)user;
    memcpy(bytes, (const void *)(SLOTS + slot * PAGE + offset), length);
    return LINKAUTH_OK;
}

static void flash_mode(uint32_t mode)
{
    NVMC_CONFIG = mode;
    while (NVMC_READY == 0)
        continue;
}

/* The length is a unit's: one word. */
static linkauth_status flash_program(void *user, uint32_t slot, uint32_t offset, const uint8_t *bytes, size_t length)
{
    uint32_t word;

    (void)user;
    if (length != sizeof word)
        return LINKAUTH_ERROR_STORE_IO;
    memcpy(&word, bytes, sizeof word);
    flash_mode(1);
    REGISTER(SLOTS + slot * PAGE + offset) = word;
    flash_mode(0);
    return LINKAUTH_OK;
}

static linkauth_status flash_erase(void *user, uint32_t slot)
{
    (void)user;
    flash_mode(2);
    NVMC_ERASEPAGE = SLOTS + slot * PAGE;
    flash_mode(0);
    return LINKAUTH_OK;
}

const linkauth_flash board_flash = {
    sizeof board_flash, PAGE, sizeof(uint32_t), 0xFF, NULL, flash_read, flash_program, flash_erase, NULL,
};
