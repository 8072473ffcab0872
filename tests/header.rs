//! The checked-in C header is what cbindgen makes of `src/capi`, and agrees with the crate.
//! `LINKAUTH_WRITE_HEADER=1 cargo test --test header` rewrites it (`make header`).

use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn generated() -> String {
    let config = cbindgen::Config::from_file(root().join("cbindgen.toml")).unwrap();
    let mut builder = cbindgen::Builder::new().with_config(config);
    for file in ["capi/mod.rs", "transport.rs"] {
        builder = builder.with_src(root().join("src").join(file));
    }
    let mut header = Vec::new();
    builder.generate().unwrap().write(&mut header);
    tidy(&String::from_utf8(header).unwrap())
}

/// Puts a comment of one line on one line, and leaves out `# Safety`: that is Rust's word for what
/// the parameters' lines already say to a C reader.
fn tidy(header: &str) -> String {
    let lines: Vec<&str> = header.lines().map(str::trim_end).collect();
    let mut kept: Vec<String> = Vec::new();
    let mut is_safety = false;
    for line in lines {
        let text = line.trim_start();
        is_safety = (is_safety || text == "* # Safety") && text != "*/";
        let is_blank_twice = line.is_empty() && kept.last().is_some_and(String::is_empty);
        if is_safety || is_blank_twice {
            continue;
        }
        if text == "*/" {
            while kept.last().is_some_and(|last| last.trim_start() == "*") {
                kept.pop();
            }
            if let [.., open, only] = kept.as_slice()
                && open.trim_start() == "/**"
            {
                let joined = format!("{open} {} */", only.trim_start().trim_start_matches("* "));
                kept.truncate(kept.len() - 2);
                kept.push(joined);
                continue;
            }
        }
        kept.push(line.to_owned());
    }
    kept.join("\n") + "\n"
}

#[test]
fn the_checked_in_header_is_up_to_date() {
    let path = root().join("include/linkauth.h");
    let generated = generated();
    if std::env::var_os("LINKAUTH_WRITE_HEADER").is_some() {
        std::fs::write(&path, &generated).unwrap();
    }
    let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        checked_in == generated,
        "include/linkauth.h differs from src/capi: run `make header` and look at the difference"
    );
}

#[test]
fn every_status_is_in_the_header_with_its_number() {
    let header = generated();
    for (number, name, _) in linkauth::status::ALL {
        let line = format!("LINKAUTH_ERROR_{name} = {number},");
        assert!(header.contains(&line), "{line}");
    }
    let in_header = header.matches("LINKAUTH_ERROR_").count();
    assert!(in_header >= linkauth::status::ALL.len());
}

#[test]
fn the_headers_version_is_the_crates() {
    let header = generated();
    for (name, value) in [
        ("MAJOR", env!("CARGO_PKG_VERSION_MAJOR")),
        ("MINOR", env!("CARGO_PKG_VERSION_MINOR")),
        ("PATCH", env!("CARGO_PKG_VERSION_PATCH")),
    ] {
        let line = format!("#define LINKAUTH_VERSION_{name} {value}\n");
        assert!(header.contains(&line), "{line}");
    }
}
