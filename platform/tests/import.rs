//! Many devices from a file: beside a running platform, at a terminal, after an interruption.

mod common;

use std::fs::{self, File, OpenOptions};
use std::io::Read;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Arc;

use common::client::{Mqtt, plain};
use common::program::{Directory, Server, fail, program, run};
use common::{Credentials, DEVICE_SECRET, PK, over_both_stores};
use linkauth_platform::rules::{
    AdminError, DeviceKey, NewDevice, NotCreated, Product, Registry, Secret,
};
use linkauth_platform::store::SqliteStore;
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Action, tcflow};

/// A terminal: what the program writes to `inside` can be read from `outside`.
struct Terminal {
    outside: File,
    inside: File,
}

impl Terminal {
    fn new() -> Self {
        let outside = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal");
        grantpt(&outside).expect("a terminal");
        unlockpt(&outside).expect("a terminal");
        let path = ptsname(&outside, Vec::new()).expect("its name");
        let path = PathBuf::from(path.into_string().expect("text"));
        Self {
            outside: File::from(outside),
            inside: OpenOptions::new()
                .read(true)
                .write(true)
                .open(path)
                .expect("its other side"),
        }
    }

    fn stdio(&self) -> Stdio {
        Stdio::from(OwnedFd::from(self.inside.try_clone().expect("a copy")))
    }

    /// All that was written, when nobody has it open any more.
    fn text(mut self) -> String {
        drop(self.inside);
        let mut bytes = Vec::new();
        // A terminal ends with an error.
        let _ = self.outside.read_to_end(&mut bytes);
        String::from_utf8(bytes).expect("text")
    }
}

fn name(number: usize) -> String {
    format!("bulk-{number:06}")
}

fn file_of(directory: &Directory, devices: usize) -> PathBuf {
    let path = directory.0.path().join("devices.csv");
    let lines: Vec<String> = (0..devices)
        .map(|number| format!("{},{DEVICE_SECRET}", name(number)))
        .collect();
    fs::write(&path, lines.join("\n")).expect("a file");
    path
}

fn start(data: &Path, csv: &Path, terminal: &Terminal) -> Child {
    program(data)
        .args(["device", "import", PK])
        .arg(csv)
        .stdout(Stdio::piped())
        .stderr(terminal.stdio())
        .spawn()
        .expect("the program")
}

fn count(data: &Path) -> usize {
    run(data, &["device", "list", PK]).lines().count()
}

#[test]
fn devices_sign_in_in_the_middle_of_an_import() {
    let directory = Directory::new();
    let data = directory.data();
    run(&data, &["product", "create", "--product-key", PK]);
    let server = Server::start(&data, &[]);
    let csv = file_of(&directory, 3500);
    let sign_in = |number| {
        let credentials = Credentials::with_mode(&name(number), DEVICE_SECRET, 3);
        Mqtt::connect(plain(server.address("mqtt")), &credentials, 60)
    };

    // A terminal that was stopped, as by Ctrl-S, holds the import where it says that the first thousand is done.
    let terminal = Terminal::new();
    tcflow(&terminal.inside, Action::OOff).expect("a terminal");
    let mut import = start(&data, &csv, &terminal);
    let (held, _) = std::iter::repeat_with(|| sign_in(0))
        .find(|(_, code)| *code == 0)
        .expect("endless");
    assert_eq!(sign_in(999).1, 0, "written with the first");
    assert_eq!(sign_in(1000).1, 4, "not written yet");
    assert_eq!(count(&data), 1000);
    run(&data, &["device", "create", PK, "by-another"]);
    assert_eq!(import.try_wait().expect("a process"), None);

    tcflow(&terminal.inside, Action::OOn).expect("a terminal");
    let status = import.wait().expect("an end");
    let said = terminal.text();
    assert!(status.success(), "{said}");
    assert_eq!(
        said,
        "\r1000 of 3500 devices\r2000 of 3500 devices\r3000 of 3500 devices\r3500 of 3500 devices\r\n"
    );
    assert_eq!(count(&data), 3501);
    assert_eq!(sign_in(3499).1, 0);
    drop(held);
}

