//! Everything that can happen to two clients which claim one DeviceName, in every order: the real
//! `Device` and `Registration` against the platform's rules, with messages lost or late, and with
//! crashes between any two steps and inside each save.
//!
//! Exhaustive within these bounds: two clients, each with a store of its own; a number of faults in
//! one run; an operator does nothing. Nothing else is bounded: a correct application tries again for
//! as long as the library lets it, and the library's own limit ends a run. One client registers over
//! HTTPS and one over MQTT; that covers two of a kind as well, since the platform's rules are the
//! same for both.
//!
//! What must hold:
//!
//! * A: where nothing more happens, each client is online, or has stopped with a status that says
//!   why. While registration is open, no client has stopped, but for a damaged record or its limit of
//!   registrations; once it is closed, the secret that closed it is in a store.
//! * B: a secret that is not durable never signs in.
//! * C: a late reply never replaces anything.
//! * D: a device that was activated, or whose record is damaged, never registers by itself.
//! * No run goes on for ever.

#[path = "life_cycle/application.rs"]
mod application;
#[path = "life_cycle/client.rs"]
mod client;
#[path = "life_cycle/disk.rs"]
mod disk;
#[path = "life_cycle/explore.rs"]
mod explore;
#[path = "life_cycle/key.rs"]
mod key;
#[path = "life_cycle/wire.rs"]
mod wire;
#[path = "life_cycle/world.rs"]
mod world;

use client::Record;
use explore::{Explored, explore};
use linkauth::status::{self, Error};
use world::{Client, Issue, Network, Phase, Policy, Rules, State, World};

/// `REGISTRATIONS_MAX` of the library.
const REGISTRATIONS_MAX: u8 = 5;

const EXHAUSTED_WHILE_OPEN: &str = "exhausted while registration was open";

fn rules(issue: Issue, network: Network, faults: u8) -> Rules {
    Rules {
        issue,
        network,
        policy: Policy::Correct,
        faults,
        has_permanent_faults: true,
        forms: [0, 1],
    }
}

fn is_end(phase: Phase) -> bool {
    matches!(phase, Phase::Online | Phase::Stopped(_) | Phase::Off)
}

fn says_closed(phase: Phase) -> bool {
    [
        Error::PLATFORM_ALREADY_ACTIVE,
        Error::REGISTER_CONNACK_REFUSED,
    ]
    .iter()
    .any(|error| phase == Phase::Stopped(error.number()))
}

fn outcome(state: &State) -> String {
    let mut names = state.clients.each_ref().map(|client| match client.phase {
        Phase::Stopped(status) => status::name(status).to_str().unwrap().to_string(),
        phase => format!("{phase:?}"),
    });
    names.sort();
    names.join(", ")
}

/// A, where registration stays open until the first sign-in.
fn until_activated(world: &World, state: &State) -> Result<(String, Option<String>), String> {
    let wrong = |what: &str| Err(format!("A: {what}: {}", outcome(state)));
    let holds =
        |client: &Client| state.current().is_some() && world.durable(client) == state.current();
    let mut remark = None;
    for client in &state.clients {
        let Phase::Stopped(status) = client.phase else {
            if !is_end(client.phase) {
                return wrong("a client waits for what never comes");
            }
            if client.phase == Phase::Online && !holds(client) {
                return wrong("a client is online with a secret it does not hold");
            }
            continue;
        };
        // The other client signed in first: nothing that this one could do would help.
        let has_lost = says_closed(client.phase) && state.is_active && !holds(client);
        // The library's limit, against two devices of one name that void each other's secrets for
        // ever. It asks for a human, also in the rare run where one more attempt would have done.
        let is_exhausted = status == Error::REGISTRATIONS_EXHAUSTED.number()
            && !holds(client)
            && matches!(world.record(client), Record::Issued { registrations, .. } if registrations == REGISTRATIONS_MAX);
        let is_damaged = status == Error::STORE_DAMAGED.number() && client.is_damaged;
        if is_exhausted && !state.is_active {
            remark = Some(EXHAUSTED_WHILE_OPEN.to_string());
        }
        if !has_lost && !is_exhausted && !is_damaged {
            return wrong("a client stopped that could have gone on");
        }
    }
    if state.is_active
        && !state
            .clients
            .iter()
            .any(|client| holds(client) || client.is_damaged)
    {
        return wrong("the secret that closed registration is in no store");
    }
    Ok((outcome(state), remark))
}

/// A, where the platform issues one secret and never another: the device is lost if and only if that
/// secret was last seen in one of the known places.
fn once_ever(world: &World, state: &State) -> Result<(String, Option<String>), String> {
    let wrong = |what: &str| Err(format!("A: {what}: {}, {:?}", outcome(state), state.gone));
    let holder = state
        .clients
        .iter()
        .find(|client| state.current().is_some() && world.durable(client) == state.current());
    match (holder, state.gone) {
        (Some(holder), None) if holder.phase == Phase::Online => {}
        (None, Some(_)) if state.clients.iter().all(|client| says_closed(client.phase)) => {}
        _ => return wrong("the device is lost, and not through a known window"),
    }
    Ok((outcome(state), state.gone.map(|gone| format!("{gone:?}"))))
}

