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

/// The configuration of a data set's first server, and of its commands.
const FIRST: &str = "wardkey.toml";

const CLIENT_ID: &str = "bench";

/// A data set: a folder with a database and a configuration, kept for the next run.
pub struct World {
    folder: PathBuf,
    binary: PathBuf,
    database: String,
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
        let folder = data_folder(root).join(format!("core-{accounts}"));
        let database = format!("sqlite:{}/wardkey.db", folder.display());
        Self::open(root, folder, database, accounts)
    }

    /// A data set of `accounts` accounts that nobody has used before.
    pub fn fresh(root: &Path, name: &str, accounts: usize) -> io::Result<Self> {
        let folder = data_folder(root).join(name);
        let database = format!("sqlite:{}/wardkey.db", folder.display());
        forget(&folder)?;
        Self::open(root, folder, database, accounts)
    }

    /// The same in a new database of the server at `postgres`, which goes with that server.
    pub fn on_postgres(root: &Path, postgres: &str, accounts: usize) -> io::Result<Self> {
        let name = format!("wardkey_bench_{}", std::process::id());
        let made = Command::new("psql").args(["-XAtqc", &format!("CREATE DATABASE {name}"), postgres]).status()?;
        if !made.success() {
            return Err(io::Error::other("psql could not make a database"));
        }
        let (server, _) = postgres.rsplit_once('/').ok_or(io::ErrorKind::InvalidInput)?;
        let folder = data_folder(root).join("postgres");
        forget(&folder)?;
        Self::open(root, folder, format!("{server}/{name}"), accounts)
    }

    fn open(root: &Path, folder: PathBuf, database: String, accounts: usize) -> io::Result<Self> {
        let binary = target(root).join("release").join("wardkey");
        let client_file = folder.join("client");
        if !client_file.exists() {
            forget(&folder)?;
            std::fs::create_dir_all(&folder)?;
            let (folder, binary, database) = (folder.clone(), binary.clone(), database.clone());
            let world = Self { folder, binary, database, client: Default::default() };
            world.fill(accounts, &client_file)?;
        }
        let text = std::fs::read_to_string(&client_file)?;
        let (id, secret) = text.trim().split_once(' ').ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self { folder, binary, database, client: (id.to_owned(), secret.to_owned()) })
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
        self.configure(FIRST, 1, 1)?;
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

    fn configure(&self, file: &str, issuer: u16, port: u16) -> io::Result<()> {
        let (folder, database) = (self.folder.display(), &self.database);
        std::fs::write(
            self.folder.join(file),
            format!(
                "[server]\nissuer = \"http://localhost:{issuer}\"\n\n[listen]\nhttp = \"127.0.0.1:{port}\"\nconnections = 19000\n\n\
                 [database]\nurl = \"{database}\"\n\n[keys]\nmaster_key_file = \"{folder}/master.key\"\n\n\
                 [audit]\nanchor = \"{folder}/anchor\"\n\n[log]\nlevel = \"warn\"\n\n[throttle]\nnetwork_free = 100000\n\n[signin]\nvisits_per_second = 1000000\n"
            ),
        )
    }

    fn command(&self, arguments: &[&str]) -> io::Result<String> {
        let output = Command::new(&self.binary)
            .arg("--config")
            .arg(self.folder.join(FIRST))
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
        self.start(FIRST, port, port).await
    }

    /// Starts another server on the same database, for the same address as `first`.
    pub async fn serve_beside(&self, first: &Server) -> io::Result<Server> {
        self.start("wardkey-2.toml", first.port, free_port()?).await
    }

    async fn start(&self, file: &str, issuer: u16, port: u16) -> io::Result<Server> {
        self.configure(file, issuer, port)?;
        let log_file = self.folder.join(format!("{file}.log"));
        let log = std::fs::File::create(&log_file)?;
        let started = Instant::now();
        let child = Command::new(&self.binary)
            .arg("--config")
            .arg(self.folder.join(file))
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
                return Err(io::Error::other(std::fs::read_to_string(&log_file)?));
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

fn target(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

fn forget(folder: &Path) -> io::Result<()> {
    if folder.exists() { std::fs::remove_dir_all(folder) } else { Ok(()) }
}

fn data_folder(root: &Path) -> PathBuf {
    target(root).join("bench-data")
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
