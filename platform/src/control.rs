//! The owner's way to a running platform: lines of JSON over a socket in the data directory.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Write};
use std::os::fd::AsRawFd;
use std::os::unix::net::UnixStream as StdUnixStream;
use std::path::{Path, PathBuf};

use ntex_mqtt::QoS;
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader as AsyncBufReader};
use tokio::net::{UnixListener, UnixStream};

use crate::mqtt::{Delivery, Message, Shared};
use crate::rules::{DeviceKey, NewDevice, NotCreated, Secret};

const SOCKET: &str = "control";

/// What the owner asks for. It holds secrets: it is not Debug.
#[derive(Deserialize, Serialize)]
#[serde(rename_all = "snake_case", tag = "do")]
pub(crate) enum Request {
    Publish {
        product_key: String,
        device_name: String,
        topic: String,
        payload: Vec<u8>,
        qos: u8,
    },
    /// Answered by a line for each message until the owner leaves.
    Watch {
        product_key: String,
        device_name: Option<String>,
    },
    FaultAdd {
        fault: String,
        device_name: Option<String>,
        times: Option<u32>,
    },
    FaultList,
    FaultClear,
    CreateDevices {
        product_key: String,
        devices: Vec<SentDevice>,
    },
}

/// A device to create, on its way to the platform.
#[derive(Deserialize, Serialize)]
pub(crate) struct SentDevice {
    name: String,
    secret: Option<String>,
}

/// Why none of many devices was created: [`NotCreated`] in words.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Refused {
    pub(crate) place: Option<usize>,
    pub(crate) why: String,
}

impl From<NotCreated> for Refused {
    fn from(error: NotCreated) -> Self {
        Self {
            place: error.place,
            why: error.why.to_string(),
        }
    }
}

/// A line of an answer.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "snake_case", tag = "is")]
pub(crate) enum Answer {
    Done,
    Refused {
        why: String,
    },
    NotCreated(Refused),
    Fault {
        fault: String,
        device_name: Option<String>,
        times: Option<u32>,
    },
    Message {
        product_key: String,
        device_name: String,
        topic: String,
        payload: Vec<u8>,
    },
}

/// The path of the socket, however long that of the directory is: the system takes 107 bytes only.
fn short_path(directory: &File) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}/{SOCKET}", directory.as_raw_fd()))
}

/// Opens the socket. The directory is its owner's alone, and so is the socket.
pub(crate) fn listen(data: &Path) -> io::Result<std::os::unix::net::UnixListener> {
    let directory = File::open(data)?;
    let _ = std::fs::remove_file(data.join(SOCKET));
    let listener = std::os::unix::net::UnixListener::bind(short_path(&directory))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Answers owners until the runtime ends.
pub(crate) async fn serve(
    listener: std::os::unix::net::UnixListener,
    shared: Shared,
) -> io::Result<()> {
    let listener = UnixListener::from_std(listener)?;
    loop {
        let (stream, _) = listener.accept().await?;
        // An owner who left is no concern of ours.
        tokio::spawn(talk(stream, shared.clone()));
    }
}

async fn talk(stream: UnixStream, shared: Shared) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = AsyncBufReader::new(reader).lines();
    while let Some(line) = lines.next_line().await? {
        let answers = match serde_json::from_str(&line) {
            Ok(Request::Watch {
                product_key,
                device_name,
            }) => {
                let mut published = shared.watchers.watch();
                write(&mut writer, &Answer::Done).await?;
                loop {
                    let message = tokio::select! {
                        message = published.recv() => message,
                        _ = lines.next_line() => return Ok(()),
                    };
                    let Some(message) = message else {
                        return Ok(());
                    };
                    let named = device_name.as_deref();
                    if message.key.product_key() == product_key
                        && named.is_none_or(|name| name == message.key.device_name())
                    {
                        let answer = Answer::Message {
                            product_key: product_key.clone(),
                            device_name: message.key.device_name().to_owned(),
                            topic: message.topic.clone(),
                            payload: message.payload.clone(),
                        };
                        write(&mut writer, &answer).await?;
                    }
                }
            }
            Ok(request) => answer(&shared, request).await,
            Err(error) => vec![refused(error)],
        };
        for answer in answers {
            write(&mut writer, &answer).await?;
        }
    }
    Ok(())
}

async fn write(writer: &mut (impl AsyncWriteExt + Unpin), answer: &Answer) -> io::Result<()> {
    let mut line = serde_json::to_vec(answer)?;
    line.push(b'\n');
    writer.write_all(&line).await
}

