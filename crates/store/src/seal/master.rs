//! Master keys: read from outside, used only to wrap data keys.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use data_encoding::BASE64;
use wardkey_domain::secret::Secret;
use zeroize::Zeroizing;

use super::keyring::SealError;

/// Why a text is not a list of master keys. It never repeats the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMasterKeys {
    /// There is no line with a key.
    #[error("there is no master key")]
    None,
    /// A line is not `key-id:base64`.
    #[error("line {0} is not `key-id:base64`")]
    NotAPair(usize),
    /// A key id is empty, too long, or has other characters than letters, digits, `-`, `_` and `.`.
    #[error("line {0} has a key id that is not 1 to 64 letters, digits, `-`, `_` or `.`")]
    BadId(usize),
    /// A key is not 32 bytes in base64.
    #[error("line {0} has a key that is not 32 bytes in base64")]
    BadKey(usize),
    /// Two lines have the same key id.
    #[error("line {0} repeats the key id of an earlier line")]
    Repeated(usize),
}

/// One or more master keys; the first wraps, all unwrap.
pub struct MasterKeys {
    current: MasterKey,
    earlier: Vec<MasterKey>,
}

struct MasterKey {
    id: String,
    key: RandomizedNonceKey,
}

impl MasterKeys {
    /// Reads the contents of a key file, or the text of an environment variable: one `key-id:base64` a line, the first is
    /// current. Empty lines and lines that begin with `#` are passed over; `;` separates as a line's end does.
    ///
    /// # Errors
    /// Says which line is wrong, and how.
    pub fn parse(text: &Secret<String>) -> Result<Self, BadMasterKeys> {
        let mut keys: Vec<MasterKey> = Vec::new();
        for (index, line) in text.expose().split(['\n', ';']).map(str::trim).enumerate() {
            let number = index + 1;
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let (id, key) = line.split_once(':').ok_or(BadMasterKeys::NotAPair(number))?;
            let good = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
            if !(1..=64).contains(&id.len()) || !id.bytes().all(good) {
                return Err(BadMasterKeys::BadId(number));
            }
            if keys.iter().any(|known| known.id == id) {
                return Err(BadMasterKeys::Repeated(number));
            }
            let bytes = BASE64.decode(key.trim().as_bytes()).map(Secret::new);
            let bytes = bytes.map_err(|_| BadMasterKeys::BadKey(number))?;
            let key = RandomizedNonceKey::new(&AES_256_GCM, bytes.expose());
            keys.push(MasterKey { id: id.to_owned(), key: key.map_err(|_| BadMasterKeys::BadKey(number))? });
        }
        let mut keys = keys.into_iter();
        let current = keys.next().ok_or(BadMasterKeys::None)?;
        Ok(Self { current, earlier: keys.collect() })
    }

    /// Writes the line of a new master key made from `entropy`, fit for [`MasterKeys::parse`].
    pub fn generate(id: &str, entropy: &Secret<[u8; 32]>) -> Secret<String> {
        Secret::new(format!("{id}:{}", BASE64.encode(entropy.expose())))
    }

    /// The id of the key that wraps.
    pub fn current_id(&self) -> &str {
        &self.current.id
    }

    /// Wraps a data key with the current master key.
    pub(super) fn wrap(&self, about: &[u8], key: &Secret<Vec<u8>>) -> Result<Vec<u8>, SealError> {
        encrypt(&self.current.key, about, key.expose())
    }

    /// Unwraps a data key that the master key `id` has wrapped.
    pub(super) fn unwrap(&self, id: &str, about: &[u8], wrapped: &[u8]) -> Result<Secret<Vec<u8>>, SealError> {
        let keys = std::iter::once(&self.current).chain(&self.earlier);
        let Some(master) = keys.into_iter().find(|key| key.id == id) else {
            return Err(SealError::UnknownMasterKey(id.to_owned()));
        };
        decrypt(&master.key, about, wrapped).ok_or_else(|| SealError::WrongMasterKey(id.to_owned()))
    }
}

impl std::fmt::Debug for MasterKeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MasterKeys").field("current", &self.current.id).finish_non_exhaustive()
    }
}

/// Nonce, then ciphertext, then tag.
pub(super) fn encrypt(key: &RandomizedNonceKey, about: &[u8], plain: &[u8]) -> Result<Vec<u8>, SealError> {
    let mut sealed = plain.to_vec();
    let nonce = key.seal_in_place_append_tag(Aad::from(about), &mut sealed).map_err(|_| SealError::Cipher)?;
    Ok([nonce.as_ref().as_slice(), &sealed].concat())
}

/// Opens what [`encrypt`] made about the same thing.
pub(super) fn decrypt(key: &RandomizedNonceKey, about: &[u8], sealed: &[u8]) -> Option<Secret<Vec<u8>>> {
    let (nonce, rest) = sealed.split_at_checked(12)?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
    let mut plain = Zeroizing::new(rest.to_vec());
    let length = key.open_in_place(nonce, Aad::from(about), &mut plain).ok()?.len();
    plain.truncate(length);
    Some(Secret::new(std::mem::take(&mut *plain)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<MasterKeys, BadMasterKeys> {
        MasterKeys::parse(&Secret::new(text.to_owned()))
    }

    #[test]
    fn the_first_line_is_the_current_key() {
        let [first, second] = [1, 2].map(|seed| Secret::new([seed; 32]));
        let first = MasterKeys::generate("2026-11", &first);
        let second = MasterKeys::generate("2025.old", &second);
        let text = format!("# new\n{}\n\n  {}  \n", first.expose(), second.expose());
        assert_eq!(parse(&text).unwrap().current_id(), "2026-11");
        assert_eq!(parse(&format!("{};{}", second.expose(), first.expose())).unwrap().current_id(), "2025.old");
    }

    #[test]
    fn a_bad_line_is_named_and_not_repeated() {
        let key = BASE64.encode(&[7; 32]);
        let check = |text: &str, error| assert_eq!(parse(text).unwrap_err(), error);
        check("", BadMasterKeys::None);
        check("# nothing", BadMasterKeys::None);
        check("nonsense", BadMasterKeys::NotAPair(1));
        check(&format!("a b:{key}"), BadMasterKeys::BadId(1));
        check(&format!("\na:{key}\nb:short"), BadMasterKeys::BadKey(3));
        check(&format!("a:{}", BASE64.encode(&[7; 31])), BadMasterKeys::BadKey(1));
        check(&format!("a:{key}\na:{key}"), BadMasterKeys::Repeated(2));
    }

    #[test]
    fn a_wrapped_key_opens_with_its_master_key_only() {
        let keys = |ids: &[(&str, u8)]| {
            let lines =
                ids.iter().map(|(id, seed)| MasterKeys::generate(id, &Secret::new([*seed; 32])).expose().clone());
            parse(&lines.collect::<Vec<_>>().join("\n")).unwrap()
        };
        let wrapped = keys(&[("a", 1)]).wrap(b"about", &Secret::new(vec![9; 32])).unwrap();
        assert_eq!(keys(&[("b", 2), ("a", 1)]).unwrap("a", b"about", &wrapped).unwrap().expose(), &vec![9; 32]);
        assert!(matches!(keys(&[("b", 2)]).unwrap("a", b"about", &wrapped), Err(SealError::UnknownMasterKey(_))));
        assert!(matches!(keys(&[("a", 3)]).unwrap("a", b"about", &wrapped), Err(SealError::WrongMasterKey(_))));
        assert!(matches!(keys(&[("a", 1)]).unwrap("a", b"other", &wrapped), Err(SealError::WrongMasterKey(_))));
    }
}
