//! `device import`

use std::collections::HashSet;
use std::io::{IsTerminal, Write};
use std::path::Path;

use super::Outcome;
use crate::rules::{AdminError, Rules, Secret, valid_device_name};

const STEP: usize = 1000;

/// Creates the devices of the file: all of them, or none.
pub(super) fn run(rules: &Rules, product_key: &str, path: &Path) -> Outcome {
    let text = std::fs::read_to_string(path).map_err(|e| format!("{}: {e}", path.display()))?;
    let rows = parse(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let mut progress = Progress::new(rows.len());
    let mut trouble: Option<(usize, AdminError)> = None;
    let written = rules.batch(&mut || {
        for (count, row) in rows.iter().enumerate() {
            let secret = row.secret.map(Secret::new);
            if let Err(error) = rules.create_device(product_key, row.name, secret) {
                trouble = Some((row.line, error));
                break;
            }
            progress.show(count + 1);
        }
        match trouble {
            Some(_) => Err(crate::rules::StoreError("nothing was imported".into())),
            None => Ok(()),
        }
    });
    progress.end();
    if let Some((line, error)) = trouble {
        return Err(format!(
            "{}, line {line}: {error}; nothing was imported",
            path.display()
        )
        .into());
    }
    written?;
    println!("{}", rows.len());
    Ok(())
}

struct Row<'a> {
    line: usize,
    name: &'a str,
    secret: Option<&'a str>,
}

/// A first line `DeviceName` is a head. Errors name the line, and never show a secret.
fn parse(text: &str) -> Result<Vec<Row<'_>>, String> {
    let mut seen = HashSet::new();
    let mut rows = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let (name, secret) = match line.split_once(',') {
            Some((name, secret)) => (name.trim(), Some(secret.trim()).filter(|s| !s.is_empty())),
            None => (line.trim(), None),
        };
        let is_head = number == 0 && name.eq_ignore_ascii_case("devicename");
        if name.is_empty() || is_head {
            continue;
        }
        let line = number + 1;
        if !valid_device_name(name) {
            return Err(format!("line {line}: {}", AdminError::DeviceName));
        }
        if !seen.insert(name) {
            return Err(format!("line {line}: {name} for the second time"));
        }
        rows.push(Row { line, name, secret });
    }
    Ok(rows)
}

/// How far it is, for people.
struct Progress {
    all: usize,
    visible: bool,
}

impl Progress {
    fn new(all: usize) -> Self {
        let visible = all > STEP && std::io::stderr().is_terminal();
        Self { all, visible }
    }

    fn show(&mut self, count: usize) {
        if self.visible && (count.is_multiple_of(STEP) || count == self.all) {
            eprint!("\r{count} of {} devices", self.all);
            let _ = std::io::stderr().flush();
        }
    }

    fn end(&self) {
        if self.visible {
            eprintln!();
        }
    }
}
