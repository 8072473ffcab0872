#!/usr/bin/env python3
"""Signs a device in from Python, by ctypes: the library is opened, nothing is compiled.

    sign_in.py <ProductKey> <DeviceName> < file with the DeviceSecret

The secret goes from the file into memory that linkauth_wipe clears. It never becomes a Python object, which
nobody could clear. LINKAUTH_LIBRARY names another library than liblinkauth.so.0.
"""

import ctypes as c
import os
import sys

linkauth = c.CDLL(os.environ.get("LINKAUTH_LIBRARY", "liblinkauth.so.0"))


class DeviceConfig(c.Structure):
    _fields_ = [
        ("struct_size", c.c_uint32), ("flags", c.c_uint32),
        ("product_key", c.c_char_p), ("product_key_length", c.c_size_t),
        ("device_name", c.c_char_p), ("device_name_length", c.c_size_t),
        ("region", c.c_char_p), ("region_length", c.c_size_t),
        ("instance_id", c.c_char_p), ("instance_id_length", c.c_size_t),
        ("store", c.c_void_p), ("seal", c.c_void_p), ("random", c.c_void_p), ("random_user", c.c_void_p),
        ("critical_section", c.c_void_p),
    ]


class SignInOptions(c.Structure):
    _fields_ = [
        ("struct_size", c.c_uint32), ("sign_method", c.c_uint32), ("secure_mode", c.c_int32), ("port", c.c_uint32),
        ("timestamp", c.c_uint64), ("flags", c.c_uint32), ("reserved", c.c_uint32),
        ("client_id", c.c_char_p), ("client_id_length", c.c_size_t), ("host", c.c_char_p), ("host_length", c.c_size_t),
        ("device_secret", c.c_void_p), ("device_secret_length", c.c_size_t),
        ("device_token", c.c_void_p), ("device_token_length", c.c_size_t),
        ("extensions", c.c_void_p), ("extension_count", c.c_size_t),
    ]


class SignInResult(c.Structure):
    _fields_ = [
        ("struct_size", c.c_uint32), ("port", c.c_uint32), ("host", c.c_char_p), ("host_length", c.c_size_t),
        ("client_id", c.c_char_p), ("client_id_length", c.c_size_t),
        ("username", c.c_char_p), ("username_length", c.c_size_t),
        ("password", c.c_void_p), ("password_length", c.c_size_t), ("size_needed", c.c_size_t),
    ]


# Without these ctypes takes every argument and result for an int of 32 bits.
linkauth.linkauth_device_size.restype = c.c_size_t
linkauth.linkauth_sign_in_buffer_size.restype = c.c_size_t
linkauth.linkauth_status_name.restype = c.c_char_p
linkauth.linkauth_status_text.restype = c.c_char_p
linkauth.linkauth_device_init.argtypes = [c.c_void_p, c.c_size_t, c.POINTER(DeviceConfig)]
linkauth.linkauth_device_wipe.argtypes = [c.c_void_p]
linkauth.linkauth_sign_in.argtypes = [
    c.c_void_p, c.POINTER(SignInOptions), c.c_void_p, c.c_size_t, c.POINTER(SignInResult)]
linkauth.linkauth_wipe.argtypes = [c.c_void_p, c.c_size_t]


class Refused(Exception):
    def __init__(self, status):
        name, text = linkauth.linkauth_status_name(status), linkauth.linkauth_status_text(status)
        super().__init__(f"{name.decode()}: {text.decode()}")


def check(status):
    if status != 0:
        raise Refused(status)


def read_secret(memory):
    length = 0
    while count := os.readv(0, [memoryview(memory)[length:]]):
        length += count
    return length - 1 if length > 0 and memory[length - 1] == b"\n" else length


def sign_in(product_key, device_name, secret, buffer, connect):
    """Calls `connect` with what the CONNECT must carry; it is wiped when that returns."""
    size = linkauth.linkauth_device_size()
    device = (c.c_uint64 * ((size + 7) // 8))()
    config = DeviceConfig(struct_size=c.sizeof(DeviceConfig), product_key=product_key,
                          product_key_length=len(product_key), device_name=device_name,
                          device_name_length=len(device_name))
    options = SignInOptions(struct_size=c.sizeof(SignInOptions), device_secret=c.addressof(secret),
                            device_secret_length=read_secret(secret))
    result = SignInResult(struct_size=c.sizeof(SignInResult))
    try:
        check(linkauth.linkauth_device_init(device, size, config))
        check(linkauth.linkauth_sign_in(device, options, buffer, len(buffer), result))
        connect(result)
    finally:
        linkauth.linkauth_wipe(secret, len(secret))
        linkauth.linkauth_wipe(buffer, len(buffer))
        linkauth.linkauth_device_wipe(device)


def show(result):
    # Here an MQTT client connects. It will want the password as a str, which cannot be wiped.
    print(f"host {result.host.decode()}\nport {result.port}\nclientId {result.client_id.decode()}")
    print(f"username {result.username.decode()}\npassword of {result.password_length} characters")


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: sign_in.py <ProductKey> <DeviceName> < DeviceSecret")
    buffer = c.create_string_buffer(linkauth.linkauth_sign_in_buffer_size())
    try:
        sign_in(os.fsencode(sys.argv[1]), os.fsencode(sys.argv[2]), c.create_string_buffer(80), buffer, show)
    except Refused as refused:
        sys.exit(str(refused))


if __name__ == "__main__":
    main()
