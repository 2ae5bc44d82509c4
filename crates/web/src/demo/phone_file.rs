//! The demo phone's memory: a line for each account, its key and its name.

use std::fs;
use std::io;
use std::path::Path;

use crate::demo::PhoneAccount;

/// The accounts that `file` remembers; a line that makes no sense is left out.
pub(crate) fn read(file: &Path) -> Vec<PhoneAccount> {
    let text = fs::read_to_string(file).unwrap_or_default();
    // The newest stands first in the file, and each is put in front of the others.
    let lines = text.lines().rev().filter_map(|line| line.split_once(' '));
    lines.filter_map(|(key, label)| PhoneAccount::parse(label, key).ok()).collect()
}

/// Remembers `accounts`.
pub(crate) fn write(file: &Path, accounts: &[PhoneAccount]) -> io::Result<()> {
    let mut text = String::new();
    for account in accounts {
        text.push_str(account.key().expose());
        text.push(' ');
        text.push_str(&account.label.replace(['\n', '\r'], " "));
        text.push('\n');
    }
    fs::write(file, text)
}
