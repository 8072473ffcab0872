//! HTTPS: `POST /auth/register/device`. HTTP, for the owner: `/metrics` and `/health`.

mod reply;

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum_server::Handle;
use axum_server::tls_openssl::{OpenSSLAcceptor, OpenSSLConfig};
use openssl::ssl::SslAcceptor;

use crate::faults::{FaultKind, Way, delay};
use crate::mqtt::Shared;
use crate::rules::{RegisterCode, RegisterRequest, valid_device_name, valid_product_key};

const FORM_MAX: usize = 4096;

/// Stops the servers.
pub(crate) type StopHandle = Handle<SocketAddr>;

/// Serves registrations until `stop` is used.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: SslAcceptor,
    shared: Shared,
    stop: StopHandle,
) -> io::Result<()> {
    let routes = Router::new()
        .route("/auth/register/device", post(register))
        .layer(DefaultBodyLimit::max(FORM_MAX))
        .with_state(shared);
    let tls = OpenSSLConfig::from_acceptor(Arc::new(tls));
    let mut server = axum_server::from_tcp(listener)?
        .acceptor(OpenSSLAcceptor::new(tls))
        .handle(stop);
    // The C SDK looks for "Content-Length" with capitals.
    server.http_builder().http1().title_case_headers(true);
    server.serve(routes.into_make_service()).await
}

/// Serves figures and health until `stop` is used.
pub(crate) async fn serve_owner(
    listener: TcpListener,
    shared: Shared,
    stop: StopHandle,
) -> io::Result<()> {
    let routes = Router::new()
        .route("/metrics", get(metrics))
        .route("/health", get(health))
        .with_state(shared);
    let server = axum_server::from_tcp(listener)?.handle(stop);
    server.serve(routes.into_make_service()).await
}

async fn metrics(State(shared): State<Shared>) -> impl IntoResponse {
    let text = shared.metrics.text(shared.sessions.count());
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], text)
}

/// Healthy is who can still write to the store.
async fn health(State(shared): State<Shared>) -> impl IntoResponse {
    let written = shared.desk.ask(|rules| rules.announcements()).await;
    match written.and_then(|found| found) {
        Ok(_) => (StatusCode::OK, "ok\n".to_owned()),
        Err(error) => (StatusCode::SERVICE_UNAVAILABLE, format!("{error}\n")),
    }
}

async fn register(State(shared): State<Shared>, body: Bytes) -> Response<Body> {
    let form: HashMap<String, String> = form_urlencoded::parse(&body).into_owned().collect();
    let name = field(&form, "deviceName").to_owned();
    let product = field(&form, "productKey").to_owned();
    let faults = shared.faults.play(&name, Way::Http);
    for fault in &faults {
        shared.count("faults", format!("kind=\"{}\"", fault.word()));
    }
    if let Some(time) = delay(&faults) {
        tokio::time::sleep(time).await;
    }
    let asked = shared
        .desk
        .ask(move |rules| rules.register(&request(&form)));
    let answer = asked.await.unwrap_or(Err(RegisterCode::System));
    let code = answer.as_ref().map_or_else(|code| *code as u16, |_| 200);
    shared.count("registrations", format!("way=\"https\",code=\"{code}\""));
    let who = format!(
        "{} {}",
        loggable(&product, valid_product_key),
        loggable(&name, valid_device_name)
    );
    if !faults.is_empty() {
        let words: Vec<_> = faults.iter().map(FaultKind::word).collect();
        shared
            .log
            .event("fault", &who, format_args!("register {}", words.join(",")));
    }
    shared.log.event("register", who, code);
    reply::reply(&answer, &faults)
}

fn field<'a>(form: &'a HashMap<String, String>, name: &str) -> &'a str {
    form.get(name).map_or("", String::as_str)
}

fn request(form: &HashMap<String, String>) -> RegisterRequest<'_> {
    RegisterRequest {
        product_key: field(form, "productKey"),
        device_name: field(form, "deviceName"),
        random: field(form, "random"),
        sign: field(form, "sign"),
        sign_method: field(form, "signMethod"),
    }
}

/// A stranger's text reaches the log only if it is a name.
fn loggable(text: &str, valid: impl Fn(&str) -> bool) -> &str {
    if valid(text) { text } else { "-" }
}
