//! The life of a product and its devices, over both stores.

mod common;

use common::{
    Credentials, DEVICE_SECRET, DN, PK, PRODUCT_SECRET, furnish, over_both_stores, register, sign,
};
use linkauth_platform::rules::{
    Accepted, AdminError, Connack, NewProduct, Refusal, RegisterCode, RegisterRequest,
    RegistrationMode, RegistrationState, Rules, Secret, Session, Status,
};

fn sign_in(rules: &Rules, secret: &str) -> Result<Session, Refusal> {
    let accepted = Credentials::of_secret(DN, secret).connect(rules, true, 60)?;
    match accepted {
        Accepted::Session(session) => Ok(session),
        Accepted::Registration(_) => panic!("not a registration"),
    }
}

fn status(rules: &Rules) -> Status {
    rules.device(PK, DN).expect("the device").status()
}

#[test]
fn a_device_lives_from_creation_to_deletion() {
    over_both_stores(|rules| {
        furnish(&rules);
        assert_eq!(status(&rules), Status::Unactive);
        let session = sign_in(&rules, DEVICE_SECRET).expect("a sign-in");
        assert_eq!(status(&rules), Status::Online);
        rules.end_session(&session).expect("a store");
        assert_eq!(status(&rules), Status::Offline);
        rules.set_disabled(PK, DN, true).expect("the device");
        assert_eq!(status(&rules), Status::Disable);
        let refusal = sign_in(&rules, DEVICE_SECRET).expect_err("disabled");
        assert_eq!(refusal.code, Connack::NotAuthorised);
        let refusal = sign_in(&rules, "wrong").expect_err("wrong secret");
        assert_eq!(refusal.code, Connack::Credentials, "credentials come first");
        rules.set_disabled(PK, DN, false).expect("the device");
        sign_in(&rules, DEVICE_SECRET).expect("enabled again");
        let device = rules.device(PK, DN).expect("the device");
        assert_eq!((device.sign_ins, device.activations), (2, 1));
        rules.delete_device(PK, DN).expect("the device");
        let refusal = sign_in(&rules, DEVICE_SECRET).expect_err("deleted");
        assert_eq!(refusal.code, Connack::Credentials);
        assert_eq!(rules.device(PK, DN), Err(AdminError::NoDevice));
    });
}

#[test]
fn a_deleted_and_recreated_device_is_another_device() {
    over_both_stores(|rules| {
        furnish(&rules);
        let old = sign_in(&rules, DEVICE_SECRET).expect("a sign-in");
        assert!(rules.may_continue(&old).expect("a store"));
        rules.delete_device(PK, DN).expect("the device");
        let device = rules.create_device(PK, DN, None).expect("the same name");
        assert_ne!(device.secret.reveal(), DEVICE_SECRET);
        assert_eq!(device.status(), Status::Unactive);
        assert!(!rules.may_continue(&old).expect("a store"));
        sign_in(&rules, DEVICE_SECRET).expect_err("the old secret is void");
        let new = sign_in(&rules, device.secret.reveal()).expect("the new secret");
        // The end of the old session says nothing about the new one.
        rules.end_session(&old).expect("a store");
        assert_eq!(status(&rules), Status::Online);
        assert_ne!(old.life, new.life);
    });
}

#[test]
fn activation_closes_registration_and_a_reset_opens_it() {
    over_both_stores(|rules| {
        furnish(&rules);
        let issued = register(&rules, DN).expect("a registration");
        assert_eq!(
            status(&rules),
            Status::Unactive,
            "registration is no sign-in"
        );
        sign_in(&rules, issued.secret.reveal()).expect("a sign-in");
        assert_eq!(register(&rules, DN), Err(RegisterCode::AlreadyActive));

        rules.reset_device(PK, DN).expect("the device");
        assert!(rules.device(PK, DN).expect("the device").activated);
        sign_in(&rules, issued.secret.reveal()).expect("the old secret until there is a new one");
        let again = register(&rules, DN).expect("a registration after the reset");
        let repeated = register(&rules, DN).expect("the reply may have been lost");
        sign_in(&rules, again.secret.reveal()).expect_err("replaced");
        sign_in(&rules, repeated.secret.reveal()).expect("the last secret");
        assert_eq!(register(&rules, DN), Err(RegisterCode::AlreadyActive));
        let device = rules.device(PK, DN).expect("the device");
        assert_eq!(device.registration, RegistrationState::Closed);
        assert_eq!(
            (device.registrations, device.sign_ins, device.activations),
            (3, 3, 1)
        );
    });
}

#[test]
fn a_sign_in_with_the_secret_from_the_console_closes_registration_too() {
    over_both_stores(|rules| {
        furnish(&rules);
        sign_in(&rules, DEVICE_SECRET).expect("a sign-in");
        assert_eq!(register(&rules, DN), Err(RegisterCode::AlreadyActive));
    });
}

#[test]
fn rotate_hands_out_a_new_secret_each_time() {
    over_both_stores(|rules| {
        furnish(&rules);
        let first = register(&rules, DN).expect("a registration").secret;
        let second = register(&rules, DN).expect("a registration").secret;
        assert_ne!(first, second);
        assert_eq!(second.reveal().len(), 32);
        sign_in(&rules, first.reveal()).expect_err("replaced");
        sign_in(&rules, second.reveal()).expect("the last one counts");
    });
}

