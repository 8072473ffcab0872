//! What the rules say to a CONNECT, over both stores.

mod common;

use common::{Credentials, DEVICE_SECRET, DN, PK, furnish, over_both_stores};
use linkauth_platform::rules::{Accepted, AdminError, Connack, Push, Status};

#[test]
fn refusals_of_a_connect() {
    over_both_stores(|rules| {
        furnish(&rules);
        let long = "x".repeat(65);
        let cases = [
            ("no bars", 60, 2),
            ("x|securemode=2", 60, 2),
            (
                "x|securemode=2,signmethod=hmacsha256,timestamp=7|tail",
                60,
                2,
            ),
            ("test|securemode=2,nonsense|", 60, 2),
            ("test|signmethod=hmacsha256|", 60, 2),
            (
                "test|securemode=3,signmethod=hmacsha256,timestamp=7|",
                60,
                2,
            ),
            (
                "test|securemode=-2,signmethod=hmacsha256,timestamp=7|",
                60,
                2,
            ),
            (
                "test|securemode=8,signmethod=hmacsha256,timestamp=7|",
                60,
                2,
            ),
            ("test|securemode=2,signmethod=sha256,timestamp=7|", 60, 2),
            ("test|securemode=2,authType=other|", 60, 2),
            (
                "test|securemode=2,signmethod=hmacsha256,timestamp=7|",
                29,
                3,
            ),
            (
                "test|securemode=2,signmethod=hmacsha256,timestamp=7|",
                1201,
                3,
            ),
            ("test|securemode=2,signmethod=hmacsha256,timestamp=7|", 0, 3),
            (
                "test|securemode=2,signmethod=hmacsha256,timestamp=8|",
                60,
                4,
            ),
            ("test|securemode=2,signmethod=hmacsha1,timestamp=7|", 60, 4),
            ("test|securemode=2,timestamp=7|", 60, 4),
            (
                "best|securemode=2,signmethod=hmacsha256,timestamp=7|",
                60,
                4,
            ),
        ];
        let mut credentials = Credentials::of_secret(DN, DEVICE_SECRET);
        for (client_id, keep_alive, code) in cases {
            credentials.client_id = client_id.into();
            let refusal = credentials
                .connect(&rules, true, keep_alive)
                .expect_err(client_id);
            assert_eq!(refusal.code as u8, code, "{client_id} {refusal}");
        }
        credentials.client_id = format!("{long}|securemode=2,signmethod=hmacsha256,timestamp=7|");
        let refusal = credentials
            .connect(&rules, true, 60)
            .expect_err("65 characters");
        assert_eq!(refusal.code, Connack::Identifier);

        for username in [
            "",
            "nothing",
            "device-0001",
            "x&a1B2c3D4e5F",
            "device-0001&other",
            "dev-9999&a1B2c3D4e5F",
        ] {
            let mut credentials = Credentials::of_secret(DN, DEVICE_SECRET);
            credentials.username = username.into();
            let refusal = credentials.connect(&rules, true, 60).expect_err(username);
            assert_eq!(refusal.code, Connack::Credentials, "{username}");
        }
        for (mode, tls) in [(2, false), (3, true)] {
            let credentials = Credentials::with_mode(DN, DEVICE_SECRET, mode);
            let refusal = credentials
                .connect(&rules, tls, 60)
                .expect_err("wrong transport");
            assert_eq!(refusal.code, Connack::Identifier);
        }
        assert_eq!(rules.device(PK, DN).expect("the device").sign_ins, 0);
        for (mode, tls) in [(2, true), (3, false)] {
            for keep_alive in [30, 1200] {
                let credentials = Credentials::with_mode(DN, DEVICE_SECRET, mode);
                credentials
                    .connect(&rules, tls, keep_alive)
                    .expect("a sign-in");
            }
        }
    });
}

#[test]
fn a_lenient_client_id() {
    over_both_stores(|rules| {
        furnish(&rules);
        let mut credentials = Credentials::of_secret(DN, DEVICE_SECRET);
        for client_id in [
            "test|securemode=2,\n        signmethod=hmacsha256,\n        timestamp=7|",
            "test|securemode=2,signmethod=hmacsha256,,timestamp=7,|",
            "test|lan=JS|UNKNOW,timestamp=7,signmethod=hmacsha256,securemode=2|",
        ] {
            credentials.client_id = client_id.into();
            credentials.connect(&rules, true, 60).expect(client_id);
        }
    });
}

