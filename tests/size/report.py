"""What linkauth needs of a microcontroller, as one table, and the checks on it. report.py <folder>

<folder>/flash.txt has a row for each image: name, bytes of flash, bytes of RAM.
<folder>/<variant>/instructions.txt has one for each counted call: COUNT, name, ticks, calls, and the ticks and
instructions of a loop whose length is known.
<folder>/<variant>/stack.txt has a row for each call: CALL, store, name, status, bytes of stack of the
whole call, and of each of its scrubbed scopes. In the variant `bare` nothing is burned: there a scope
is as deep as its worker."""

import pathlib
import sys

# Flash and stack of the vendor's SDKs on the same Cortex-M4, with what they use of the C library; and the
# same with link-time optimisation, where that was measured.
ANCHORS = {
    "sign_in_with_secret": "Link SDK C 4.x 2,773 (LTO 2,450) / 788, heap 224; iotkit 3.2.0 3,698 / 1,036",
    "lean_register_https": "Link SDK C 4.x 11,219 / 868, heap 856; iotkit 3.2.0 16,613 / 3,344, heap 2,088",
    "register_https": "the same",
    "lean_both_ways": "Link SDK C 4.x, MQTT alone, about 24,900",
    "both_ways": "Link SDK C 4.x, MQTT alone, about 24,900",
}
# What is promised for thumbv7em-none-eabihf: bytes of flash and of stack. Another compiler moves them a
# little; a row that grows beyond is looked at, and not waved through.
LIMITS = {
    "sign_in_with_secret": (2450, 788),
    "sign_in_with_options": (8300, 1440),
    "register_https": (12250, 1560),
    "both_ways": (20450, 1560),
    "lean_register_https": (7850, 1024),
    "lean_both_ways": (14300, 1024),
}
LIMITS_OF = "thumbv7em-none-eabihf"
# Which calls an image makes, and with which variant and stores they are measured.
CALLS = {
    "sign_in_with_secret": ("https", {"none"}, {"sign_in_with_secret"}),
    "sign_in_with_options": ("https", {"callbacks"}, {"device_init", "sign_in_lent", "device_wipe"}),
    "register_https": ("https", {"callbacks"}, {"device_init", "register_https", "device_wipe"}),
    "both_ways": ("both", {"flash"}, {"device_init", "sign_in_stored", "report_connack", "register_https",
                                      "register_mqtt", "device_wipe"}),
    "lean_register_https": ("https", {"callbacks"}, {"lean_register"}),
    "lean_both_ways": ("both", {"flash"}, {"flash_secret_store_init", "lean_register", "lean_register_mqtt",
                                           "lean_sign_in"}),
}

failed = False


def check(what, is_true):
    global failed
    failed = failed or not is_true
    print(f"{'PASS' if is_true else 'FAIL'}: {what}")


def calls(path):
    """Each call as (store, name, status), whole depth, depths of its scopes."""
    for line in path.read_text().splitlines():
        words = line.split()
        if words and words[0] == "CALL":
            yield (words[1], words[2], words[3]), int(words[4]), [int(word) for word in words[5:]]


def deepest(folder, variant, stores, names):
    return max(whole for (store, name, _), whole, _ in calls(folder / variant / "stack.txt")
               if store in stores and name in names)


def instructions(path):
    """Of one call, by name."""
    rows = (line.split() for line in path.read_text().splitlines() if line.startswith("COUNT "))
    return {name: round(int(ticks) / int(calls) * int(known_instructions) / int(known_ticks))
            for _, name, ticks, calls, known_ticks, known_instructions in rows}


def shallower(burned, bare):
    """The calls in which a worker went as deep as what was burned, or deeper."""
    problems = []
    for (call, whole, scopes), (other, bare_whole, workers) in zip(burned, bare, strict=True):
        if call != other or len(scopes) != len(workers):
            problems.append(f"{call} is not {other}")
        elif not scopes and call[1] in ("sign_in_with_secret", "sign_in_batch") and bare_whole >= whole:
            problems.append(f"{call}: {bare_whole} of {whole}")
        elif any(worker > scope - MARGIN for scope, worker in zip(scopes, workers)):
            problems.append(f"{call}: workers {workers}, burned {scopes}")
    return problems


# A worker ends its own frame so far above what is burned.
MARGIN = 8


def main(folder):
    target = folder.name
    print(f"| {target} | flash | stack | static RAM | heap | instructions | the vendor's SDKs on a Cortex-M4: flash / stack |")
    print("|---|---|---|---|---|---|---|")
    counted = instructions(folder / "https/instructions.txt")
    for line in (folder / "flash.txt").read_text().splitlines():
        name, flash, ram = line.split()
        stack = ""
        if name in CALLS:
            stack = deepest(folder, *CALLS[name])
        print(f"| {name} | {int(flash):,} | {stack and format(stack, ',')} | {ram} | 0 | {format(counted[name], ',') if name in counted else ''} | {ANCHORS.get(name, '')} |")
        check(f"{target}: {name} has no variables", ram == "0")
        if target == LIMITS_OF and name in LIMITS:
            check(f"{target}: {name} needs at most {LIMITS[name][0]} bytes of flash", int(flash) <= LIMITS[name][0])
            check(f"{target}: {name} needs at most {LIMITS[name][1]} bytes of stack", stack <= LIMITS[name][1])
    burned = list(calls(folder / "all/stack.txt"))
    bare = list(calls(folder / "bare/stack.txt"))
    problems = shallower(burned, bare)
    print(*problems, sep="\n")
    check(f"{target}: in each of {sum(len(scopes) for _, _, scopes in bare)} scopes of {len(bare)} calls what is "
          "burned reaches below the worker", not problems)
    check(f"{target}: control: a burn that is too short is found", bool(shallower(bare, bare)))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1])))
