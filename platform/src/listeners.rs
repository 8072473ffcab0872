//! Where the platform listens.

use std::io::{self, ErrorKind};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};

use socket2::{Domain, Socket, Type};

use crate::platform::StartError;

/// Devices that wait to be accepted: after a power cut all of them come at once.
const BACKLOG: i32 = 4096;

/// Where the platform listens. Port 0 lets the system choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Endpoints {
    /// MQTT over plain TCP.
    pub mqtt: SocketAddr,
    /// MQTT over TLS.
    pub mqtts: SocketAddr,
    /// HTTPS.
    pub https: SocketAddr,
    /// MQTT over TLS with the suites of the vendor's older C SDK too.
    pub mqtts_legacy: Option<SocketAddr>,
    /// HTTPS with the suites of the vendor's older C SDK too.
    pub https_legacy: Option<SocketAddr>,
    /// HTTP for the owner: `/metrics` and `/health`.
    pub http: Option<SocketAddr>,
}

impl Default for Endpoints {
    /// Ports of the system's choice on 127.0.0.1, and nothing that is optional.
    fn default() -> Self {
        let any = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self {
            mqtt: any,
            mqtts: any,
            https: any,
            mqtts_legacy: None,
            https_legacy: None,
            http: None,
        }
    }
}

impl Endpoints {
    /// Each with its name, in a fixed order.
    pub fn named(&self) -> Vec<(&'static str, SocketAddr)> {
        let all = [
            ("mqtt", Some(self.mqtt)),
            ("mqtts", Some(self.mqtts)),
            ("https", Some(self.https)),
            ("mqtts-legacy", self.mqtts_legacy),
            ("https-legacy", self.https_legacy),
            ("http", self.http),
        ];
        all.into_iter()
            .filter_map(|(name, address)| Some((name, address?)))
            .collect()
    }
}

/// The sockets of [`Endpoints`].
pub(crate) struct Sockets {
    pub(crate) mqtt: TcpListener,
    pub(crate) mqtts: TcpListener,
    pub(crate) https: TcpListener,
    pub(crate) mqtts_legacy: Option<TcpListener>,
    pub(crate) https_legacy: Option<TcpListener>,
    pub(crate) http: Option<TcpListener>,
}

impl Sockets {
    pub(crate) fn bind(endpoints: &Endpoints) -> Result<Self, StartError> {
        let optional = |address: Option<SocketAddr>| address.map(bind).transpose();
        Ok(Self {
            mqtt: bind(endpoints.mqtt)?,
            mqtts: bind(endpoints.mqtts)?,
            https: bind(endpoints.https)?,
            mqtts_legacy: optional(endpoints.mqtts_legacy)?,
            https_legacy: optional(endpoints.https_legacy)?,
            http: optional(endpoints.http)?,
        })
    }

    /// The same with the ports that the system chose.
    pub(crate) fn endpoints(&self) -> Result<Endpoints, StartError> {
        let optional = |socket: &Option<TcpListener>| socket.as_ref().map(local).transpose();
        Ok(Endpoints {
            mqtt: local(&self.mqtt)?,
            mqtts: local(&self.mqtts)?,
            https: local(&self.https)?,
            mqtts_legacy: optional(&self.mqtts_legacy)?,
            https_legacy: optional(&self.https_legacy)?,
            http: optional(&self.http)?,
        })
    }
}

fn bind(address: SocketAddr) -> Result<TcpListener, StartError> {
    let open = || -> io::Result<TcpListener> {
        let socket = Socket::new(Domain::for_address(address), Type::STREAM, None)?;
        socket.set_reuse_address(true)?;
        socket.bind(&address.into())?;
        socket.listen(BACKLOG)?;
        socket.set_nonblocking(true)?;
        Ok(socket.into())
    };
    open().map_err(|error| {
        let what = match error.kind() {
            ErrorKind::AddrInUse => {
                format!("listen on {address}, where another program does (port 0 lets the system choose)")
            }
            _ => format!("listen on {address}"),
        };
        StartError::Io(what, error)
    })
}

fn local(listener: &TcpListener) -> Result<SocketAddr, StartError> {
    let address = listener.local_addr();
    address.map_err(|error| StartError::Io("listener".into(), error))
}
