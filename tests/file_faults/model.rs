//! A folder on a file system as a power cut finds it: what is visible, what is durable, and the
//! changes in between, of which any may have reached the disk.

use libc::c_int;
use linkauth::posix::system::{Open, Outcome, Status, System};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::CStr;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::rc::Rc;

const USER: u32 = 1000;
/// What a disk writes whole. Smaller than a sector, so that a record has several.
const BLOCK: usize = 16;

#[derive(Clone, PartialEq, Eq, Hash)]
enum Change {
    Write { at: usize, bytes: Vec<u8> },
    Truncate(usize),
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>, mut is_kept: impl FnMut() -> bool) {
        match self {
            Change::Truncate(length) => bytes.resize(*length, 0),
            Change::Write { at, bytes: written } => {
                bytes.resize(bytes.len().max(at + written.len()), 0);
                for (number, block) in written.chunks(BLOCK).enumerate() {
                    if is_kept() {
                        let at = at + number * BLOCK;
                        bytes[at..at + block.len()].copy_from_slice(block);
                    }
                }
            }
        }
    }
}

#[derive(Clone, Default, PartialEq, Eq, Hash)]
struct File {
    visible: Vec<u8>,
    durable: Vec<u8>,
    pending: Vec<Change>,
}

impl File {
    fn change(&mut self, change: Change) {
        change.apply(&mut self.visible, || true);
        self.pending.push(change);
    }

    fn settle(&mut self) {
        for change in self.pending.drain(..) {
            change.apply(&mut self.durable, || true);
        }
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum NameChange {
    Link(String, usize),
    Rename(String, String, usize),
    Unlink(String),
}

type Names = BTreeMap<String, usize>;

impl NameChange {
    fn apply(&self, names: &mut Names) {
        match self {
            NameChange::Link(name, file) => {
                names.insert(name.clone(), *file);
            }
            NameChange::Unlink(name) => {
                names.remove(name);
            }
            NameChange::Rename(from, to, file) => {
                names.insert(to.clone(), *file);
                if names.get(from) == Some(file) {
                    names.remove(from);
                }
            }
        }
    }
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Target {
    Folder,
    File { file: usize, at: usize },
}

/// What the store asks of the system, and what the application asks of the platform.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Call {
    OpenFolder,
    OpenToRead(String),
    Create(String),
    OpenLock(String),
    Status(c_int),
    Read(c_int, usize),
    Write(c_int, Vec<u8>),
    Rewind(c_int),
    Truncate(c_int, usize),
    Restrict(c_int),
    Sync {
        descriptor: c_int,
        is_folder: bool,
    },
    Rename(String, String),
    Remove(String),
    Lock(c_int),
    Close(c_int),
    User,
    /// The platform issues another secret, and is told which one it is.
    Issue,
    /// Whether the platform accepts a secret: the one that was issued last.
    Accepts(usize),
}

#[derive(Clone, PartialEq, Eq, Hash)]
pub(crate) enum Value {
    Number(usize),
    Bytes(Vec<u8>),
}

pub(crate) type Reply = Result<Value, c_int>;

/// Folder, processes and platform.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub(crate) struct World {
    files: Vec<File>,
    names: Names,
    durable_names: Names,
    pending_names: Vec<NameChange>,
    /// By process and descriptor.
    open: BTreeMap<(usize, c_int), Target>,
    /// Who holds the lock of a file.
    locks: BTreeMap<usize, (usize, c_int)>,
    /// How many secrets the platform has issued.
    pub(crate) issued: usize,
}

const DONE: Reply = Ok(Value::Number(0));

impl World {
    /// A file that was always there.
    pub(crate) fn put(&mut self, name: &str, bytes: &[u8]) {
        self.rename_file(NameChange::Link(name.into(), self.files.len()));
        self.files.push(File::default());
        let change = Change::Write {
            at: 0,
            bytes: bytes.into(),
        };
        self.files.last_mut().unwrap().change(change);
        self.settle();
    }

    /// The visible file whose name ends so.
    pub(crate) fn file(&self, ending: &str) -> Option<&[u8]> {
        let (_, file) = self.names.iter().find(|(name, _)| name.ends_with(ending))?;
        Some(&self.files[*file].visible)
    }

    /// The whole name of the file whose name ends so.
    pub(crate) fn name(&self, ending: &str) -> Option<&str> {
        let mut names = self.names.keys().map(String::as_str);
        names.find(|name| name.ends_with(ending))
    }

    pub(crate) fn open_descriptors(&self, process: usize) -> usize {
        self.open.keys().filter(|key| key.0 == process).count()
    }

    /// A process ends, and the system closes what it had open.
    pub(crate) fn release(&mut self, process: usize) {
        self.open.retain(|key, _| key.0 != process);
        self.locks.retain(|_, holder| holder.0 != process);
    }

