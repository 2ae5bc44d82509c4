//! What a row of a maker's file must hold.

use data_encoding::BASE32_NOPAD;

use super::rules::{FEWEST_KEY_BYTES, INTERVALS, MOST_KEY_BYTES, MOST_LETTERS};
use crate::directory::{AccountAddress, Field, RowError};
use crate::factor::totp::{CodeHash, CodeShape};
use crate::secret::Secret;

/// The columns of a token, as the file has them.
#[derive(Clone, Copy, Default)]
pub struct TokenFields<'a> {
    /// The address of the account that it is for; may be empty.
    pub upn: &'a str,
    /// The number on it.
    pub serial: &'a str,
    /// Its key, in base 32.
    pub secret_key: &'a str,
    /// For how many seconds it shows a code.
    pub interval: &'a str,
    /// Who made it.
    pub manufacturer: &'a str,
    /// What its maker calls it.
    pub model: &'a str,
    /// `HMACSHA1` or `HMACSHA256`; may be empty, which is the former.
    pub hash: &'a str,
}

/// What a token is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TokenName {
    /// The number on it.
    pub serial: String,
    /// Who made it.
    pub manufacturer: String,
    /// What its maker calls it.
    pub model: String,
}

/// A token, as a file names it.
#[derive(Clone, Debug)]
pub struct TokenRow {
    /// The address of the account that it is for.
    pub upn: Option<AccountAddress>,
    /// What it is known by.
    pub name: TokenName,
    /// Its key.
    pub seed: Secret<Vec<u8>>,
    /// How its codes are made.
    pub shape: CodeShape,
}

impl TokenRow {
    /// Checks every column.
    ///
    /// # Errors
    /// Everything that is wrong with the row, not just the first thing; never the key.
    pub fn check(fields: &TokenFields<'_>) -> Result<Self, Vec<RowError>> {
        let mut errors = Vec::new();
        let upn = match fields.upn.trim() {
            "" => None,
            text => AccountAddress::parse(text).map_err(|why| errors.push(RowError::new(Field::Upn, why))).ok(),
        };
        let mut text = |field: Field, text: &str| {
            let text = text.trim();
            let fits = !text.is_empty() && text.chars().count() <= MOST_LETTERS && !text.chars().any(char::is_control);
            if !fits {
                errors.push(RowError::new(field, format!("it must have 1 to {MOST_LETTERS} characters")));
            }
            text.to_owned()
        };
        let name = TokenName {
            serial: text(Field::SerialNumber, fields.serial),
            manufacturer: text(Field::Manufacturer, fields.manufacturer),
            model: text(Field::Model, fields.model),
        };
        let seed = key(fields.secret_key);
        if seed.is_none() {
            let wrong = "it must be a key in base 32 (letters and the digits 2 to 7) of 128 to 512 bits";
            errors.push(RowError::new(Field::SecretKey, wrong));
        }
        let seconds = fields.interval.trim().parse().ok().filter(|seconds| INTERVALS.contains(seconds));
        if seconds.is_none() {
            errors.push(RowError::new(Field::TimeInterval, "it must be 30 or 60, in seconds"));
        }
        let hash = match fields.hash.trim().to_ascii_lowercase().replace(['-', '_'], "").as_str() {
            "" | "sha1" | "hmacsha1" => Some(CodeHash::Sha1),
            "sha256" | "hmacsha256" => Some(CodeHash::Sha256),
            _ => None,
        };
        if hash.is_none() {
            errors.push(RowError::new(Field::HashFunction, "it must be HMACSHA1 or HMACSHA256"));
        }
        match (seed, seconds, hash) {
            (Some(seed), Some(seconds), Some(hash)) if errors.is_empty() => {
                Ok(Self { upn, name, seed, shape: CodeShape { hash, seconds } })
            }
            _ => Err(errors),
        }
    }
}

/// A key as makers write one: small letters, spaces and filling are fine.
fn key(text: &str) -> Option<Secret<Vec<u8>>> {
    let is_filling = |c: &u8| c.is_ascii_whitespace() || *c == b'-';
    let mut bare = Vec::with_capacity(text.len());
    bare.extend(text.bytes().filter(|c| !is_filling(c)).map(|c| c.to_ascii_uppercase()));
    let bare = Secret::new(bare);
    let end = bare.expose().iter().rposition(|c| *c != b'=')?;
    let seed = Secret::new(BASE32_NOPAD.decode(bare.expose().get(..=end)?).ok()?);
    (FEWEST_KEY_BYTES..=MOST_KEY_BYTES).contains(&seed.expose().len()).then_some(seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: TokenFields<'static> = TokenFields {
        upn: "nurse@a.example",
        serial: "1234567",
        secret_key: "gezd gnbv gy3t qojq gezd gnbv gy3t qojq",
        interval: "60",
        manufacturer: "Contoso",
        model: "HardwareKey",
        hash: "",
    };

    fn wrong(fields: &TokenFields<'_>) -> Vec<&'static str> {
        TokenRow::check(fields).err().unwrap_or_default().iter().map(|error| error.field.as_str()).collect()
    }

    #[test]
    fn a_row_as_its_maker_writes_it_is_read() {
        let row = TokenRow::check(&GOOD).unwrap();
        assert_eq!(row.upn.unwrap().as_str(), "nurse@a.example");
        assert_eq!(
            (row.name.serial.as_str(), row.seed.expose().as_slice()),
            ("1234567", b"12345678901234567890".as_slice())
        );
        assert_eq!(row.shape, CodeShape { hash: CodeHash::Sha1, seconds: 60 });
        let other = TokenFields { upn: " ", hash: "HMAC-SHA256", interval: "30", ..GOOD };
        let row = TokenRow::check(&other).unwrap();
        assert_eq!((row.upn, row.shape), (None, CodeShape { hash: CodeHash::Sha256, seconds: 30 }));
    }

    #[test]
    fn everything_that_is_wrong_is_said_and_the_key_is_not() {
        let bad = TokenFields {
            upn: "nobody",
            serial: "",
            secret_key: "GEZDGNBVGY3TQOJ1",
            interval: "45",
            manufacturer: "\u{7}",
            model: &"m".repeat(41),
            hash: "md5",
        };
        let expected =
            ["upn", "serial number", "manufacturer", "model", "secret key", "time interval", "hash function"];
        assert_eq!(wrong(&bad), expected);
        let errors = TokenRow::check(&bad).unwrap_err();
        assert!(errors.iter().all(|error| !error.message.contains("GEZD")));
        assert_eq!(wrong(&TokenFields { secret_key: "GEZDGNBVGY3TQOJQ", ..GOOD }), ["secret key"], "80 bits");
        assert!(!format!("{:?}", TokenRow::check(&GOOD).unwrap()).contains("1234567890"));
    }
}
