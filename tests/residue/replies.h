/*
 * What the platform answers in these tests; the pieces are for `reply_with`.
 *
 * SPDX-License-Identifier: MIT OR Apache-2.0
 */

#ifndef REPLIES_H_INCLUDED
#define REPLIES_H_INCLUDED

#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n"
#define BEFORE_SECRET                                                                              \
    "{\"code\":200,\"data\":{\"productKey\":\"a1B2c3D4e5F\",\"deviceName\":\"dev1\","              \
    "\"deviceSecret\":\""
#define AFTER_SECRET "\"},\"message\":\"success\"}"
#define REFUSAL "{\"code\":6289,\"message\":\"the device is active\"}"

#define BEFORE_PUSHED_SECRET                                                                       \
    "{\"productKey\":\"a1B2c3D4e5F\",\"deviceName\":\"dev1\",\"deviceSecret\":\""
#define BEFORE_PUSHED_TOKEN                                                                        \
    "{\"productKey\":\"a1B2c3D4e5F\",\"deviceName\":\"dev1\","                                     \
    "\"clientId\":\"GmxqSfBe1hcyf1PB1uIX\",\"deviceToken\":\""
#define AFTER_PUSHED "\"}"

#endif /* REPLIES_H_INCLUDED */