#[test]
fn stable_hands_out_the_same_secret() {
    over_both_stores(|rules| {
        let rules = rules.with_mode(RegistrationMode::Stable);
        furnish(&rules);
        for _ in 0..2 {
            let issued = register(&rules, DN).expect("a registration");
            assert_eq!(issued.secret.reveal(), DEVICE_SECRET);
        }
    });
}

#[test]
fn once_hands_out_one_secret() {
    over_both_stores(|rules| {
        let rules = rules.with_mode(RegistrationMode::Once);
        furnish(&rules);
        register(&rules, DN).expect("a registration");
        assert_eq!(register(&rules, DN), Err(RegisterCode::AlreadyActive));
        rules.reset_device(PK, DN).expect("the device");
        register(&rules, DN).expect("once more after a reset");
    });
}

#[test]
fn every_registration_code_in_the_order_of_the_checks() {
    over_both_stores(|rules| {
        furnish(&rules);
        let content = format!("deviceName{DN}productKey{PK}random1");
        let good = sign(PRODUCT_SECRET, &content);
        let upper = good.to_uppercase();
        let ask = |product_key, device_name, random, sign, sign_method| {
            let request = RegisterRequest {
                product_key,
                device_name,
                random,
                sign,
                sign_method,
            };
            rules
                .register(&request)
                .map(|_| ())
                .map_err(|code| code as u16)
        };
        // Each line is wrong in everything that is checked later, too.
        assert_eq!(ask("", "x", "", "", ""), Err(460));
        assert_eq!(ask("nope", DN, "1", "", "rot13"), Err(460));
        assert_eq!(ask("nope", "x/y", "1", "00", "rot13"), Err(460));
        assert_eq!(ask("nope", DN, "1", "00", "rot13"), Err(6292));
        assert_eq!(ask("nope", DN, "1", "00", "sha256"), Err(6292));
        assert_eq!(ask("nope", DN, "1", "00", "hmacsha256"), Err(6250));
        rules.forbid_registration(PK).expect("the product");
        assert_eq!(ask(PK, "unknown", "1", "00", "hmacsha256"), Err(6288));
        common::switch_on(&rules, PK);
        assert_eq!(ask(PK, "unknown", "1", "00", "hmacsha256"), Err(6600));
        assert_eq!(ask(PK, "unknown", "1", "zz", "hmacsha256"), Err(6600));
        assert_eq!(ask(PK, DN, "1", &good, "hmacsha1"), Err(6600));
        assert_eq!(
            register(&rules, "unknown"),
            Err(RegisterCode::DeviceNotFound)
        );
        sign_in(&rules, DEVICE_SECRET).expect("a sign-in");
        assert_eq!(ask(PK, DN, "1", &good, "hmacsha256"), Err(6289));
        rules.reset_device(PK, DN).expect("the device");
        assert_eq!(ask(PK, DN, "1", &upper, "HmacSHA256"), Ok(()));
        assert_eq!(ask(PK, DN, "1", &good, "hmac_sha256"), Ok(()));
    });
}

#[test]
fn the_switch_keeps_activated_devices() {
    over_both_stores(|rules| {
        furnish(&rules);
        let issued = register(&rules, DN).expect("a registration");
        sign_in(&rules, issued.secret.reveal()).expect("a sign-in");
        rules.forbid_registration(PK).expect("the product");
        sign_in(&rules, issued.secret.reveal()).expect("the switch is about registration only");
    });
}

#[test]
fn the_owner_gets_told_what_is_wrong() {
    over_both_stores(|rules| {
        furnish(&rules);
        let product = |key: Option<&str>, secret: Option<&str>| {
            rules.create_product(NewProduct {
                key: key.map(Into::into),
                secret: secret.map(Secret::new),
                ..NewProduct::default()
            })
        };
        assert_eq!(product(Some(PK), None), Err(AdminError::Exists));
        assert_eq!(product(Some("a/b"), None), Err(AdminError::ProductKey));
        assert_eq!(product(None, Some("")), Err(AdminError::Secret));
        let made = product(None, None).expect("a product");
        assert_eq!((made.key.len(), made.secret.reveal().len()), (11, 16));
        assert!(
            !made.dynamic_registration,
            "off until the owner turns it on"
        );
        assert_eq!(rules.products().expect("a store").len(), 2);

        let device = |key, name| rules.create_device(key, name, None).map(|_| ());
        assert_eq!(device(PK, DN), Err(AdminError::Exists));
        assert_eq!(device(PK, "abc"), Err(AdminError::DeviceName));
        assert_eq!(device("other", DN), Err(AdminError::NoProduct));
        assert_eq!(
            rules.reset_device(PK, "dev-9999"),
            Err(AdminError::NoDevice)
        );
        assert_eq!(
            rules.forbid_registration("other"),
            Err(AdminError::NoProduct)
        );
        assert_eq!(rules.devices(PK).expect("a store").len(), 1);
        assert_eq!(
            rules.devices("other").map(|_| ()),
            Err(AdminError::NoProduct)
        );
    });
}

#[test]
fn secrets_do_not_print() {
    over_both_stores(|rules| {
        furnish(&rules);
        let issued = register(&rules, DN).expect("a registration");
        let printed = format!(
            "{issued:?} {:?} {:?}",
            rules.product(PK),
            rules.device(PK, DN)
        );
        assert!(!printed.contains(issued.secret.reveal()));
        assert!(!printed.contains(PRODUCT_SECRET));
    });
}
