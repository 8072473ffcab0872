//! What the application around the library does with an answer, and what must not come of it.

use super::client::{Call, Record};
use super::disk::Disk;
use super::wire::Answer;
use super::world::{Carried, Checked, Gone, Message, Phase, Policy, State, World};
use linkauth::status::Error;

fn is_from_store(status: i32) -> bool {
    (500..600).contains(&status)
}

impl World {
    pub(super) fn call(&mut self, state: &mut State, who: usize, call: Call) -> i32 {
        let node = self.clients.after(state.clients[who].node, call);
        state.clients[who].node = node;
        self.clients.node(node).status
    }

    /// What a correct application does first, always.
    pub(super) fn sign_in(&mut self, state: &mut State, who: usize, is_start: bool) -> Checked<()> {
        let erases = match self.rules.policy {
            Policy::RegistersAtEachStart => is_start,
            Policy::TakesDamagedForAbsent => self.record(&state.clients[who]) == Record::Damaged,
            _ => false,
        };
        if erases {
            let client = &mut state.clients[who];
            client.node = self.clients.restart_erased(client.node);
        }
        let status = self.call(state, who, Call::SignIn);
        if status == Error::STORE_ABSENT.number() {
            return self.begin(state, who);
        }
        let client = &mut state.clients[who];
        if status != 0 {
            client.phase = Phase::Stopped(status);
            return Ok(());
        }
        let alias = self.clients.node(client.node).signs_with.unwrap_or(0);
        let secret = client.names[usize::from(alias)];
        let secret = secret.ok_or("B: a CONNECT with a secret that was never issued")?;
        self.connect(state, who, secret)
    }

    /// B: what signs is durable.
    pub(super) fn connect(&mut self, state: &mut State, who: usize, secret: u8) -> Checked<()> {
        if self.durable(&state.clients[who]) != Some(secret) {
            return Err("B: a CONNECT with a secret that a power cut would lose".into());
        }
        let client = &mut state.clients[who];
        client.phase = Phase::SigningIn;
        client.messages.push(Message::Connect {
            secret,
            is_live: true,
        });
        Ok(())
    }

    pub(super) fn begin(&mut self, state: &mut State, who: usize) -> Checked<()> {
        let status = self.call(state, who, Call::Begin);
        let client = &mut state.clients[who];
        let node = self.clients.node(client.node);
        if status != 0 {
            client.phase = Phase::Stopped(status);
            return Ok(());
        }
        // D: not even after its record was lost to damage.
        if client.was_activated || client.is_damaged || node.record.is_activated() {
            return Err("D: an activated or damaged device registers by itself".into());
        }
        client.phase = Phase::Registering;
        let attempt = Some(node.attempts - 1);
        client.messages.push(Message::Request { attempt });
        Ok(())
    }

    pub(super) fn registration_failed(&mut self, state: &mut State, who: usize) {
        state.clients[who].phase = match self.rules.policy {
            Policy::StopsAtTheFirstFailure => Phase::Stopped(Error::TRANSPORT_TIMED_OUT.number()),
            _ => Phase::Waiting,
        };
    }

    pub(super) fn reply(
        &mut self,
        state: &mut State,
        who: usize,
        attempt: u8,
        carried: Carried,
        disk: Disk,
    ) -> Checked<()> {
        let client = &mut state.clients[who];
        let before = self.clients.node(client.node).clone();
        let is_newest = attempt + 1 == before.attempts;
        let answer = match carried {
            Carried::Refusal => Answer::Refused,
            Carried::Secret(id) => {
                let held = [before.record.alias(), before.shown.alias()];
                let known = (0..3).find(|a| {
                    held.contains(&Some(*a)) && client.names[usize::from(*a)] == Some(id)
                });
                let alias = known
                    .or_else(|| (0..3).find(|a| !held.contains(&Some(*a))))
                    .ok_or("a client holds more secrets than it can name")?;
                client.names[usize::from(alias)] = Some(id);
                if self.rules.policy == Policy::SignsInBeforeStoring {
                    return self.connect(state, who, id);
                }
                Answer::Secret(alias)
            }
        };
        let call = Call::Reply {
            attempt,
            answer,
            disk,
        };
        let status = self.call(state, who, call);
        if !is_newest {
            return self.late_reply(state, who, carried, (before.record, answer, status));
        }
        match disk {
            Disk::DiesBefore => state.note(carried, Gone::CrashBeforeTheSave),
            Disk::DiesTorn => state.note(carried, Gone::CrashDuringTheSave),
            Disk::Refuses => state.note(carried, Gone::StoreRefused),
            _ => {}
        }
        if disk.is_fatal() {
            let node = self.clients.restart(state.clients[who].node);
            return self.crash(state, who, node, Gone::CrashBeforeTheReply);
        }
        if status == 0 || is_from_store(status) {
            return self.sign_in(state, who, false);
        }
        state.clients[who].phase = match self.rules.policy {
            Policy::TriesAgainWhateverTheAnswer => Phase::Waiting,
            _ => Phase::Stopped(status),
        };
        Ok(())
    }

    /// C: a reply to a request that is not the newest changes nothing.
    pub(super) fn late_reply(
        &mut self,
        state: &mut State,
        who: usize,
        carried: Carried,
        (before, answer, status): (Record, Answer, i32),
    ) -> Checked<()> {
        if let Answer::Secret(alias) = answer {
            if self.rules.policy == Policy::StoresLateReplies {
                self.call(state, who, Call::Keep(alias));
            }
            let is_unchanged = self.record(&state.clients[who]) == before;
            if status != Error::SUPERSEDED.number() || !is_unchanged {
                return Err(format!(
                    "C: a late reply was stored, or ended with {status}"
                ));
            }
        }
        state.note(carried, Gone::ReplyAfterTheNextRequest);
        Ok(())
    }

    pub(super) fn connack(
        &mut self,
        state: &mut State,
        who: usize,
        code: u8,
        disk: Disk,
    ) -> Checked<()> {
        let status = self.call(state, who, Call::Connack { code, disk });
        if disk.is_fatal() {
            let node = self.clients.restart(state.clients[who].node);
            return self.crash(state, who, node, Gone::CrashBeforeTheReply);
        }
        if status == Error::REFUSED_BEFORE_ACTIVATION.number() {
            return self.begin(state, who);
        }
        if code == 0 && status == 0 && !self.record(&state.clients[who]).is_activated() {
            return Err("D: an accepted sign-in left no mark".into());
        }
        // A mark that could not be saved is harmless: the device is online all the same.
        state.clients[who].phase = if code == 0 && (status == 0 || is_from_store(status)) {
            Phase::Online
        } else {
            Phase::Stopped(status)
        };
        Ok(())
    }

    pub(super) fn crash(
        &mut self,
        state: &mut State,
        who: usize,
        node: u32,
        gone: Gone,
    ) -> Checked<()> {
        self.orphan(state, who, gone);
        state.clients[who].node = node;
        self.sign_in(state, who, true)
    }
}