#[test]
fn a_file_of_100_000_is_imported_and_says_how_far_it_is() {
    let directory = Directory::new();
    let data = directory.data();
    run(&data, &["product", "create", "--product-key", PK]);
    let csv = file_of(&directory, 100_000);
    let terminal = Terminal::new();
    let mut import = start(&data, &csv, &terminal);
    let status = import.wait().expect("an end");
    let said = terminal.text();
    assert!(status.success(), "{said}");
    let steps: Vec<&str> = said.trim_end().split('\r').skip(1).collect();
    assert_eq!(steps.len(), 100, "one for each thousand");
    assert_eq!(steps[0], "1000 of 100000 devices");
    assert_eq!(steps[99], "100000 of 100000 devices");
    let mut printed = String::new();
    let mut stdout = import.stdout.take().expect("a pipe");
    stdout.read_to_string(&mut printed).expect("text");
    assert_eq!(printed, "100000\n");
    assert_eq!(count(&data), 100_000);

    let path = csv.to_str().expect("text");
    assert!(
        fail(&data, &["device", "import", PK, path])
            .contains("line 1: it exists already; nothing was imported")
    );
}

#[test]
fn an_interrupted_import_goes_on() {
    let directory = Directory::new();
    let data = directory.data();
    run(&data, &["product", "create", "--product-key", PK]);
    let csv = file_of(&directory, 2);
    let import = |more: &[&str]| {
        let arguments = [&["device", "import", PK, csv.to_str().expect("text")], more].concat();
        run(&data, &arguments)
    };
    assert_eq!(import(&[]), "2\n");
    file_of(&directory, 5);
    assert_eq!(import(&["--skip-existing"]), "3\n");
    assert_eq!(import(&["--skip-existing"]), "0\n");
    assert_eq!(count(&data), 5);
}

#[test]
fn a_bad_line_stops_all_of_it_however_far_down_it_is() {
    let directory = Directory::new();
    let data = directory.data();
    run(&data, &["product", "create", "--product-key", PK]);
    let csv = file_of(&directory, 2500);
    let good = fs::read_to_string(&csv).expect("the file");
    let path = csv.to_str().expect("text");
    let attempts = || {
        for (line, complaint) in [
            ("sho", "line 2501: a DeviceName"),
            ("bulk-009999,with space", "line 2501: a secret"),
            ("bulk-009999,a,b", "line 2501: more than"),
            ("bulk-000000", "for the second time"),
        ] {
            fs::write(&csv, format!("{good}\n{line}\n")).expect("a file");
            let said = fail(&data, &["device", "import", PK, path]);
            assert!(
                said.contains(complaint) && !said.contains("with space"),
                "{said}"
            );
        }
        assert_eq!(count(&data), 0);
    };
    attempts();
    let server = Server::start(&data, &[]);
    attempts();
    // As a table calculation writes it.
    fs::write(&csv, format!("\u{feff}DeviceName,DeviceSecret\n{good}")).expect("a file");
    assert_eq!(run(&data, &["device", "import", PK, path]), "2500\n");
    drop(server);
}

