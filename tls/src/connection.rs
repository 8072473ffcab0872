//! One TLS connection over one TCP connection.

use std::io::{self, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use linkauth::status::Error;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, ClientConnection};

use crate::deadline::Deadline;
use crate::failure::Failure;

/// What one write takes: one TLS record.
const RECORD_MAX: usize = 16 << 10;

/// A connection whose server is authenticated. It is boxed before the handshake makes keys, so
/// that they never move and leave no copy behind.
pub(crate) struct Connection {
    stream: TcpStream,
    tls: ClientConnection,
    /// What broke the connection. Every later call returns it again.
    broken: Option<Failure>,
}

impl Connection {
    /// Connects to the first address that answers, and shakes hands.
    pub(crate) fn open(
        config: Arc<ClientConfig>,
        host: ServerName<'static>,
        addresses: &[SocketAddr],
        deadline: Deadline,
    ) -> Result<Box<Connection>, Failure> {
        let stream = connect(addresses, deadline)?;
        // Small records must not wait for acknowledgements of earlier ones.
        stream
            .set_nodelay(true)
            .map_err(|cause| Failure::of_stream(&cause))?;
        let tls = ClientConnection::new(config, host).map_err(|cause| Failure::of_tls(&cause))?;
        let mut connection = Box::new(Connection {
            stream,
            tls,
            broken: None,
        });
        connection.shake_hands(deadline)?;
        Ok(connection)
    }

    fn shake_hands(&mut self, deadline: Deadline) -> Result<(), Failure> {
        while self.tls.is_handshaking() {
            self.flush(deadline)?;
            if self.tls.is_handshaking() && !self.receive(deadline)? {
                return Err(Failure::CLOSED);
            }
        }
        self.flush(deadline)
    }

    /// Sends at most one record's worth of `data` and says how much it took.
    pub(crate) fn write(&mut self, data: &[u8], deadline: Deadline) -> Result<usize, Failure> {
        self.usable()?;
        let chunk = data.get(..RECORD_MAX).unwrap_or(data);
        let taken = self.tls.writer().write(chunk);
        let result = match taken {
            Ok(0) => Err(Failure::CLOSED),
            Ok(count) => self.flush(deadline).map(|()| count),
            Err(cause) => Err(Failure::of_stream(&cause)),
        };
        // Part of the record may be on its way: nobody can tell what the peer has of it.
        result.inspect_err(|failure| self.broken = Some(*failure))
    }

    /// Receives into `data`; 0 says that the peer ended the stream with close_notify.
    pub(crate) fn read(&mut self, data: &mut [u8], deadline: Deadline) -> Result<usize, Failure> {
        self.usable()?;
        loop {
            let result = match self.tls.reader().read(data) {
                Ok(count) => return Ok(count),
                Err(cause) if cause.kind() == ErrorKind::WouldBlock => self
                    .receive(deadline)
                    // TLS 1.2 refuses to renegotiate by an answer.
                    .and_then(|_| self.flush(deadline)),
                Err(cause) => Err(Failure::of_stream(&cause)),
            };
            if let Err(failure) = result {
                // Nothing is lost when a wait was too short.
                if failure != Failure::TIMED_OUT || self.tls.wants_write() {
                    self.broken = Some(failure);
                }
                return Err(failure);
            }
        }
    }

    /// Ends the stream with close_notify, as far as that is possible without waiting.
    pub(crate) fn close(mut self: Box<Self>) {
        self.tls.send_close_notify();
        self.flush_without_waiting();
    }

    fn usable(&self) -> Result<(), Failure> {
        self.broken.map_or(Ok(()), Err)
    }

    /// Takes in what the peer sent. False at the end of the stream.
    fn receive(&mut self, deadline: Deadline) -> Result<bool, Failure> {
        let count = self
            .tls
            .read_tls(&mut Wire(&self.stream, deadline))
            .map_err(|cause| Failure::of_stream(&cause))?;
        if let Err(cause) = self.tls.process_new_packets() {
            // Tells the peer by an alert why the connection ends.
            self.flush_without_waiting();
            return Err(Failure::of_tls(&cause));
        }
        Ok(count != 0)
    }

    fn flush(&mut self, deadline: Deadline) -> Result<(), Failure> {
        while self.tls.wants_write() {
            match self.tls.write_tls(&mut Wire(&self.stream, deadline)) {
                Ok(0) => return Err(Failure::CLOSED),
                Ok(_) => {}
                Err(cause) => return Err(Failure::of_stream(&cause)),
            }
        }
        Ok(())
    }

    /// The last thing that is done with a connection.
    fn flush_without_waiting(&mut self) {
        if self.stream.set_nonblocking(true).is_err() {
            return;
        }
        while self.tls.wants_write() {
            match self.tls.write_tls(&mut Bare(&self.stream)) {
                Ok(count) if count > 0 => {}
                _ => return,
            }
        }
    }
}

/// Tries each address with an even share of the time that is left.
fn connect(addresses: &[SocketAddr], deadline: Deadline) -> Result<TcpStream, Failure> {
    let mut kept: Option<Failure> = None;
    for (tried, address) in addresses.iter().enumerate() {
        let Some(share) = deadline.share(addresses.len() - tried) else {
            return Err(Failure::TIMED_OUT);
        };
        match TcpStream::connect_timeout(address, share) {
            Ok(stream) => return Ok(stream),
            Err(cause) => {
                let failure = Failure::of_connect(&cause);
                // "Refused" by one address says more than "no route" to another.
                if kept.is_none_or(|kept| kept.error == Error::TRANSPORT_IO) {
                    kept = Some(failure);
                }
            }
        }
    }
    Err(kept.unwrap_or(Failure::of(Error::TRANSPORT_HOST_NOT_FOUND)))
}

/// The socket without `write_vectored`: that one is writev(2), which raises SIGPIPE when the peer
/// is gone, while `write` is send(2) with MSG_NOSIGNAL.
struct Bare<'a>(&'a TcpStream);

impl Write for Bare<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0.write(data)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The socket, with a deadline over all waits. Signals do not end a wait.
struct Wire<'a>(&'a TcpStream, Deadline);

impl Wire<'_> {
    fn until_deadline(
        &self,
        set_timeout: impl Fn(Option<std::time::Duration>) -> io::Result<()>,
        mut work: impl FnMut() -> io::Result<usize>,
    ) -> io::Result<usize> {
        loop {
            let left = self.1.left().ok_or(ErrorKind::TimedOut)?;
            set_timeout(Some(left))?;
            match work() {
                Err(cause)
                    if matches!(cause.kind(), ErrorKind::Interrupted | ErrorKind::WouldBlock) => {}
                result => return result,
            }
        }
    }
}

impl Read for Wire<'_> {
    fn read(&mut self, data: &mut [u8]) -> io::Result<usize> {
        let mut stream = self.0;
        self.until_deadline(|left| self.0.set_read_timeout(left), || stream.read(data))
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.until_deadline(
            |left| self.0.set_write_timeout(left),
            || Bare(self.0).write(data),
        )
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
