//! The real binary as a child process.

use std::fmt::Write as _;
use std::io::{BufRead as _, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::sync::watch;
use wardkey_testkit::Folder;

/// The issuer of every server in these tests. Nothing listens there: clients connect to wherever the process listens.
pub const ISSUER: &str = "http://localhost:8480";

/// The master key of test databases, so that a `TestApp` can fill what a process then serves.
pub const MASTER_KEY: &str = "test:BwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwc=";

/// A start or a stop that takes longer than this has failed.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a server is started with.
#[derive(Clone, Debug)]
pub struct Setup {
    file: PathBuf,
}

impl Setup {
    /// Writes a configuration into `folder` for the database at `url`; `more` are further lines of TOML.
    pub fn new(folder: &Folder, url: &str, more: &str) -> Self {
        let file = folder.file(&format!("wardkey-{}.toml", url.len() + more.len()));
        let mut text = format!("[server]\nissuer = \"{ISSUER}\"\nstop_time_out = \"5 s\"\n");
        let _ = write!(text, "[database]\nurl = \"{url}\"\nconnections = 4\n");
        if !more.contains("[listen]") {
            text.push_str("[listen]\nhttp = \"127.0.0.1:0\"\n");
        }
        if !more.contains("[audit]") {
            let _ = write!(text, "[audit]\nanchor = \"{}\"\n", folder.file("anchor.jsonl").display());
        }
        text.push_str("[hashing]\nmemory_kib = 8\npasses = 1\n");
        text.push_str(more);
        std::fs::write(&file, text).unwrap();
        Self { file }
    }

    /// The command `wardkey`, with this configuration and nothing of ours from the environment.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = wardkey();
        command.env("WARDKEY_KEYS_MASTER_KEY", MASTER_KEY).arg("--config").arg(&self.file).args(arguments);
        command
    }

    /// Runs a verb that ends by itself.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs a verb that must succeed, and gives back what it prints.
    pub fn must(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "`wardkey {}` failed: {errors}", arguments.join(" "));
        String::from_utf8(output.stdout).unwrap()
    }
}

/// The binary without any variable of ours.
pub fn wardkey() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_wardkey"));
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("WARDKEY_")) {
        command.env_remove(name);
    }
    command
}

/// A running server.
pub struct Server {
    child: Child,
    /// Where it listens, such as `http://127.0.0.1:1234`.
    pub base: String,
    log: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// Starts one and waits until it is ready.
    pub async fn start(setup: &Setup) -> Self {
        Self::start_with(setup, &[]).await
    }

    /// Starts one with further environment variables, and waits until it is ready.
    pub async fn start_with(setup: &Setup, environment: &[(&str, &str)]) -> Self {
        let mut command = setup.command(&["serve"]);
        let mut child =
            command.envs(environment.iter().copied()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let log = Arc::new(Mutex::new(Vec::new()));
        let (sender, mut receiver) = watch::channel(None);
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let lines = Arc::clone(&log);
        std::thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if let Some(address) = address_in(&line) {
                    sender.send_replace(Some(address));
                }
                lines.lock().unwrap().push(line);
            }
        });
        let listening = tokio::time::timeout(PATIENCE, receiver.wait_for(Option::is_some)).await;
        let address = listening.ok().and_then(Result::ok).and_then(|address| address.clone());
        let Some(address) = address else {
            let _ = child.kill();
            panic!("the server did not start: {:#?}", log.lock().unwrap());
        };
        Self { child, base: format!("http://{address}"), log }
    }

    /// Where it listens, without the scheme.
    pub fn address(&self) -> std::net::SocketAddr {
        self.base.rsplit_once('/').unwrap().1.parse().unwrap()
    }

    /// What it has logged so far.
    pub fn log(&self) -> Vec<String> {
        self.log.lock().unwrap().clone()
    }

    /// Ends it as a power cut would.
    pub fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Asks it to stop, and waits until it has.
    pub async fn stop(mut self) -> ExitStatus {
        let terminated = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().unwrap();
        assert!(terminated.success());
        tokio::task::spawn_blocking(move || self.child.wait().unwrap()).await.unwrap()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in the line that says where the server listens.
fn address_in(line: &str) -> Option<String> {
    let line: serde_json::Value = serde_json::from_str(line).ok()?;
    if line["message"] != "listening" {
        return None;
    }
    line["address"].as_str().map(str::to_owned)
}
