//! Public keys as JSON: one [RFC 7517 §4], a set of them [RFC 7517 §5], and their thumbprints [RFC 7638].

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA512,
    RSA_PSS_2048_8192_SHA256, RsaPublicKeyComponents,
};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::algorithm::Algorithm;
use super::compact::{decode, encode};
use super::verify::VerifyingKey;
use crate::json;

/// The most keys that a set may hold.
pub const MAX_KEYS: usize = 64;

/// Members that only a private or symmetric key has [RFC 7518 §6].
const PRIVATE_MEMBERS: &[&str] = &["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// Why a text is not a public key that we can verify with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadJwk {
    /// It is not the JSON that the standard asks for.
    #[error("not a JSON web key")]
    Malformed,
    /// It is a private or a symmetric key.
    #[error("the key is private or symmetric; publish public keys only")]
    NotPublic,
    /// Its type, curve, algorithm or use is not one of ours.
    #[error("the key is not RSA or P-256 for signatures")]
    Unsupported,
    /// The RSA key is shorter than 2048 or longer than 8192 bits, or has a small or even exponent.
    #[error("the RSA key is too short, too long or has a weak exponent")]
    Weak,
    /// The set has more keys than we read.
    #[error("the set has too many keys")]
    TooMany,
}

/// A public key that was checked: its point is on the curve, its modulus long enough.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    /// Coordinates on P-256.
    EllipticCurve { x: [u8; 32], y: [u8; 32] },
    /// Modulus and exponent, big-endian without leading zeros.
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl PublicKey {
    /// Takes an uncompressed point on P-256 [SEC 1 §2.3.3].
    ///
    /// # Errors
    /// It is not on the curve.
    pub fn from_point(point: &[u8]) -> Result<Self, BadJwk> {
        let coordinates = point.strip_prefix(&[4]).ok_or(BadJwk::Malformed)?;
        let (x, y) = coordinates.split_at_checked(32).ok_or(BadJwk::Malformed)?;
        Self::from_coordinates(x, y)
    }

    fn from_coordinates(x: &[u8], y: &[u8]) -> Result<Self, BadJwk> {
        // [RFC 7518 §6.2.1.2]: the full size of a coordinate, leading zeros included.
        let (x, y) = (x.try_into().map_err(|_| BadJwk::Malformed)?, y.try_into().map_err(|_| BadJwk::Malformed)?);
        let key = Self(Kind::EllipticCurve { x, y });
        key.parsed(Algorithm::Es256).ok_or(BadJwk::Malformed)?;
        Ok(key)
    }

    /// Takes an RSA modulus and exponent, big-endian.
    ///
    /// # Errors
    /// The modulus is not 2048 to 8192 bits, or the exponent is even or below 65537.
    pub fn from_modulus_and_exponent(n: &[u8], e: &[u8]) -> Result<Self, BadJwk> {
        let (n, e) = (without_leading_zeros(n), without_leading_zeros(e));
        let bits = n.len() * 8 - n.first().map_or(0, |first| first.leading_zeros() as usize);
        let exponent = e.iter().try_fold(0_u64, |sum, byte| Some(sum.checked_mul(256)? + u64::from(*byte)));
        // 65537 is the smallest exponent of FIPS 186-5, and 33 bits the largest that verification stays cheap for.
        let strong = exponent.is_some_and(|exponent| (65_537..1 << 33).contains(&exponent) && exponent % 2 == 1);
        if !(2048..=8192).contains(&bits) || !strong {
            return Err(BadJwk::Weak);
        }
        let key = Self(Kind::Rsa { n: n.to_vec(), e: e.to_vec() });
        key.parsed(Algorithm::Rs256).ok_or(BadJwk::Malformed)?;
        Ok(key)
    }

    /// Takes an RSA public key as DER [RFC 8017 §A.1.1].
    ///
    /// # Errors
    /// It is not one, or breaks a rule of [`PublicKey::from_modulus_and_exponent`].
    pub fn from_rsa_der(der: &[u8]) -> Result<Self, BadJwk> {
        let (sequence, after) = der_element(0x30, der)?;
        let (n, rest) = der_element(0x02, sequence)?;
        let (e, rest) = der_element(0x02, rest)?;
        if after.is_empty() && rest.is_empty() { Self::from_modulus_and_exponent(n, e) } else { Err(BadJwk::Malformed) }
    }

    /// The key made ready for `algorithm`, unless it is of another type.
    pub(super) fn parsed(&self, algorithm: Algorithm) -> Option<ParsedPublicKey> {
        match (&self.0, algorithm) {
            (Kind::EllipticCurve { x, y }, Algorithm::Es256) => {
                let point = [&[4], x.as_slice(), y.as_slice()].concat();
                ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).ok()
            }
            (Kind::Rsa { n, e }, Algorithm::Rs256) => {
                RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA256).ok()
            }
            (Kind::Rsa { n, e }, Algorithm::Ps256) => {
                RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PSS_2048_8192_SHA256).ok()
            }
            (Kind::Rsa { n, e }, Algorithm::Rs512) => {
                RsaPublicKeyComponents { n, e }.to_parsed_public_key(&RSA_PKCS1_2048_8192_SHA512).ok()
            }
            (Kind::EllipticCurve { .. }, Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Rs512)
            | (Kind::Rsa { .. }, Algorithm::Es256) => None,
        }
    }
}

