"""The machines of QEMU that firmware runs on: how each is started, and where its flash is kept."""

import os
import secrets
import struct
import subprocess
import sys

FACTORY_FIELDS = (("product_key", 24), ("device_name", 40), ("product_secret", 72),
                  ("device_secret", 72), ("register_over", 8), ("test", 64))


class Board:
    """Addresses are those of c_examples/firmware/boards."""

    def __init__(self, qemu, machine, factory, slot_size, unit, image_size, flash=None):
        self.qemu = qemu
        self.machine = machine
        self.factory = factory
        self.slot_size = slot_size
        self.unit = unit
        self.image_size = image_size
        self.flash = flash  # where the image is loaded, if QEMU does not keep flash in a file

    def has_flash_file(self):
        return self.flash is None

    def command(self, elf, folder):
        image = f"{folder}/flash.img"
        command = [self.qemu, "-display", "none", "-monitor", "none", "-serial", "stdio"]
        # A network card is part of the MPS2; what is behind it is cut off.
        command += ["-nic", "user,restrict=on" if self.machine.startswith("mps2") else "none"]
        if self.qemu == "qemu-system-riscv32":
            # With flash in place, -kernel would not be started.
            command += ["-M", self.machine, "-bios", elf, "-drive", f"if=pflash,index=1,format=raw,file={image}"]
        else:
            command += ["-semihosting-config", "enable=on,target=native", "-kernel", elf]
            if self.has_flash_file():
                command += ["-M", f"{self.machine},memory-backend=psram", "-object",
                            f"memory-backend-file,id=psram,size={self.image_size},mem-path={image},share=on"]
            else:
                command += ["-M", self.machine, *loader(image, self.flash)]
        if os.path.exists(f"{folder}/factory.bin"):
            command += loader(f"{folder}/factory.bin", self.factory)
        if os.path.exists(f"{folder}/seed.bin"):
            command += loader(f"{folder}/seed.bin", self.factory + 2048)
        return command

    def new_flash(self, folder):
        """The two slots erased, as they come from the factory."""
        with open(os.open(f"{folder}/flash.img", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as image:
            image.write(b"\xff" * (2 * self.slot_size))
            image.truncate(self.image_size)

    def new_seed(self, folder):
        if self.machine != "microbit":  # which has a generator of its own
            write(f"{folder}/seed.bin", b"SEEDING\0" + secrets.token_bytes(120))

    def start(self, elf, folder, arguments=()):
        """Starts QEMU; its UART is the process's standard input and output."""
        return subprocess.Popen([*self.command(os.path.abspath(elf), os.path.abspath(folder)), *arguments], cwd=folder,
                                stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)


def loader(file, address):
    return ["-device", f"loader,file={file},addr={address:#x},force-raw=on"]


def write(path, data):
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)


def write_factory_page(folder, **texts):
    page = b"FACTORY\0"
    for name, size in FACTORY_FIELDS:
        page += struct.pack(f"{size}s", texts.pop(name, "").encode())
    assert not texts, texts
    write(f"{folder}/factory.bin", page)


def mps2(machine, factory=0x003FF000):
    return Board("qemu-system-arm", machine, factory, 4096, 8, 16 << 20)


BOARDS = {
    "thumbv6m-none-eabi": Board("qemu-system-arm", "microbit", 0x3F400, 1024, 4, 2048, flash=0x3F800),
    "thumbv7m-none-eabi": mps2("mps2-an385"),
    "thumbv7em-none-eabi": mps2("mps2-an386"),
    "thumbv7em-none-eabihf": mps2("mps2-an386"),
    "thumbv8m.main-none-eabi": mps2("mps2-an505", factory=0x103FF000),
    "riscv32imc-unknown-none-elf": Board("qemu-system-riscv32", "virt", 0x807FF000, 256 << 10, 4, 32 << 20),
}

if __name__ == "__main__":
    print(BOARDS[sys.argv[1]].machine)
