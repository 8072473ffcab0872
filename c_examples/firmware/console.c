#include "console.h"

#include "board.h"

void say(const char *text)
{
    while (*text != '\0')
        uart_put((uint8_t)*text++);
}

void say_number(uint32_t number)
{
    char digits[11];
    char *at = digits + sizeof digits;

    *--at = '\0';
    do {
        *--at = (char)('0' + number % 10);
        number /= 10;
    } while (number > 0);
    say(at);
}
