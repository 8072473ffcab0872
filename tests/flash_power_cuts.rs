//! The store in two slots of flash, with power cut in each of its operations, and cut again in each
//! operation of what the device does next: at every moment a restarted device loads the old record or
//! the new one, and the attempt that nothing cuts succeeds.
//!
//! The chip is modelled as NOR flash with ECC. A unit is programmed once for each erase. An operation
//! that was cut leaves none, half, all or any of its bits changed, or a unit that cannot be read; and
//! whatever it reads as, it was used: only a whole erase makes it good again.
//!
//! The same checker is given stores that are wrong in one way each, and must find what is wrong.

#![cfg(feature = "flash")]

#[path = "flash_power_cuts/broken.rs"]
mod broken;
#[path = "flash_power_cuts/chip.rs"]
mod chip;
#[path = "flash_power_cuts/device.rs"]
mod device;
#[path = "flash_power_cuts/explore.rs"]
mod explore;

use broken::{Broken, Fault};
use chip::{Chip, Shape, State};
use device::{Attempt, Open, flash_store, load};
use explore::{Counts, Scenario, explore};
use linkauth::status::Error;

const SCENARIOS: [Scenario; 8] = [
    Scenario {
        name: "the first registration",
        is_dirty: false,
        before: &[],
        attempt: Attempt::Register(0),
    },
    Scenario {
        name: "the first registration, over other bytes",
        is_dirty: true,
        before: &[],
        attempt: Attempt::Register(0),
    },
    Scenario {
        name: "registering again",
        is_dirty: false,
        before: &[Attempt::Register(0)],
        attempt: Attempt::Register(1),
    },
    Scenario {
        name: "activation",
        is_dirty: false,
        before: &[Attempt::Register(0), Attempt::Register(1)],
        attempt: Attempt::Activate,
    },
    Scenario {
        name: "another secret",
        is_dirty: false,
        before: &[Attempt::Register(0), Attempt::Activate],
        attempt: Attempt::StoreSecret(1),
    },
    Scenario {
        name: "activation of another secret",
        is_dirty: false,
        before: &[
            Attempt::Register(0),
            Attempt::Activate,
            Attempt::StoreSecret(1),
        ],
        attempt: Attempt::Activate,
    },
    Scenario {
        name: "an operator's erase, the newest record in slot 1",
        is_dirty: false,
        before: &[Attempt::Register(0), Attempt::Register(1)],
        attempt: Attempt::Erase,
    },
    Scenario {
        name: "an operator's erase, the newest record in slot 0",
        is_dirty: false,
        before: &[
            Attempt::Register(0),
            Attempt::Register(1),
            Attempt::Register(2),
        ],
        attempt: Attempt::Erase,
    },
];

const UNITS: [usize; 6] = [1, 2, 4, 8, 16, 32];
const SLOT_SIZES: [usize; 5] = [416, 512, 1024, 2048, 4096];
const ERASED: [u8; 2] = [0x00, 0xff];

fn shapes(unit: usize) -> impl Iterator<Item = Shape> {
    SLOT_SIZES.into_iter().flat_map(move |slot_size| {
        ERASED.map(|erased| Shape {
            slot_size,
            unit,
            erased,
        })
    })
}

/// A slot's size changes nothing but how much an erase does. So, for a run of seconds, it is in the
/// smallest slots that the next attempt is cut after every cut of the first, or, with the smallest
/// units, after many.
fn nested(shape: Shape) -> usize {
    match (shape.slot_size, shape.unit) {
        (416, 8..) => usize::MAX / 0x1_0000,
        (416, _) => 16,
        _ => 2,
    }
}

fn explore_unit(unit: usize) -> Result<Counts, String> {
    let mut counts = Counts::default();
    for shape in shapes(unit) {
        for scenario in SCENARIOS {
            counts.add(explore(shape, scenario, flash_store, nested(shape))?);
        }
    }
    Ok(counts)
}

#[test]
fn a_power_cut_leaves_the_old_record_or_the_new_one() {
    let explored = std::thread::scope(|scope| {
        UNITS
            .map(|unit| (unit, scope.spawn(move || explore_unit(unit))))
            .map(|(unit, thread)| (unit, thread.join().unwrap()))
    });
    let mut all = Counts::default();
    println!("| unit |    cuts |  states | damaged by an operator's erase |");
    println!("|------|---------|---------|--------------------------------|");
    for (unit, counts) in explored {
        let counts = counts.unwrap_or_else(|wrong| panic!("{wrong}"));
        let Counts {
            cuts,
            states,
            damaged,
        } = counts;
        println!("| {unit:4} | {cuts:7} | {states:7} | {damaged:30} |");
        all.add(counts);
    }
    println!(
        "| all  | {:7} | {:7} | {:30} |",
        all.cuts, all.states, all.damaged
    );
    assert!(all.states >= 100_000, "{all:?}");
}