    /// `sync`, by anybody.
    pub(crate) fn settle(&mut self) {
        self.files.iter_mut().for_each(File::settle);
        for change in self.pending_names.drain(..) {
            change.apply(&mut self.durable_names);
        }
    }

    fn rename_file(&mut self, change: NameChange) {
        change.apply(&mut self.names);
        self.pending_names.push(change);
    }

    fn free_descriptor(&self, process: usize) -> c_int {
        (3..)
            .find(|descriptor| !self.open.contains_key(&(process, *descriptor)))
            .unwrap()
    }

    fn opened(&mut self, process: usize, target: Target) -> Reply {
        let descriptor = self.free_descriptor(process);
        self.open.insert((process, descriptor), target);
        Ok(Value::Number(descriptor as usize))
    }

    fn create(&mut self, name: &str) -> usize {
        self.files.push(File::default());
        let file = self.files.len() - 1;
        self.rename_file(NameChange::Link(name.into(), file));
        file
    }

    fn target(&mut self, process: usize, descriptor: c_int) -> &mut Target {
        let target = self.open.get_mut(&(process, descriptor));
        target.expect("a descriptor that is not open is used")
    }

    fn place(&mut self, process: usize, descriptor: c_int) -> (usize, &mut usize) {
        match self.target(process, descriptor) {
            Target::File { file, at } => (*file, at),
            Target::Folder => panic!("a folder is used as a file"),
        }
    }

    fn execute(&mut self, process: usize, call: &Call) -> Reply {
        match call {
            Call::OpenFolder => self.opened(process, Target::Folder),
            Call::OpenToRead(name) => {
                let file = *self.names.get(name).ok_or(libc::ENOENT)?;
                self.opened(process, Target::File { file, at: 0 })
            }
            Call::Create(name) if self.names.contains_key(name) => Err(libc::EEXIST),
            Call::Create(name) | Call::OpenLock(name) => {
                let found = self.names.get(name).copied();
                let file = found.unwrap_or_else(|| self.create(name));
                self.opened(process, Target::File { file, at: 0 })
            }
            Call::Status(descriptor) => {
                Ok(Value::Number(match self.target(process, *descriptor) {
                    Target::Folder => libc::S_IFDIR | 0o700,
                    Target::File { .. } => libc::S_IFREG | 0o600,
                } as usize))
            }
            Call::Read(descriptor, length) => {
                let (file, at) = self.place(process, *descriptor);
                let from = *at;
                let bytes = &self.files[file].visible;
                let end = bytes.len().min(from + length);
                let read = bytes.get(from..end).unwrap_or_default().to_vec();
                *self.place(process, *descriptor).1 += read.len();
                Ok(Value::Bytes(read))
            }
            Call::Write(descriptor, bytes) => {
                let (file, at) = self.place(process, *descriptor);
                let bytes = bytes.clone();
                let (count, change) = (bytes.len(), Change::Write { at: *at, bytes });
                *at += count;
                self.files[file].change(change);
                Ok(Value::Number(count))
            }
            Call::Rewind(descriptor) => {
                *self.place(process, *descriptor).1 = 0;
                DONE
            }
            Call::Truncate(descriptor, length) => {
                let (file, _) = self.place(process, *descriptor);
                self.files[file].change(Change::Truncate(*length));
                DONE
            }
            Call::Restrict(_) => DONE,
            Call::Sync { descriptor, .. } => {
                match *self.target(process, *descriptor) {
                    Target::File { file, .. } => self.files[file].settle(),
                    Target::Folder => {
                        for change in self.pending_names.drain(..) {
                            change.apply(&mut self.durable_names);
                        }
                    }
                }
                DONE
            }
            Call::Rename(from, to) => {
                let file = *self.names.get(from).ok_or(libc::ENOENT)?;
                self.rename_file(NameChange::Rename(from.clone(), to.clone(), file));
                DONE
            }
            Call::Remove(name) => {
                self.names.get(name).ok_or(libc::ENOENT)?;
                self.rename_file(NameChange::Unlink(name.clone()));
                DONE
            }
            Call::Lock(descriptor) => {
                let (file, _) = self.place(process, *descriptor);
                let holder = (process, *descriptor);
                if *self.locks.entry(file).or_insert(holder) != holder {
                    return Err(libc::EAGAIN);
                }
                DONE
            }
            Call::Close(descriptor) => {
                let closed = self.open.remove(&(process, *descriptor));
                assert!(closed.is_some(), "a descriptor is closed twice");
                self.locks
                    .retain(|_, holder| *holder != (process, *descriptor));
                DONE
            }
            Call::User => Ok(Value::Number(USER as usize)),
            Call::Issue => {
                self.issued += 1;
                Ok(Value::Number(self.issued))
            }
            Call::Accepts(secret) => Ok(Value::Number(usize::from(*secret == self.issued))),
        }
    }

