//! Two clients that claim one name, the network, and the platform with its rules: all that can
//! happen next, and what must never happen.

use super::client::{Call, Clients, Record};
use super::disk::Disk;
use super::wire::Answer;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Issue {
    /// Each registration before activation issues a new secret, and the last one counts.
    Rotate,
    /// Each registration before activation is answered by the same secret.
    Stable,
    /// One secret, to whoever asks first.
    Once,
}

/// What becomes of a connection that its client has closed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Network {
    /// What is on the way is lost with it: linkauth's rule, to close before trying again.
    ClosedIsDead,
    /// What is on the way may still arrive, however late.
    LateArrives,
}

/// What the application around the library does. All but the first are wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Policy {
    Correct,
    SignsInBeforeStoring,
    TakesDamagedForAbsent,
    StoresLateReplies,
    RegistersAtEachStart,
    StopsAtTheFirstFailure,
    TriesAgainWhateverTheAnswer,
}

#[derive(Clone, Copy, Debug)]
pub(crate) struct Rules {
    pub(crate) issue: Issue,
    pub(crate) network: Network,
    pub(crate) policy: Policy,
    /// Faults in one run, of any kind.
    pub(crate) faults: u8,
    /// Whether a record may go bad, or a client be switched off for good.
    pub(crate) has_permanent_faults: bool,
    /// 0 HTTPS, 1 MQTT.
    pub(crate) forms: [usize; 2],
}

/// Where the only copy of the secret that counts was last seen.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Gone {
    RequestOutlivedItsClient,
    ReplyLost,
    ReplyCutShort,
    CrashBeforeTheReply,
    CrashBeforeTheSave,
    CrashDuringTheSave,
    StoreRefused,
    ReplyAfterTheNextRequest,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Phase {
    SigningIn,
    Registering,
    /// A registration failed; the next is about to begin.
    Waiting,
    Online,
    Stopped(i32),
    /// Switched off for good.
    Off,
}

/// What an answer carries, by the platform's count of secrets.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Carried {
    Secret(u8),
    Refusal,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Message {
    /// None: the client that asked has crashed.
    Request {
        attempt: Option<u8>,
    },
    Reply {
        attempt: u8,
        carried: Carried,
    },
    Connect {
        secret: u8,
        is_live: bool,
    },
    Connack(u8),
}

#[derive(Clone)]
pub(crate) struct Client {
    pub(crate) node: u32,
    /// Which secret of the platform each alias stands for.
    pub(crate) names: [Option<u8>; 3],
    pub(crate) phase: Phase,
    pub(crate) messages: Vec<Message>,
    pub(crate) is_damaged: bool,
    pub(crate) was_activated: bool,
}

#[derive(Clone)]
pub(crate) struct State {
    pub(crate) clients: [Client; 2],
    /// Secrets issued so far; the last one counts.
    pub(crate) issued: u8,
    pub(crate) is_active: bool,
    pub(crate) faults: u8,
    pub(crate) gone: Option<Gone>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Event {
    Begin(usize),
    /// A request or CONNECT reaches the platform.
    Arrive(usize, usize),
    /// An answer reaches the client.
    Deliver(usize, usize, Disk),
    CutShort(usize, usize),
    Lose(usize, usize),
    /// The client stops waiting; the request or its answer is still on the way.
    GiveUp(usize),
    Crash(usize),
    SwitchOff(usize),
    CrashAndDamage(usize),
}

pub(crate) type Checked<T> = Result<T, String>;

pub(crate) struct World {
    pub(crate) rules: Rules,
    pub(crate) clients: Clients,
}

impl State {
    pub(crate) fn current(&self) -> Option<u8> {
        self.issued.checked_sub(1)
    }

    pub(crate) fn note(&mut self, carried: Carried, gone: Gone) {
        if let Carried::Secret(id) = carried
            && Some(id) == self.current()
        {
            self.gone = Some(gone);
        }
    }
}

impl World {
    pub(crate) fn record(&self, client: &Client) -> Record {
        self.clients.node(client.node).record
    }

