/* A store that is wrong on purpose: one slot, replaced in place. A power cut loses what was stored. */
#ifndef SINGLE_SLOT_H
#define SINGLE_SLOT_H

#include "linkauth.h"

void single_slot_store(const linkauth_flash *flash, linkauth_store *store);

#endif