    /// A call that fails. After a failed `fsync` the kernel takes what was not written for written.
    fn refuse(&mut self, process: usize, call: &Call, error: c_int) {
        if let Call::Sync { descriptor, .. } = call
            && error != libc::EINTR
            && let Target::File { file, .. } = *self.target(process, *descriptor)
        {
            self.files[file].pending.clear();
        }
    }

    /// What a power cut may leave: nothing that was not durable, all of it, the first changes of the
    /// folder with and without the data, and `samples` subsets drawn at random, with torn blocks.
    pub(crate) fn after_power_cut(&self, samples: usize) -> Vec<World> {
        let changes = self.pending_names.len();
        let is_settled = changes == 0 && self.files.iter().all(|file| file.pending.is_empty());
        let mut cuts = vec![self.cut(|_| false, |_, _| false)];
        if is_settled {
            return cuts;
        }
        for kept in 0..=changes {
            cuts.push(self.cut(|name| name < kept, |_, _| false));
            cuts.push(self.cut(|name| name < kept, |_, _| true));
        }
        // The first changes of the data alone: where an fsync by somebody else fell between.
        let longest = self.files.iter().map(|file| file.pending.len()).max();
        for kept in 0..longest.unwrap_or(0) {
            cuts.push(self.cut(|_| true, |change, _| change < kept));
        }
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        let random = RefCell::new(hasher.finish() | 1);
        let coin = || {
            let mut state = random.borrow_mut();
            *state ^= *state << 13;
            *state ^= *state >> 7;
            *state ^= *state << 17;
            *state >> 40 & 1 == 1
        };
        for _ in 0..samples {
            cuts.push(self.cut(|_| coin(), |_, _| coin()));
        }
        cuts
    }

    /// `keeps_data` is asked for each change, and then for each of its blocks.
    fn cut(
        &self,
        keeps_name: impl Fn(usize) -> bool,
        keeps_data: impl Fn(usize, usize) -> bool,
    ) -> World {
        let mut names = self.durable_names.clone();
        for (number, change) in self.pending_names.iter().enumerate() {
            if keeps_name(number) {
                change.apply(&mut names);
            }
        }
        let files = self.files.iter().map(|file| {
            let mut bytes = file.durable.clone();
            for (number, change) in file.pending.iter().enumerate() {
                if keeps_data(number, 0) {
                    let mut block = 0;
                    change.apply(&mut bytes, || {
                        block += 1;
                        keeps_data(number, block)
                    });
                }
            }
            File {
                visible: bytes.clone(),
                durable: bytes,
                pending: Vec::new(),
            }
        });
        World {
            files: files.collect(),
            names: names.clone(),
            durable_names: names,
            issued: self.issued,
            ..World::default()
        }
    }
}

/// What happens at one call.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// The process is killed before the call.
    Dies,
    Fails(c_int),
    /// A read or write of so many bytes only.
    Short(usize),
}

/// One process, and what it has called.
pub(crate) struct Session {
    pub(crate) world: World,
    pub(crate) process: usize,
    pub(crate) calls: Vec<Call>,
    pub(crate) replies: Vec<Reply>,
    /// Replies of an earlier run of the same process, before the calls that count.
    script: Vec<Reply>,
    /// The process stops before this call.
    end: usize,
    fault: Option<(usize, Fault)>,
    is_synced_by_others: bool,
    pub(crate) is_dead: bool,
}

impl Session {
    /// Whether the process is past what it is told again.
    pub(crate) fn is_live(&self) -> bool {
        !self.is_dead && self.calls.len() > self.script.len()
    }

    fn call(&mut self, call: Call) -> Reply {
        let number = self.calls.len();
        if self.is_dead || number == self.end {
            self.is_dead = true;
            return Err(libc::EIO);
        }
        let reply = if let Some(reply) = self.script.get(number) {
            reply.clone()
        } else {
            let fault = self.fault.filter(|fault| fault.0 == number);
            match (fault, &call) {
                (Some((_, Fault::Dies)), _) => {
                    self.is_dead = true;
                    return Err(libc::EIO);
                }
                (Some((_, Fault::Fails(error))), _) => {
                    self.world.refuse(self.process, &call, error);
                    Err(error)
                }
                (Some((_, Fault::Short(count))), Call::Read(descriptor, _)) => {
                    let short = Call::Read(*descriptor, count);
                    self.world.execute(self.process, &short)
                }
                (Some((_, Fault::Short(count))), Call::Write(descriptor, bytes)) => {
                    let short = Call::Write(*descriptor, bytes[..count].into());
                    self.world.execute(self.process, &short)
                }
                _ => self.world.execute(self.process, &call),
            }
        };
        if self.is_synced_by_others {
            self.world.settle();
        }
        self.calls.push(call);
        self.replies.push(reply.clone());
        reply
    }
}

