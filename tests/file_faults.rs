//! The file store on a file system that does no more than it must: a kill, a power cut, an error or
//! a short transfer at every system call of every operation, and two processes in every order.
//!
//! What must hold:
//!
//! * After a kill or a power cut the old record is there, or the new one: never none of the two, never
//!   a damaged one.
//! * What was acknowledged survives a power cut; and so does a secret from the moment that the device
//!   signs in with it, since the platform may then close registration for good.
//! * An error is reported as documented, and an `fsync` that failed is none.
//! * Whatever happened, the same again succeeds, in the same process and in a new one.
//! * No descriptor is left open, and none is closed twice.
//! * Of two processes one is turned away, or comes after the other; nothing is lost.
//!
//! The same checker finds the flaw in each of four stores that are often written so.
#![cfg(feature = "posix")]

#[path = "file_faults/application.rs"]
mod application;
#[path = "file_faults/check.rs"]
mod check;
#[path = "file_faults/model.rs"]
mod model;
#[path = "file_faults/race.rs"]
mod race;
#[path = "file_faults/simple.rs"]
mod simple;

use application::{Kind, Library, Operation};
use check::{Checked, Checker, Counts, Scenario};
use model::World;
use race::race;
use simple::Flaw;

fn scenarios<K: Kind>(kind: &K) -> Vec<Scenario> {
    use Operation::{Activate, Erase, Load, Register, StoreSecret};
    let checker = Checker::new(kind);
    let empty = World::default();
    let registered = checker.world_after(empty.clone(), &[Register]);
    let active = checker.world_after(registered.clone(), &[Activate]);
    // Somebody registered under the same name since: the platform refuses what is stored.
    let mut refused = registered.clone();
    refused.issued += 1;
    // A process died before its rename: with a longer file than any record, and with an empty one.
    let mut interrupted = refused.clone();
    let temporary = interrupted
        .name(".linkauth")
        .unwrap()
        .replace(".linkauth", ".new");
    interrupted.put(&temporary, &[0xff; 500]);
    let mut interrupted_early = refused.clone();
    interrupted_early.put(&temporary, b"");
    [
        ("first registration", Register, empty.clone()),
        ("another registration", Register, refused),
        ("registration after remains", Register, interrupted),
        (
            "registration after empty remains",
            Register,
            interrupted_early.clone(),
        ),
        ("activation", Activate, registered.clone()),
        ("first secret stored", StoreSecret, empty),
        ("secret replaced", StoreSecret, active.clone()),
        ("erasure", Erase, active.clone()),
        ("erasure after remains", Erase, interrupted_early),
        ("sign-in", Load, active),
    ]
    .map(|(name, operation, world)| Scenario {
        name,
        operation,
        world,
    })
    .into()
}

fn check_all<K: Kind>(kind: &K) -> Checked<Counts> {
    let mut checker = Checker::new(kind);
    for scenario in scenarios(kind) {
        checker.check(&scenario)?;
    }
    Ok(checker.counts)
}

fn race_all<K: Kind>(kind: &K) -> Checked<()> {
    use Operation::{Register, StoreSecret};
    let checker = Checker::new(kind);
    let empty = World::default();
    let mut refused = checker.world_after(empty.clone(), &[Register]);
    refused.issued += 1;
    for (name, operations, world) in [
        ("two registrations", [Register, Register], &empty),
        ("two more registrations", [Register, Register], &refused),
        ("two stores", [StoreSecret, StoreSecret], &empty),
        ("store and registration", [StoreSecret, Register], &empty),
        (
            "replacement and registration",
            [StoreSecret, Register],
            &refused,
        ),
    ] {
        let raced =
            race(kind, world, operations).map_err(|finding| format!("{name}: {finding}"))?;
        println!("{name}: {raced:?}");
        if raced.locked == 0 {
            return Err(format!("{name}: none was ever turned away"));
        }
    }
    Ok(())
}

fn assert_passes<T>(checked: Checked<T>) -> T {
    checked.unwrap_or_else(|finding| panic!("{finding}"))
}

fn assert_finds<T>(checked: Checked<T>, expected: &str) {
    let finding = checked.err().expect("nothing was found");
    println!("found: {finding}");
    assert!(finding.contains(expected), "found: {finding}");
}

#[test]
fn the_file_store_withstands_every_fault() {
    println!("{:?}", assert_passes(check_all(&Library)));
}

#[test]
fn two_processes_lose_nothing() {
    assert_passes(race_all(&Library));
}

/// The checker does not ask for more than a store can do.
#[test]
fn a_simple_store_without_a_flaw_passes() {
    println!("{:?}", assert_passes(check_all(&Flaw::None)));
    assert_passes(race_all(&Flaw::None));
}

#[test]
fn a_store_that_does_not_sync_the_file_is_found_out() {
    assert_finds(check_all(&Flaw::NoSyncOfTheFile), "502");
}

#[test]
fn a_store_that_does_not_sync_the_folder_is_found_out() {
    assert_finds(check_all(&Flaw::NoSyncOfTheFolder), "lost");
}

#[test]
fn a_store_that_writes_in_place_is_found_out() {
    assert_finds(
        check_all(&Flaw::InPlace),
        "neither the old record nor the new one",
    );
}

#[test]
fn a_store_without_a_lock_is_found_out() {
    assert_finds(race_all(&Flaw::NoLock), "they end with");
}
