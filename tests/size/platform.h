/*
 * What surrounds the device that is measured: two slots of flash in RAM, random bytes that are none,
 * and a platform that answers with what it was told to. Each needs as little stack as it can.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */
#ifndef PLATFORM_H
#define PLATFORM_H

#include "linkauth.h"

#define PRODUCT_KEY "a1B2c3D4e5F"
#define DEVICE_NAME "gateway_dev_0001"
#define SECRET "0123456789abcdefghijklmnopqrstuv"
#define OTHER_SECRET "vutsrqponmlkjihgfedcba9876543210"

/* One record by two callbacks. */
extern const linkauth_store record_store;

/* A store of a secret in RAM, and how it loses it. */
extern const linkauth_secret_store kept_secret;
void forget_secret(void);

extern const linkauth_flash ram_flash;
void ram_flash_erase(void);

/* Saving fails from now on, or works again. */
void saving_fails(int fails);

linkauth_status counting_random(void *user, uint8_t *bytes, size_t length);

/* What the next connection reads. */
void platform_answers(const char *reply, size_t length);
extern const linkauth_transport platform_transport;

#endif
