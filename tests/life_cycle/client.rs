//! One client: the real `Device` and `Registration` over a disk in memory.
//!
//! A `Device` cannot be copied, so a client is the record it started with and the calls made since:
//! a node. Each node's calls are run from the start, on the real code, the first time it is met.
//! Once is enough: a `Device` knows nothing but its store and what it is given.

use super::disk::{Bytes, Disk, Handle};
use super::wire::{self, Answer, FORMS};
use linkauth::device::Device;
use linkauth::random::Random;
use linkauth::register::{Form, Registration, RegistrationOptions, Step};
use linkauth::sign_in::SignIn;
use linkauth::status::{Error, Result};
use linkauth::{Secret, SignMethod, Unguarded};
use std::collections::HashMap;

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Call {
    SignIn,
    Begin,
    Reply {
        attempt: u8,
        answer: Answer,
        disk: Disk,
    },
    Connack {
        code: u8,
        disk: Disk,
    },
    /// `store_secret`, which no correct application calls with a reply.
    Keep(u8),
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub(crate) enum Record {
    Absent,
    Damaged,
    Issued { alias: u8, registrations: u8 },
    Activated { alias: u8, registrations: u8 },
}

impl Record {
    pub(crate) fn alias(self) -> Option<u8> {
        match self {
            Record::Issued { alias, .. } | Record::Activated { alias, .. } => Some(alias),
            _ => None,
        }
    }

    pub(crate) fn is_activated(self) -> bool {
        matches!(self, Record::Activated { .. })
    }

    /// By the table of the record's format.
    fn of(bytes: Option<&[u8]>) -> Record {
        let Some(bytes) = bytes else {
            return Record::Absent;
        };
        let (state, registrations, last) = (bytes[7], bytes[14], bytes[bytes.len() - 1 - 4]);
        let alias = last - b'a';
        match (bytes[0], state) {
            (b'L', 1) => Record::Issued {
                alias,
                registrations,
            },
            (b'L', 2) => Record::Activated {
                alias,
                registrations,
            },
            _ => Record::Damaged,
        }
    }
}

/// What the device would answer next: two nodes that differ in nothing else are one state.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Probe {
    pub(crate) sign_in: i32,
    pub(crate) begin: i32,
    pub(crate) begin_once_refused: i32,
}

impl Probe {
    /// Of a client whose power has gone.
    const DEAD: Probe = Probe {
        sign_in: Error::STORE_IO.number(),
        begin: Error::STORE_IO.number(),
        begin_once_refused: Error::STORE_IO.number(),
    };
}

#[derive(Clone)]
pub(crate) struct Node {
    form: usize,
    start: Bytes,
    calls: Vec<Call>,
    durable: Bytes,
    /// What a power cut would leave.
    pub(crate) record: Record,
    /// What the store shows, which with a store that lies is not the same.
    pub(crate) shown: Record,
    /// Registrations begun since the start.
    pub(crate) attempts: u8,
    pub(crate) status: i32,
    /// Whose password the sign-in that was asked for carries.
    pub(crate) signs_with: Option<u8>,
    pub(crate) probe: Probe,
}

struct Counter(u64);

impl Random for Counter {
    fn fill(&mut self, bytes: &mut [u8]) -> Result<()> {
        self.0 += 1;
        bytes.fill(0);
        bytes[..8].copy_from_slice(&self.0.to_le_bytes());
        Ok(())
    }
}

/// A process that runs.
struct Running {
    form: Form,
    device: Device<Handle, Unguarded>,
    memory: Handle,
    registrations: Vec<Registration>,
    requests: Vec<Vec<u8>>,
    random: Counter,
}

impl Running {
    fn start(form: Form, record: Bytes, lies: bool) -> Running {
        let memory = Handle::new(record, lies);
        let (identity, endpoint) = wire::identity();
        Running {
            form,
            device: Device::new(identity, endpoint, memory.clone(), Unguarded),
            memory,
            registrations: Vec::new(),
            requests: Vec::new(),
            random: Counter(0),
        }
    }

    fn sign_in(&mut self) -> Result<String> {
        let mut buffer = [0; 512];
        let parts = self
            .device
            .sign_in(None, &<SignIn>::default(), &mut buffer)?;
        Ok(String::from_utf8(buffer[parts.password].to_vec()).unwrap())
    }

    fn begin(&mut self) -> Result<()> {
        let options = RegistrationOptions {
            form: self.form,
            product_secret: Secret::new(b"productSecret012").unwrap(),
            sign_method: SignMethod::default(),
            host: None,
            port: None,
            nonce: None,
        };
        let mut registration = self.device.begin_registration(&options, &mut self.random)?;
        let mut request = Vec::new();
        while let Step::Send(bytes) = registration.next_step()? {
            request.extend_from_slice(bytes);
            let count = bytes.len();
            registration.sent(count)?;
        }
        assert!(!self.requests.contains(&request), "a nonce was used twice");
        self.requests.push(request);
        self.registrations.push(registration);
        Ok(())
    }

