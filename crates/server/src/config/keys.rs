//! `[keys]`: the master key, which everything secret in the database is sealed under.

use std::fs::{self, File};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use wardkey_domain::secret::Secret;
use wardkey_store::MasterKeys;

use super::reader::Reader;

/// `[keys]`.
#[derive(Clone, Debug)]
pub struct KeySettings {
    /// The lines of the master keys; nothing only while mistakes are collected.
    pub master: Option<Secret<String>>,
}

pub fn read(reader: &mut Reader) -> KeySettings {
    let mut section = reader.section(
        "keys",
        "The master key, which every secret in the database is sealed under. Without it the database cannot be read, so \
         keep a copy apart from the backups. Set one of these.",
    );
    let file: Option<PathBuf> = section.optional(
        "master_key_file",
        "A file that only its owner may read, with one `key-id:base64` a line, each key 32 random bytes. The first line \
         seals; further ones still open what was sealed before a rotation.",
        "\"/etc/wardkey/master.key\"",
    );
    let text = section.secret("master_key", "The same lines, parted by `;`.");
    let read = match (file, text) {
        (None, None) => Err(("master_key_file", "set it, or WARDKEY_KEYS_MASTER_KEY".to_owned())),
        (Some(_), Some(_)) => Err(("master_key", "`keys.master_key_file` is set as well; set one of them".to_owned())),
        (None, Some(text)) => check(text).map_err(|why| ("master_key", why)),
        (Some(path), None) => read_file(&path).and_then(check).map_err(|why| ("master_key_file", why)),
    };
    let master = read.map_err(|(key, message)| section.complain(key, message)).ok();
    KeySettings { master }
}

/// Checks that the lines are master keys.
fn check(text: Secret<String>) -> Result<Secret<String>, String> {
    MasterKeys::parse(&text).map(|_| text).map_err(|error| error.to_string())
}

/// SECURITY: a key that others on the machine can read is refused rather than used.
fn read_file(path: &Path) -> Result<Secret<String>, String> {
    let name = path.display();
    let unreadable = |error: std::io::Error| format!("cannot read `{name}`: {error}");
    let mut file = File::open(path).map_err(unreadable)?;
    let about = file.metadata().map_err(unreadable)?;
    if about.mode() & 0o077 != 0 {
        return Err(format!("others may read `{name}`; run `chmod 600 {name}`"));
    }
    let mut text = String::new();
    file.read_to_string(&mut text).map_err(unreadable)?;
    Ok(Secret::new(text))
}

/// Writes a new master key to `path`, readable by its owner only; refuses to touch a file that exists.
///
/// # Errors
/// When the file cannot be created.
pub fn write_new(path: &Path, line: &Secret<String>) -> std::io::Result<()> {
    use std::io::Write as _;
    use std::os::unix::fs::OpenOptionsExt as _;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(line.expose().as_bytes())?;
    file.write_all(b"\n")?;
    file.sync_all()
}
