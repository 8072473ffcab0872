//! Two processes over one folder, in every order of their calls.
//!
//! A process is run up to its next call by giving it again the replies that it got so far. States
//! that were seen are not entered twice, so that every order is covered without listing them.

use super::application::{Kind, OPERATORS, Operation, Run, View, run};
use super::check::{Checked, Checker};
use super::model::{Model, Reply, World};
use linkauth::status::{Error, Result};
use std::collections::HashSet;

const SAMPLES: usize = 4;

#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct Process {
    replies: Vec<Reply>,
    /// Its end: a status, 0 for success.
    end: Option<i32>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct State {
    world: World,
    processes: [Process; 2],
    /// Processes that ended well, the last one last.
    succeeded: Vec<usize>,
}

#[derive(Default, Debug)]
pub(crate) struct Raced {
    pub(crate) states: usize,
    pub(crate) ends: usize,
    pub(crate) kills: usize,
    pub(crate) power_cuts: usize,
    /// Ends at which one of the two had been turned away.
    pub(crate) locked: usize,
}

fn number(result: Result<()>) -> i32 {
    result.map_or_else(Error::number, |()| 0)
}

pub(crate) fn race<K: Kind>(kind: &K, world: &World, operations: [Operation; 2]) -> Checked<Raced> {
    let mut checker = Checker::new(kind);
    let mut raced = Raced::default();
    let mut seen = HashSet::new();
    let mut open = vec![State {
        world: world.clone(),
        processes: Default::default(),
        succeeded: Vec::new(),
    }];
    while let Some(state) = open.pop() {
        if !seen.insert(state.clone()) {
            continue;
        }
        raced.states += 1;
        for cut in state.world.after_power_cut(SAMPLES) {
            raced.power_cuts += 1;
            let found = checker.view(&cut);
            let is_lost = match found {
                View::Nothing => !state.succeeded.is_empty(),
                View::Stored { .. } => false,
                View::Unusable(_) => true,
            };
            if is_lost {
                return Err(format!("after a power cut: {found:?}"));
            }
        }
        let running: Vec<usize> = (0..2)
            .filter(|process| state.processes[*process].end.is_none())
            .collect();
        if running.is_empty() {
            raced.ends += 1;
            raced.locked += usize::from(at_end(&mut checker, &state, operations)?);
        }
        for process in running {
            let (next, uses) = step(kind, &state, process, operations[process])?;
            open.push(next);
            for cut in uses
                .iter()
                .flat_map(|(world, _)| world.after_power_cut(SAMPLES))
            {
                raced.power_cuts += 1;
                let found = checker.view(&cut);
                if !matches!(found, View::Stored { .. }) {
                    return Err(format!("a secret signs in, and is lost: {found:?}"));
                }
            }
            raced.kills += 1;
            other_goes_on(kind, &state, process, operations)?;
        }
    }
    Ok(raced)
}

fn step<K: Kind>(
    kind: &K,
    state: &State,
    process: usize,
    operation: Operation,
) -> Checked<(State, Vec<(World, usize)>)> {
    let mut next = state.clone();
    let script = std::mem::take(&mut next.processes[process].replies);
    let model = Model::resumed(next.world, process, script);
    let ended: Run = run(kind, &model, operation, false);
    let session = model.0.borrow();
    next.world = session.world.clone();
    next.processes[process].replies = session.replies.clone();
    if !session.is_dead {
        next.processes[process].end = Some(number(ended.result));
        if ended.result.is_ok() {
            next.succeeded.push(process);
        }
        if next.world.open_descriptors(process) != 0 {
            return Err("descriptors are left open".into());
        }
    }
    Ok((next, ended.uses))
}

/// One is killed here, and the other, which had not begun, finds its lock gone.
fn other_goes_on<K: Kind>(
    kind: &K,
    state: &State,
    killed: usize,
    operations: [Operation; 2],
) -> Checked<()> {
    let other = 1 - killed;
    if !state.processes[other].replies.is_empty() {
        return Ok(());
    }
    let mut world = state.world.clone();
    world.release(killed);
    let model = Model::new(world, other, None);
    let ended = run(kind, &model, operations[other], false);
    match ended.result {
        Err(error) if !is_refusal(error.number(), operations) => {
            Err(format!("after the other was killed: {}", error.name()))
        }
        _ => Ok(()),
    }
}

/// What the operator stored is none of the platform's here, and it says so.
fn is_refusal(end: i32, operations: [Operation; 2]) -> bool {
    end == Error::CONNACK_CREDENTIALS.number() && operations.contains(&Operation::StoreSecret)
}

/// Whether one was turned away.
fn at_end<K: Kind>(
    checker: &mut Checker<'_, K>,
    state: &State,
    operations: [Operation; 2],
) -> Checked<bool> {
    let ends = state
        .processes
        .each_ref()
        .map(|process| process.end.unwrap());
    let locked = Error::STORE_LOCKED.number();
    let is_known = |end: &i32| *end == 0 || *end == locked || is_refusal(*end, operations);
    if !ends.iter().all(is_known) {
        return Err(format!("they end with {ends:?}"));
    }
    if state.succeeded.is_empty() {
        return Err(format!("none succeeds: {ends:?}"));
    }
    for cut in state.world.after_power_cut(SAMPLES) {
        let found = checker.view(&cut);
        let View::Stored { secret, .. } = found else {
            return Err(format!("in the end: {found:?}"));
        };
        let is_of = |process: &usize| match operations[*process] {
            Operation::StoreSecret => secret == OPERATORS,
            _ => secret == state.world.issued,
        };
        if !state.succeeded.iter().any(is_of) {
            return Err(format!(
                "secret {secret} is stored, and {} was issued last",
                state.world.issued
            ));
        }
    }
    Ok(ends.contains(&locked))
}
