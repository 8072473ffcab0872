/* The board's flash, with a power cut in one of its operations. */
#ifndef CUTTING_FLASH_H
#define CUTTING_FLASH_H

#include "board.h"

enum tear {
    TEAR_NOTHING = 0, /* the operation was complete */
    TEAR_HALF = 1,    /* its first half took place */
    TEAR_BITS = 2     /* it changed every other bit */
};
enum { EXIT_CUT = 9 };

typedef struct cut_plan {
    uint32_t at;   /* the operation that is cut, counted from 1; 0: none */
    uint32_t tear; /* what is left of it */
    uint32_t slow; /* each operation takes milliseconds, an erase with a half-erased slot in between */
} cut_plan;

extern cut_plan plan;
extern uint32_t operations; /* programs and erases, from which the plan counts */

/* board_flash, through the plan. */
const linkauth_flash *cutting_flash(void);

#endif