async fn answer(shared: &Shared, request: Request) -> Vec<Answer> {
    match request {
        Request::Publish {
            product_key,
            device_name,
            topic,
            payload,
            qos,
        } => vec![publish(
            shared,
            &product_key,
            &device_name,
            topic,
            payload,
            qos,
        )],
        Request::FaultAdd {
            fault,
            device_name,
            times,
        } => vec![
            match shared.faults.add(&fault, device_name.as_deref(), times) {
                Ok(()) => Answer::Done,
                Err(error) => refused(error),
            },
        ],
        Request::FaultList => {
            let faults = shared.faults.list().into_iter();
            let shown = faults.map(|(fault, device_name, times)| Answer::Fault {
                fault,
                device_name,
                times,
            });
            shown.chain([Answer::Done]).collect()
        }
        Request::FaultClear => {
            shared.faults.clear();
            vec![Answer::Done]
        }
        Request::CreateDevices {
            product_key,
            devices,
        } => create_devices(shared, product_key, devices).await,
        Request::Watch { .. } => Vec::new(),
    }
}

/// At the desk, like all changes: who signs in meanwhile waits for these devices and no more.
async fn create_devices(
    shared: &Shared,
    product_key: String,
    devices: Vec<SentDevice>,
) -> Vec<Answer> {
    let new: Vec<NewDevice> = devices
        .into_iter()
        .map(|SentDevice { name, secret }| NewDevice {
            name,
            secret: secret.map(Secret::new),
        })
        .collect();
    let created = shared
        .desk
        .ask(move |rules| rules.create_devices(&product_key, &new))
        .await;
    match created.unwrap_or_else(|error| Err(error.into())) {
        Ok(()) => vec![Answer::Done],
        Err(error) => vec![Answer::NotCreated(error.into()), Answer::Done],
    }
}

fn publish(
    shared: &Shared,
    product_key: &str,
    device_name: &str,
    topic: String,
    payload: Vec<u8>,
    qos: u8,
) -> Answer {
    let Some(key) = DeviceKey::new(product_key, device_name) else {
        return refused("malformed ProductKey or DeviceName");
    };
    let qos = match qos {
        0 => QoS::AtMostOnce,
        _ => QoS::AtLeastOnce,
    };
    let message = Message {
        topic,
        payload,
        qos,
    };
    match shared.sessions.deliver(&key, message) {
        Delivery::Sent => Answer::Done,
        Delivery::NotSubscribed => {
            refused("the device is signed in, but not subscribed to this topic")
        }
        Delivery::NotSignedIn => refused("the device is not signed in"),
    }
}

fn refused(why: impl std::fmt::Display) -> Answer {
    Answer::Refused {
        why: why.to_string(),
    }
}

/// The owner's side.
pub(crate) struct Client(BufReader<StdUnixStream>);

impl Client {
    /// Connects to the platform that runs over this data directory.
    pub(crate) fn connect(data: &Path) -> io::Result<Self> {
        let none = |error: io::Error| {
            let text = format!(
                "no platform runs over {} ({error}); start one with serve",
                data.display()
            );
            io::Error::new(error.kind(), text)
        };
        let directory = File::open(data).map_err(none)?;
        let stream = StdUnixStream::connect(short_path(&directory)).map_err(none)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Asks, and returns the answers before the last, which must be `Done`.
    pub(crate) fn ask(&mut self, request: &Request) -> io::Result<Vec<Answer>> {
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        self.0.get_mut().write_all(&line)?;
        let mut answers = Vec::new();
        loop {
            match self.next()? {
                Some(Answer::Done) => return Ok(answers),
                Some(Answer::Refused { why }) => return Err(io::Error::other(why)),
                Some(answer) => answers.push(answer),
                None => return Err(io::Error::other("the platform stopped")),
            }
        }
    }

    /// Lets the platform create devices: all of them, or none.
    pub(crate) fn create_devices(
        &mut self,
        product_key: &str,
        devices: &[NewDevice],
    ) -> io::Result<Result<(), Refused>> {
        let sent = |device: &NewDevice| SentDevice {
            name: device.name.clone(),
            secret: device.secret.as_ref().map(|s| s.reveal().to_owned()),
        };
        let answers = self.ask(&Request::CreateDevices {
            product_key: product_key.to_owned(),
            devices: devices.iter().map(sent).collect(),
        })?;
        let refused = answers.into_iter().find_map(|answer| match answer {
            Answer::NotCreated(refused) => Some(refused),
            _ => None,
        });
        Ok(refused.map_or(Ok(()), Err))
    }

    /// The next line; none when the platform stopped.
    pub(crate) fn next(&mut self) -> io::Result<Option<Answer>> {
        let mut line = String::new();
        match self.0.read_line(&mut line)? {
            0 => Ok(None),
            _ => Ok(Some(serde_json::from_str(&line)?)),
        }
    }
}
