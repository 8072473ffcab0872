//! The crate `aiot`, as its users use it. See ../../README.md.
//!
//! `DynamicRegister`, its ready-made registration, trusts the vendor's certificate authority and no other; the parts
//! that it is made of can be given another.

use std::io::Read;
use std::time::Duration;

use aiot::dynregmq::DynamicRegisterOptions;
use aiot::{
    DeviceAuthInfo, DynamicRegisterResult, Executor, MqttClient, MqttConnection, ThreeTuple,
};
use rumqttc::{Event, MqttOptions, Packet, QoS, Transport};
use tokio::sync::mpsc;

const REFUSED: i32 = 3;

/// The outcome of an operation that did not succeed: exit code and what to print.
struct Ended(i32, String);

type Outcome = Result<(), Ended>;

fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} is not set"))
}

fn failed(error: impl std::fmt::Debug) -> Ended {
    Ended(1, format!("failed {error:?}"))
}

/// The SDK's credentials and machinery, with our host, port and certificate authority.
fn connect(device_secret: &str, info: &DeviceAuthInfo) -> Result<MqttConnection, Ended> {
    let three = ThreeTuple {
        product_key: variable("PRODUCT_KEY"),
        device_name: variable("DEVICE_NAME"),
        device_secret: device_secret.to_owned(),
    };
    let host = variable("HOST");
    let mut client = MqttClient::new_tls(&host, &three).map_err(failed)?;
    let port = variable("TLS_PORT").parse().map_err(failed)?;
    let mut options = MqttOptions::new(&info.client_id, host, port);
    options.set_credentials(&info.username, &info.password);
    options.set_keep_alive(Duration::from_secs(60));
    options.set_transport(Transport::tls_with_config(trust()?.into()));
    client.options = options;
    Ok(client.connect())
}

fn trust() -> Result<rustls::ClientConfig, Ended> {
    let pem = std::fs::read(variable("CA")).map_err(failed)?;
    let mut roots = rustls::RootCertStore::empty();
    for certificate in rustls_pemfile::certs(&mut pem.as_slice()).map_err(failed)? {
        roots
            .add(&rustls::Certificate(certificate))
            .map_err(failed)?;
    }
    let config = rustls::ClientConfig::builder()
        .with_safe_defaults()
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}

/// The next packet that the platform sent.
async fn packet(connection: &mut MqttConnection) -> Result<Packet, Ended> {
    loop {
        match connection.poll().await {
            Ok(Event::Incoming(packet)) => return Ok(packet),
            Ok(Event::Outgoing(_)) => {}
            Err(aiot::Error::ConnectionError(rumqttc::ConnectionError::ConnectionRefused(
                code,
            ))) => {
                return Err(Ended(REFUSED, format!("refused {}", code as u8)));
            }
            Err(error) => return Err(failed(error)),
        }
    }
}

async fn sign_in(device_secret: &str, info: &DeviceAuthInfo) -> Outcome {
    let mut connection = connect(device_secret, info)?;
    let topic = format!(
        "/{}/{}/user/get",
        variable("PRODUCT_KEY"),
        variable("DEVICE_NAME")
    );
    let payload = "hello from Rust";
    loop {
        match packet(&mut connection).await? {
            Packet::ConnAck(_) => connection
                .mqtt
                .subscribe(&topic, QoS::AtLeastOnce)
                .await
                .map_err(failed)?,
            Packet::SubAck(_) => {
                let published = connection
                    .mqtt
                    .publish(&topic, QoS::AtLeastOnce, false, payload);
                published.await.map_err(failed)?;
            }
            Packet::Publish(message) if message.payload == payload.as_bytes() => return Ok(()),
            _ => {}
        }
    }
}

/// `no_whitelist` is the SDK's word for: without pre-registration.
async fn register(
    product_secret: &str,
    no_whitelist: bool,
) -> Result<DynamicRegisterResult, Ended> {
    let (sender, mut results) = mpsc::channel(4);
    let (product_key, device_name) = (variable("PRODUCT_KEY"), variable("DEVICE_NAME"));
    let mut options =
        DynamicRegisterOptions::new(&product_key, product_secret, &device_name, sender);
    options.no_whitelist = no_whitelist;
    let info = DeviceAuthInfo {
        client_id: options.client_id(),
        username: options.username(),
        password: options.password(),
    };
    let mut connection = connect("", &info)?;
    loop {
        if let Packet::Publish(message) = packet(&mut connection).await? {
            options
                .execute(&message.topic, &message.payload)
                .await
                .map_err(failed)?;
            return results
                .recv()
                .await
                .ok_or(Ended(1, "failed: no result".into()));
        }
    }
}

async fn run(operation: &str, secret: &str) -> Outcome {
    match operation {
        "sign-in-tls" => {
            let three = ThreeTuple {
                product_key: variable("PRODUCT_KEY"),
                device_name: variable("DEVICE_NAME"),
                device_secret: secret.to_owned(),
            };
            sign_in(secret, &DeviceAuthInfo::from_tuple(&three)).await
        }
        "register-mqtt" => match register(secret, false).await? {
            DynamicRegisterResult::Whitelist(info) => {
                std::fs::write(variable("ISSUED"), info.device_secret).map_err(failed)
            }
            DynamicRegisterResult::NoWhitelist(_) => Err(Ended(1, "failed: a token".into())),
        },
        "register-unknown" => match register(secret, true).await? {
            DynamicRegisterResult::NoWhitelist(info) => sign_in("", &info).await,
            DynamicRegisterResult::Whitelist(_) => Err(Ended(1, "failed: a secret".into())),
        },
        _ => Err(Ended(1, "failed: the SDK cannot do this".into())),
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let operation = std::env::args().nth(1).unwrap_or_default();
    let mut secret = String::new();
    if std::io::stdin().read_to_string(&mut secret).is_err() {
        std::process::exit(1);
    }
    if let Err(Ended(code, text)) = run(&operation, &secret).await {
        println!("{text}");
        std::process::exit(code);
    }
}
