//! Calls to baresip (Debian `baresip-core`), a telephone that somebody else wrote.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::Instant;
use wardkey_domain::factor::voice_call::CallOutcome;
use wardkey_gateway::voice::{CallProgress, TrunkSettings, TrunkTransport};

use super::sipp::free_port;
use super::tls::papers;
use super::world::{NUMBER, press_hash, settings, start};

const MODULES: &str = "/usr/lib/baresip/modules";

/// A telephone that answers by itself, ended when dropped.
struct Baresip {
    child: Child,
    folder: PathBuf,
    signals: u16,
    control: u16,
}

impl Baresip {
    async fn start(transport: TrunkTransport, certificate: &str) -> Self {
        let (signals, control) = (free_port(), free_port());
        let folder = std::env::temp_dir().join(format!("wardkey-baresip-{}-{signals}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let certificate_file = folder.join("certificate.pem");
        std::fs::write(&certificate_file, certificate).unwrap();
        let sound = folder.join("hello.wav");
        std::fs::write(&sound, a_second_of_humming()).unwrap();
        let config = format!(
            "poll_method epoll\nsip_listen 127.0.0.1:{signals}\nsip_certificate {}\nmodule_path {MODULES}\n\
             audio_source aufile,{}\nrtp_ports 31000-31999\n\
             call_max_calls 4\nmodule g711.so\nmodule aufile.so\nmodule_app account.so\n\
             module_app menu.so\nmodule_app ctrl_tcp.so\nctrl_tcp_listen 127.0.0.1:{control}\n",
            certificate_file.display(),
            sound.display(),
        );
        std::fs::write(folder.join("config"), config).unwrap();
        let transport = transport.as_str();
        let account = format!("<sip:{NUMBER}@127.0.0.1;transport={transport}>;regint=0;answermode=auto\n");
        std::fs::write(folder.join("accounts"), account).unwrap();
        let log = std::fs::File::create(folder.join("log")).unwrap();
        let child = Command::new("baresip")
            .args(["-f", &folder.display().to_string(), "-v"])
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap_or_else(|error| {
                panic!("baresip cannot be run ({error}): install Debian's `baresip-core`, or run scripts/install-test-tools")
            });
        Self { child, folder, signals, control }
    }

    /// Connects to the telephone's keys, as soon as it is there.
    async fn keys(&self) -> TcpStream {
        let connected = async {
            loop {
                match TcpStream::connect(("127.0.0.1", self.control)).await {
                    Ok(stream) => return stream,
                    Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(10), connected).await.expect("baresip does not start")
    }
}

/// A file of sound for the telephone's microphone: a word, and silence for as long as the call may take, because baresip
/// rings off at its end.
fn a_second_of_humming() -> Vec<u8> {
    let hum = (0..8_000_i16).map(|at| at % 80 * 40 - 1_600).chain(std::iter::repeat_n(0, 80_000));
    let samples: Vec<u8> = hum.flat_map(i16::to_le_bytes).collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend(u32::try_from(36 + samples.len()).unwrap().to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x80\x3e\0\0\x02\0\x10\0data");
    bytes.extend(u32::try_from(samples.len()).unwrap().to_le_bytes());
    bytes.extend(samples);
    bytes
}

impl Drop for Baresip {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
        if std::thread::panicking() {
            eprintln!("baresip said:\n{}", std::fs::read_to_string(self.folder.join("log")).unwrap_or_default());
        }
        std::fs::remove_dir_all(&self.folder).ok();
    }
}

/// Presses a key once the question has been asked, which takes two thirds of a second; and again, if that is not heard.
async fn press_after_the_question(mut keys: TcpStream, key: &str, answered: &Notify) {
    let command = format!("{{\"command\":\"sndcode\",\"params\":\"{key}\"}}");
    let command = format!("{}:{command},", command.len());
    let mut answer = [0; 4_096];
    answered.notified().await;
    let asked = Instant::now() + Duration::from_millis(1_500);
    let mut pace = tokio::time::interval_at(asked, Duration::from_millis(400));
    loop {
        tokio::select! {
            _ = pace.tick() => drop(keys.write_all(command.as_bytes()).await),
            read = keys.read(&mut answer) => if read.unwrap_or(0) == 0 { std::future::pending::<()>().await },
        }
    }
}

async fn confirms(transport: TrunkTransport) {
    let papers = papers();
    let certificate = format!("{}{}", papers.key, papers.certificate);
    let baresip = Baresip::start(transport, &certificate).await;
    let keys = baresip.keys().await;
    let port = match transport {
        TrunkTransport::Udp | TrunkTransport::Tcp => baresip.signals,
        // baresip listens for TLS on the port after the other.
        TrunkTransport::Tls => baresip.signals + 1,
    };
    let trunk = start(TrunkSettings {
        transport,
        user: None,
        domain: None,
        extra_roots: Some(papers.authority.into_bytes()),
        ..settings(port)
    });
    let mut order = press_hash();
    order.rules.listen_for = Duration::from_secs(4);
    let answered = Arc::new(Notify::new());
    let tell = Arc::clone(&answered);
    let progress = move |step| {
        if step == CallProgress::Answered {
            tell.notify_one();
        }
    };
    let report = tokio::select! {
        report = trunk.call(order, progress) => report,
        () = press_after_the_question(keys, "#", &answered) => unreachable!("it is pressed for ever"),
    };
    assert_eq!(report.outcome, CallOutcome::Confirmed, "{report:?}");
    assert!(report.frames.heard > 10, "{report:?}");
    trunk.shut_down().await;
}

#[tokio::test]
async fn baresip_confirms_over_udp() {
    confirms(TrunkTransport::Udp).await;
}

#[tokio::test]
async fn baresip_confirms_over_tcp() {
    confirms(TrunkTransport::Tcp).await;
}

#[tokio::test]
async fn baresip_confirms_over_tls() {
    confirms(TrunkTransport::Tls).await;
}
