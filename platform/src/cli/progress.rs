//! How far long work is, for people.

use std::io::{IsTerminal, Write};

const STEP: usize = 1000;

/// A line at a terminal that is written over and over; nothing elsewhere.
pub(super) struct Progress {
    all: usize,
    visible: bool,
}

impl Progress {
    pub(super) fn new(all: usize) -> Self {
        let visible = std::io::stderr().is_terminal();
        Self { all, visible }
    }

    /// Not for each: a terminal is slow.
    pub(super) fn show(&self, count: usize) {
        let due = count.is_multiple_of(STEP) || count == self.all;
        if self.visible && due {
            eprint!("\r{count} of {} devices", self.all);
            let _ = std::io::stderr().flush();
        }
    }
}

impl Drop for Progress {
    /// What is said next begins a line.
    fn drop(&mut self) {
        if self.visible {
            eprintln!();
        }
    }
}
