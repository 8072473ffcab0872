"""Runs a program of tests/size in QEMU and prints what it says. run.py <target> <elf> [<argument of QEMU>...]"""

import pathlib
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "firmware"))
import machine


def main(target, elf, *arguments):
    board = machine.BOARDS[target]
    with tempfile.TemporaryDirectory() as folder:
        board.new_flash(folder)
        qemu = board.start(elf, folder, arguments)
        said = qemu.stdout.read().decode()
        code = qemu.wait()
    print(said, end="")
    return 0 if code == 0 and said.endswith("DONE\n") else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