fn report(rules: Rules, explored: &Explored) {
    println!(
        "{:?}, {:?}, {} faults: {} states, {} steps, {} runs, {} histories of one client on the real code",
        rules.issue,
        rules.network,
        rules.faults,
        explored.states,
        explored.steps,
        explored.runs,
        explored.histories
    );
    for (outcome, states) in &explored.outcomes {
        println!("    {states:5} ends: {outcome}");
    }
    for said in &explored.said {
        println!("    {said}");
    }
}

fn all_is_well(rules: Rules) -> Explored {
    let explored = explore(rules, false, until_activated).unwrap_or_else(|wrong| panic!("{wrong}"));
    report(rules, &explored);
    explored
}

#[test]
fn nothing_is_lost_if_closed_connections_are_dead() {
    let any_fault = rules(Issue::Rotate, Network::ClosedIsDead, 3);
    // It takes a client that is switched off for good, and had voided the other's last secret.
    assert!(all_is_well(any_fault).said.contains(EXHAUSTED_WHILE_OPEN));
    let passing_faults = Rules {
        has_permanent_faults: false,
        ..any_fault
    };
    assert!(all_is_well(passing_faults).said.is_empty());
}

#[test]
fn nothing_is_lost_if_requests_and_replies_arrive_late() {
    let explored = all_is_well(rules(Issue::Rotate, Network::LateArrives, 2));
    // One late request is enough, if both clients have registered as often as they may.
    assert!(explored.said.contains(EXHAUSTED_WHILE_OPEN));
}

#[test]
fn without_faults_nobody_stops_while_registration_is_open() {
    let explored = all_is_well(rules(Issue::Rotate, Network::LateArrives, 0));
    assert!(explored.said.is_empty(), "{:?}", explored.said);
    assert!(explored.outcomes.keys().all(|ends| ends.contains("Online")));
}

#[test]
fn nothing_is_lost_if_the_same_secret_is_issued_again() {
    for network in [Network::ClosedIsDead, Network::LateArrives] {
        let explored = all_is_well(rules(Issue::Stable, network, 2));
        assert!(explored.said.is_empty(), "{:?}", explored.said);
    }
}

/// What remains if the platform issues one secret for each name, ever, which its older pages say:
/// from the moment the secret leaves it until the store has it, and nothing else.
#[test]
fn windows_that_remain_if_a_secret_is_issued_once_ever() {
    let closed = [
        "CrashBeforeTheReply",
        "CrashBeforeTheSave",
        "CrashDuringTheSave",
        "ReplyCutShort",
        "ReplyLost",
        "StoreRefused",
    ];
    let late = ["ReplyAfterTheNextRequest", "RequestOutlivedItsClient"];
    for (network, expected) in [
        (Network::ClosedIsDead, closed.to_vec()),
        (Network::LateArrives, [&closed[..], &late].concat()),
    ] {
        let rules = Rules {
            has_permanent_faults: false,
            ..rules(Issue::Once, network, 2)
        };
        let explored = explore(rules, false, once_ever).unwrap_or_else(|wrong| panic!("{wrong}"));
        report(rules, &explored);
        let mut expected: Vec<_> = expected.into_iter().map(String::from).collect();
        expected.sort();
        assert_eq!(Vec::from_iter(explored.said), expected);
    }
}

/// Broken applications, stores and platforms: each is found, and by the property it breaks.
#[test]
fn what_is_broken_is_found() {
    let correct = rules(Issue::Rotate, Network::ClosedIsDead, 2);
    let with = |policy| Rules { policy, ..correct };
    let late = Rules {
        network: Network::LateArrives,
        ..with(Policy::StoresLateReplies)
    };
    let asks_first = Rules {
        has_permanent_faults: false,
        ..with(Policy::RegistersAtEachStart)
    };
    let once = Rules {
        issue: Issue::Once,
        ..correct
    };
    for (rules, lies, expected) in [
        (with(Policy::SignsInBeforeStoring), false, "B: "),
        (correct, true, "B: "),
        (late, false, "C: "),
        (with(Policy::TakesDamagedForAbsent), false, "D: "),
        (asks_first, false, "D: "),
        (with(Policy::StopsAtTheFirstFailure), false, "A: "),
        (
            with(Policy::TriesAgainWhateverTheAnswer),
            false,
            "some run never ends",
        ),
        (once, false, "A: "),
    ] {
        let found = explore(rules, lies, until_activated)
            .err()
            .unwrap_or_default();
        println!("{:?}, {:?}: {found}\n", rules.policy, rules.issue);
        assert!(found.starts_with(expected), "{rules:?}: {found}");
    }
}