#[test]
fn many_devices_are_created_together_or_not_at_all() {
    over_both_stores(|rules| {
        common::create_product(&rules, PK, "secret");
        let new = |names: &[&str]| -> Vec<NewDevice> {
            let device = |name: &&str| NewDevice {
                name: (*name).to_owned(),
                secret: None,
            };
            names.iter().map(device).collect()
        };
        rules
            .create_devices(PK, &new(&["lamp-0001", "lamp-0002"]))
            .expect("two devices");
        let refused = |place, why| Err(NotCreated { place, why });
        let clash = new(&["lamp-0003", "lamp-0002"]);
        let exists = refused(Some(1), AdminError::Exists);
        assert_eq!(rules.check_devices(PK, &clash), exists);
        assert_eq!(rules.create_devices(PK, &clash), exists);
        let malformed = new(&["lamp-0003", "x"]);
        let no_name = refused(Some(1), AdminError::DeviceName);
        assert_eq!(rules.check_devices(PK, &malformed), no_name);
        assert_eq!(rules.create_devices(PK, &malformed), no_name);
        let mut weak = new(&["lamp-0003"]);
        weak[0].secret = Some(Secret::new(""));
        let no_secret = refused(Some(0), AdminError::Secret);
        assert_eq!(rules.check_devices(PK, &weak), no_secret);
        assert_eq!(rules.create_devices(PK, &weak), no_secret);
        let no_product = refused(None, AdminError::NoProduct);
        assert_eq!(rules.check_devices("other", &new(&[])), no_product);
        assert_eq!(
            rules.create_devices("other", &new(&["lamp-0003"])),
            no_product
        );
        assert_eq!(
            rules.check_devices(PK, &new(&["lamp-0003", "lamp-0003"])),
            exists
        );
        let names = rules.device_names(PK).expect("the names");
        assert_eq!(names.len(), 2);
        let secrets: Vec<_> = rules.devices(PK).expect("devices");
        assert_ne!(secrets[0].1.secret, secrets[1].1.secret);
    });
}

/// A chunk among other changes of the same batch: a device of it that exists takes nothing else with it.
#[test]
fn a_chunk_that_fails_leaves_its_batch_alone() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = SqliteStore::open(&directory.path().join("platform.db"));
    let rules = common::rules_over(Arc::new(store.expect("a store")));
    common::create_product(&rules, PK, "secret");
    let chunk: Vec<NewDevice> = ["lamp-0002", "lamp-0001"]
        .map(|name| NewDevice {
            name: name.to_owned(),
            secret: None,
        })
        .to_vec();
    let mut refused = None;
    rules
        .batch(&mut || {
            rules
                .create_device(PK, "lamp-0001", None)
                .expect("a device");
            refused = rules.create_devices(PK, &chunk).err();
            Ok(())
        })
        .expect("a batch");
    assert_eq!(refused.and_then(|error| error.place), Some(1));
    let names = rules.device_names(PK).expect("the names");
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["lamp-0001"]);
}

/// A batch reads a product once for all of its devices.
#[test]
fn a_device_sees_its_product_as_it_is_within_the_batch() {
    let directory = tempfile::tempdir().expect("a directory");
    let store = SqliteStore::open(&directory.path().join("platform.db")).expect("a store");
    let store: Arc<dyn Registry> = Arc::new(store);
    let rules = common::rules_over(store.clone());
    let keys = [PK, "b2Y3cFoQ93a"].map(|product| {
        common::create_product(&rules, product, "secret");
        DeviceKey::new(product, "lamp-0001").expect("names")
    });
    let mut seen = Vec::new();
    let mut look = |key: &DeviceKey| {
        store.change_device(key, &mut |product, _| {
            let product = product.expect("a product");
            seen.push((product.key.clone(), product.name.clone()));
        })
    };
    let rename = |product: &mut Option<Product>| {
        product.as_mut().expect("a product").name = "Lamp".to_owned();
    };
    store
        .batch(&mut || {
            look(&keys[0])?;
            store.change_product(PK, &mut { rename })?;
            look(&keys[0])?;
            look(&keys[1])
        })
        .expect("a batch");
    let [first, renamed, other] = &seen[..] else {
        panic!("{} products", seen.len());
    };
    assert_ne!(first.1, "Lamp");
    assert_eq!(renamed, &(PK.to_owned(), "Lamp".to_owned()));
    assert_eq!(other.0, keys[1].product_key());
}
