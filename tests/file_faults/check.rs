//! One process, and a fault at every one of its calls.

use super::application::{Kind, OPERATORS, Operation, Run, View, run, view};
use super::model::{Call, Fault, Model, Value, World};
use libc::c_int;
use linkauth::status::Error;
use std::collections::{HashMap, HashSet};

const PROCESS: usize = 1;
const SAMPLES: usize = 24;
const SAMPLES_NESTED: usize = 4;

pub(crate) type Checked<T> = Result<T, String>;

#[derive(Default, Debug)]
pub(crate) struct Counts {
    pub(crate) calls: usize,
    pub(crate) kills: usize,
    pub(crate) power_cuts: usize,
    pub(crate) nested_cuts: usize,
    pub(crate) errors: usize,
    pub(crate) short: usize,
    pub(crate) retries: usize,
}

/// An operation, and the world that it starts in.
pub(crate) struct Scenario {
    pub(crate) name: &'static str,
    pub(crate) operation: Operation,
    pub(crate) world: World,
}

pub(crate) struct Checker<'k, K: Kind> {
    kind: &'k K,
    pub(crate) counts: Counts,
    views: HashMap<Option<Vec<u8>>, View>,
    retried: HashSet<(World, Operation)>,
}

/// The errors that a call can come back with.
fn errors_of(call: &Call) -> &'static [c_int] {
    use libc::{EDQUOT, EINTR, EIO, ENOSPC, EROFS};
    match call {
        Call::OpenFolder | Call::OpenToRead(_) | Call::Read(..) => &[EIO, EINTR],
        Call::Create(_) | Call::OpenLock(_) => &[EIO, EINTR, ENOSPC, EDQUOT, EROFS],
        Call::Write(..) => &[EIO, EINTR, ENOSPC, EDQUOT],
        Call::Truncate(..) => &[EIO, EINTR, ENOSPC, EROFS],
        Call::Sync { .. } => &[EIO, EINTR, ENOSPC, EDQUOT],
        Call::Rename(..) => &[EIO, ENOSPC, EDQUOT, EROFS],
        Call::Remove(_) | Call::Restrict(_) => &[EIO, EROFS],
        Call::Lock(_) => &[EIO, EINTR],
        Call::Status(_) | Call::Rewind(_) => &[EIO],
        Call::Close(_) | Call::User | Call::Issue | Call::Accepts(_) => &[],
    }
}

fn status_of(error: c_int) -> Error {
    match error {
        libc::ENOSPC | libc::EDQUOT => Error::STORE_FULL,
        libc::EROFS => Error::STORE_READ_ONLY,
        _ => Error::STORE_IO,
    }
}

