//! The reply to a registration over HTTPS, right or as faults have it.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::body::{Body, Bytes, HttpBody};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{Response, StatusCode};
use serde_json::{Map, Value, json};

use crate::faults::{FaultKind, Pace, spoil};
use crate::rules::{Issued, RegisterCode};

/// Time for a piece to leave before the connection ends: what is still buffered then is lost.
const FLUSH: Duration = Duration::from_millis(50);

/// Failures are HTTP 200 too: devices in the field read the code in the body only.
pub(super) fn reply(answer: &Result<Issued, RegisterCode>, faults: &[FaultKind]) -> Response<Body> {
    let text = body(answer, faults);
    let status = faults.iter().find_map(|fault| match fault {
        FaultKind::HttpStatus(status) => StatusCode::from_u16(*status).ok(),
        _ => None,
    });
    let mut response = Response::builder()
        .status(status.unwrap_or(StatusCode::OK))
        .header(CONTENT_TYPE, "application/json;charset=UTF-8");
    let pace = Pace::of(faults);
    let chunked = faults.contains(&FaultKind::Chunked);
    if pace.is_normal() && !chunked {
        return response.body(text.into()).unwrap_or_default();
    }
    if !chunked {
        response = response.header(CONTENT_LENGTH, text.len());
    }
    let body = Pieces::new(text.into(), pace);
    response.body(Body::new(body)).unwrap_or_default()
}

/// Compact, "code" first: parsers in the field take it apart by hand, in buffers of 192 bytes.
fn body(answer: &Result<Issued, RegisterCode>, faults: &[FaultKind]) -> String {
    let mut reply = Map::new();
    match answer {
        Ok(issued) => {
            let mut data = Map::new();
            data.insert("productKey".into(), issued.key.product_key().into());
            data.insert("deviceName".into(), issued.key.device_name().into());
            data.insert("deviceSecret".into(), issued.secret.reveal().into());
            spoil(&mut data, faults);
            reply.insert("code".into(), 200.into());
            reply.insert("data".into(), Value::Object(data));
            reply.insert("message".into(), "success".into());
        }
        Err(code) => {
            reply.insert("code".into(), json!(*code as u16));
            reply.insert("message".into(), code.message().into());
        }
    }
    for fault in faults {
        match fault {
            FaultKind::Missing(name) => drop(reply.shift_remove(name)),
            FaultKind::Wrong(name, value) if reply.contains_key(name) => {
                reply.insert(name.clone(), value.clone().into());
            }
            _ => {}
        }
    }
    Value::Object(reply).to_string()
}

/// A body that leaves in pieces, and may end in the middle.
struct Pieces {
    rest: Bytes,
    pace: Pace,
    pause: Option<Pin<Box<tokio::time::Sleep>>>,
}

impl Pieces {
    fn new(text: Bytes, pace: Pace) -> Self {
        Self {
            rest: text,
            pace,
            pause: None,
        }
    }

    fn next_piece(&mut self) -> Bytes {
        let end = self.pace.cut.unwrap_or(self.rest.len());
        let most = self.pace.trickle.map_or(end, |_| 1).min(end);
        let piece = self.rest.split_to(most.min(self.rest.len()));
        self.pace.cut = self.pace.cut.map(|cut| cut - piece.len());
        let pause = self.pace.trickle.unwrap_or(FLUSH);
        self.pause = Some(Box::pin(tokio::time::sleep(pause)));
        piece
    }
}

impl HttpBody for Pieces {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, Self::Error>>> {
        if let Some(pause) = self.pause.as_mut() {
            ready!(pause.as_mut().poll(context));
            self.pause = None;
        }
        if self.pace.cut == Some(0) {
            return Poll::Ready(Some(Err(std::io::Error::other("cut on purpose"))));
        }
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let piece = self.next_piece();
        Poll::Ready(Some(Ok(http_body::Frame::data(piece))))
    }
}