    pub(crate) fn durable(&self, client: &Client) -> Option<u8> {
        let alias = self.record(client).alias()?;
        client.names[usize::from(alias)]
    }

    pub(crate) fn start(&mut self) -> Checked<State> {
        let clients = [0, 1].map(|which| Client {
            node: self.clients.first_start(self.rules.forms[which]),
            names: [None; 3],
            phase: Phase::Waiting,
            messages: Vec::new(),
            is_damaged: false,
            was_activated: false,
        });
        let mut state = State {
            clients,
            issued: 0,
            is_active: false,
            faults: self.rules.faults,
            gone: None,
        };
        for who in 0..2 {
            self.sign_in(&mut state, who, true)?;
        }
        Ok(state)
    }

    /// All that may happen next. What no fault brings about comes first.
    pub(crate) fn events(&self, state: &State) -> (Vec<Event>, usize) {
        let (mut free, mut faults) = (Vec::new(), Vec::new());
        for (who, client) in state.clients.iter().enumerate() {
            if client.phase == Phase::Waiting {
                free.push(Event::Begin(who));
            }
            let newest = self.clients.node(client.node).attempts.wrapping_sub(1);
            for (at, message) in client.messages.iter().enumerate() {
                let is_late = match message {
                    Message::Request { attempt } => *attempt != Some(newest),
                    Message::Reply { attempt, .. } => *attempt != newest,
                    Message::Connect { is_live, .. } => !is_live,
                    Message::Connack(_) => false,
                };
                let is_late = is_late || client.phase == Phase::Waiting;
                let lose = Event::Lose(who, at);
                if is_late {
                    free.push(lose);
                } else {
                    faults.push(lose);
                }
                match message {
                    Message::Request { .. } | Message::Connect { .. } => {
                        free.push(Event::Arrive(who, at));
                    }
                    Message::Reply { carried, .. } => {
                        free.push(Event::Deliver(who, at, Disk::Works));
                        if !is_late && matches!(carried, Carried::Secret(_)) {
                            faults.push(Event::CutShort(who, at));
                            self.disk_faults(who, at, &mut faults);
                        }
                    }
                    Message::Connack(code) => {
                        free.push(Event::Deliver(who, at, Disk::Works));
                        if *code == 0 && !self.record(client).is_activated() {
                            self.disk_faults(who, at, &mut faults);
                        }
                    }
                }
            }
            if client.phase == Phase::Off {
                continue;
            }
            if client.phase == Phase::Registering && self.rules.network == Network::LateArrives {
                faults.push(Event::GiveUp(who));
            }
            faults.push(Event::Crash(who));
            if self.rules.has_permanent_faults {
                faults.push(Event::SwitchOff(who));
                if self.record(client).alias().is_some() {
                    faults.push(Event::CrashAndDamage(who));
                }
            }
        }
        let count = free.len();
        if state.faults > 0 {
            free.append(&mut faults);
        }
        (free, count)
    }

    fn disk_faults(&self, who: usize, at: usize, faults: &mut Vec<Event>) {
        faults.extend(
            [
                Disk::DiesBefore,
                Disk::DiesTorn,
                Disk::DiesAfter,
                Disk::Refuses,
                Disk::RefusesLate,
            ]
            .map(|disk| Event::Deliver(who, at, disk)),
        );
    }

