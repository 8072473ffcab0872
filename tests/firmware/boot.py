#!/usr/bin/env python3
"""Starts a board in QEMU once, with a modem at its UART, and ends with the firmware's exit code.

What the firmware says goes to standard output. The folder holds the board's flash between boots; it
is made if it is not there. 124: the firmware did not end in time.
"""

import argparse
import os
import sys

import machine
import modem


def secret(path):
    if not path:
        return ""
    with open(path, encoding="ascii") as file:
        return file.read().strip()


def arguments():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--target", required=True, choices=machine.BOARDS)
    parser.add_argument("--folder", required=True)
    parser.add_argument("--ca", help="the platform's certificate authority, in PEM")
    parser.add_argument("--https", type=int, default=0, help="the port that stands for 443")
    parser.add_argument("--mqtts", type=int, default=0, help="the port that stands for 8883")
    parser.add_argument("--no-factory-page", action="store_true")
    parser.add_argument("--no-seed", action="store_true")
    parser.add_argument("--product-key", default="")
    parser.add_argument("--device-name", default="")
    parser.add_argument("--product-secret-file")
    parser.add_argument("--device-secret-file")
    parser.add_argument("--register-over", default="https")
    parser.add_argument("--test", default="")
    parser.add_argument("--cut-after", type=int, help="break each connection after so many received bytes")
    parser.add_argument("--timeout", type=float, default=60)
    parser.add_argument("elf")
    return parser.parse_args()


def main():
    given = arguments()
    board = machine.BOARDS[given.target]
    if not os.path.exists(f"{given.folder}/flash.img"):
        os.makedirs(given.folder, mode=0o700, exist_ok=True)
        board.new_flash(given.folder)
    for file in ("factory.bin", "seed.bin"):
        if os.path.exists(f"{given.folder}/{file}"):
            os.remove(f"{given.folder}/{file}")
    if not given.no_seed:
        board.new_seed(given.folder)
    if not given.no_factory_page:
        machine.write_factory_page(
            given.folder, product_key=given.product_key, device_name=given.device_name,
            product_secret=secret(given.product_secret_file), device_secret=secret(given.device_secret_file),
            register_over=given.register_over, test=given.test)
    ports = {number: port for number, port in ((443, given.https), (8883, given.mqtts)) if port}
    process = board.start(given.elf, given.folder)
    try:
        uart = modem.Modem(process, lambda line: print(line, flush=True), ports, given.ca, given.cut_after)
        code = uart.run(given.timeout)
    finally:
        process.kill()
        process.wait()
    return 124 if code is None else code


sys.exit(main())
