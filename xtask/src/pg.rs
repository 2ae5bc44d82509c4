//! `cargo xtask pg -- <command>`: runs a command beside a throw-away PostgreSQL.
//!
//! The server comes from the distribution's binaries, listens on a free loopback port, keeps nothing safe from a power cut
//! and goes when the command ends, or when this process does.

use std::error::Error;
use std::fs;
use std::io::Read as _;
use std::net::{Ipv4Addr, TcpListener};
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::Duration;

use crate::Outcome;

/// The oldest version that the product supports.
const OLDEST: u32 = 15;
/// How many times, 50 ms apart, to ask whether the server is up.
const PATIENCE: u32 = 600;
/// Settings of the server: quick, and nothing outside loopback.
const SETTINGS: [&str; 7] = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "max_connections=400",
    "log_min_messages=fatal",
];
/// For tests, which are many and short.
const SMALL: [&str; 2] = ["shared_buffers=64MB", "autovacuum=off"];
/// For measuring: a server that cleans up and keeps statistics, as one that people run.
const LARGE: [&str; 3] = ["shared_buffers=1GB", "autovacuum=on", "autovacuum_naptime=5s"];

/// `--large` before the command is for measuring.
pub fn run(arguments: &[String]) -> Outcome {
    let (more, arguments): (&[&str], _) = match arguments.split_first() {
        Some((first, rest)) if first == "--large" => (&LARGE, rest),
        Some(_) | None => (&SMALL, arguments),
    };
    let command = arguments.split_first().filter(|(first, _)| *first == "--").map(|(_, command)| command);
    let (program, arguments) = command.and_then(<[String]>::split_first).ok_or("usage: cargo xtask pg -- <command>")?;
    let server = Server::start(more)?;
    let status = Command::new(program).args(arguments).env("WARDKEY_TEST_POSTGRES", server.url()).status()?;
    Ok(match status.code() {
        Some(0) => ExitCode::SUCCESS,
        Some(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        None => ExitCode::FAILURE,
    })
}

/// A running server.
struct Server {
    process: Child,
    folder: PathBuf,
    port: u16,
}

impl Server {
    fn start(more: &[&str]) -> Result<Self, Box<dyn Error>> {
        let binaries = binaries()?;
        clear_leftovers()?;
        let folder = std::env::temp_dir().join(format!("{FOLDER}{}", std::process::id()));
        let data = folder.join("data");
        let guise = Guise::choose()?;
        fs::create_dir_all(&folder)?;
        guise.own(&folder)?;
        let made = guise
            .command(&binaries.join("initdb"))
            .args(["--username=wardkey", "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-sync", "--pgdata"])
            .arg(&data)
            .output()?;
        if !made.status.success() {
            return Err(format!("initdb failed: {}", String::from_utf8_lossy(&made.stderr)).into());
        }
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut command = guise.command(&binaries.join("postgres"));
        command.arg("-D").arg(&data).arg("-p").arg(port.to_string());
        for setting in SETTINGS.iter().chain(more) {
            command.args(["-c", setting]);
        }
        let process = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn()?;
        let mut server = Self { process, folder, port };
        server.wait_until_up(&binaries.join("pg_isready"))?;
        Ok(server)
    }

    fn url(&self) -> String {
        format!("postgres://wardkey@127.0.0.1:{}/postgres", self.port)
    }

    fn wait_until_up(&mut self, is_ready: &Path) -> Result<(), Box<dyn Error>> {
        let port = self.port.to_string();
        for _ in 0..PATIENCE {
            let asked = Command::new(is_ready).args(["-q", "-h", "127.0.0.1", "-p", &port]).status()?;
            if asked.success() {
                return Ok(());
            }
            if self.process.try_wait()?.is_some() {
                let mut said = String::new();
                if let Some(errors) = &mut self.process.stderr {
                    errors.read_to_string(&mut said)?;
                }
                return Err(format!("PostgreSQL did not start: {said}").into());
            }
            pause();
        }
        Err("PostgreSQL did not start in time".into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Nothing in it is worth keeping, so no orderly stop is needed; its helpers end when they miss it.
        let _ = self.process.kill();
        let _ = self.process.wait();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

#[expect(clippy::disallowed_methods, reason = "another program's start cannot be awaited otherwise")]
fn pause() {
    std::thread::sleep(Duration::from_millis(50));
}

/// What the folders of servers are called, before the number of the process that started them.
const FOLDER: &str = "wardkey-xtask-pg-";

/// Removes the folders of servers whose process was killed.
fn clear_leftovers() -> Result<(), Box<dyn Error>> {
    for entry in fs::read_dir(std::env::temp_dir())? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let owner = name.strip_prefix(FOLDER).map(|process| Path::new("/proc").join(process));
        if owner.is_some_and(|process| !process.exists()) {
            let _ = fs::remove_dir_all(&path);
        }
    }
    Ok(())
}

/// The folder of the newest server binaries.
fn binaries() -> Result<PathBuf, Box<dyn Error>> {
    let mut versions: Vec<u32> = Vec::new();
    let root = Path::new("/usr/lib/postgresql");
    for entry in fs::read_dir(root).map_err(|_| "PostgreSQL is not installed: apt-get install postgresql")? {
        versions.extend(entry?.file_name().to_str().and_then(|name| name.parse::<u32>().ok()));
    }
    match versions.into_iter().max() {
        Some(version) if version >= OLDEST => Ok(root.join(version.to_string()).join("bin")),
        Some(_) | None => Err(format!("PostgreSQL {OLDEST} or newer is needed").into()),
    }
}

/// Whom the server runs as: it refuses to run as root.
enum Guise {
    Ourselves,
    Other { user: u32, group: u32 },
}

impl Guise {
    fn choose() -> Result<Self, Box<dyn Error>> {
        if fs::metadata("/proc/self")?.uid() != 0 {
            return Ok(Self::Ourselves);
        }
        let number = |option: &str| -> Result<u32, Box<dyn Error>> {
            let told = Command::new("id").args([option, "postgres"]).output()?;
            Ok(String::from_utf8(told.stdout)?.trim().parse()?)
        };
        Ok(Self::Other { user: number("-u")?, group: number("-g")? })
    }

    fn own(&self, folder: &Path) -> Result<(), Box<dyn Error>> {
        if let Self::Other { user, group } = self {
            chown(folder, Some(*user), Some(*group))?;
        }
        Ok(fs::set_permissions(folder, fs::Permissions::from_mode(0o700))?)
    }

    /// A command that ends when this process does.
    fn command(&self, program: &Path) -> Command {
        let mut command = Command::new("setpriv");
        if let Self::Other { user, group } = self {
            command.args([format!("--reuid={user}"), format!("--regid={group}"), "--clear-groups".to_owned()]);
        }
        command.args(["--pdeathsig", "INT"]).arg(program).current_dir("/");
        command
    }
}
