//! Cuts power in every operation of an attempt, and again in every operation of the next attempt.

use crate::chip::{Chip, Operation, Shape, State, Tear};
use crate::device::{Attempt, Open, SECRETS, holds, load};
use linkauth::status::Error;
use std::collections::HashSet;

/// Attempts that end, and the one that is cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    /// Other bytes than erased ones were in the slots before.
    pub(crate) is_dirty: bool,
    pub(crate) before: &'static [Attempt],
    pub(crate) attempt: Attempt,
}

#[derive(Clone, Copy, Default, Debug)]
pub(crate) struct Counts {
    /// Cuts of an attempt, and of the attempt that follows it.
    pub(crate) cuts: u64,
    /// Different contents of the flash after them, each loaded and then tried again in full.
    pub(crate) states: u64,
    /// States in which an operator's erase left a damaged record, to be erased again.
    pub(crate) damaged: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: Counts) {
        self.cuts += other.cuts;
        self.states += other.states;
        self.damaged += other.damaged;
    }
}

/// What a load may give.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Seen {
    Record(Option<Vec<u8>>),
    Damaged,
}

/// Which cut it is, and whether the attempt that follows is cut too.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Depth {
    First,
    FirstOfTwo,
    Second,
}

struct Explorer {
    open: Open,
    attempt: Attempt,
    before: Seen,
    after: Seen,
    /// Secrets that must be gone once the attempt is known to be done.
    replaced: Vec<usize>,
    known: HashSet<(u64, bool, Depth)>,
    counts: Counts,
}

type Done = Vec<(State, Operation)>;
type Outcome<T> = Result<T, String>;

/// `nested`: after how many of the cuts the next attempt is cut too, evenly spread over them.
pub(crate) fn explore(
    shape: Shape,
    scenario: Scenario,
    open: Open,
    nested: usize,
) -> Outcome<Counts> {
    let wrong = |what: String| format!("{}, {shape:?}: {what}", scenario.name);
    explore_from(shape, scenario, open, nested).map_err(wrong)
}

fn explore_from(shape: Shape, scenario: Scenario, open: Open, nested: usize) -> Outcome<Counts> {
    let mut state = if scenario.is_dirty {
        State::garbage(shape)
    } else {
        State::blank(shape)
    };
    for attempt in scenario.before {
        state = whole(*attempt, &state, open)?.0;
    }
    let before = look(&state, open)?;
    let (end, done) = whole(scenario.attempt, &state, open)?;
    let after = look(&end, open)?;
    let is_kept = |secret: &usize| match &after {
        Seen::Record(Some(record)) => holds(record, *secret),
        _ => false,
    };
    let replaces = matches!(scenario.attempt, Attempt::Activate | Attempt::Erase);
    let replaced = (0..SECRETS.len())
        .filter(|secret| replaces && !is_kept(secret))
        .collect();
    let mut explorer = Explorer {
        open,
        attempt: scenario.attempt,
        before: before.clone(),
        after,
        replaced,
        known: HashSet::new(),
        counts: Counts::default(),
    };
    explorer.check_end(&end)?;
    let cuts = done.len() * OUTER.len();
    for (at, (found, operation)) in done.iter().enumerate() {
        for (kind, tear) in OUTER.iter().enumerate() {
            let number = at * OUTER.len() + kind;
            let torn = found.torn(operation, seeded(*tear, number as u64));
            // Of `cuts` numbers, `nested` are those at which this quotient steps.
            let is_nested = (number + 1) * nested / cuts != number * nested / cuts;
            let depth = if nested >= cuts || is_nested {
                Depth::FirstOfTwo
            } else {
                Depth::First
            };
            explorer
                .visit(&torn, &before, depth)
                .map_err(|wrong| format!("cut in {operation:?}, {tear:?}: {wrong}"))?;
        }
    }
    Ok(explorer.counts)
}

const OUTER: [Tear; 8] = [
    Tear::Unseen,
    Tear::FirstHalf,
    Tear::SecondHalf,
    Tear::All,
    Tear::Bits(1),
    Tear::Bits(2),
    Tear::Bits(3),
    Tear::Unreadable(4),
];

