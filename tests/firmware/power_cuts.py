#!/usr/bin/env python3
"""Cuts a board's power while it stores secrets, starts it again on the same flash, and looks.

    power_cuts.py sweep <target> <power_cuts.elf>         in each flash operation, torn in each way
    power_cuts.py kills <target> <power_cuts.elf> <n>     QEMU killed n times, anywhere

What was acknowledged before a cut must be there, or the one step after it that was under way. With
--single-slot a store runs that is wrong on purpose, and must be found out. Ends with 1 otherwise.
"""

import argparse
import random
import sys
import tempfile
import threading
import time

import machine

EXIT_CUT = 9
TEARS = (0, 1, 2)  # enum tear of cutting_flash.h
STEPS = 2  # a secret stored, and accepted: both directions between the slots, and the erase of the older


class Lost(Exception):
    """What had been acknowledged is not there."""


class Rig:
    def __init__(self, target, elf, single_slot):
        self.board = machine.BOARDS[target]
        self.elf = elf
        self.single_slot = single_slot
        self.temporary = tempfile.TemporaryDirectory(prefix="linkauth-cuts.")
        self.folder = self.temporary.name
        self.board.new_flash(self.folder)
        self.acknowledged = 0

    def start(self, at=0, tear=0, slow=0, steps=STEPS):
        self.board.new_seed(self.folder)
        machine.write_factory_page(self.folder, test=f"{at} {tear} {slow} {int(self.single_slot)} {steps}")
        return self.board.start(self.elf, self.folder)

    def boot(self, **plan):
        """One start that ends by itself: its exit code, what it found, what it says else."""
        process = self.start(**plan)
        guard = threading.Timer(60, process.kill)
        guard.start()
        lines = process.stdout.read().decode("ascii", "replace").splitlines()
        code = process.wait()
        guard.cancel()
        return code, lines

    def check(self, lines, late=1):
        """late: how many steps may be in flash beyond the last one that was heard of."""
        found = number(lines, "found ")
        if found is None:
            raise Lost(f"acknowledged {self.acknowledged}, then: {' / '.join(lines) or 'nothing'}")
        if not self.acknowledged <= found <= self.acknowledged + late:
            raise Lost(f"acknowledged {self.acknowledged}, found {found}")
        self.acknowledged = found
        for line in lines:
            if line.startswith("stored "):
                self.acknowledged = number([line], "stored ")
        return found


def number(lines, what):
    for line in lines:
        if line.startswith(what) and line[len(what):].isdigit():
            return int(line[len(what):])
    return None


def check_ended(code, lines, wanted):
    if code != wanted:
        raise SystemExit(f"ended with {code}, not with {wanted}: {' / '.join(lines)}")


def sweep(rig):
    """Returns how many operations two steps have, and the number of cuts in them."""
    cuts = 0
    code, lines = rig.boot()
    rig.check(lines)
    check_ended(code, lines, 0)
    for tear in TEARS:
        at = 1
        while True:
            code, lines = rig.boot(at=at, tear=tear)
            rig.check(lines)
            if code == 0:
                break  # each operation has had its cut
            check_ended(code, lines, EXIT_CUT)
            cuts += 1
            at += 1
    return at - 1, cuts


class Listener(threading.Thread):
    """Reads the UART, or QEMU would stall at a full pipe, and counts what was acknowledged."""

    def __init__(self, pipe):
        super().__init__()
        self.pipe = pipe
        self.lines = []
        self.awaited = 0
        self.is_there = threading.Event()
        self.start()

    def run(self):
        # A line that the kill cut short is not there.
        for line in self.pipe:
            if line.endswith(b"\n"):
                self.lines.append(line.decode("ascii", "replace").rstrip())
            if sum(text.startswith("stored ") for text in self.lines) >= self.awaited:
                self.is_there.set()
        self.is_there.set()


def was_inside(found, lines):
    """Whether the kill interrupted a step: the slots are not as a complete step leaves them."""
    slots = next(line[6:] for line in lines if line.startswith("slots "))
    if "T" in slots:
        return True
    if found % 2 == 0:
        return slots == "MM"
    return found > 1 and slots != "MM"


def kills(rig, count, chance):
    """Returns how many kills landed inside a step."""
    inside = 0
    for i in range(count + 1):
        process = rig.start(slow=1, steps=1000000)
        listener = Listener(process.stdout)
        listener.awaited = chance.randint(1, 5)
        listener.is_there.wait(60)
        # The stimulus, not a wait for anything: anywhere in the next two steps.
        time.sleep(chance.uniform(0, 0.12))
        process.kill()
        process.wait()
        listener.join()
        # Beyond the last line: a step whose line was still in the UART, and one under way.
        found = rig.check(listener.lines, late=2)
        inside += i > 0 and was_inside(found, listener.lines)
    return inside


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=("sweep", "kills"))
    parser.add_argument("target", choices=machine.BOARDS)
    parser.add_argument("elf")
    parser.add_argument("count", nargs="?", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--single-slot", action="store_true")
    given = parser.parse_args()
    rig = Rig(given.target, given.elf, given.single_slot)
    try:
        if given.mode == "sweep":
            operations, cuts = sweep(rig)
            print(f"{operations} operations, {cuts} cuts, nothing lost")
        else:
            inside = kills(rig, given.count, random.Random(given.seed))
            print(f"{given.count} kills, {inside} inside an update, nothing lost")
            # Kills that all missed would prove nothing.
            return 0 if inside * 4 >= given.count else 1
    except Lost as loss:
        print(f"lost: {loss}")
        return 1
    return 0


sys.exit(main())
