//! A report as it was at a moment, signed: who has it can prove that nobody has changed it since.
//!
//! It is a JSON Web Signature in the flattened form [RFC 7515 §7.2.2], by the key that signs the audit [RFC 8037 §3.1], so that any
//! tool that knows the standard verifies it with the public key that `wardkey audit keys` prints.

use data_encoding::BASE64URL_NOPAD;
use serde::{Deserialize, Serialize};

use super::ReportKind;
use crate::audit::{PublicKey, SigningKey};
use crate::time::Timestamp;

/// What a signed report is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SnapshotHead {
    /// Which report.
    pub report: ReportKind,
    /// The code of the organisation; empty for all that whoever took it looks after.
    pub organisation: String,
    /// When it was taken.
    pub at: Timestamp,
}

/// What the signature covers besides the table.
#[derive(Debug, Serialize, Deserialize)]
struct Protected {
    alg: String,
    kid: String,
    /// What the payload is [RFC 7515 §4.1.10].
    cty: String,
    report: String,
    organisation: String,
    /// In UTC.
    at: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Flattened {
    protected: String,
    payload: String,
    signature: String,
}

/// Why a snapshot proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSnapshot {
    /// It cannot be read.
    #[error("this is not a signed report")]
    Malformed,
    /// None of the keys has signed it, or it has been changed since.
    #[error("the signature does not hold: the file was changed, or another server has signed it")]
    Signature,
}

/// A snapshot whose signature holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// Which report, as its word.
    pub report: String,
    /// The code of the organisation.
    pub organisation: String,
    /// When it was taken, in UTC.
    pub at: String,
    /// The table.
    pub table: String,
}

/// Signs a table.
pub fn sign_snapshot(head: &SnapshotHead, table: &str, key: &SigningKey) -> String {
    let protected = Protected {
        alg: "EdDSA".to_owned(),
        kid: key.id().to_string(),
        cty: "text/csv".to_owned(),
        report: head.report.as_str().to_owned(),
        organisation: head.organisation.clone(),
        at: head.at.to_utc(),
    };
    // A struct of texts is always JSON.
    let protected = BASE64URL_NOPAD.encode(serde_json::to_string(&protected).unwrap_or_default().as_bytes());
    let payload = BASE64URL_NOPAD.encode(table.as_bytes());
    let signature = BASE64URL_NOPAD.encode(&key.sign(format!("{protected}.{payload}").as_bytes()));
    serde_json::to_string(&Flattened { protected, payload, signature }).unwrap_or_default()
}

/// Verifies a snapshot.
///
/// # Errors
/// When it is none, or none of the keys has signed it.
pub fn verify_snapshot(text: &str, keys: &[PublicKey]) -> Result<Verified, BadSnapshot> {
    let Flattened { protected, payload, signature } = serde_json::from_str(text).map_err(|_| BadSnapshot::Malformed)?;
    let decode = |text: &str| BASE64URL_NOPAD.decode(text.as_bytes()).map_err(|_| BadSnapshot::Malformed);
    let head: Protected = serde_json::from_slice(&decode(&protected)?).map_err(|_| BadSnapshot::Malformed)?;
    let signature = decode(&signature)?;
    let signed = format!("{protected}.{payload}");
    // SECURITY: the algorithm is the key's; what the header says of it chooses nothing.
    let is_ours = |key: &&PublicKey| key.id().to_string() == head.kid && key.verifies(signed.as_bytes(), &signature);
    if head.alg != "EdDSA" || !keys.iter().any(|key| is_ours(&key)) {
        return Err(BadSnapshot::Signature);
    }
    let table = String::from_utf8(decode(&payload)?).map_err(|_| BadSnapshot::Malformed)?;
    Ok(Verified { report: head.report, organisation: head.organisation, at: head.at, table })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::KeyId;
    use crate::secret::Secret;

    fn key(n: u8) -> SigningKey {
        SigningKey::from_seed(KeyId::new(Timestamp::from_seconds(1), [n; 10]), &Secret::new(vec![n; 32])).unwrap()
    }

    fn head() -> SnapshotHead {
        let at = Timestamp::from_seconds(1_700_000_000);
        SnapshotHead { report: ReportKind::MfaStatus, organisation: "A81001".to_owned(), at }
    }

    #[test]
    fn what_was_signed_is_read_back() {
        let text = sign_snapshot(&head(), "a,b\r\n", &key(1));
        let verified = verify_snapshot(&text, &[key(2).public(), key(1).public()]).unwrap();
        assert_eq!((verified.report.as_str(), verified.organisation.as_str()), ("mfa-status", "A81001"));
        assert_eq!((verified.at.as_str(), verified.table.as_str()), ("2023-11-14T22:13:20Z", "a,b\r\n"));
    }

    #[test]
    fn nothing_of_it_can_be_changed() {
        let text = sign_snapshot(&head(), "a,b\r\n", &key(1));
        let keys = [key(1).public()];
        assert_eq!(verify_snapshot(&text, &[key(2).public()]), Err(BadSnapshot::Signature));
        let parts: Flattened = serde_json::from_str(&text).unwrap();
        let encode = |text: &str| BASE64URL_NOPAD.encode(text.as_bytes());
        let changed = |protected: &str, payload: &str, signature: &str| {
            let parts = Flattened {
                protected: protected.to_owned(),
                payload: payload.to_owned(),
                signature: signature.to_owned(),
            };
            verify_snapshot(&serde_json::to_string(&parts).unwrap(), &keys)
        };
        assert_eq!(changed(&parts.protected, &encode("a,c\r\n"), &parts.signature), Err(BadSnapshot::Signature));
        let bytes = BASE64URL_NOPAD.decode(parts.protected.as_bytes()).unwrap();
        let other = String::from_utf8(bytes).unwrap().replace("A81001", "A81002");
        assert_eq!(changed(&encode(&other), &parts.payload, &parts.signature), Err(BadSnapshot::Signature));
        let none = other.replace("EdDSA", "none");
        assert_eq!(changed(&encode(&none), &parts.payload, ""), Err(BadSnapshot::Signature));
        for text in ["", "{}", "[]", "{\"protected\":\"!\",\"payload\":\"\",\"signature\":\"\"}"] {
            assert_eq!(verify_snapshot(text, &keys), Err(BadSnapshot::Malformed), "{text}");
        }
    }
}
