/*
 * What the entries have in common: a device with one of several stores, a transport that plays a
 * reply, and the caller's memory.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef PROGRAM_H_INCLUDED
#define PROGRAM_H_INCLUDED

#include "caller.h"
#include "library.h"

/** The last two are for calls without a device. */
enum store {
    STORE_NONE,
    STORE_CALLBACK,
    STORE_FILE,
    STORE_FLASH,
    STORE_SEALED,
    STORE_SECRET,
    STORE_FLASH_SECRET
};

extern struct caller *caller;
extern linkauth_device device;
extern linkauth_sign_in_result result;
extern linkauth_psk_result psk_result;
extern linkauth_sign_in_options sign_in_options;
extern linkauth_registration_options registration_options;
extern linkauth_registration registration;
extern linkauth_transport transport;
extern linkauth_lean lean;
extern linkauth_secret_store secret_store;
extern linkauth_lean_memory lean_memory;

/** What is to go wrong, from the next call on. */
extern struct faults {
    linkauth_status save;
    /** What is saved is not what is read back. */
    int is_forgetful;
    int has_wrong_key;
    /** The transport fails after the reply instead of ending it. */
    linkauth_status transport;
    /** Leave signals alone while a secret is in use: a negative control. */
    int keeps_signals;
} faults;

/** Whether this build has the store. */
int has_store(enum store store);
/** A new device named `name` over an empty store, everything else zeroed; 0 if that fails. For a store of
 * a secret no device, but `lean` filled in. */
int make_device(enum store store, const char *name);
/** Stores the DeviceSecret; the store is then as after a registration. */
void store_a_secret(void);

/** A copy with a character that no secret has behind it: SECRET_LENGTH + 1 bytes. */
const char *spoil(const char *secret);
/** A number as text, until the next one. */
const char *in_digits(unsigned number, unsigned base);
/** Puts texts into the caller's reply; NULL ends the list. A text in the caller's memory is moved. */
void reply_with(const char *text, ...);
/** The same for the bytes of an MQTT packet: CONNACK 0, then a PUBLISH on `topic`. */
void reply_with_push(const char *topic, const char *text, ...);

#endif /* PROGRAM_H_INCLUDED */
