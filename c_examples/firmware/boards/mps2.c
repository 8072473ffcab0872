/*
 * Arm MPS2 as QEMU has it: AN385 (Cortex-M3), AN386 (Cortex-M4), AN505 (Cortex-M33).
 *
 * The boards have no flash. The PSRAM, which QEMU keeps in a file, stands for it, and this driver
 * holds it to the rules of flash with ECC: erased by the sector, programmed once.
 */
#include <string.h>

#include "cortex_m.h"
#include "seed.h"

#ifdef MPS2_AN505 /* secure addresses */
#define CODE_END 0x10400000u
#define UART 0x50200000u
#define PSRAM 0x80000000u
#define CLOCK_HZ 20000000u
#else
#define CODE_END 0x00400000u
#define UART 0x40004000u
#define PSRAM 0x21000000u
#define CLOCK_HZ 25000000u
#endif

#define UART_DATA REGISTER(UART + 0x00)
#define UART_STATE REGISTER(UART + 0x04) /* 1: transmitter full, 2: receiver full */
#define UART_CTRL REGISTER(UART + 0x08)
#define UART_BAUDDIV REGISTER(UART + 0x10)

enum { SECTOR = 4096, UNIT = 8 };

const factory_page *board_factory_page(void)
{
    const factory_page *page = (const factory_page *)(CODE_END - 4096);

    return memcmp(page->magic, FACTORY_MAGIC, sizeof page->magic) == 0 ? page : NULL;
}

linkauth_status board_random(void *user, uint8_t *bytes, size_t length)
{
    (void)user;
    return random_from_seed((const seed_page *)(CODE_END - 2048), bytes, length);
}

void board_start(void)
{
    UART_BAUDDIV = 16;
    UART_CTRL = 3; /* transmitter and receiver on */
    systick_start(CLOCK_HZ);
}

void uart_put(uint8_t byte)
{
    while (UART_STATE & 1)
        continue;
    UART_DATA = byte;
}

int uart_get(void)
{
    return UART_STATE & 2 ? (int)(UART_DATA & 0xFF) : -1;
}

void board_exit(int code)
{
    while (UART_STATE & 1)
        continue;
    semihosting_exit(code);
}

static volatile uint8_t *flash_at(uint32_t slot, uint32_t offset)
{
    return (volatile uint8_t *)PSRAM + slot * SECTOR + offset;
}

static linkauth_status flash_read(void *user, uint32_t slot, uint32_t offset, uint8_t *bytes, size_t length)
{
    (void)user;
    while (length-- > 0)
        *bytes++ = *flash_at(slot, offset++);
    return LINKAUTH_OK;
}

static linkauth_status flash_program(void *user, uint32_t slot, uint32_t offset, const uint8_t *bytes, size_t length)
{
    size_t i;

    (void)user;
    for (i = 0; i < length; i++)
        if (*flash_at(slot, offset + i) != 0xFF)
            return LINKAUTH_ERROR_STORE_IO; /* its ECC would not fit any more */
    for (i = 0; i < length; i++)
        *flash_at(slot, offset + i) = bytes[i];
    return LINKAUTH_OK;
}

static linkauth_status flash_erase(void *user, uint32_t slot)
{
    uint32_t i;

    (void)user;
    for (i = 0; i < SECTOR; i++)
        *flash_at(slot, i) = 0xFF;
    return LINKAUTH_OK;
}

const linkauth_flash board_flash = {
    sizeof board_flash, SECTOR, UNIT, 0xFF, NULL, flash_read, flash_program, flash_erase, NULL,
};