    fn reply(&mut self, attempt: u8, answer: Answer) -> Result<()> {
        let registration = &mut self.registrations[usize::from(attempt)];
        let bytes = wire::reply(self.form, answer);
        self.device.feed_registration(registration, &bytes)?;
        if answer == Answer::Cut {
            self.device.feed_registration(registration, b"")?;
        }
        assert_eq!(registration.next_step(), Ok(Step::Finish));
        self.device.finish_registration(registration)
    }

    fn call(&mut self, call: Call) -> (Result<()>, Option<String>) {
        let result = match call {
            Call::SignIn => match self.sign_in() {
                Ok(password) => return (Ok(()), Some(password)),
                Err(error) => Err(error),
            },
            Call::Begin => self.begin(),
            Call::Reply {
                attempt,
                answer,
                disk,
            } => {
                self.memory.next_save(disk);
                self.reply(attempt, answer)
            }
            Call::Connack { code, disk } => {
                self.memory.next_save(disk);
                self.device.report_connack(code)
            }
            Call::Keep(alias) => self
                .device
                .store_secret(Secret::new(wire::secret(alias).as_bytes()).unwrap()),
        };
        self.memory.next_save(Disk::Works);
        (result, None)
    }
}

fn number(result: Result<()>) -> i32 {
    result.err().map_or(0, Error::number)
}

/// All nodes met so far.
pub(crate) struct Clients {
    nodes: Vec<Node>,
    children: HashMap<(u32, Call), u32>,
    roots: HashMap<(usize, Bytes), u32>,
    passwords: HashMap<String, u8>,
    lies: bool,
}

impl Clients {
    /// Whether their stores report success and keep the record in a cache that a power cut empties.
    pub(crate) fn new(lies: bool) -> Clients {
        Clients {
            nodes: Vec::new(),
            children: HashMap::new(),
            roots: HashMap::new(),
            passwords: (0..wire::ALIASES)
                .map(|alias| (wire::password(alias), alias))
                .collect(),
            lies,
        }
    }

    /// How many different histories were run on the real code.
    pub(crate) fn histories(&self) -> usize {
        self.nodes.len()
    }

    pub(crate) fn node(&self, node: u32) -> &Node {
        &self.nodes[node as usize]
    }

    pub(crate) fn first_start(&mut self, form: usize) -> u32 {
        self.root(form, None)
    }

    /// The power comes back: what was in RAM is lost, what is durable is kept.
    pub(crate) fn restart(&mut self, node: u32) -> u32 {
        let Node { form, durable, .. } = self.node(node).clone();
        self.root(form, durable)
    }

    pub(crate) fn restart_with_damage(&mut self, node: u32) -> u32 {
        let Node { form, durable, .. } = self.node(node).clone();
        let damaged = durable.map(|record| {
            let mut bytes = record.to_vec();
            bytes[0] ^= 1;
            bytes.into()
        });
        self.root(form, damaged)
    }

    /// Somebody deletes the record, and the program starts anew.
    pub(crate) fn restart_erased(&mut self, node: u32) -> u32 {
        let form = self.node(node).form;
        self.root(form, None)
    }

    fn root(&mut self, form: usize, start: Bytes) -> u32 {
        if let Some(root) = self.roots.get(&(form, start.clone())) {
            return *root;
        }
        let root = self.run(form, start.clone(), Vec::new());
        self.roots.insert((form, start), root);
        root
    }

    pub(crate) fn after(&mut self, node: u32, call: Call) -> u32 {
        if let Some(child) = self.children.get(&(node, call)) {
            return *child;
        }
        let Node {
            form,
            start,
            mut calls,
            ..
        } = self.node(node).clone();
        calls.push(call);
        let child = self.run(form, start, calls);
        self.children.insert((node, call), child);
        child
    }

    fn run(&mut self, form: usize, start: Bytes, calls: Vec<Call>) -> u32 {
        let replay = |calls: &[Call]| {
            let mut running = Running::start(FORMS[form], start.clone(), self.lies);
            let mut last = (Ok(()), None);
            for call in calls {
                last = running.call(*call);
            }
            (running, last)
        };
        let (mut running, (result, password)) = replay(&calls);
        let attempts = running.registrations.len() as u8;
        let (durable, shown, is_dead) = running.memory.look();
        let signs_with = password.map(|password| {
            *self
                .passwords
                .get(&password)
                .expect("a CONNECT carries the password of no secret that was issued")
        });
        let probe = if is_dead {
            Probe::DEAD
        } else {
            let mut refused = replay(&calls).0;
            let _ = refused.device.report_connack(4);
            Probe {
                sign_in: number(running.sign_in().map(drop)),
                begin: number(running.begin()),
                begin_once_refused: number(refused.begin()),
            }
        };
        self.nodes.push(Node {
            form,
            record: Record::of(durable.as_deref()),
            shown: Record::of(shown.as_deref()),
            durable,
            attempts,
            status: number(result),
            signs_with,
            probe,
            start: start.clone(),
            calls,
        });
        (self.nodes.len() - 1) as u32
    }
}
