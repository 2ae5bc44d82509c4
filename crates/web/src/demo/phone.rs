//! An authenticator app for people without a phone at hand.

use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

use data_encoding::BASE32_NOPAD;
use wardkey_domain::factor::Code;
use wardkey_domain::factor::totp::Step;
use wardkey_domain::secret::Secret;
use wardkey_domain::time::Timestamp;

use crate::demo::phone_file;

/// An account on the demo phone.
#[derive(Clone, Debug)]
pub struct PhoneAccount {
    /// What the phone shows as its name.
    pub label: String,
    /// The key that codes are made from.
    pub seed: Secret<Vec<u8>>,
}

/// Why a text is not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a key is letters A to Z and digits 2 to 7")]
pub struct BadKey;

/// The most accounts that the phone holds: it is a toy, and its page is open to everybody on the machine.
const MOST: usize = 50;

/// An authenticator with live codes.
///
/// It keeps its accounts in a file, so that they outlive a restart as those on a real phone do.
#[derive(Debug)]
pub struct DemoPhone {
    accounts: Mutex<Vec<PhoneAccount>>,
    file: Option<PathBuf>,
}

impl PhoneAccount {
    /// Reads a key as people copy it: any case, with or without spaces.
    ///
    /// # Errors
    /// When it is not one.
    pub fn parse(label: &str, key: &str) -> Result<Self, BadKey> {
        let bare: String =
            key.chars().filter(|c| !c.is_whitespace() && !matches!(c, '-' | '=')).collect::<String>().to_uppercase();
        let seed = BASE32_NOPAD.decode(bare.as_bytes()).map_err(|_| BadKey)?;
        if seed.len() < 10 || seed.len() > 64 {
            return Err(BadKey);
        }
        Ok(Self { label: label.to_owned(), seed: Secret::new(seed) })
    }

    /// The code at `now`.
    pub fn code(&self, now: Timestamp) -> String {
        Code::at(self.seed.expose(), Step::of(now)).text()
    }

    pub(crate) fn key(&self) -> Secret<String> {
        Secret::new(BASE32_NOPAD.encode(self.seed.expose()))
    }
}

impl DemoPhone {
    /// A phone with `seeded` accounts and those that `file` remembers.
    pub fn open(seeded: Vec<PhoneAccount>, file: Option<PathBuf>) -> Self {
        let phone = Self { accounts: Mutex::new(seeded), file };
        let remembered = phone.file.as_deref().map(phone_file::read).unwrap_or_default();
        for account in remembered {
            phone.put(account);
        }
        phone
    }

    /// Adds an account; one with the same key is only renamed.
    pub fn add(&self, account: PhoneAccount) {
        self.put(account);
        self.save();
    }

    /// Removes the account that stands at `number` on the page.
    pub fn remove(&self, number: usize) {
        {
            let mut accounts = self.lock();
            if number < accounts.len() {
                accounts.remove(number);
            }
        }
        self.save();
    }

    /// The accounts, newest first.
    pub fn accounts(&self) -> Vec<PhoneAccount> {
        self.lock().clone()
    }

    fn put(&self, account: PhoneAccount) {
        let mut accounts = self.lock();
        accounts.retain(|known| known.seed != account.seed);
        accounts.insert(0, account);
        accounts.truncate(MOST);
    }

    fn save(&self) {
        if let Some(file) = &self.file
            && let Err(error) = phone_file::write(file, &self.accounts())
        {
            tracing::warn!(cause = %error, "failed to save the demo phone");
        }
    }

    fn lock(&self) -> MutexGuard<'_, Vec<PhoneAccount>> {
        // A panic while it was held leaves a whole list all the same.
        self.accounts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "gezd gnbv gy3t qojq GEZD GNBV GY3T QOJQ";

    #[test]
    fn the_phone_shows_the_code_of_the_moment() {
        let account = PhoneAccount::parse("Nurse", KEY).unwrap();
        assert_eq!(account.code(Timestamp::from_seconds(59)), "287082");
        assert_eq!(account.code(Timestamp::from_seconds(1_111_111_109)), "081804");
    }

    #[test]
    fn a_key_that_is_none_is_refused() {
        for bad in ["", "short", "GEZD 0189 GEZD GNBV", "ä"] {
            assert!(PhoneAccount::parse("x", bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn an_account_outlives_a_restart_and_is_there_once() {
        let file = std::env::temp_dir().join(format!("wardkey-demo-phone-{}", std::process::id()));
        let phone = DemoPhone::open(Vec::new(), Some(file.clone()));
        phone.add(PhoneAccount::parse("Nurse, first", KEY).unwrap());
        phone.add(PhoneAccount::parse("Nurse", KEY).unwrap());
        let again =
            DemoPhone::open(vec![PhoneAccount::parse("Manager", "GEZDGNBVGY3TQOJQ").unwrap()], Some(file.clone()));
        let labels: Vec<_> = again.accounts().into_iter().map(|account| account.label).collect();
        assert_eq!(labels, ["Nurse", "Manager"]);
        again.remove(0);
        assert_eq!(DemoPhone::open(Vec::new(), Some(file.clone())).accounts().len(), 1);
        std::fs::remove_file(file).unwrap();
    }
}