/// A public signature key as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Jwk {
    /// The key's id.
    pub kid: Option<String>,
    /// The one algorithm it is for, if it says so.
    pub algorithm: Option<Algorithm>,
    /// The key itself.
    pub key: PublicKey,
}

impl Jwk {
    /// Describes `key`, which signs with `algorithm`.
    pub const fn new(key: PublicKey, algorithm: Algorithm) -> Self {
        Self { kid: None, algorithm: Some(algorithm), key }
    }

    /// Reads one key.
    ///
    /// # Errors
    /// It is not a public RSA or P-256 key for signatures.
    pub fn parse(text: &str) -> Result<Self, BadJwk> {
        Self::from_members(&json::object(text.as_bytes()).map_err(|_| BadJwk::Malformed)?)
    }

    fn from_members(members: &Map<String, Value>) -> Result<Self, BadJwk> {
        let text = |name| match members.get(name) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(BadJwk::Malformed),
        };
        let bytes = |name| decode(text(name)?.ok_or(BadJwk::Malformed)?).map_err(|_| BadJwk::Malformed);
        if PRIVATE_MEMBERS.iter().any(|name| members.contains_key(*name)) {
            return Err(BadJwk::NotPublic);
        }
        let for_verifying = match members.get("key_ops") {
            None => true,
            Some(Value::Array(operations)) => operations.iter().any(|operation| operation == "verify"),
            Some(_) => return Err(BadJwk::Malformed),
        };
        if !for_verifying || text("use")?.is_some_and(|usage| usage != "sig") {
            return Err(BadJwk::Unsupported);
        }
        let key = match text("kty")?.ok_or(BadJwk::Malformed)? {
            "EC" if text("crv")? == Some("P-256") => PublicKey::from_coordinates(&bytes("x")?, &bytes("y")?)?,
            "RSA" => PublicKey::from_modulus_and_exponent(&bytes("n")?, &bytes("e")?)?,
            _ => return Err(BadJwk::Unsupported),
        };
        let algorithm = match text("alg")? {
            None => None,
            Some(name) => Some(name.parse::<Algorithm>().map_err(|_| BadJwk::Unsupported)?),
        };
        if algorithm.is_some_and(|algorithm| key.parsed(algorithm).is_none()) {
            return Err(BadJwk::Malformed);
        }
        Ok(Self { kid: text("kid")?.map(str::to_owned), algorithm, key })
    }

    /// The key's thumbprint, as base64url of SHA-256 [RFC 7638 §3].
    pub fn thumbprint(&self) -> String {
        // INVARIANT: the required members only, in lexicographic order, without white space.
        let canonical = match &self.key.0 {
            Kind::EllipticCurve { x, y } => {
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, encode(x), encode(y))
            }
            Kind::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n)),
        };
        encode(digest(&SHA256, canonical.as_bytes()).as_ref())
    }

    /// The records to verify with: one for each of `allowed` that the key is of the type for and does not rule out itself.
    pub fn verifying_keys(&self, allowed: &[Algorithm]) -> Vec<VerifyingKey> {
        let fits = |algorithm: &&Algorithm| self.algorithm.is_none_or(|own| own == **algorithm);
        allowed.iter().filter(fits).filter_map(|&algorithm| VerifyingKey::new(self, algorithm)).collect()
    }
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        match &self.key.0 {
            Kind::EllipticCurve { x, y } => {
                map.serialize_entry("kty", "EC")?;
                map.serialize_entry("crv", "P-256")?;
                map.serialize_entry("x", &encode(x))?;
                map.serialize_entry("y", &encode(y))?;
            }
            Kind::Rsa { n, e } => {
                map.serialize_entry("kty", "RSA")?;
                map.serialize_entry("n", &encode(n))?;
                map.serialize_entry("e", &encode(e))?;
            }
        }
        map.serialize_entry("use", "sig")?;
        if let Some(algorithm) = self.algorithm {
            map.serialize_entry("alg", algorithm.as_str())?;
        }
        if let Some(kid) = &self.kid {
            map.serialize_entry("kid", kid)?;
        }
        map.end()
    }
}

