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
    explain_statuses(&tidy(&String::from_utf8(header).unwrap()))
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
        if text.starts_with('}') {
            // C++98 has no comma there.
            if let Some(last) = kept.last_mut().filter(|last| last.ends_with(',')) {
                last.pop();
            }
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

/// Puts before each status the sentence that linkauth_status_text has on it.
fn explain_statuses(header: &str) -> String {
    let mut explained = String::new();
    for line in header.lines() {
        let status = linkauth::status::ALL.iter().find(|(number, name, _)| {
            line.trim_end_matches(',') == format!("    LINKAUTH_ERROR_{name} = {number}")
        });
        if let Some((_, _, sentence)) = status {
            explained += &comment(sentence);
        }
        explained += line;
        explained.push('\n');
    }
    explained
}

fn comment(sentence: &str) -> String {
    let mut lines = vec![String::new()];
    for word in sentence.split(' ') {
        if lines
            .last()
            .is_some_and(|line| line.len() + word.len() > 85)
        {
            lines.push(String::new());
        }
        let line = lines.last_mut().unwrap();
        *line += if line.is_empty() { "" } else { " " };
        *line += word;
    }
    if let [only] = lines.as_slice() {
        return format!("    /** {only} */\n");
    }
    let body: String = lines
        .iter()
        .map(|line| format!("     * {line}\n"))
        .collect();
    format!("    /**\n{body}     */\n")
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
        let line = format!("\n    LINKAUTH_ERROR_{name} = {number}");
        assert!(
            header.contains(&format!("{line},\n")) || header.contains(&format!("{line}\n}}")),
            "{line}"
        );
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

#[test]
fn the_size_of_every_struct_is_asserted() {
    let header = generated();
    let structs: Vec<&str> = header
        .lines()
        .filter_map(|line| line.strip_prefix("typedef struct ")?.strip_suffix(" {"))
        .collect();
    assert!(structs.len() > 15, "{structs:?}");
    for name in structs {
        let assertion = format!("LINKAUTH_ASSERT_SIZE({name}, ");
        assert!(header.contains(&assertion), "{assertion}");
    }
}
