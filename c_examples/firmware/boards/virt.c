/* QEMU's RISC-V machine "virt": RV32, a 16550 UART, and CFI flash, which QEMU keeps in a file. */
#include <string.h>

#include "../console.h"
#include "seed.h"

#define REGISTER(address) (*(volatile uint32_t *)(uintptr_t)(address))
#define UART_REGISTER(offset) (*(volatile uint8_t *)(uintptr_t)(0x10000000u + (offset)))

#define MTIME_LOW REGISTER(0x0200BFF8) /* 10 MHz */
#define MTIME_HIGH REGISTER(0x0200BFFC)
#define TEST_DEVICE REGISTER(0x00100000)
#define FACTORY_PAGE 0x807FF000u

/* Two chips of 16 bits side by side, so that each command is written twice in a word. */
#define FLASH 0x22000000u
enum { SECTOR = 256 * 1024 };
#define CFI_READ_ARRAY 0x00FF00FFu
#define CFI_PROGRAM 0x00400040u
#define CFI_ERASE 0x00200020u
#define CFI_CONFIRM 0x00D000D0u
#define CFI_CLEAR_STATUS 0x00500050u
#define CFI_READY 0x00800080u
#define CFI_FAILED 0x007F007Fu

extern uint8_t data_start[], data_end[], data_load[], bss_start[], bss_end[];

int main(void);
void start(void);
void run(void);
void trap(void);

/* The processor begins here. */
__attribute__((naked, section(".start"))) void start(void)
{
    __asm__(".option push\n\t"
            ".option norelax\n\t"
            "la gp, __global_pointer$\n\t"
            ".option pop\n\t"
            "la sp, stack_top\n\t"
            "la t0, trap\n\t"
            ".option push\n\t"
            ".option arch, +zicsr\n\t"
            "csrw mtvec, t0\n\t"
            ".option pop\n\t"
            "j run");
}

__attribute__((used)) void run(void)
{
    memcpy(data_start, data_load, (size_t)(data_end - data_start));
    memset(bss_start, 0, (size_t)(bss_end - bss_start));
    board_exit(main());
}

__attribute__((used, aligned(4))) void trap(void)
{
    say("fault\n");
    board_exit(3);
}

const factory_page *board_factory_page(void)
{
    const factory_page *page = (const factory_page *)FACTORY_PAGE;

    return memcmp(page->magic, FACTORY_MAGIC, sizeof page->magic) == 0 ? page : NULL;
}

linkauth_status board_random(void *user, uint8_t *bytes, size_t length)
{
    (void)user;
    return random_from_seed((const seed_page *)(FACTORY_PAGE + 2048), bytes, length);
}

void board_start(void)
{
    UART_REGISTER(2) = 0x07; /* FIFOs on, and empty */
    UART_REGISTER(3) = 0x03; /* 8 bits */
}

uint64_t board_ms(void)
{
    uint32_t high, low;

    do {
        high = MTIME_HIGH;
        low = MTIME_LOW;
    } while (high != MTIME_HIGH);
    return ((uint64_t)high << 32 | low) / 10000;
}

void uart_put(uint8_t byte)
{
    while ((UART_REGISTER(5) & 0x20) == 0)
        continue;
    UART_REGISTER(0) = byte;
}

int uart_get(void)
{
    return UART_REGISTER(5) & 1 ? UART_REGISTER(0) : -1;
}

void board_exit(int code)
{
    while ((UART_REGISTER(5) & 0x40) == 0)
        continue;
    TEST_DEVICE = code == 0 ? 0x5555u : (uint32_t)code << 16 | 0x3333u;
    for (;;)
        __asm__ volatile("wfi");
}

static volatile uint32_t *flash_word(uint32_t slot, uint32_t offset)
{
    return (volatile uint32_t *)(FLASH + slot * SECTOR + offset);
}

static linkauth_status flash_read(void *user, uint32_t slot, uint32_t offset, uint8_t *bytes, size_t length)
{
    (void)user;
    memcpy(bytes, (const void *)(FLASH + slot * SECTOR + offset), length);
    return LINKAUTH_OK;
}

/* Waits for both chips, and has them read as memory again. */
static linkauth_status flash_end(volatile uint32_t *word)
{
    uint32_t status;

    do
        status = *word;
    while ((status & CFI_READY) != CFI_READY);
    *word = CFI_CLEAR_STATUS;
    *word = CFI_READ_ARRAY;
    return (status & CFI_FAILED) == 0 ? LINKAUTH_OK : LINKAUTH_ERROR_STORE_IO;
}

/* The length is a unit's: one word. */
static linkauth_status flash_program(void *user, uint32_t slot, uint32_t offset, const uint8_t *bytes, size_t length)
{
    volatile uint32_t *at = flash_word(slot, offset);
    uint32_t word;

    (void)user;
    if (length != sizeof word)
        return LINKAUTH_ERROR_STORE_IO;
    memcpy(&word, bytes, sizeof word);
    *at = CFI_PROGRAM;
    *at = word;
    return flash_end(at);
}

static linkauth_status flash_erase(void *user, uint32_t slot)
{
    volatile uint32_t *at = flash_word(slot, 0);

    (void)user;
    *at = CFI_ERASE;
    *at = CFI_CONFIRM;
    return flash_end(at);
}

const linkauth_flash board_flash = {
    sizeof board_flash, SECTOR, sizeof(uint32_t), 0xFF, NULL, flash_read, flash_program, flash_erase, NULL,
};