    pub(crate) fn after(&mut self, before: &State, event: Event, is_fault: bool) -> Checked<State> {
        let mut state = before.clone();
        state.faults -= u8::from(is_fault);
        match event {
            Event::Begin(who) => self.begin(&mut state, who)?,
            Event::Arrive(who, at) => self.arrive(&mut state, who, at),
            Event::Deliver(who, at, disk) => {
                match state.clients[who].messages.remove(at) {
                    Message::Reply { attempt, carried } => {
                        self.reply(&mut state, who, attempt, carried, disk)?;
                    }
                    Message::Connack(code) => self.connack(&mut state, who, code, disk)?,
                    _ => unreachable!(),
                };
            }
            Event::CutShort(who, at) => {
                let Message::Reply { attempt, carried } = state.clients[who].messages.remove(at)
                else {
                    unreachable!()
                };
                let answer = Answer::Cut;
                state.note(carried, Gone::ReplyCutShort);
                self.call(
                    &mut state,
                    who,
                    Call::Reply {
                        attempt,
                        answer,
                        disk: Disk::Works,
                    },
                );
                self.registration_failed(&mut state, who);
            }
            Event::Lose(who, at) => self.lose(&mut state, who, at, is_fault)?,
            Event::GiveUp(who) => self.registration_failed(&mut state, who),
            Event::Crash(who) => {
                let node = self.clients.restart(state.clients[who].node);
                self.crash(&mut state, who, node, Gone::CrashBeforeTheReply)?;
            }
            Event::CrashAndDamage(who) => {
                let client = &mut state.clients[who];
                client.is_damaged = true;
                let node = self.clients.restart_with_damage(client.node);
                self.crash(&mut state, who, node, Gone::CrashBeforeTheReply)?;
            }
            Event::SwitchOff(who) => {
                state.clients[who].phase = Phase::Off;
                self.orphan(&mut state, who, Gone::CrashBeforeTheReply);
            }
        }
        for client in &mut state.clients {
            let node = self.clients.node(client.node);
            client.was_activated |= node.record.is_activated();
            let may_register = node.probe.begin == 0 || node.probe.begin_once_refused == 0;
            if may_register && (node.record.is_activated() || node.record == Record::Damaged) {
                return Err("D: an activated or damaged device may register".into());
            }
        }
        Ok(state)
    }

    fn arrive(&mut self, state: &mut State, who: usize, at: usize) {
        match state.clients[who].messages.remove(at) {
            Message::Request { attempt } => {
                let is_closed =
                    state.is_active || (self.rules.issue == Issue::Once && state.issued > 0);
                let carried = if is_closed {
                    Carried::Refusal
                } else {
                    if state.issued == 0 || self.rules.issue == Issue::Rotate {
                        state.issued += 1;
                    }
                    Carried::Secret(state.issued - 1)
                };
                match attempt {
                    Some(attempt) => state.clients[who]
                        .messages
                        .push(Message::Reply { attempt, carried }),
                    None => state.note(carried, Gone::RequestOutlivedItsClient),
                }
            }
            Message::Connect { secret, is_live } => {
                let is_accepted = Some(secret) == state.current();
                state.is_active |= is_accepted;
                if is_live {
                    let code = if is_accepted { 0 } else { 4 };
                    state.clients[who].messages.push(Message::Connack(code));
                }
            }
            _ => unreachable!(),
        }
    }

    fn lose(&mut self, state: &mut State, who: usize, at: usize, is_fault: bool) -> Checked<()> {
        match state.clients[who].messages.remove(at) {
            Message::Reply { carried, .. } => state.note(carried, Gone::ReplyLost),
            Message::Request { .. } => {}
            Message::Connect { .. } | Message::Connack(_) if is_fault => {
                return self.sign_in(state, who, false);
            }
            _ => {}
        }
        if is_fault {
            self.registration_failed(state, who);
        }
        Ok(())
    }

    /// What is on the way when a client's process ends.
    pub(crate) fn orphan(&mut self, state: &mut State, who: usize, gone: Gone) {
        let messages = std::mem::take(&mut state.clients[who].messages);
        let (current, is_late) = (state.current(), self.rules.network == Network::LateArrives);
        for message in messages {
            let kept = match message {
                Message::Request { .. } => Message::Request { attempt: None },
                // With a void secret it could never do anything.
                Message::Connect { secret, .. } if Some(secret) == current => Message::Connect {
                    secret,
                    is_live: false,
                },
                Message::Reply { carried, .. } => {
                    state.note(carried, gone);
                    continue;
                }
                _ => continue,
            };
            if is_late {
                state.clients[who].messages.push(kept);
            }
        }
    }
}
