//! Names to addresses, within a deadline.
//!
//! The system's resolver knows no time-out of the caller's, so it runs on a thread of its own. A
//! lookup that is not over at the deadline goes on, and the next call finds it: a transport has at
//! most one such thread, however often it is opened.

use std::io;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::sync::mpsc::{Receiver, RecvTimeoutError, TryRecvError, sync_channel};

use linkauth::status::Error;

use crate::deadline::Deadline;
use crate::failure::Failure;

type Answer = io::Result<Vec<SocketAddr>>;

#[derive(Default)]
pub(crate) struct Resolver {
    running: Option<Lookup>,
}

struct Lookup {
    name: String,
    port: u16,
    answer: Receiver<Answer>,
}

impl Resolver {
    /// The addresses of `name`, at least one. An IP address is its own answer.
    pub(crate) fn resolve(
        &mut self,
        name: &str,
        port: u16,
        deadline: Deadline,
    ) -> Result<Vec<SocketAddr>, Failure> {
        if let Ok(address) = name.parse::<IpAddr>() {
            return Ok(vec![SocketAddr::new(address, port)]);
        }
        let lookup = self.lookup(name, port, deadline)?;
        let addresses = self
            .wait(lookup, deadline)?
            .map_err(|cause| Failure::of_system(Error::TRANSPORT_HOST_NOT_FOUND, &cause))?;
        if addresses.is_empty() {
            return Err(Error::TRANSPORT_HOST_NOT_FOUND.into());
        }
        Ok(addresses)
    }

    /// The running lookup if it is for the same name, else a new one.
    fn lookup(&mut self, name: &str, port: u16, deadline: Deadline) -> Result<Lookup, Failure> {
        if let Some(running) = self.running.take() {
            match running.answer.try_recv() {
                Err(TryRecvError::Empty) if running.name == name && running.port == port => {
                    return Ok(running);
                }
                Err(TryRecvError::Empty) => {
                    // An answer to another question.
                    let _ = self.wait(running, deadline)?;
                }
                // An answer that came after its caller had gone may be old: ask again.
                _ => {}
            }
        }
        Lookup::start(name, port)
    }

    fn wait(&mut self, lookup: Lookup, deadline: Deadline) -> Result<Answer, Failure> {
        let left = deadline.left().unwrap_or_default();
        match lookup.answer.recv_timeout(left) {
            Ok(answer) => Ok(answer),
            Err(RecvTimeoutError::Timeout) => {
                self.running = Some(lookup);
                Err(Failure::TIMED_OUT)
            }
            Err(RecvTimeoutError::Disconnected) => Err(Error::TRANSPORT_HOST_NOT_FOUND.into()),
        }
    }
}

impl Lookup {
    fn start(name: &str, port: u16) -> Result<Lookup, Failure> {
        let (sender, answer) = sync_channel(1);
        let question = (name.to_owned(), port);
        std::thread::Builder::new()
            .name("linkauth-tls".to_owned())
            .spawn(move || {
                let addresses = question.to_socket_addrs().map(Iterator::collect);
                // The transport may be gone by now: then nobody wants to know.
                let _ = sender.send(addresses);
            })
            .map_err(|cause| Failure::of_system(Error::OUT_OF_MEMORY, &cause))?;
        Ok(Lookup {
            name: name.to_owned(),
            port,
            answer,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::SyncSender;

    use super::*;

    /// A resolver with a lookup that has not been answered yet.
    fn waiting_for(name: &str) -> (Resolver, SyncSender<Answer>) {
        let (sender, answer) = sync_channel(1);
        let running = Some(Lookup {
            name: name.to_owned(),
            port: 443,
            answer,
        });
        (Resolver { running }, sender)
    }

    fn address(last: u8) -> SocketAddr {
        SocketAddr::from(([192, 0, 2, last], 443))
    }

    #[test]
    fn an_ip_address_needs_no_lookup() {
        let (mut resolver, _sender) = waiting_for("device.example");
        for text in ["192.0.2.1", "2001:db8::1"] {
            let found = resolver.resolve(text, 443, Deadline::after_ms(0));
            assert_eq!(
                found.unwrap(),
                [SocketAddr::new(text.parse().unwrap(), 443)]
            );
        }
    }

    #[test]
    fn a_lookup_that_timed_out_is_found_again() {
        let (mut resolver, sender) = waiting_for("device.example");
        for _ in 0..2 {
            let found = resolver.resolve("device.example", 443, Deadline::after_ms(5));
            assert_eq!(found, Err(Failure::TIMED_OUT));
            assert!(resolver.running.is_some());
        }
        std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            sender.send(Ok(vec![address(1)])).unwrap();
        });
        let found = resolver.resolve("device.example", 443, Deadline::after_ms(5_000));
        assert_eq!(found, Ok(vec![address(1)]));
        assert!(resolver.running.is_none());
    }

    #[test]
    fn an_answer_that_nobody_waited_for_is_not_used() {
        let (mut resolver, sender) = waiting_for("localhost");
        sender.send(Ok(vec![address(1)])).unwrap();
        let found = resolver.resolve("localhost", 443, Deadline::after_ms(5_000));
        assert!(found.unwrap().iter().all(|found| found.ip().is_loopback()));
    }

    #[test]
    fn an_answer_to_another_question_is_not_used() {
        let (mut resolver, sender) = waiting_for("device.example");
        let found = resolver.resolve("localhost", 443, Deadline::after_ms(5));
        assert_eq!(found, Err(Failure::TIMED_OUT));
        std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            sender.send(Ok(vec![address(1)])).unwrap();
        });
        let found = resolver.resolve("localhost", 443, Deadline::after_ms(5_000));
        assert!(found.unwrap().iter().all(|found| found.ip().is_loopback()));
    }

    #[test]
    fn no_address_is_not_found() {
        let (mut resolver, sender) = waiting_for("device.example");
        std::thread::spawn(move || {
            std::thread::sleep(std::time::Duration::from_millis(20));
            sender.send(Ok(Vec::new())).unwrap();
        });
        let found = resolver.resolve("device.example", 443, Deadline::after_ms(5_000));
        assert_eq!(found, Err(Error::TRANSPORT_HOST_NOT_FOUND.into()));
    }
}
