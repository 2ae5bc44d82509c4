//! Running SIPp.

use std::net::{Ipv4Addr, TcpListener, UdpSocket};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// A running SIPp, ended when dropped.
pub struct Sipp {
    child: Option<Child>,
    folder: PathBuf,
    pub port: u16,
}

/// How SIPp is to run.
pub struct Scenario {
    text: String,
    arguments: Vec<String>,
    transport: &'static str,
    calls: u32,
    calls_us: Option<u16>,
}

/// A scenario that stands beside this file.
macro_rules! scenario {
    ($name:literal) => {
        $crate::voice::sipp::Scenario::new(include_str!(concat!($name, ".xml")))
    };
}
pub(crate) use scenario;

static NUMBER: AtomicU32 = AtomicU32::new(0);

/// A port that nobody has, with the three after it: below those that systems hand out by themselves, each given once.
pub fn free_port() -> u16 {
    loop {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed) + std::process::id() * 37;
        let port = 10_000 + u16::try_from(number % 2_400).unwrap() * 4;
        // Both kinds, because SIPp and baresip open both.
        let tcp = (0..4).map(|offset| TcpListener::bind((Ipv4Addr::LOCALHOST, port + offset)));
        let udp = (0..4).map(|offset| UdpSocket::bind((Ipv4Addr::LOCALHOST, port + offset)));
        if tcp.collect::<Result<Vec<_>, _>>().is_ok() && udp.collect::<Result<Vec<_>, _>>().is_ok() {
            return port;
        }
    }
}

impl Scenario {
    pub fn new(text: &str) -> Self {
        Self { text: text.to_owned(), arguments: Vec::new(), transport: "u1", calls: 1, calls_us: None }
    }

    /// Sets a word of the scenario.
    pub fn key(mut self, name: &str, value: impl ToString) -> Self {
        self.arguments.extend(["-key".to_owned(), name.to_owned(), value.to_string()]);
        self
    }

    /// Replaces text in the scenario where SIPp itself knows no words.
    pub fn text(mut self, from: &str, to: &str) -> Self {
        assert!(self.text.contains(from), "{from}");
        self.text = self.text.replace(from, to);
        self
    }

    pub fn argument(mut self, argument: &str) -> Self {
        self.arguments.push(argument.to_owned());
        self
    }

    /// SIPp begins, with this port of ours.
    pub fn calls_us(mut self, port: u16) -> Self {
        self.calls_us = Some(port);
        self
    }

    pub fn tcp(mut self) -> Self {
        self.transport = "t1";
        self
    }

    pub fn calls(mut self, calls: u32) -> Self {
        self.calls = calls;
        self
    }

    /// Starts SIPp and waits until it listens.
    pub async fn start(self) -> Sipp {
        let port = free_port();
        let name = format!("wardkey-sipp-{}-{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let scenario = folder.join("scenario.xml");
        std::fs::write(&scenario, &self.text).unwrap();
        let file = |name: &str| folder.join(name).display().to_string();
        // SIPp plays recorded packets through a raw socket, which only root may open.
        let needs_root = self.text.contains("play_pcap_audio") && !is_root();
        let mut command = Command::new(if needs_root { "sudo" } else { "sipp" });
        if needs_root {
            command.args(["-n", "sipp"]);
        }
        command
            .args(["-sf", &scenario.display().to_string(), "-i", "127.0.0.1", "-p", &port.to_string()])
            .args(["-mi", "127.0.0.1", "-mp", &free_port().to_string(), "-t", self.transport])
            .args(["-m", &self.calls.to_string(), "-l", &self.calls.to_string(), "-nostdin"])
            .args(["-timeout", "40s", "-timeout_error", "-skip_rlimit"])
            .args(["-trace_err", "-error_file", &file("errors"), "-trace_msg", "-message_file", &file("messages")])
            .args(&self.arguments)
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(std::fs::File::create(folder.join("stderr")).unwrap());
        command.args(self.calls_us.map(|port| format!("127.0.0.1:{port}")));
        let child = command.spawn().unwrap_or_else(|error| {
            panic!("SIPp cannot be run ({error}): install Debian's `sip-tester`, or run scripts/install-test-tools")
        });
        let mut sipp = Sipp { child: Some(child), folder, port };
        if self.calls_us.is_some() {
            return sipp;
        }
        let is_listening = || match self.transport {
            "u1" => UdpSocket::bind((Ipv4Addr::LOCALHOST, port)).is_err(),
            _ => TcpListener::bind((Ipv4Addr::LOCALHOST, port)).is_err(),
        };
        let listening = async {
            while !is_listening() {
                let ended = sipp.child.as_mut().and_then(|child| child.try_wait().unwrap());
                assert!(ended.is_none(), "SIPp ended at once: {}", sipp.errors());
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(10), listening).await.expect("SIPp does not listen");
        sipp
    }
}

fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|metadata| metadata.uid() == 0)
}

impl Sipp {
    /// Waits for the end of the scenario; whatever went otherwise than it says fails the test.
    pub async fn ends_well(mut self) {
        let mut child = self.child.take().unwrap();
        let status = tokio::task::spawn_blocking(move || child.wait()).await.unwrap().unwrap();
        assert!(status.success(), "SIPp: {status}\n{}\n{}", self.errors(), self.messages());
    }

    /// The messages that travelled so far.
    pub fn messages(&self) -> String {
        self.read("messages")
    }

    fn errors(&self) -> String {
        self.read("errors") + &self.read("stderr")
    }

    fn read(&self, name: &str) -> String {
        let bytes = std::fs::read(self.folder.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Drop for Sipp {
    fn drop(&mut self) {
        if std::thread::panicking() && self.child.is_some() {
            eprintln!("SIPp saw:\n{}", self.messages());
        }
        if let Some(child) = &mut self.child {
            child.kill().ok();
            child.wait().ok();
        }
        std::fs::remove_dir_all(&self.folder).ok();
    }
}
