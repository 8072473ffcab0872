//! A reply is the same reply in any pieces; and of any bytes in any pieces, nothing is stored but a
//! well-formed secret for this very device. The fuzzers' seeds run here too.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::RngSeed;

#[path = "../fuzz/bodies/record.rs"]
mod record;
#[path = "../fuzz/bodies/registration.rs"]
mod registration;

use linkauth::register::Form;
use linkauth::status::Error;
use registration::{DEVICE_NAME, End, FORMS, PRODUCT_KEY, check, cut, register};

const SECRET: &str = "0123456789abcdefghijklmnopqrstuv";
const TOKEN: &str = "^1^1599^abc";
const CONNACK: &[u8] = &[0x20, 2, 0, 0];

/// The same cases in every run: looking for new ones is the fuzzers' part.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 256,
        failure_persistence: None,
        rng_seed: RngSeed::Fixed(2019),
        ..ProptestConfig::default()
    }
}

#[derive(Debug)]
struct Sample {
    form: Form,
    bytes: Vec<u8>,
    ends: bool,
    end: End,
}

fn members() -> String {
    format!(
        r#""deviceSecret":"{SECRET}","productKey":"{PRODUCT_KEY}","deviceName":"{DEVICE_NAME}""#
    )
}

fn chunked(body: &str, size: usize) -> String {
    let chunks = body.as_bytes().chunks(size).map(|chunk| {
        let text = std::str::from_utf8(chunk).unwrap();
        format!("{:x};a=b\r\n{text}\r\n", chunk.len())
    });
    chunks.collect::<String>() + "0\r\nTrailer: x\r\n\r\n"
}

fn https() -> Vec<Sample> {
    let body = format!(
        r#"{{"code":200,"data":{{{}}},"message":"success"}}"#,
        members()
    );
    let refusal = r#"{"code":6289,"message":"device is already active"}"#;
    let ok = "HTTP/1.1 200 OK\r\n";
    let length = |body: &str| format!("Content-Length: {}\r\n\r\n{body}", body.len());
    let stored = || End::Stored(Vec::new(), SECRET.into());
    [
        (
            format!("{ok}Server: x\r\n{}", length(&body)),
            false,
            stored(),
        ),
        (format!("{ok}{}and more", length(&body)), false, stored()),
        (
            format!("HTTP/1.1 100 Continue\r\n\r\n{ok}{}", length(&body)),
            false,
            stored(),
        ),
        (
            format!(
                "{ok}Transfer-Encoding: chunked\r\n\r\n{}",
                chunked(&body, 7)
            ),
            false,
            stored(),
        ),
        (
            format!(
                "{ok}Transfer-Encoding: chunked\r\n\r\n{}",
                chunked(&body, 100)
            ),
            true,
            stored(),
        ),
        (format!("HTTP/1.0 200 OK\r\n\r\n{body}"), true, stored()),
        (format!("HTTP/1.0 200 OK\r\n\r\n{body}"), false, End::Waits),
        (
            format!("{ok}{}", length(refusal)),
            false,
            End::Failed(Error::PLATFORM_ALREADY_ACTIVE),
        ),
    ]
    .map(|(text, ends, end)| Sample {
        form: Form::Https,
        bytes: text.into_bytes(),
        ends,
        end,
    })
    .into()
}

