"""Reads packaging/zephyr/Kconfig with kconfiglib, which Zephyr's own tools are made of.

    kconfig.py <Kconfig>

Ends with 1, and says why, unless each processor gets the Rust target of its ABI, and an unknown one none.
"""

import sys
import tempfile

import kconfiglib

# By the list of Rust's targets. A Cortex-M4 or M7 has its FPU's ABI only where the board asks for it.
TARGETS = {
    ("CPU_CORTEX_M0",): "thumbv6m-none-eabi",
    ("CPU_CORTEX_M0PLUS",): "thumbv6m-none-eabi",
    ("CPU_CORTEX_M3",): "thumbv7m-none-eabi",
    ("CPU_CORTEX_M4",): "thumbv7em-none-eabi",
    ("CPU_CORTEX_M7",): "thumbv7em-none-eabi",
    ("CPU_CORTEX_M4", "FP_HARDABI"): "thumbv7em-none-eabihf",
    ("CPU_CORTEX_M7", "FP_HARDABI"): "thumbv7em-none-eabihf",
    ("CPU_CORTEX_M33",): "thumbv8m.main-none-eabi",
    ("CPU_CORTEX_M33", "FP_HARDABI"): "thumbv8m.main-none-eabihf",
    ("CPU_OTHER",): "",
}


def board(path):
    """The module's Kconfig within that of a board."""
    with tempfile.NamedTemporaryFile("w", suffix=".Kconfig") as root:
        for name in sorted({name for names in TARGETS for name in names}):
            root.write(f'config {name}\n\tbool "{name}"\n')
        root.write(f'source "{path}"\n')
        root.flush()
        return kconfiglib.Kconfig(root.name, warn_to_stderr=False)


def problems(path):
    for names, target in TARGETS.items():
        config = board(path)
        yield from config.warnings
        for name in (*names, "LINKAUTH"):
            config.syms[name].set_value("y")
        chosen = config.syms["LINKAUTH_CARGO_TARGET"].str_value
        if chosen != target:
            yield f"{' '.join(names)}: '{chosen}', not '{target}'"
        if config.syms["LINKAUTH_FLASH"].str_value != "y" or config.syms["LINKAUTH_SEAL"].str_value != "n":
            yield "the flash store is on, and the ready AEAD off, by default"


found = list(problems(sys.argv[1]))
print("\n".join(found))
sys.exit(1 if found else 0)
