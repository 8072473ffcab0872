/* What the firmware says, as text on its UART. */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <stdint.h>

void say(const char *text);
void say_number(uint32_t number);

#endif
