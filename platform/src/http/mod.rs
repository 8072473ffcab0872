//! HTTPS: `POST /auth/register/device`.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use axum::routing::post;
use axum_server::Handle;
use axum_server::tls_openssl::{OpenSSLAcceptor, OpenSSLConfig};
use openssl::ssl::SslAcceptor;
use serde::Serialize;

use crate::log::Log;
use crate::rules::{
    Issued, RegisterCode, RegisterRequest, Rules, valid_device_name, valid_product_key,
};

const FORM_MAX: usize = 4096;

/// Stops the server.
pub(crate) type StopHandle = Handle<SocketAddr>;

/// Serves until `stop` is used.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: SslAcceptor,
    rules: Rules,
    log: Log,
    stop: StopHandle,
) -> io::Result<()> {
    let routes = Router::new()
        .route("/auth/register/device", post(register))
        .layer(DefaultBodyLimit::max(FORM_MAX))
        .with_state(Endpoint { rules, log });
    let tls = OpenSSLConfig::from_acceptor(Arc::new(tls));
    let mut server = axum_server::from_tcp(listener)?
        .acceptor(OpenSSLAcceptor::new(tls))
        .handle(stop);
    // The C SDK looks for "Content-Length" with capitals.
    server.http_builder().http1().title_case_headers(true);
    server.serve(routes.into_make_service()).await
}

#[derive(Clone)]
struct Endpoint {
    rules: Rules,
    log: Log,
}

async fn register(State(endpoint): State<Endpoint>, body: Bytes) -> impl IntoResponse {
    let form: HashMap<_, _> = form_urlencoded::parse(&body).collect();
    let field = |name: &str| form.get(name).map_or("", AsRef::as_ref);
    let request = RegisterRequest {
        product_key: field("productKey"),
        device_name: field("deviceName"),
        random: field("random"),
        sign: field("sign"),
        sign_method: field("signMethod"),
    };
    let answer = endpoint.rules.register(&request);
    let code = answer.as_ref().map_or_else(|code| *code as u16, |_| 200);
    endpoint.log.line(format_args!(
        "register {} {} {code}",
        loggable(request.product_key, valid_product_key),
        loggable(request.device_name, valid_device_name),
    ));
    // Failures are HTTP 200 too: devices in the field read the code in the body only.
    (
        [(CONTENT_TYPE, "application/json;charset=UTF-8")],
        reply(&answer),
    )
}

/// A stranger's text reaches the log only if it is a name.
fn loggable(text: &str, valid: impl Fn(&str) -> bool) -> &str {
    if valid(text) { text } else { "-" }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Data<'a> {
    product_key: &'a str,
    device_name: &'a str,
    device_secret: &'a str,
}

#[derive(Serialize)]
struct Reply<'a> {
    code: u16,
    #[serde(skip_serializing_if = "Option::is_none")]
    data: Option<Data<'a>>,
    message: &'a str,
}

/// Compact, "code" first: parsers in the field take it apart by hand, in buffers of 192 bytes.
fn reply(answer: &Result<Issued, RegisterCode>) -> String {
    let reply = match answer {
        Ok(issued) => Reply {
            code: 200,
            data: Some(Data {
                product_key: issued.key.product_key(),
                device_name: issued.key.device_name(),
                device_secret: issued.secret.reveal(),
            }),
            message: "success",
        },
        Err(code) => Reply {
            code: *code as u16,
            data: None,
            message: code.message(),
        },
    };
    serde_json::to_string(&reply).unwrap_or_default()
}
