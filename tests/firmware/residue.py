"""What is left of a secret in a microcontroller when a call has returned: the firmware of
tests/residue is stopped there by QEMU's debugger, and all of its RAM and registers are searched.

    residue.py <target> <residue.elf> <scan_dump> <nm> [<entry>...]

Prints a line for each entry: <entry> <windows found> <words found>. Ends with 1 if a call did not
return what it must.
"""

import os
import re
import secrets
import socket
import string
import struct
import subprocess
import sys
import tempfile

from machine import BOARDS

ALPHABET = string.ascii_letters + string.digits
# As struct secrets in tests/residue/caller.h.
SECRETS = "33s33s33s49s32s32s"


class Debugger:
    """The part of GDB's remote protocol that is needed."""

    def __init__(self, path):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.stream = self.socket.makefile("rb")

    def send(self, text):
        body = text.encode()
        self.socket.sendall(b"$" + body + b"#%02x" % (sum(body) % 256))

    def receive(self):
        while self.stream.read(1) != b"$":
            pass
        body = bytearray()
        while (byte := self.stream.read(1)) != b"#":
            body += byte
        self.stream.read(2)
        self.socket.sendall(b"+")
        return body.decode()

    def ask(self, text):
        self.send(text)
        return self.receive()

    def run_to(self, address):
        assert self.ask(f"Z0,{address:x},2") == "OK"
        stopped = self.ask("c")
        assert stopped.startswith("T05"), stopped
        assert self.ask(f"z0,{address:x},2") == "OK"

    def write(self, address, data):
        assert self.ask(f"M{address:x},{len(data):x}:{data.hex()}") == "OK"

    def read(self, address, length):
        data = b""
        while len(data) < length:
            piece = min(1024, length - len(data))
            data += bytes.fromhex(self.ask(f"m{address + len(data):x},{piece:x}"))
        return data

    def number(self, address):
        return struct.unpack("<I", self.read(address, 4))[0]

    def monitor(self, command):
        answer = self.ask("qRcmd," + command.encode().hex())
        text = ""
        while answer != "OK":
            text += bytes.fromhex(answer.removeprefix("O")).decode()
            answer = self.receive()
        return text


def symbols(nm, elf):
    """Where each symbol begins, and under its name with "_end" where one of known size ends."""
    table = {}
    for line in subprocess.run([nm, "-S", elf], check=True, capture_output=True, text=True).stdout.splitlines():
        parts = line.split()
        table[parts[-1]] = int(parts[0], 16)
        if len(parts) == 4:
            table[parts[-1] + "_end"] = int(parts[0], 16) + int(parts[1], 16)
    return table


def text(length):
    return "".join(secrets.choice(ALPHABET) for _ in range(length)).encode()


def fresh_secrets():
    return struct.pack(SECRETS, text(32), text(32), text(32), text(48), secrets.token_bytes(32),
                       secrets.token_bytes(32))


def registers(debugger):
    """Every register, the floating-point ones too, as QEMU prints them."""
    words = re.findall(r"\b[0-9a-f]{8}\b", debugger.monitor("info registers"))
    assert len(words) >= 16
    return b"".join(struct.pack("<I", int(word, 16)) for word in words)


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def search(debugger, at, given, scan, folder):
    """RAM without the caller's own memory, and the registers."""
    caller, end = at["caller_memory"], at["caller_memory_end"]
    write("secrets", given)
    write("registers", registers(debugger))
    write("below", debugger.read(at["data_start"], caller - at["data_start"]))
    write("above", debugger.read(end, at["stack_top"] - end))
    found = subprocess.run([scan, "secrets", "registers", "below", "above"], check=True, cwd=folder,
                           capture_output=True, text=True)
    return found.stdout.strip()


def run(debugger, at, scan, wanted, folder):
    index, failed = 0, 0
    while True:
        debugger.run_to(at["wants_secrets"] & ~1)
        name = debugger.read(at["next_name"], 48).split(b"\0")[0].decode()
        given = fresh_secrets()
        debugger.write(at["caller_memory"], given)
        debugger.write(at["next_entry"], struct.pack("<I", index))
        if not name:
            return failed
        debugger.run_to(at["call_returned"] & ~1)
        found = search(debugger, at, given, scan, folder)
        debugger.run_to(at["has_judged"] & ~1)
        if not wanted or name in wanted:
            print(name, found, flush=True)
        if not debugger.number(at["is_as_expected"]):
            print(f"{name} returned {debugger.number(at['last_status'])}", file=sys.stderr)
            failed = 1
        index += 1
        debugger.write(at["next_entry"], struct.pack("<I", index))


def main(target, elf, scan, nm, *wanted):
    at = symbols(nm, elf)
    scan, elf = os.path.abspath(scan), os.path.abspath(elf)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        board = BOARDS[target]
        board.new_flash(folder)
        board.new_seed(folder)
        listener = socket.socket(socket.AF_UNIX)
        listener.bind("debugger")
        listener.listen()
        command = [*board.command(elf, folder), "-S", "-chardev", f"socket,id=debugger,fd={listener.fileno()},server=on,wait=off",
                   "-gdb", "chardev:debugger"]
        with subprocess.Popen(command, pass_fds=[listener.fileno()], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL) as qemu:
            try:
                return run(Debugger("debugger"), at, scan, wanted, folder)
            finally:
                qemu.kill()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
