//! Who may know whom in `src`, and where unsafe code may be: `docs/architecture.md` as a test.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Each room, and the rooms it may use.
const MAY_KNOW: &[(&str, &[&str])] = &[
    ("status", &[]),
    ("text", &[]),
    ("scrub", &[]),
    ("secret", &["status"]),
    ("random", &["status"]),
    ("transport", &["status"]),
    ("retry", &["status"]),
    ("explain", &["status"]),
    ("md5", &[]),
    ("sha1", &[]),
    ("mac", &["md5", "secret", "sha1", "text"]),
    ("identity", &["mac", "status", "text"]),
    ("credential", &["identity", "secret", "status"]),
    (
        "sign_in",
        &[
            "credential",
            "identity",
            "mac",
            "scrub",
            "secret",
            "status",
            "text",
        ],
    ),
    (
        "register",
        &[
            "credential",
            "identity",
            "mac",
            "random",
            "scrub",
            "secret",
            "sign_in",
            "status",
            "text",
            "transport",
        ],
    ),
    (
        "store",
        &[
            "credential",
            "identity",
            "random",
            "secret",
            "status",
            "text",
        ],
    ),
    (
        "device",
        &[
            "credential",
            "identity",
            "random",
            "register",
            "retry",
            "scrub",
            "secret",
            "sign_in",
            "status",
            "store",
            "text",
            "transport",
        ],
    ),
    (
        "posix",
        &[
            "identity", "random", "scrub", "secret", "status", "store", "text",
        ],
    ),
    (
        "capi",
        &[
            "credential",
            "device",
            "explain",
            "identity",
            "mac",
            "posix",
            "random",
            "register",
            "scrub",
            "secret",
            "sign_in",
            "status",
            "store",
            "transport",
        ],
    ),
];

/// What `lib.rs` re-exports, and the room it comes from.
const RE_EXPORTED: &[(&str, &str)] = &[
    ("DeviceToken", "secret"),
    ("Secret", "secret"),
    ("SignMethod", "mac"),
    ("Quiet", "scrub"),
    ("Unguarded", "scrub"),
];

const MAY_BE_UNSAFE: &[&str] = &["scrub", "posix", "capi"];

fn source() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Every file of `src` with its room and its text up to its tests.
fn rooms() -> Vec<(String, PathBuf, String)> {
    let mut found = Vec::new();
    files(&source(), &mut found);
    assert!(found.len() > 20);
    found
        .into_iter()
        .map(|path| {
            let inside = path.strip_prefix(source()).unwrap();
            let first = inside.components().next().unwrap().as_os_str();
            let room = first.to_str().unwrap().trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text
                .split("#[cfg(test)]\nmod tests")
                .next()
                .unwrap()
                .to_owned();
            (room, path, code)
        })
        .filter(|(room, ..)| room != "lib")
        .collect()
}

/// The rooms that a text names after `crate::`, in a path or in the braces of a `use`.
fn known(code: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for line in code
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
    {
        for rest in line.split("crate::").skip(1) {
            let name: String = rest
                .chars()
                .take_while(|c| c.is_alphanumeric() || *c == '_')
                .collect();
            if name.is_empty() {
                let braces = rest.trim_start_matches('{').split('}').next().unwrap();
                names.extend(braces.split(',').map(|name| name.trim().to_owned()));
            } else {
                names.insert(name);
            }
        }
    }
    let to_room = |name: String| match RE_EXPORTED.iter().find(|(item, _)| *item == name) {
        Some((_, room)) => (*room).to_owned(),
        None => name,
    };
    names.into_iter().map(to_room).collect()
}

fn violations(rooms: &[(String, PathBuf, String)]) -> Vec<String> {
    let mut violations = Vec::new();
    for (room, path, code) in rooms {
        let Some((_, allowed)) = MAY_KNOW.iter().find(|(name, _)| name == room) else {
            violations.push(format!("{} is in no room", path.display()));
            continue;
        };
        for name in known(code) {
            if name != *room && !allowed.contains(&name.as_str()) {
                violations.push(format!("{} knows {name}", path.display()));
            }
        }
    }
    violations
}

#[test]
fn rooms_know_only_whom_they_may() {
    assert_eq!(violations(&rooms()), Vec::<String>::new());
}

#[test]
fn a_forbidden_use_would_be_seen() {
    let mut rooms = rooms();
    rooms.push((
        "text".to_owned(),
        PathBuf::from("text.rs"),
        "use crate::{Secret, capi};".to_owned(),
    ));
    assert_eq!(
        violations(&rooms),
        ["text.rs knows capi", "text.rs knows secret"]
    );
}

#[test]
fn unsafe_code_is_in_its_rooms_alone() {
    for (room, path, code) in rooms() {
        let is_unsafe = code.contains("unsafe {") || code.contains("allow(unsafe_code");
        assert!(
            !is_unsafe || MAY_BE_UNSAFE.contains(&room.as_str()),
            "{}",
            path.display()
        );
    }
}

#[test]
fn files_are_short() {
    for (_, path, code) in rooms() {
        let lines = code.lines().count();
        assert!(lines <= 500, "{} has {lines} lines", path.display());
    }
}