fn publish(qos: u8, topic: &str, payload: &str) -> Vec<u8> {
    let mut body = (topic.len() as u16).to_be_bytes().to_vec();
    body.extend(topic.bytes());
    if qos > 0 {
        body.extend([0, 7]);
    }
    body.extend(payload.bytes());
    let mut packet = vec![0x30 | qos << 1];
    let mut length = body.len();
    while length > 0x7f {
        packet.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    packet.push(length as u8);
    packet.extend(body);
    packet
}

fn mqtt() -> Vec<Sample> {
    let secret = format!("{{{}}}", members());
    let token = format!(
        r#"{{"clientId":"c1","productKey":"{PRODUCT_KEY}","deviceName":"{DEVICE_NAME}","deviceToken":"{TOKEN}"}}"#
    );
    let other = "x".repeat(300);
    let (register_form, token_form) = (FORMS[1], FORMS[2]);
    let mut samples = Vec::new();
    for qos in [0, 1] {
        for before in [
            Vec::new(),
            publish(1 - qos, "/sys/a1B2c3D4e5F/dev1/thing/x", &other),
            [
                publish(0, "/ext/ntp", ""),
                publish(1, "/ext/registers", &secret),
            ]
            .concat(),
        ] {
            for (form, topic, payload, end) in [
                (
                    register_form,
                    "/ext/register",
                    &secret,
                    End::Stored(Vec::new(), SECRET.into()),
                ),
                (
                    token_form,
                    "/ext/regnwl",
                    &token,
                    End::Stored("c1".into(), TOKEN.into()),
                ),
            ] {
                let answer = publish(qos, topic, payload);
                samples.push(Sample {
                    form,
                    bytes: [CONNACK, &before, &answer, b"ignored"].concat(),
                    ends: false,
                    end,
                });
            }
        }
    }
    samples.push(Sample {
        form: register_form,
        bytes: vec![0x20, 2, 0, 4],
        ends: true,
        end: End::Failed(Error::REGISTER_CONNACK_REFUSED),
    });
    samples
}

fn samples() -> Vec<Sample> {
    [https(), mqtt()].into_iter().flatten().collect()
}

#[test]
fn every_split_in_two_and_byte_by_byte() {
    for Sample {
        form,
        bytes,
        ends,
        end,
    } in samples()
    {
        assert_eq!(
            register(form, [&bytes[..]], ends),
            end,
            "{form:?}, in one piece"
        );
        assert_eq!(
            register(form, cut(&bytes, &[1]), ends),
            end,
            "{form:?}, byte by byte"
        );
        for at in 1..bytes.len() {
            let (first, second) = bytes.split_at(at);
            assert_eq!(
                register(form, [first, second], ends),
                end,
                "{form:?}, at {at}"
            );
        }
    }
}

#[test]
fn every_cut_stores_nothing() {
    for Sample {
        form, bytes, end, ..
    } in samples()
    {
        // Until close, a cut that leaves whole JSON cannot be told from the end.
        if !matches!(end, End::Stored(..)) || bytes.starts_with(b"HTTP/1.0") {
            continue;
        }
        let needed = (1..bytes.len())
            .find(|length| register(form, [&bytes[..*length]], false) == end)
            .unwrap_or(bytes.len());
        for length in 1..needed {
            let cut_short = register(form, [&bytes[..length]], true);
            assert_eq!(
                cut_short,
                End::Failed(Error::REPLY_CUT_SHORT),
                "{form:?}, {length}"
            );
        }
    }
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn many_pieces(which in 0..samples().len(), lengths in vec(1u8..60, 1..15)) {
        let Sample { form, bytes, ends, end } = samples().swap_remove(which);
        prop_assert_eq!(register(form, cut(&bytes, &lengths), ends), end);
    }

    #[test]
    fn damaged_replies(
        which in 0..samples().len(),
        damages in vec((any::<prop::sample::Index>(), any::<u8>(), 0..3u8), 1..6),
        lengths in vec(1u8..60, 0..15),
        ends in any::<bool>(),
    ) {
        let Sample { form, mut bytes, .. } = samples().swap_remove(which);
        for (at, byte, how) in damages {
            let at = at.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.insert(at, byte),
                _ if bytes.len() > 1 => drop(bytes.remove(at)),
                _ => {}
            }
        }
        check(form, &bytes, &lengths, ends);
    }

    #[test]
    fn any_bytes(
        kind in 0..FORMS.len(),
        bytes in vec(any::<u8>(), 0..400),
        lengths in vec(1u8..60, 0..15),
        ends in any::<bool>(),
    ) {
        let prefixes = [&b"HTTP/1.1 200 OK\r\n\r\n"[..], CONNACK, CONNACK];
        check(FORMS[kind], &bytes, &lengths, ends);
        check(FORMS[kind], &[prefixes[kind], &bytes].concat(), &lengths, ends);
    }

    #[test]
    fn any_record(flags in 0..4u8, bytes in vec(any::<u8>(), 0..400)) {
        record::body(&[&[flags][..], &bytes].concat());
        record::body(&[&[flags][..], b"LKA1\x01\x01\x01\x00", &bytes].concat());
    }
}

type Body = fn(&[u8]);

#[test]
fn seeds_of_the_fuzzers() {
    let seeds = concat!(env!("CARGO_MANIFEST_DIR"), "/fuzz/seeds");
    let bodies: [(&str, Body); 2] = [
        ("registration", registration::body),
        ("record", record::body),
    ];
    for (target, body) in bodies {
        let files = std::fs::read_dir(format!("{seeds}/{target}")).unwrap();
        let count = files
            .map(|file| body(&std::fs::read(file.unwrap().path()).unwrap()))
            .count();
        assert!(count > 5, "{target} has {count} seeds");
    }
}
