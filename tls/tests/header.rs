//! The header that is checked in is the one that cbindgen makes of the C API.

#![allow(missing_docs)]

use std::path::Path;

/// `# Safety` sections are for Rust callers; the header says the same by its parameters.
fn without_rust_sections(header: &str) -> String {
    let mut kept = String::new();
    let mut inside = false;
    for line in header.lines() {
        match line.trim() {
            "* # Safety" => {
                inside = true;
                // The empty comment line that stood before the section.
                if kept.ends_with(" *\n") {
                    kept.truncate(kept.len() - " *\n".len());
                }
            }
            "*/" => inside = false,
            _ => {}
        }
        if !inside {
            kept.push_str(line.trim_end());
            kept.push('\n');
        }
    }
    kept
}

#[test]
fn checked_in_header_is_current() {
    let tls = Path::new(env!("CARGO_MANIFEST_DIR"));
    let config = cbindgen::Config::from_file(tls.join("cbindgen.toml")).expect("cbindgen.toml");
    let mut made = Vec::new();
    cbindgen::Builder::new()
        .with_config(config)
        .with_src(tls.join("src/capi.rs"))
        .generate()
        .expect("capi.rs is readable for cbindgen")
        .write(&mut made);
    let made = String::from_utf8(made).expect("a header is UTF-8");
    let made = without_rust_sections(&made);
    let path = tls.join("../include/linkauth_tls.h");
    if std::env::var_os("LINKAUTH_WRITE_HEADER").is_some_and(|value| value == "1") {
        std::fs::write(&path, &made).expect("the header can be written");
    }
    let kept = std::fs::read_to_string(&path).expect("include/linkauth_tls.h");
    assert!(
        made == kept,
        "include/linkauth_tls.h is out of date: run the test with LINKAUTH_WRITE_HEADER=1"
    );
}
