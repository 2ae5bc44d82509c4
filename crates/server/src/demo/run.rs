//! Serving the demonstration.

use std::fmt::Write as _;
use std::fs;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::os::unix::fs::DirBuilderExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use wardkey_domain::secret::Secret;
use wardkey_store::MasterKeys;
use wardkey_web::demo::{Demo, DemoPhone, PersonRow};

use super::application;
use super::people::BODIES;
use super::seed;
use crate::cli::CliError;
use crate::config::{Config, Source, write_new_master_key};
use crate::networks::DemoNetworks;
use crate::telemetry::start_log;
use crate::wiring::{self, DemoMode};
use crate::{random, serving};

/// Where the demonstration lives.
pub struct Place {
    /// The folder for its database and its phone.
    pub folder: PathBuf,
    /// The address to listen at.
    pub address: IpAddr,
    /// The port to listen at.
    pub port: u16,
}

/// Serves the demonstration until the process is told to stop.
///
/// # Errors
/// When the address is not of this machine, or the folder cannot be used.
pub async fn run(place: Place) -> Result<(), CliError> {
    // SECURITY: everybody knows the passwords.
    if !place.address.is_loopback() {
        return Err(CliError::usage(format!(
            "the demonstration has passwords that everybody knows, so it listens on this machine only, not at {}",
            place.address
        )));
    }
    prepare(&place.folder)?;
    let mut config = Config::read(&Source::Demo(text(&place)))?;
    config.listen.http.extend(other_loopback(&place));
    start_log(config.log.format, config.log.level);
    let store = wiring::open_store(&config).await?;
    store.migrate().await?;
    let networks = DemoNetworks::new();
    let app = wiring::build(&config, store, DemoMode::On, networks.gateways())?;
    seed::seed(&app).await?;
    let phone = DemoPhone::open(seed::phone_accounts(), Some(place.folder.join("phone.json")));
    let demo = Arc::new(Demo::new(people(), phone).with_messages(networks.messages, networks.calls));
    let table = table(demo.people());
    let issuer = config.issuer.as_str();
    serving::serve(app, &config, Some(demo), |_| announce(issuer, &table)).await
}

/// Makes the folder and, once, its master key.
fn prepare(folder: &Path) -> Result<(), CliError> {
    let cannot = |error: std::io::Error| CliError::refused(format!("cannot use `{}`: {error}", folder.display()));
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(cannot)?;
    let file = master_key_file(folder);
    if !file.exists() {
        let mut entropy = [0; 32];
        random::system()(&mut entropy);
        write_new_master_key(&file, &MasterKeys::generate("demo", &Secret::new(entropy))).map_err(cannot)?;
    }
    Ok(())
}

fn master_key_file(folder: &Path) -> PathBuf {
    folder.join("master.key")
}

/// The configuration, in the operator's own language.
fn text(place: &Place) -> String {
    let path = |path: PathBuf| toml::Value::String(path.to_string_lossy().into_owned());
    let address = SocketAddr::new(place.address, place.port);
    let mut text = format!("[server]\nissuer = \"http://localhost:{}\"\n[listen]\nhttp = \"{address}\"\n", place.port);
    let url = format!("sqlite:{}", place.folder.join("wardkey.db").display());
    let _ = write!(text, "[database]\nurl = {}\n", toml::Value::String(url));
    let _ = write!(text, "[keys]\nmaster_key_file = {}\n", path(master_key_file(&place.folder)));
    let _ = write!(text, "[audit]\nanchor = {}\n", path(place.folder.join("audit-anchor.jsonl")));
    // Numbers that belong to nobody, and time to read what a call says.
    text.push_str("[signin]\nask_again_after = \"4 s\"\n[telephone]\ndrama = true\n[voice_call]\nlisten_for = \"30 s\"\nring_for = \"2 min\"\n");
    text.push_str("[webauthn]\ncore = true\npasskey_alone = true\nname = \"Wardkey demo\"\n");
    text.push_str("[log]\nformat = \"text\"\nlevel = \"warn\"\n[totp]\nissuer = \"Wardkey demo\"\n");
    text.push_str("[help]\nname = \"Demonstration help desk\"\ntelephone = \"01632 960999\"\n");
    text
}

/// `localhost` may mean either loopback address, and a browser may try only one.
fn other_loopback(place: &Place) -> Option<SocketAddr> {
    let other = match place.address {
        IpAddr::V4(_) => IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V6(_) => IpAddr::V4(Ipv4Addr::LOCALHOST),
    };
    let address = SocketAddr::new(other, place.port);
    // A machine may lack one of them. Port 0 would be another port than the first one's.
    (place.port != 0 && TcpListener::bind(address).is_ok()).then_some(address)
}

fn people() -> Vec<PersonRow> {
    let rows = BODIES.iter().flat_map(|body| {
        body.people.iter().map(|person| PersonRow {
            address: body.address_of(person),
            password: Some(person.password().to_owned()),
            second_factor: if person.is_enrolled() { "Code from the demo messages" } else { "Enrols at first sign-in" }
                .to_owned(),
            role: person.job.to_owned(),
            organisation: body.name.to_owned(),
        })
    });
    rows.collect()
}

/// Who can sign in with what, for the terminal.
fn table(people: &[PersonRow]) -> String {
    let rows = people.iter().map(|person| {
        let role = format!("{}, {}", person.role, person.organisation);
        [person.address.clone(), person.password.clone().unwrap_or_default(), person.second_factor.clone(), role]
    });
    let head = ["Email address", "Password", "Second factor", "Who"].map(str::to_owned);
    let rows: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
    let mut widths = [0_usize; 4];
    for row in &rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut table = String::new();
    for row in &rows {
        let cells: Vec<String> = row.iter().zip(widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        let _ = writeln!(table, "  {}", cells.join("  ").trim_end());
    }
    table
}

fn announce(issuer: &str, table: &str) {
    println!("\nWho can sign in (in this demonstration only):\n\n{table}");
    println!(
        "Codes for those who have a second factor are at {issuer}/demo/messages; the demo phone is at {issuer}/demo/phone\n"
    );
    println!("Demo application: client id `{}`, secret `{}`\n", application::CLIENT_ID, application::SECRET);
    println!("Wardkey is ready at {issuer}");
}
