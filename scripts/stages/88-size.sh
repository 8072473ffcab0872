#!/usr/bin/env bash
# Flash, stack and RAM of firmware that uses linkauth; that each burn reaches below its worker; that no
# panic, no heap and no variable is in the image.
source scripts/lib.sh

scripts/size.sh thumbv6m-none-eabi thumbv7em-none-eabihf riscv32imc-unknown-none-elf |
    sed 's/^|/NOTE: |/'
