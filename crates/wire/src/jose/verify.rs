//! Verifying a compact JWS [RFC 7515 §5.2] with keys that say what they are for [RFC 8725 §3.1].

use aws_lc_rs::signature::ParsedPublicKey;

use super::algorithm::Algorithm;
use super::claims::Claims;
use super::compact::Compact;
use super::jwk::Jwk;

/// The most keys tried for one token, when it names none or several share a name.
const MAX_TRIES: usize = 8;

/// Why a token is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoseError {
    /// It is longer than [`super::MAX_TOKEN`].
    #[error("the token is too large")]
    TooLarge,
    /// It is not three parts of base64url, or its header or claims are not a JSON object with unique members.
    #[error("the token is malformed")]
    Malformed,
    /// Its header names an extension that must be understood.
    #[error("the token has a critical header that is not understood")]
    CriticalHeader,
    /// Its header names an algorithm outside the list, `none` and `HS256` among them.
    #[error("the token's algorithm is not supported")]
    UnsupportedAlgorithm,
    /// No key record fits the algorithm and the key id that it names.
    #[error("no key fits the token")]
    NoKey,
    /// The signature is wrong.
    #[error("the signature is wrong")]
    BadSignature,
}

/// A key with the one algorithm that it may verify.
#[derive(Clone, Debug)]
pub struct VerifyingKey {
    kid: Option<String>,
    algorithm: Algorithm,
    key: ParsedPublicKey,
}

impl VerifyingKey {
    /// Makes the key ready for `algorithm`, unless it is of another type.
    pub fn new(jwk: &Jwk, algorithm: Algorithm) -> Option<Self> {
        Some(Self { kid: jwk.kid.clone(), algorithm, key: jwk.key.parsed(algorithm)? })
    }

    /// The key's id.
    pub fn kid(&self) -> Option<&str> {
        self.kid.as_deref()
    }

    /// The algorithm that it verifies.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }
}

/// What the header of a verified token says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The algorithm: the key's and the token's, which agree.
    pub algorithm: Algorithm,
    /// The key's id, if the token names one.
    pub kid: Option<String>,
    /// The type of token, if it names one.
    pub typ: Option<String>,
}

impl Header {
    /// Whether the type is `expected`, with or without the `application/` prefix and in any case [RFC 7515 §4.1.9].
    pub fn is_type(&self, expected: &str) -> bool {
        let bare = |text: &str| {
            let lower = text.to_ascii_lowercase();
            lower.strip_prefix("application/").map_or_else(|| lower.clone(), str::to_owned)
        };
        self.typ.as_deref().is_some_and(|typ| bare(typ) == bare(expected))
    }
}

/// A token whose signature is right. Who signed it is known; whether its claims suit the occasion is not.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What its header says.
    pub header: Header,
    /// What was signed.
    pub payload: Vec<u8>,
}

impl Verified {
    /// The payload read as claims.
    ///
    /// # Errors
    /// It is not a JSON object with unique members.
    pub fn claims(&self) -> Result<Claims, JoseError> {
        Claims::parse(&self.payload)
    }
}

/// Verifies `token` with whichever of `keys` it names.
///
/// SECURITY: a key is used with its own algorithm only. The header can select among our records but never decide how one
/// of them is used, and keys that the header itself carries or points to (`jwk`, `jku`, `x5c`, `x5u`) are never looked at.
///
/// # Errors
/// The token is malformed, no key fits, or the signature is wrong.
pub fn verify<'k>(token: &str, keys: impl IntoIterator<Item = &'k VerifyingKey>) -> Result<Verified, JoseError> {
    let compact = Compact::parse(token)?;
    let named = compact.text("alg")?.ok_or(JoseError::Malformed)?;
    let algorithm = named.parse::<Algorithm>().map_err(|_| JoseError::UnsupportedAlgorithm)?;
    let kid = compact.text("kid")?;
    let typ = compact.text("typ")?;
    let fits = |key: &&VerifyingKey| {
        key.algorithm == algorithm
            && match (kid, key.kid.as_deref()) {
                (Some(named), Some(own)) => named == own,
                (None, _) | (_, None) => true,
            }
    };
    let mut outcome = Err(JoseError::NoKey);
    for key in keys.into_iter().filter(fits).take(MAX_TRIES) {
        if key.key.verify_sig(compact.signed.as_bytes(), &compact.signature).is_ok() {
            outcome = Ok(());
            break;
        }
        outcome = Err(JoseError::BadSignature);
    }
    outcome?;
    let header = Header { algorithm, kid: kid.map(str::to_owned), typ: typ.map(str::to_owned) };
    Ok(Verified { header, payload: compact.payload })
}
