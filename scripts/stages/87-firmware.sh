#!/usr/bin/env bash
# The firmware of c_examples/firmware for every bare-metal target, in QEMU, against the platform.
source scripts/lib.sh

scripts/firmware.sh