fn seeded(tear: Tear, number: u64) -> Tear {
    match tear {
        Tear::Bits(seed) => Tear::Bits(seed + (number << 8)),
        Tear::Unreadable(seed) => Tear::Unreadable(seed + (number << 8)),
        other => other,
    }
}

/// An attempt that nothing cuts: the state it ends in, and what it did.
fn whole(attempt: Attempt, state: &State, open: Open) -> Outcome<(State, Done)> {
    on_bench(attempt, state, |chip| attempt.run(chip, open))
}

fn on_bench(
    attempt: Attempt,
    state: &State,
    run: impl FnOnce(&Chip) -> linkauth::status::Result<()>,
) -> Outcome<(State, Done)> {
    let chip = Chip::new(state.clone(), attempt == Attempt::Erase);
    let ended = run(&chip);
    let mut bench = chip.0.borrow_mut();
    if let Some(wrong) = bench.wrong.take() {
        return Err(wrong);
    }
    ended.map_err(|error| format!("the next attempt fails: {error:?}"))?;
    let done = std::mem::take(&mut bench.done);
    Ok((bench.state.clone(), done))
}

fn look(state: &State, open: Open) -> Outcome<Seen> {
    match load(&Chip::new(state.clone(), false), open) {
        Ok(record) => Ok(Seen::Record(record)),
        Err(Error::STORE_DAMAGED) => Ok(Seen::Damaged),
        Err(error) => Err(format!("a load fails: {error:?}")),
    }
}

impl Explorer {
    /// Restarts after a cut. What was loaded before it, or what the attempt is to leave, must be
    /// loaded now.
    fn visit(&mut self, state: &State, was: &Seen, depth: Depth) -> Outcome<()> {
        self.counts.cuts += 1;
        let key = (state.fingerprint(), *was == self.after, depth);
        if !self.known.insert(key) {
            return Ok(());
        }
        self.counts.states += 1;
        let now = look(state, self.open)?;
        let may_be_damaged = self.attempt == Attempt::Erase && *was != self.after;
        if now == Seen::Damaged && may_be_damaged {
            self.counts.damaged += 1;
        } else if now == Seen::Damaged && *was != Seen::Damaged {
            return Err("damaged by a power cut alone".into());
        } else if now != *was && now != self.after {
            return Err("neither the old record nor the new one".into());
        }
        if self.attempt == Attempt::Activate && now == self.after && now != self.before {
            self.check_replaced(state)?;
        }
        if depth != Depth::FirstOfTwo {
            return self.check_end(&self.finish(state)?);
        }
        let (end, done) = whole(self.attempt, state, self.open)?;
        self.check_end(&end)?;
        for (at, (found, operation)) in done.iter().enumerate() {
            let number = self.counts.cuts ^ (at as u64) << 32;
            for tear in [
                Tear::Bits(number),
                Tear::Unreadable(number),
                OUTER[(at + self.counts.cuts as usize) % 4],
            ] {
                let torn = found.torn(operation, tear);
                self.visit(&torn, &now, Depth::Second)
                    .map_err(|wrong| format!("again in {operation:?}, {tear:?}: {wrong}"))?;
            }
        }
        Ok(())
    }

    /// The attempt that nothing cuts, after the last that was cut.
    fn finish(&self, state: &State) -> Outcome<State> {
        let record = match &self.after {
            Seen::Record(record) => record.as_deref(),
            Seen::Damaged => None,
        };
        let finished = on_bench(self.attempt, state, |chip| {
            self.attempt.run_store(chip, self.open, record)
        });
        finished.map(|(end, _)| end)
    }

    fn check_end(&self, end: &State) -> Outcome<()> {
        if look(end, self.open)? != self.after {
            return Err("a whole attempt does not end with the new record".into());
        }
        self.check_replaced(end)
    }

    fn check_replaced(&self, state: &State) -> Outcome<()> {
        let remains = |secret: &&usize| state.shows(SECRETS[**secret].as_bytes());
        match self.replaced.iter().find(remains) {
            Some(_) => Err("a replaced secret is still there".into()),
            None => Ok(()),
        }
    }
}
