//! The comments in the C headers are the reference: each function has every part, in one order, and
//! every other public item has a comment.

use std::collections::BTreeSet;
use std::path::Path;

/// A function's comment without its stars, and its declaration on one line.
struct Function {
    name: String,
    comment: String,
    declaration: String,
}

fn header(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("include")
        .join(name);
    std::fs::read_to_string(path).unwrap()
}

fn functions(header: &str) -> Vec<Function> {
    let (_, after) = header.split_once("extern \"C\" {").unwrap();
    let (body, _) = after.split_once("#ifdef __cplusplus").unwrap();
    let mut found = Vec::new();
    for part in body.split("/**").skip(1) {
        let (comment, rest) = part.split_once("*/").unwrap();
        let (declaration, _) = rest.split_once(';').unwrap();
        let declaration = declaration.split_whitespace().collect::<Vec<_>>().join(" ");
        let (before, _) = declaration.split_once('(').unwrap();
        let name = before.rsplit([' ', '*']).next().unwrap().to_owned();
        let lines = comment
            .lines()
            .map(|line| line.trim_start_matches([' ', '*']));
        found.push(Function {
            name,
            comment: lines.collect::<Vec<_>>().join("\n"),
            declaration,
        });
    }
    found
}

impl Function {
    /// Name of each parameter, and whether it is a pointer.
    fn parameters(&self) -> Vec<(String, bool)> {
        let (_, list) = self.declaration.split_once('(').unwrap();
        let list = list.trim_end_matches(')');
        if list == "void" {
            return Vec::new();
        }
        list.split(',')
            .map(|parameter| {
                let name = parameter.rsplit([' ', '*']).next().unwrap();
                (name.to_owned(), parameter.contains('*'))
            })
            .collect()
    }

    /// What is missing, in the order in which it is to be found.
    fn complaints(&self) -> Vec<String> {
        let mut rest = self.comment.as_str();
        let mut missing = Vec::new();
        let mut expect = |mark: String, what: &str| match rest.split_once(mark.as_str()) {
            Some((_, after)) => rest = after,
            None => missing.push(format!("{}: no {what} ({})", self.name, mark.trim())),
        };
        let parameters = self.parameters();
        for (name, is_pointer) in &parameters {
            if *is_pointer {
                let direction = ["[in]", "[out]", "[in,out]"]
                    .into_iter()
                    .find(|direction| {
                        self.comment
                            .contains(&format!("\n@param{direction} {name} "))
                    })
                    .unwrap_or("[in]");
                expect(
                    format!("\n@param{direction} {name} "),
                    "pointer in its place",
                );
            } else if self.comment.contains(&format!("\n@param[in] {name} ")) {
                // A callback.
                expect(format!("\n@param[in] {name} "), "callback in its place");
            } else {
                expect(format!("\n@param {name} "), "parameter in its place");
            }
        }
        if self.declaration.contains("LINKAUTH_NODISCARD") {
            expect("\n@retval LINKAUTH_OK ".to_owned(), "success");
        } else if !self.declaration.contains("LINKAUTH_API void ") {
            expect("\n@return ".to_owned(), "result");
        }
        if parameters.iter().any(|(_, is_pointer)| *is_pointer) {
            expect("Ownership: ".to_owned(), "ownership");
            expect("Wiped: ".to_owned(), "word on wiping");
        }
        expect("Threads: ".to_owned(), "word on threads");
        expect("Blocks: ".to_owned(), "word on blocking");
        expect("Since ".to_owned(), "version");
        if !rest.starts_with(|first: char| first.is_ascii_digit()) {
            missing.push(format!("{}: no number behind Since", self.name));
        }
        if !parameters.is_empty() && !self.says_what_it_does_not() {
            missing.push(format!("{}: not what it does not", self.name));
        }
        missing
    }

    fn says_what_it_does_not(&self) -> bool {
        let description = self.comment.split("\n@").next().unwrap();
        description
            .split(|c: char| !c.is_alphanumeric())
            .any(|word| ["not", "no", "nothing", "never", "none"].contains(&word))
    }