impl<'k, K: Kind> Checker<'k, K> {
    pub(crate) fn new(kind: &'k K) -> Checker<'k, K> {
        Checker {
            kind,
            counts: Counts::default(),
            views: HashMap::new(),
            retried: HashSet::new(),
        }
    }

    /// What is stored depends on one file alone.
    pub(crate) fn view(&mut self, world: &World) -> View {
        let file = world.file(".linkauth").map(<[u8]>::to_vec);
        let kind = self.kind;
        *self.views.entry(file).or_insert_with(|| view(kind, world))
    }

    /// A world after operations that nothing disturbed, long ago.
    pub(crate) fn world_after(&self, mut world: World, operations: &[Operation]) -> World {
        for operation in operations {
            let model = Model::new(world, PROCESS, None);
            run(self.kind, &model, *operation, false).result.unwrap();
            world = model.0.borrow().world.clone();
            world.settle();
        }
        world
    }

    /// Whether what is stored is what the operation is for.
    fn is_goal(&self, scenario: &Scenario, world: &World, found: View) -> bool {
        match (scenario.operation, found) {
            (Operation::Erase, View::Nothing) => true,
            (Operation::Register, View::Stored { secret, .. }) => secret == world.issued,
            (Operation::Activate, View::Stored { is_activated, .. }) => is_activated,
            (Operation::StoreSecret, View::Stored { secret, .. }) => secret == OPERATORS,
            (Operation::Load, View::Stored { .. }) => true,
            _ => false,
        }
    }

    fn is_old_or_new(&mut self, scenario: &Scenario, world: &World) -> Checked<()> {
        let found = self.view(world);
        if found == self.view(&scenario.world) || self.is_goal(scenario, world, found) {
            return Ok(());
        }
        Err(format!("neither the old record nor the new one: {found:?}"))
    }

    /// What a power cut leaves of this world is the old record or the new one.
    fn cuts(&mut self, scenario: &Scenario, world: &World) -> Checked<()> {
        for cut in world.after_power_cut(SAMPLES) {
            self.counts.power_cuts += 1;
            self.is_old_or_new(scenario, &cut)?;
            self.retry(scenario, &cut)?;
        }
        Ok(())
    }

    fn is_durable(&mut self, scenario: &Scenario, world: &World) -> Checked<()> {
        for cut in world.after_power_cut(SAMPLES) {
            self.counts.power_cuts += 1;
            let found = self.view(&cut);
            if !self.is_goal(scenario, &cut, found) {
                return Err(format!("acknowledged, and lost: {found:?}"));
            }
        }
        Ok(())
    }

    /// A secret that signs in is durable: the platform may close registration with it.
    fn uses_are_durable(&mut self, run: &Run) -> Checked<()> {
        for (world, used) in &run.uses {
            for cut in world.after_power_cut(SAMPLES_NESTED) {
                self.counts.power_cuts += 1;
                match self.view(&cut) {
                    View::Stored { secret, .. } if secret == *used => {}
                    found => return Err(format!("a secret signs in, and is lost: {found:?}")),
                }
            }
        }
        Ok(())
    }

    fn has_closed_all(world: &World) -> Checked<()> {
        match world.open_descriptors(PROCESS) {
            0 => Ok(()),
            count => Err(format!("{count} descriptors are left open")),
        }
    }

    /// Started again, undisturbed, the application gets there.
    fn retry(&mut self, scenario: &Scenario, world: &World) -> Checked<()> {
        if !self.retried.insert((world.clone(), scenario.operation)) {
            return Ok(());
        }
        self.counts.retries += 1;
        let model = Model::new(world.clone(), PROCESS, None);
        let again = run(self.kind, &model, scenario.operation, false);
        if let Err(error) = again.result {
            return Err(format!("a retry fails: {}", error.name()));
        }
        self.uses_are_durable(&again)?;
        let after = model.0.borrow().world.clone();
        Self::has_closed_all(&after)?;
        self.is_durable(scenario, &after)
    }

    pub(crate) fn check(&mut self, scenario: &Scenario) -> Checked<()> {
        let model = Model::new(scenario.world.clone(), PROCESS, None);
        let undisturbed = run(self.kind, &model, scenario.operation, false);
        let (calls, world) = {
            let session = model.0.borrow();
            (session.calls.clone(), session.world.clone())
        };
        let at = |what: &str, call: usize| {
            let call = calls
                .get(call)
                .map_or("the end".into(), |call| format!("{call:?}"));
            format!("{}, {what} at {call}", scenario.name)
        };
        let in_context = |context: String| move |finding: String| format!("{context}: {finding}");
        self.counts.calls += calls.len();
        if undisturbed.result.is_err() {
            return Err(format!("{}: fails undisturbed", scenario.name));
        }
        self.uses_are_durable(&undisturbed)
            .and_then(|()| Self::has_closed_all(&world))
            .and_then(|()| self.is_durable(scenario, &world))
            .map_err(in_context(at("undisturbed", usize::MAX)))?;
        for number in 0..=calls.len() {
            self.dies(scenario, number)
                .map_err(in_context(at("killed", number)))?;
        }
        let lengths = model.0.borrow().replies.clone();
        for (number, call) in calls.iter().enumerate() {
            for error in errors_of(call) {
                self.fails(scenario, number, call, *error)
                    .map_err(in_context(at(&format!("error {error}"), number)))?;
            }
            let length = match (call, &lengths[number]) {
                (Call::Read(..), Ok(Value::Bytes(bytes))) => bytes.len(),
                (Call::Write(..), Ok(Value::Number(count))) => *count,
                _ => 0,
            };
            for count in 1..length {
                self.is_short(scenario, number, count)
                    .map_err(in_context(at(&format!("{count} bytes"), number)))?;
            }
        }
        Ok(())
    }

    /// The process is killed, or the power fails, before a call; and then at any call of the retry.
    fn dies(&mut self, scenario: &Scenario, number: usize) -> Checked<()> {
        let fault = Some((number, Fault::Dies));
        let model = Model::new(scenario.world.clone(), PROCESS, fault);
        let killed = run(self.kind, &model, scenario.operation, false);
        self.uses_are_durable(&killed)?;
        let mut world = model.0.borrow().world.clone();
        world.release(PROCESS);
        self.counts.kills += 1;
        self.is_old_or_new(scenario, &world)?;
        self.retry(scenario, &world)?;
        self.cuts(scenario, &world)?;

        for number in 0.. {
            let fault = Some((number, Fault::Dies));
            let model = Model::new(world.clone(), PROCESS, fault);
            let second = run(self.kind, &model, scenario.operation, false);
            self.uses_are_durable(&second)?;
            let session = model.0.borrow();
            if !session.is_dead {
                break;
            }
            for cut in session.world.after_power_cut(SAMPLES_NESTED) {
                self.counts.nested_cuts += 1;
                self.is_old_or_new(scenario, &cut)?;
            }
        }

        let model = Model::new(scenario.world.clone(), PROCESS, fault).synced_by_others();
        run(self.kind, &model, scenario.operation, false);
        let mut world = model.0.borrow().world.clone();
        world.release(PROCESS);
        self.cuts(scenario, &world)
    }

    fn fails(
        &mut self,
        scenario: &Scenario,
        number: usize,
        call: &Call,
        error: c_int,
    ) -> Checked<()> {
        self.counts.errors += 1;
        let fault = Some((number, Fault::Fails(error)));
        let model = Model::new(scenario.world.clone(), PROCESS, fault);
        let failed = run(self.kind, &model, scenario.operation, false);
        let world = model.0.borrow().world.clone();
        Self::has_closed_all(&world)?;
        self.uses_are_durable(&failed)?;
        let expected = match error {
            libc::EINTR => Ok(()),
            error => Err(status_of(error)),
        };
        // A refusal keeps its plain meaning where the record cannot be read.
        let is_plain_refusal = failed.result == Err(Error::CONNACK_CREDENTIALS)
            && scenario.operation == Operation::Register
            && expected.is_err();
        if failed.result != expected && !is_plain_refusal {
            return Err(format!(
                "ends with {:?}",
                failed.result.map_err(Error::name)
            ));
        }
        if failed.result.is_ok() {
            return self.is_durable(scenario, &world);
        }
        if failed.system_error.is_some_and(|number| number != error) {
            return Err(format!("the system's error is {:?}", failed.system_error));
        }
        let is_sync_of_a_file = matches!(
            call,
            Call::Sync {
                is_folder: false,
                ..
            }
        );
        if is_sync_of_a_file && self.view(&world) != self.view(&scenario.world) {
            return Err("an fsync failed, and the record is another".into());
        }
        self.is_old_or_new(scenario, &world)?;
        self.retry(scenario, &world)?;
        self.cuts(scenario, &world)?;

        let model = Model::new(scenario.world.clone(), PROCESS, fault);
        let twice = run(self.kind, &model, scenario.operation, true);
        self.uses_are_durable(&twice)?;
        let world = model.0.borrow().world.clone();
        Self::has_closed_all(&world)?;
        match twice.again {
            Some(Err(error)) => Err(format!("tried again, it fails: {}", error.name())),
            Some(Ok(())) => self.is_durable(scenario, &world),
            None => Ok(()),
        }
    }

    fn is_short(&mut self, scenario: &Scenario, number: usize, count: usize) -> Checked<()> {
        self.counts.short += 1;
        let fault = Some((number, Fault::Short(count)));
        let model = Model::new(scenario.world.clone(), PROCESS, fault);
        let ended = run(self.kind, &model, scenario.operation, false);
        if let Err(error) = ended.result {
            return Err(format!("ends with {}", error.name()));
        }
        self.uses_are_durable(&ended)?;
        let world = model.0.borrow().world.clone();
        Self::has_closed_all(&world)?;
        self.is_durable(scenario, &world)
    }
}