/// What the checker says of a store with this fault, over all scenarios and some shapes.
fn verdicts(open: Open) -> Vec<String> {
    let mut found = Vec::new();
    for shape in [8, 32].into_iter().flat_map(|unit| shapes(unit).take(2)) {
        for scenario in SCENARIOS {
            found.extend(explore(shape, scenario, open, 16).err());
        }
    }
    found
}

#[test]
fn the_checker_finds_what_is_wrong_with_broken_stores() {
    let controls: [(Fault, Open, &[&str]); 7] = [
        (Fault::None, |chip| Broken::open(chip, Fault::None), &[]),
        (
            Fault::TrustsBlank,
            |chip| Broken::open(chip, Fault::TrustsBlank),
            &["programmed twice"],
        ),
        (
            Fault::SingleSlot,
            |chip| Broken::open(chip, Fault::SingleSlot),
            &["the only whole record was erased"],
        ),
        (
            Fault::ErasesNewest,
            |chip| Broken::open(chip, Fault::ErasesNewest),
            &["the only whole record was erased"],
        ),
        (
            Fault::MarkFirst,
            |chip| Broken::open(chip, Fault::MarkFirst),
            &["neither the old record nor the new one"],
        ),
        (
            Fault::TrustsHead,
            |chip| Broken::open(chip, Fault::TrustsHead),
            &["neither the old record nor the new one"],
        ),
        (
            Fault::ErasesNewestFirst,
            |chip| Broken::open(chip, Fault::ErasesNewestFirst),
            &["neither the old record nor the new one"],
        ),
    ];
    for (fault, open, expected) in controls {
        let found = verdicts(open);
        let first = found.first().map_or("nothing", String::as_str);
        println!("{fault:?}: {} of 32 explorations: {first}", found.len());
        assert_eq!(found.is_empty(), expected.is_empty(), "{fault:?}: {first}");
        for what in expected {
            let is_found = found.iter().any(|found| found.contains(what));
            assert!(is_found, "{fault:?} without {what}: {first}");
        }
    }
}

fn after(shape: Shape, attempts: &[Attempt]) -> State {
    let chip = Chip::new(State::blank(shape), false);
    for attempt in attempts {
        attempt.run(&chip, flash_store).unwrap();
    }
    chip.state()
}

fn loaded(state: &State) -> linkauth::status::Result<Option<Vec<u8>>> {
    load(&Chip::new(state.clone(), false), flash_store)
}

/// Flips each bit of a slot up to the end of its mark, and gives what is loaded then.
fn flips(
    state: &State,
    slot: usize,
) -> impl Iterator<Item = (usize, linkauth::status::Result<Option<Vec<u8>>>)> {
    (0..416 * 8).map(move |bit| {
        let mut flipped = state.clone();
        flipped.slots[slot].bytes[bit / 8] ^= 1 << (bit % 8);
        (bit, loaded(&flipped))
    })
}

#[test]
fn a_flipped_bit_is_found_or_does_not_matter() {
    let mut count = 0;
    for shape in UNITS.into_iter().flat_map(|unit| shapes(unit).take(2)) {
        let one = after(shape, &[Attempt::Register(0)]);
        let record = loaded(&one).unwrap().unwrap();
        for (bit, found) in flips(&one, 0) {
            count += 1;
            if bit / 8 < record.len() {
                assert_eq!(found, Err(Error::STORE_DAMAGED), "{shape:?}, bit {bit}");
            } else {
                assert_eq!(
                    found.as_ref(),
                    Ok(&Some(record.clone())),
                    "{shape:?}, {bit}"
                );
            }
        }
        let two = after(shape, &[Attempt::Register(0), Attempt::Register(1)]);
        let newer = loaded(&two).unwrap().unwrap();
        for (bit, found) in flips(&two, 1) {
            count += 1;
            let expected = if bit / 8 < newer.len() {
                &record
            } else {
                &newer
            };
            assert_eq!(
                found.as_ref(),
                Ok(&Some(expected.clone())),
                "{shape:?}, {bit}"
            );
        }
        for (bit, found) in flips(&two, 0) {
            count += 1;
            assert_eq!(found.as_ref(), Ok(&Some(newer.clone())), "{shape:?}, {bit}");
        }
    }
    println!("{count} flipped bits");
}

/// Flash behind a bus that fails: nothing can be read, and nothing may be concluded from that.
#[test]
fn a_flash_that_cannot_be_read_is_not_taken_for_empty() {
    for shape in UNITS.into_iter().flat_map(|unit| shapes(unit).take(2)) {
        let mut state = after(shape, &[Attempt::Register(0), Attempt::Activate]);
        state.fail_reads();
        assert_eq!(loaded(&state), Err(Error::STORE_IO), "{shape:?}");
        let chip = Chip::new(state, false);
        for attempt in [Attempt::Register(1), Attempt::StoreSecret(1)] {
            assert!(attempt.run(&chip, flash_store).is_err(), "{shape:?}");
        }
        let bench = chip.0.borrow();
        assert!(bench.done.is_empty(), "{shape:?}");
    }
}
