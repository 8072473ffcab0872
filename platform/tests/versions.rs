//! Data directories that another version of this program made.

mod common;

use std::fs;
use std::path::{Path, PathBuf};

use common::program::{Directory, fail, json, run};
use common::{Credentials, DEVICE_SECRET, DN, PK, PRODUCT_SECRET, rules_over};
use linkauth_platform::rules::{Authentication, NewProduct, Registry, Status};
use linkauth_platform::store::SqliteStore;
use rusqlite::Connection;

const VERSION_1: &str = include_str!("fixtures/version-1.sql");

fn file_of(directory: &Path, sql: &str) -> PathBuf {
    let path = directory.join("platform.db");
    let connection = Connection::open(&path).expect("a new file");
    connection.execute_batch(sql).expect("its tables");
    path
}

#[test]
fn a_file_of_version_1_keeps_its_products_and_devices() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = file_of(directory.path(), VERSION_1);
    for _ in 0..2 {
        let store = std::sync::Arc::new(SqliteStore::open(&path).expect("an old file"));
        assert_eq!(store.announcements(), Ok(3));
        let rules = rules_over(store);
        let product = rules.product(PK).expect("the product");
        assert_eq!(
            (product.name.as_str(), product.secret.reveal()),
            ("Lamp", PRODUCT_SECRET)
        );
        assert_eq!(product.authentication, Authentication::Secret);
        assert!(product.dynamic_registration);
        assert_eq!(product.confirmation, None);
        let old = rules.device(PK, "device-0002").expect("the device");
        assert_eq!((old.life, old.status()), (43, Status::Disable));
        assert_eq!(old.physical_devices.len(), 1);
        assert_eq!(
            old.physical_devices[0].token.reveal(),
            "^1^1600000000000^token"
        );
        assert_eq!(rules.devices(PK).map(|all| all.len()), Ok(2));
    }

    // It is used as a new one is, with what the old one did not have.
    let rules = rules_over(std::sync::Arc::new(
        SqliteStore::open(&path).expect("the file"),
    ));
    Credentials::of_secret(DN, DEVICE_SECRET)
        .connect(&rules, true, 60)
        .expect("a sign-in");
    let device = rules.device(PK, DN).expect("the device");
    assert_eq!((device.life, device.sign_ins), (42, 8));
    assert_eq!((device.activations, device.activated), (1, true));
    let other = NewProduct {
        authentication: Authentication::X509,
        ..NewProduct::default()
    };
    let other = rules.create_product(other).expect("a product");
    let code = rules.ask_for_confirmation(PK).expect("a code");
    let store = SqliteStore::open(&path).expect("the file");
    let known = |key| store.product(key).expect("a store").expect("a product");
    assert_eq!(known(&other.key).authentication, Authentication::X509);
    assert_eq!(known(PK).confirmation, Some(code));
}

#[test]
fn a_file_of_a_newer_version_is_refused_and_left_alone() {
    let directory = Directory::new();
    let data = directory.data();
    run(&data, &["product", "create", "--product-key", PK]);
    let path = data.join("platform.db");
    let connection = Connection::open(&path).expect("the file");
    // As a single file, whose bytes can be compared, and which opening it for WAL would change.
    connection
        .execute_batch("PRAGMA journal_mode = DELETE; PRAGMA user_version = 99;")
        .expect("a newer version");
    drop(connection);
    let before = fs::read(&path).expect("the file");

    let complaint = fail(&data, &["product", "list"]);
    assert!(
        complaint.contains("version 99") && complaint.contains("--data"),
        "{complaint}"
    );
    fail(&data, &["serve", "--mqtt", "127.0.0.1:0"]);
    fail(&data, &["device", "create", PK, DN]);
    assert!(fs::read(&path).expect("the file") == before, "untouched");

    let connection = Connection::open(&path).expect("the file");
    connection
        .execute_batch("PRAGMA user_version = 2")
        .expect("the version of before");
    drop(connection);
    let products = json(&run(&data, &["product", "list", "--json"]));
    assert_eq!(products[0]["product_key"], PK, "all is there");
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left_alone() {
    let directory = Directory::new();
    let data = directory.data();
    run(&data, &["product", "list"]);
    let path = data.join("platform.db");
    let text = "This is a letter, not a database. ".repeat(100);
    for name in ["platform.db", "platform.db-wal", "platform.db-shm"] {
        let _ = fs::remove_file(data.join(name));
    }
    fs::write(&path, &text).expect("a file");
    assert!(fail(&data, &["product", "list"]).contains("not a database"));
    assert_eq!(fs::read_to_string(&path).expect("the file"), text);
}
