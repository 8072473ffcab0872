//! The program `linkauth-platform`, run by tests.

use std::collections::HashMap;
use std::fs;
use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

pub(crate) fn program(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linkauth-platform"));
    command.arg("--data").arg(data);
    command
}

/// The same with at most so many open files, as `ulimit` has it: `-n 64` for good, `-Sn 64` until it asks for more.
pub(crate) fn program_with_files(data: &Path, limit: &str) -> Command {
    let mut command = Command::new("sh");
    let script = format!("ulimit {limit} && exec \"$0\" \"$@\"");
    command
        .args(["-c", &script, env!("CARGO_BIN_EXE_linkauth-platform")])
        .arg("--data")
        .arg(data);
    command
}

/// Runs a command that must succeed, and returns what it printed.
pub(crate) fn run(data: &Path, arguments: &[&str]) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = program(data).args(arguments).output().expect("the program");
    let stderr = String::from_utf8_lossy(&stderr);
    assert!(status.success(), "{arguments:?}: {stderr}");
    String::from_utf8(stdout).expect("text")
}

/// Runs a command that must fail with exit code 1, and returns what it complained.
pub(crate) fn fail(data: &Path, arguments: &[&str]) -> String {
    let output = program(data).args(arguments).output().expect("the program");
    assert_eq!(output.status.code(), Some(1), "{arguments:?}");
    assert!(output.stdout.is_empty());
    String::from_utf8(output.stderr).expect("text")
}

pub(crate) fn json(text: &str) -> Value {
    serde_json::from_str(text).expect("JSON")
}

pub(crate) fn mode(path: &Path) -> u32 {
    let metadata = fs::metadata(path).expect("a file");
    metadata.permissions().mode() & 0o777
}

/// A running server. It ends with the test, whatever the test does.
pub(crate) struct Server {
    pub(crate) child: Child,
    pub(crate) lines: HashMap<String, String>,
}

impl Server {
    pub(crate) fn start(data: &Path, more: &[&str]) -> Self {
        Self::start_program(program(data), more)
    }

    pub(crate) fn start_program(mut program: Command, more: &[&str]) -> Self {
        let any = "127.0.0.1:0";
        let mut child = program
            .args(["serve", "--exit-with-parent"])
            .args(["--mqtt", any, "--mqtts", any, "--https", any])
            .args(more)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program");
        let stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        let mut server = Self {
            child,
            lines: HashMap::new(),
        };
        for line in stdout.lines() {
            let line = line.expect("text");
            let (name, value) = line.split_once(' ').unwrap_or((&line, ""));
            server.lines.insert(name.to_owned(), value.to_owned());
            if name == "ready" {
                return server;
            }
        }
        panic!("not ready: {:?}", server.lines);
    }

    pub(crate) fn address(&self, name: &str) -> SocketAddr {
        self.lines[name].parse().expect("an address")
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        PathBuf::from(&self.lines[name])
    }

    pub(crate) fn signal(&self, signal: &str) {
        let status = Command::new("kill")
            .args([signal, &self.child.id().to_string()])
            .status();
        assert!(status.expect("kill").success());
    }

    /// Waits for the end; returns the exit code and the log.
    pub(crate) fn wait(mut self) -> (Option<i32>, String) {
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().expect("a pipe");
        stderr.read_to_string(&mut log).expect("text");
        let status = self.child.wait().expect("an end");
        (status.code(), log)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Both fail when the program has ended, which is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub(crate) struct Directory(pub(crate) tempfile::TempDir);

impl Directory {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.0.path().join("new").join("data")
    }
}