#[test]
fn registration_over_mqtt() {
    over_both_stores(|rules| {
        furnish(&rules);
        let register = Credentials::of_registration(DN, "authType=register,securemode=2");
        let Ok(Accepted::Registration(Push::Secret(issued))) = register.connect(&rules, true, 0)
        else {
            panic!("a secret");
        };
        let device = rules.device(PK, DN).expect("the device");
        assert_eq!(
            device.status(),
            Status::Unactive,
            "neither online nor activated"
        );
        assert_eq!((device.registrations, device.sign_ins), (1, 0));

        let refused = |credentials: &Credentials, tls| {
            let refusal = credentials.connect(&rules, tls, 0).expect_err("a refusal");
            refusal.code as u8
        };
        assert_eq!(refused(&register, false), 2, "needs TLS");
        for (extra, code) in [
            ("authType=register,securemode=3", 2),
            ("authType=register,securemode=-2", 2),
        ] {
            assert_eq!(
                refused(&Credentials::of_registration(DN, extra), true),
                code,
                "{extra}"
            );
        }
        let mut no_random = Credentials::of_registration(DN, "authType=register,securemode=2");
        no_random.client_id = "x|authType=register,securemode=2,signmethod=hmacsha256|".into();
        assert_eq!(refused(&no_random, true), 2);
        let unknown = Credentials::of_registration("dev-9999", "authType=register,securemode=2");
        assert_eq!(refused(&unknown, true), 4);
        let mut wrong = Credentials::of_registration(DN, "authType=register,securemode=2");
        wrong.password = "00".into();
        assert_eq!(refused(&wrong, true), 4);
        rules.forbid_registration(PK).expect("the product");
        assert_eq!(refused(&register, true), 4, "switch off");
        common::switch_on(&rules, PK);
        let own = Credentials::of_secret(DN, issued.secret.reveal());
        own.connect(&rules, true, 60).expect("a sign-in");
        assert_eq!(refused(&register, true), 4, "active");
    });
}

#[test]
fn five_physical_devices_share_a_name_and_the_sixth_is_refused() {
    over_both_stores(|rules| {
        let rules = rules.with_instance(Some("iot-1".into()));
        furnish(&rules);
        let name = "AA:BB:CC:DD";
        let extras = [
            "authType=regnwl,securemode=2",
            "authType=regnwl,securemode=-2",
            "authType=regnwl,securemode=-2,instanceId=iot-1",
            "authType=regnwl,securemode=2,instanceId=iot-1",
            "authType=regnwl,securemode=2",
        ];
        let mut tokens = Vec::new();
        for extra in extras {
            let accepted = Credentials::of_registration(name, extra).connect(&rules, true, 0);
            let Ok(Accepted::Registration(Push::Token(_, physical))) = accepted else {
                panic!("a token");
            };
            tokens.push(physical);
        }
        let sixth = Credentials::of_registration(name, extras[0]);
        assert_eq!(
            sixth.connect(&rules, true, 0).expect_err("a sixth").code as u8,
            4
        );
        let plain = Credentials::of_registration("fresh-name", extras[0]);
        assert_eq!(
            plain.connect(&rules, false, 0).expect_err("needs TLS").code as u8,
            2
        );
        let elsewhere = "authType=regnwl,securemode=-2,instanceId=iot-2";
        let elsewhere = Credentials::of_registration("fresh-name", elsewhere);
        assert_eq!(
            elsewhere
                .connect(&rules, true, 0)
                .expect_err("instance")
                .code as u8,
            4
        );
        assert_eq!(rules.device(PK, "fresh-name"), Err(AdminError::NoDevice));

        let device = rules.device(PK, name).expect("the device");
        assert_eq!(device.status(), Status::Unactive);
        assert_eq!(
            (device.registrations, device.physical_devices.len()),
            (5, 5)
        );
        for physical in &tokens {
            let own = Credentials::of_token(name, &physical.client_id, physical.token.reveal());
            own.connect(&rules, true, 60).expect("a sign-in");
            assert_eq!(
                own.connect(&rules, false, 60).expect_err("needs TLS").code as u8,
                2
            );
        }
        let crossed = Credentials::of_token(name, &tokens[0].client_id, tokens[1].token.reveal());
        assert_eq!(
            crossed.connect(&rules, true, 60).expect_err("crossed").code as u8,
            4
        );
        let stranger = Credentials::of_token(name, "someone", tokens[1].token.reveal());
        assert_eq!(
            stranger
                .connect(&rules, true, 60)
                .expect_err("unknown")
                .code as u8,
            4
        );
        assert_eq!(rules.device(PK, name).expect("the device").sign_ins, 5);
        let reset = rules.reset_device(PK, name);
        assert_eq!(reset, Ok(()));
        let void = Credentials::of_token(name, &tokens[0].client_id, tokens[0].token.reveal());
        assert_eq!(
            void.connect(&rules, true, 60).expect_err("reset").code as u8,
            4
        );
        sixth
            .connect(&rules, true, 0)
            .expect("room again after a reset");
    });
}

#[test]
fn a_device_that_signs_in_with_a_secret_takes_no_tokens() {
    over_both_stores(|rules| {
        furnish(&rules);
        let own = Credentials::of_secret(DN, DEVICE_SECRET);
        own.connect(&rules, true, 60).expect("a sign-in");
        let unknown = Credentials::of_registration(DN, "authType=regnwl,securemode=2");
        let refusal = unknown.connect(&rules, true, 0).expect_err("active");
        assert_eq!(refusal.code, Connack::Credentials);
    });
}