/// The system calls of one process in a world.
#[derive(Clone)]
pub(crate) struct Model(pub(crate) Rc<RefCell<Session>>);

impl Model {
    pub(crate) fn new(world: World, process: usize, fault: Option<(usize, Fault)>) -> Model {
        Model(Rc::new(RefCell::new(Session {
            world,
            process,
            calls: Vec::new(),
            replies: Vec::new(),
            script: Vec::new(),
            end: usize::MAX,
            fault,
            is_synced_by_others: false,
            is_dead: false,
        })))
    }

    /// Whose every call is followed by another process's `sync`.
    pub(crate) fn synced_by_others(self) -> Model {
        self.0.borrow_mut().is_synced_by_others = true;
        self
    }

    /// A process that got `script` so far, and makes one more call.
    pub(crate) fn resumed(world: World, process: usize, script: Vec<Reply>) -> Model {
        let model = Model::new(world, process, None);
        let mut session = model.0.borrow_mut();
        session.end = script.len() + 1;
        session.script = script;
        drop(session);
        model
    }

    fn ask(&self, call: Call) -> Outcome<usize> {
        match self.0.borrow_mut().call(call)? {
            Value::Number(number) => Ok(number),
            Value::Bytes(bytes) => Ok(bytes.len()),
        }
    }

    pub(crate) fn issue(&self) -> Option<usize> {
        self.ask(Call::Issue).ok()
    }

    pub(crate) fn accepts(&self, secret: usize) -> Option<bool> {
        self.ask(Call::Accepts(secret)).ok().map(|yes| yes == 1)
    }

    fn done(&self, call: Call) -> Outcome<()> {
        self.ask(call).map(|_| ())
    }
}

fn text(name: &CStr) -> String {
    name.to_str().unwrap().into()
}

impl System for Model {
    fn open(&mut self, folder: Option<c_int>, name: &CStr, how: Open) -> Outcome<c_int> {
        assert_eq!(folder.is_none(), how == Open::Folder);
        let call = match how {
            Open::Folder => Call::OpenFolder,
            Open::Read => Call::OpenToRead(text(name)),
            Open::Create => Call::Create(text(name)),
            Open::Lock => Call::OpenLock(text(name)),
        };
        self.ask(call).map(|descriptor| descriptor as c_int)
    }

    fn status(&mut self, descriptor: c_int) -> Outcome<Status> {
        let mode = self.ask(Call::Status(descriptor))? as u32;
        Ok(Status {
            mode,
            owner: USER,
            links: 1,
        })
    }

    fn read(&mut self, descriptor: c_int, bytes: &mut [u8]) -> Outcome<usize> {
        let reply = self
            .0
            .borrow_mut()
            .call(Call::Read(descriptor, bytes.len()));
        match reply? {
            Value::Bytes(read) => {
                bytes[..read.len()].copy_from_slice(&read);
                Ok(read.len())
            }
            Value::Number(count) => panic!("a read was answered by {count}"),
        }
    }

    fn write(&mut self, descriptor: c_int, bytes: &[u8]) -> Outcome<usize> {
        self.ask(Call::Write(descriptor, bytes.into()))
    }

    fn rewind(&mut self, descriptor: c_int) -> Outcome<()> {
        self.done(Call::Rewind(descriptor))
    }

    fn truncate(&mut self, descriptor: c_int, length: usize) -> Outcome<()> {
        self.done(Call::Truncate(descriptor, length))
    }

    fn restrict(&mut self, descriptor: c_int) -> Outcome<()> {
        self.done(Call::Restrict(descriptor))
    }

    fn sync(&mut self, descriptor: c_int) -> Outcome<()> {
        let is_folder = {
            let session = self.0.borrow();
            let target = session.world.open.get(&(session.process, descriptor));
            target == Some(&Target::Folder)
        };
        self.done(Call::Sync {
            descriptor,
            is_folder,
        })
    }

    fn rename(&mut self, _: c_int, from: &CStr, to: &CStr) -> Outcome<()> {
        self.done(Call::Rename(text(from), text(to)))
    }

    fn remove(&mut self, _: c_int, name: &CStr) -> Outcome<()> {
        self.done(Call::Remove(text(name)))
    }

    fn lock(&mut self, descriptor: c_int) -> Outcome<()> {
        self.done(Call::Lock(descriptor))
    }

    fn close(&mut self, descriptor: c_int) {
        // It cannot fail for the store, and a process that was killed closes nothing itself.
        let _ = self.ask(Call::Close(descriptor));
    }

    fn user(&mut self) -> u32 {
        self.ask(Call::User).map_or(USER, |user| user as u32)
    }
}
