//! Visits every state there is, breadth first, so that what it objects to is said by a shortest run.

use super::client::Clients;
use super::world::{Event, Rules, State, World};
use std::collections::{BTreeMap, BTreeSet, HashMap};

pub(crate) struct Explored {
    pub(crate) states: usize,
    pub(crate) steps: usize,
    /// Different runs from the start to an end.
    pub(crate) runs: u128,
    pub(crate) histories: usize,
    /// How two clients end, and in how many states.
    pub(crate) outcomes: BTreeMap<String, usize>,
    /// What the judge said of the ends.
    pub(crate) said: BTreeSet<String>,
}

/// Looks at a state in which nothing more happens but by a fault: how it ended, and anything worth
/// collecting; or what is wrong with it.
pub(crate) type Judge = fn(&World, &State) -> Result<(String, Option<String>), String>;

pub(crate) fn explore(rules: Rules, lies: bool, judge: Judge) -> Result<Explored, String> {
    let mut world = World {
        rules,
        clients: Clients::new(lies),
    };
    let start = world.start()?;
    let mut seen = HashMap::from([(world.key(&start), 0)]);
    // How each state was first reached, to tell.
    let mut from: Vec<(usize, Option<Event>)> = vec![(0, None)];
    let mut follows: Vec<Vec<u32>> = Vec::new();
    let mut is_end = Vec::new();
    let mut outcomes = BTreeMap::new();
    let mut said = BTreeSet::new();
    let mut layer = vec![start];
    while !layer.is_empty() {
        let mut next_layer = Vec::new();
        for state in layer {
            let at = follows.len();
            let tell = |wrong: String| format!("{wrong}\n{}", told(&from, at));
            let (events, free) = world.events(&state);
            is_end.push(free == 0);
            if free == 0 {
                let (outcome, remark) = judge(&world, &state).map_err(tell)?;
                *outcomes.entry(outcome).or_default() += 1;
                said.extend(remark);
            }
            let mut next = Vec::with_capacity(events.len());
            for (index, event) in events.into_iter().enumerate() {
                let after = world.after(&state, event, index >= free);
                let after =
                    after.map_err(|wrong| format!("{wrong}\n{}{event:?}", told(&from, at)))?;
                let fresh = seen.len() as u32;
                let found = *seen.entry(world.key(&after)).or_insert(fresh);
                if found == fresh {
                    from.push((at, Some(event)));
                    next_layer.push(after);
                }
                next.push(found);
            }
            follows.push(next);
        }
        layer = next_layer;
    }
    Ok(Explored {
        states: follows.len(),
        steps: follows.iter().map(Vec::len).sum(),
        runs: runs(&follows, &is_end)?,
        histories: world.clients.histories(),
        outcomes,
        said,
    })
}

fn told(from: &[(usize, Option<Event>)], mut at: usize) -> String {
    let mut events = Vec::new();
    while let (before, Some(event)) = from[at] {
        events.push(format!("{event:?}\n"));
        at = before;
    }
    events.reverse();
    events.concat()
}

/// Counts the runs; a run that could go on for ever is an error, for a client would spin.
fn runs(follows: &[Vec<u32>], is_end: &[bool]) -> Result<u128, String> {
    let mut waits_for = vec![0u32; follows.len()];
    for next in follows.iter().flatten() {
        waits_for[*next as usize] += 1;
    }
    let mut ways = vec![0u128; follows.len()];
    ways[0] = 1;
    let mut ready = vec![0usize];
    let (mut total, mut done) = (0u128, 0);
    while let Some(at) = ready.pop() {
        done += 1;
        if is_end[at] {
            total = total.saturating_add(ways[at]);
        }
        for next in &follows[at] {
            let next = *next as usize;
            ways[next] = ways[next].saturating_add(ways[at]);
            waits_for[next] -= 1;
            if waits_for[next] == 0 {
                ready.push(next);
            }
        }
    }
    if done < follows.len() {
        return Err("some run never ends: a client spins".into());
    }
    Ok(total)
}