/// A set of public keys.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct JwkSet {
    /// The keys that can be used.
    pub keys: Vec<Jwk>,
    /// Why others in the same set were passed over.
    #[serde(skip)]
    pub skipped: Vec<BadJwk>,
}

impl JwkSet {
    /// Gathers `keys`.
    pub fn new<'a>(keys: impl IntoIterator<Item = &'a Jwk>) -> Self {
        Self { keys: keys.into_iter().cloned().collect(), skipped: Vec::new() }
    }

    /// Reads a set. Keys of other types, uses and sizes are passed over [RFC 7517 §5].
    ///
    /// # Errors
    /// It is not a set, has more than [`MAX_KEYS`], or holds a private or symmetric key: whoever publishes one of those
    /// has lost it.
    pub fn parse(text: &str) -> Result<Self, BadJwk> {
        let members = json::object(text.as_bytes()).map_err(|_| BadJwk::Malformed)?;
        let Some(Value::Array(entries)) = members.get("keys") else { return Err(BadJwk::Malformed) };
        if entries.len() > MAX_KEYS {
            return Err(BadJwk::TooMany);
        }
        let mut set = Self::default();
        for entry in entries {
            let Value::Object(members) = entry else { return Err(BadJwk::Malformed) };
            match Jwk::from_members(members) {
                Ok(jwk) => set.keys.push(jwk),
                Err(BadJwk::NotPublic) => return Err(BadJwk::NotPublic),
                Err(why) => set.skipped.push(why),
            }
        }
        Ok(set)
    }

    /// The set as the body of a `jwks_uri` answer.
    pub fn to_json(&self) -> String {
        serde_json::json!({ "keys": self.keys }).to_string()
    }

    /// The records to verify with, of all keys.
    pub fn verifying_keys(&self, allowed: &[Algorithm]) -> Vec<VerifyingKey> {
        self.keys.iter().flat_map(|jwk| jwk.verifying_keys(allowed)).collect()
    }
}

fn without_leading_zeros(mut number: &[u8]) -> &[u8] {
    while let Some(rest) = number.strip_prefix(&[0]) {
        number = rest;
    }
    number
}

/// The contents of the DER element at the start of `der`, which must have the tag `tag`, and what follows it.
fn der_element(tag: u8, der: &[u8]) -> Result<(&[u8], &[u8]), BadJwk> {
    let (&length, rest) = der.strip_prefix(&[tag]).and_then(<[u8]>::split_first).ok_or(BadJwk::Malformed)?;
    let (length, rest) = match length {
        0..=0x7f => (usize::from(length), rest),
        0x81..=0x84 => {
            let (length, rest) = rest.split_at_checked(usize::from(length & 0x7f)).ok_or(BadJwk::Malformed)?;
            (length.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)), rest)
        }
        _ => return Err(BadJwk::Malformed),
    };
    rest.split_at_checked(length).ok_or(BadJwk::Malformed)
}
