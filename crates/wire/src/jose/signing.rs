//! Keys that sign, parsed once and kept, and the signer [RFC 7515 §5.1].

use std::fmt;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RSA_PKCS1_SHA512, RSA_PSS_SHA256,
    RsaEncoding,
};
use serde::Serialize;

use super::algorithm::Algorithm;
use super::compact::encode_to;
use super::jwk::{Jwk, PublicKey};
use crate::sensitive::Sensitive;

/// Why a signing key cannot be made, read, written or used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The bytes are not a PKCS#8 private key of the algorithm's type.
    #[error("not a private key for this algorithm")]
    Unreadable,
    /// The RSA modulus is shorter than 2048 bits.
    #[error("the RSA key is shorter than 2048 bits")]
    TooShort,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Library,
    /// The claims cannot be written as JSON.
    #[error("the claims cannot be written")]
    Claims,
}

/// A private key with the one algorithm it signs with.
///
/// The key pair is parsed once: parsing an RSA key costs more than twice the signature itself.
pub struct SigningKey {
    kid: String,
    algorithm: Algorithm,
    pair: Pair,
    jwk: Jwk,
}

enum Pair {
    EllipticCurve(EcdsaKeyPair),
    Rsa(rsa::KeyPair),
}

impl SigningKey {
    /// Generates a key; RSA keys have 2048 bits. Its id is its thumbprint.
    ///
    /// # Errors
    /// The library has no entropy.
    pub fn generate(algorithm: Algorithm) -> Result<Self, KeyError> {
        let pair = match algorithm {
            Algorithm::Es256 => Pair::EllipticCurve(
                EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| KeyError::Library)?,
            ),
            Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Rs512 => {
                Pair::Rsa(rsa::KeyPair::generate(rsa::KeySize::Rsa2048).map_err(|_| KeyError::Library)?)
            }
        };
        Self::new(algorithm, pair)
    }

    /// Reads a PKCS#8 private key. Its id is its thumbprint until [`SigningKey::with_kid`] gives it another.
    ///
    /// # Errors
    /// It is not a key of the algorithm's type, or it is too short.
    pub fn from_pkcs8(algorithm: Algorithm, der: &[u8]) -> Result<Self, KeyError> {
        let pair = match algorithm {
            Algorithm::Es256 => Pair::EllipticCurve(
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).map_err(|_| KeyError::Unreadable)?,
            ),
            Algorithm::Rs256 | Algorithm::Ps256 | Algorithm::Rs512 => {
                let pair = rsa::KeyPair::from_pkcs8(der).map_err(|_| KeyError::Unreadable)?;
                if pair.public_modulus_len() < 2048 / 8 {
                    return Err(KeyError::TooShort);
                }
                Pair::Rsa(pair)
            }
        };
        Self::new(algorithm, pair)
    }

    fn new(algorithm: Algorithm, pair: Pair) -> Result<Self, KeyError> {
        let public = match &pair {
            Pair::EllipticCurve(pair) => PublicKey::from_point(pair.public_key().as_ref()),
            Pair::Rsa(pair) => PublicKey::from_rsa_der(pair.public_key().as_ref()),
        }
        .map_err(|_| KeyError::Library)?;
        let mut jwk = Jwk::new(public, algorithm);
        let kid = jwk.thumbprint();
        jwk.kid = Some(kid.clone());
        Ok(Self { kid, algorithm, pair, jwk })
    }

    /// The same key under another id.
    #[must_use]
    pub fn with_kid(mut self, kid: String) -> Self {
        self.jwk.kid = Some(kid.clone());
        self.kid = kid;
        self
    }

    /// The private key as PKCS#8.
    ///
    /// # Errors
    /// The library failed.
    pub fn to_pkcs8(&self) -> Result<Sensitive<Vec<u8>>, KeyError> {
        let der = match &self.pair {
            Pair::EllipticCurve(pair) => pair.to_pkcs8v1().map_err(|_| KeyError::Library)?.as_ref().to_vec(),
            Pair::Rsa(pair) => {
                let der: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyError::Library)?;
                der.as_ref().to_vec()
            }
        };
        Ok(Sensitive::new(der))
    }

    /// The key's id.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The algorithm it signs with.
    pub const fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// The public half, for the key set.
    pub const fn jwk(&self) -> &Jwk {
        &self.jwk
    }

    /// The public half of an elliptic-curve key as an uncompressed point [SEC 1 §2.3.3].
    pub fn point(&self) -> Option<&[u8]> {
        match &self.pair {
            Pair::EllipticCurve(pair) => Some(pair.public_key().as_ref()),
            Pair::Rsa(_) => None,
        }
    }

    /// Signs `claims`; the header names the algorithm, the key and, if given, the type of token (`at+jwt`, `logout+jwt`).
    ///
    /// # Errors
    /// The claims cannot be written as JSON, or the library failed.
    pub fn sign(&self, typ: Option<&str>, claims: &impl Serialize) -> Result<String, KeyError> {
        let header = SigningHeader { alg: self.algorithm.as_str(), kid: &self.kid, typ };
        let header = serde_json::to_vec(&header).map_err(|_| KeyError::Claims)?;
        let payload = serde_json::to_vec(claims).map_err(|_| KeyError::Claims)?;
        let mut token = String::with_capacity((header.len() + payload.len() + 256) * 4 / 3 + 5);
        encode_to(&header, &mut token);
        token.push('.');
        encode_to(&payload, &mut token);
        let signature = self.signature(token.as_bytes())?;
        token.push('.');
        encode_to(&signature, &mut token);
        Ok(token)
    }

    fn signature(&self, message: &[u8]) -> Result<Vec<u8>, KeyError> {
        let random = SystemRandom::new();
        let rsa_signature = |pair: &rsa::KeyPair, padding: &'static dyn RsaEncoding| {
            let mut signature = vec![0; pair.public_modulus_len()];
            pair.sign(padding, &random, message, &mut signature).map(|()| signature)
        };
        match (&self.pair, self.algorithm) {
            (Pair::EllipticCurve(pair), _) => pair.sign(&random, message).map(|signature| signature.as_ref().to_vec()),
            (Pair::Rsa(pair), Algorithm::Ps256) => rsa_signature(pair, &RSA_PSS_SHA256),
            (Pair::Rsa(pair), Algorithm::Rs512) => rsa_signature(pair, &RSA_PKCS1_SHA512),
            (Pair::Rsa(pair), Algorithm::Rs256 | Algorithm::Es256) => rsa_signature(pair, &RSA_PKCS1_SHA256),
        }
        .map_err(|_| KeyError::Library)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

#[derive(Serialize)]
struct SigningHeader<'a> {
    alg: &'static str,
    kid: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    typ: Option<&'a str>,
}
