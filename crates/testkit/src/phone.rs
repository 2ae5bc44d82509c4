//! An authenticator app: codes by [RFC 6238], computed here without any code of the product.

use aws_lc_rs::hmac;
use wardkey_domain::time::Timestamp;

/// A phone with one account in its authenticator app.
#[derive(Clone, Debug)]
pub struct Phone {
    seed: Vec<u8>,
}

impl Phone {
    /// Types in the key that the page shows in text.
    ///
    /// # Panics
    /// When it is not Base32.
    pub fn with_key(text: &str) -> Self {
        let key: String = text.split_whitespace().collect::<String>().to_uppercase();
        let seed = data_encoding::BASE32_NOPAD.decode(key.trim_end_matches('=').as_bytes());
        Self { seed: seed.expect("the key is Base32") }
    }

    /// Scans the QR code, whose content is an `otpauth` address.
    ///
    /// # Panics
    /// When the address has no secret.
    pub fn scanning(uri: &str) -> Self {
        let uri = url::Url::parse(uri).expect("the QR code holds an address");
        assert_eq!((uri.scheme(), uri.host_str()), ("otpauth", Some("totp")));
        let (_, secret) = uri.query_pairs().find(|(key, _)| key == "secret").expect("the address has a secret");
        Self::with_key(&secret)
    }

    /// The code that the app shows at `now`.
    pub fn code(&self, now: Timestamp) -> String {
        let step = u64::try_from(now.as_seconds()).unwrap_or(0) / 30;
        let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, &self.seed);
        let tag = hmac::sign(&key, &step.to_be_bytes());
        let digest = tag.as_ref();
        let offset = usize::from(digest[digest.len() - 1] & 0x0f);
        let chosen: [u8; 4] = digest[offset..offset + 4].try_into().expect("four bytes fit");
        format!("{:06}", (u32::from_be_bytes(chosen) & 0x7fff_ffff) % 1_000_000)
    }

    /// A code that is certainly wrong at `now` and in the steps beside it.
    pub fn wrong_code(&self, now: Timestamp) -> String {
        let near: Vec<String> =
            (-3..=3).map(|step| self.code(Timestamp::from_seconds(now.as_seconds() + step * 30))).collect();
        let wrong = ["000000", "111111", "222222", "333333", "444444", "555555", "666666", "777777"];
        wrong
            .into_iter()
            .find(|code| !near.iter().any(|one| one == code))
            .expect("eight codes cannot all be right")
            .to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_agree_with_the_appendix_of_rfc_6238() {
        let phone = Phone { seed: b"12345678901234567890".to_vec() };
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(phone.code(Timestamp::from_seconds(seconds)), code);
        }
    }
}
