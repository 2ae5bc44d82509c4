//! The server under test: the release binary, its data set, its figures.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use super::connection::{Connection, request};

/// What `kettles hum at dawn 41` hashes to with the server's default parameters.
const PASSWORD_HASH: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$TRkMfVkSGQ/LAWBq3b7N5g$UrC4HFuYR+PcMpY8NdO2+oXhraTpZUdk/ICt0ucmPY8";
/// The password of every account of the data sets.
pub const PASSWORD: &str = "kettles hum at dawn 41";

const CLIENT_ID: &str = "bench";

/// A data set: a folder with a database and a configuration, kept for the next run.
pub struct World {
    folder: PathBuf,
    binary: PathBuf,
    /// The application's identifier and secret.
    pub client: (String, String),
}

/// A running server, ended when dropped.
pub struct Server {
    child: Child,
    /// Its port.
    pub port: u16,
    /// How long it took from its start to its first ready answer.
    pub ready: Duration,
}

impl World {
    /// Opens the data set of `accounts` accounts, made now if it is not there.
    pub fn prepare(root: &Path, accounts: usize) -> io::Result<Self> {
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        let folder = target.join("bench-data").join(format!("core-{accounts}"));
        let binary = target.join("release").join("wardkey");
        let client_file = folder.join("client");
        if !client_file.exists() {
            if folder.exists() {
                std::fs::remove_dir_all(&folder)?;
            }
            std::fs::create_dir_all(&folder)?;
            let world = Self { folder: folder.clone(), binary: binary.clone(), client: Default::default() };
            world.fill(accounts, &client_file)?;
        }
        let text = std::fs::read_to_string(&client_file)?;
        let (id, secret) = text.trim().split_once(' ').ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self { folder, binary, client: (id.to_owned(), secret.to_owned()) })
    }

    /// Where the keys of this data set's authenticators are kept.
    pub fn keys_file(&self) -> PathBuf {
        self.folder.join("keys.json")
    }

    /// The address of account `number`.
    pub fn address(number: usize) -> String {
        format!("person-{number}@bench.example")
    }

    fn fill(&self, accounts: usize, client_file: &Path) -> io::Result<()> {
        println!("making a data set of {accounts} accounts");
        let key = Command::new("openssl").args(["rand", "-base64", "32"]).output()?.stdout;
        std::fs::write(self.folder.join("master.key"), format!("bench:{}", String::from_utf8_lossy(&key)))?;
        Command::new("chmod").arg("600").arg(self.folder.join("master.key")).status()?;
        self.configure(1)?;
        self.command(&["migrate"])?;
        let organisations = self.folder.join("organisations.csv");
        std::fs::write(&organisations, "ods_code,name,kind\nY00001,Bench Surgery,gp_practice\n")?;
        self.command(&["organisation", "import", &organisations.to_string_lossy()])?;
        let file = self.folder.join("accounts.csv");
        let mut rows = io::BufWriter::new(std::fs::File::create(&file)?);
        writeln!(rows, "ods_code,address,name,kind,password_hash")?;
        for number in 0..accounts {
            writeln!(rows, "Y00001,{},Person {number},user,\"{PASSWORD_HASH}\"", Self::address(number))?;
        }
        rows.into_inner()?.sync_all()?;
        self.command(&["account", "import", &file.to_string_lossy()])?;
        let printed = self.command(&[
            "application",
            "add",
            "--name",
            "Bench",
            "--client-id",
            CLIENT_ID,
            "--authentication",
            "client_secret_post",
            "--organisation",
            "Y00001",
            "--redirect-uri",
            "http://127.0.0.1:9/callback",
            "--grant",
            "authorization_code",
            "--grant",
            "refresh_token",
            "--grant",
            "client_credentials",
        ])?;
        let secret = printed.lines().find_map(|line| line.split_once("secret: ")?.1.split_whitespace().next());
        let secret = secret.ok_or_else(|| io::Error::other(printed.clone()))?;
        std::fs::write(client_file, format!("{CLIENT_ID} {secret}\n"))
    }

    fn configure(&self, port: u16) -> io::Result<()> {
        let folder = self.folder.display();
        std::fs::write(
            self.folder.join("wardkey.toml"),
            format!(
                "[server]\nissuer = \"http://localhost:{port}\"\n\n[listen]\nhttp = \"127.0.0.1:{port}\"\n\n\
                 [database]\nurl = \"sqlite:{folder}/wardkey.db\"\n\n[keys]\nmaster_key_file = \"{folder}/master.key\"\n\n\
                 [audit]\nanchor = \"{folder}/anchor\"\n\n[log]\nlevel = \"warn\"\n\n[throttle]\nnetwork_free = 100000\n\n[signin]\nvisits_per_second = 1000000\n"
            ),
        )
    }

    fn command(&self, arguments: &[&str]) -> io::Result<String> {
        let output = Command::new(&self.binary)
            .arg("--config")
            .arg(self.folder.join("wardkey.toml"))
            .args(arguments)
            .stdin(Stdio::null())
            .output()?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        if output.status.success() {
            return Ok(text);
        }
        Err(io::Error::other(format!(
            "wardkey {}: {text}{}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        )))
    }

    /// Starts the server on a free port and waits until it is ready.
    pub async fn serve(&self) -> io::Result<Server> {
        let port = free_port()?;
        self.configure(port)?;
        let log = std::fs::File::create(self.folder.join("server.log"))?;
        let started = Instant::now();
        let child = Command::new(&self.binary)
            .arg("--config")
            .arg(self.folder.join("wardkey.toml"))
            .arg("serve")
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()?;
        let mut server = Server { child, port, ready: Duration::ZERO };
        let probe = request("GET", "/readyz", port, &[], "");
        loop {
            if Connection::new(port).send(&probe).await.is_ok_and(|answer| answer.status == 200) {
                server.ready = started.elapsed();
                return Ok(server);
            }
            if started.elapsed() > Duration::from_secs(20) || server.child.try_wait()?.is_some() {
                return Err(io::Error::other(std::fs::read_to_string(self.folder.join("server.log"))?));
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
}

impl Server {
    /// The memory that the process holds now, in MiB.
    pub fn resident_mib(&self) -> io::Result<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let kib =
            status.lines().find_map(|line| line.strip_prefix("VmRSS:")?.split_whitespace().next()?.parse::<f64>().ok());
        kib.map(|kib| kib / 1024.0).ok_or_else(|| io::ErrorKind::InvalidData.into())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // SIGKILL is what `Child` offers; the database survives it, which other tests prove.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A loopback port that nobody listens on.
pub fn free_port() -> io::Result<u16> {
    Ok(std::net::TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}