    /// Statuses that its comment names, without the dots that stand for a group.
    fn statuses(&self) -> Vec<&str> {
        let words = self
            .comment
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        words
            .filter(|word| word.starts_with("LINKAUTH_ERROR_"))
            .collect()
    }
}

/// What else is public and has no comment right before it.
fn undocumented(header: &str) -> Vec<String> {
    let (public, _) = header.split_once("extern \"C\" {").unwrap();
    let mut is_documented = false;
    let mut parentheses = 0_i32;
    let mut found = Vec::new();
    for line in public.lines() {
        let text = line.trim();
        let is_item = text.starts_with("#define LINKAUTH_")
            || text.starts_with("typedef ")
            || (line.starts_with("    ") && !text.starts_with('*') && !text.starts_with("/*"));
        let is_ours = text.contains("_H_INCLUDED")
            || text.starts_with("(LINKAUTH_VERSION_MAJOR")
            // The struct's own comment says what it is.
            || text.starts_with("uint64_t opaque[");
        if is_item && parentheses == 0 && !is_documented && !is_ours {
            found.push(text.to_owned());
        }
        let opened = text.matches('(').count() as i32 - text.matches(')').count() as i32;
        if !text.starts_with('*') && !text.starts_with("/*") {
            parentheses += opened;
        }
        // One comment may stand before several macros, or before #ifndef and #define.
        is_documented = text.ends_with("*/")
            || (is_documented && text.starts_with('#') && !text.starts_with("#include"));
    }
    found
}

const HEADERS: [&str; 2] = ["linkauth.h", "linkauth_tls.h"];

#[test]
fn every_function_has_every_part() {
    let known: BTreeSet<String> = linkauth::status::ALL
        .iter()
        .map(|(_, name, _)| format!("LINKAUTH_ERROR_{name}"))
        .collect();
    let mut complaints = Vec::new();
    let mut count = 0;
    for name in HEADERS {
        for function in functions(&header(name)) {
            count += 1;
            complaints.extend(function.complaints());
            for status in function.statuses() {
                let is_group =
                    status.ends_with('_') && known.iter().any(|one| one.starts_with(status));
                let is_any = status == "LINKAUTH_ERROR_UNKNOWN_STATUS";
                if !known.contains(status) && !is_group && !is_any {
                    complaints.push(format!("{}: there is no {status}", function.name));
                }
            }
        }
    }
    assert!(complaints.is_empty(), "{complaints:#?}");
    println!("Comments: {count} functions with every part in order");
}

#[test]
fn every_other_item_has_a_comment() {
    for name in HEADERS {
        assert_eq!(undocumented(&header(name)), Vec::<String>::new(), "{name}");
    }
}

/// Takes one part out of a comment that has all: each must be missed.
#[test]
fn a_missing_part_is_found() {
    let whole = header("linkauth.h");
    let (start, rest) = whole.split_once("/**\n * Stores a DeviceSecret").unwrap();
    for part in [
        "@param[in,out] device",
        "@param length",
        "@retval LINKAUTH_OK",
        "Ownership:",
        "Wiped:",
        "Threads:",
        "Blocks:",
        "Since",
    ] {
        let broken = rest.replacen(part, "other words", 1);
        let text = format!("{start}/**\n * Stores a DeviceSecret{broken}");
        let found: Vec<String> = functions(&text)
            .iter()
            .flat_map(Function::complaints)
            .collect();
        assert!(
            found
                .iter()
                .any(|one| one.starts_with("linkauth_store_secret: ")),
            "without {part}: {found:?}"
        );
    }
    let swapped = whole
        .replacen("Wiped:", "@", 1)
        .replacen("Threads:", "Wiped:", 1);
    assert!(
        !functions(&swapped)
            .iter()
            .all(|one| one.complaints().is_empty())
    );
    let bare = whole.replacen("    /** Bytes of product_key. */\n", "", 1);
    assert_eq!(undocumented(&bare), ["size_t product_key_length;"]);
}
