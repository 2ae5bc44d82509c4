//! JSON Object Signing and Encryption, as much of it as an identity provider needs: signing and verifying compact JWS.
//!
//! | Standard | Here |
//! |---|---|
//! | RFC 7515 JSON Web Signature (compact serialisation) | [`SigningKey::sign`], [`verify`] |
//! | RFC 7517 JSON Web Key, RFC 7518 §6 its parameters | [`Jwk`], [`JwkSet`] |
//! | RFC 7518 §3 algorithms: ES256, RS256, PS256, RS512 and no other | [`Algorithm`] |
//! | RFC 7519 JSON Web Token | [`Claims`], [`ClaimRules`] |
//! | RFC 7638 thumbprints | [`Jwk::thumbprint`] |
//! | RFC 7518 §3.2 HS256, for signing only | [`sign_hs256`] |
//! | RFC 8725 best current practices | the algorithm comes from the key, never from the token alone |
//!
//! There is no encryption and no `none`, and no symmetric signature is ever accepted: HS256 is made for one peer that asks
//! for it (GOV.UK Notify), and is not in the list of algorithms that a key record or a token can name. What a claim means
//! belongs to [`crate::oauth`]. ECDSA and PSS signatures draw their own nonces inside the cryptographic library, and key
//! generation its own entropy: the two places in this crate where randomness is not an argument.

mod algorithm;
mod claims;
mod compact;
mod jwk;
mod signing;
mod symmetric;
mod verify;

pub use algorithm::Algorithm;
pub use claims::{Audience, ClaimError, ClaimRules, Claims, Expiry};
pub use compact::{MAX_TOKEN, unverified_claims, unverified_kid};
pub use jwk::{BadJwk, Jwk, JwkSet, MAX_KEYS, PublicKey};
pub use signing::{KeyError, SigningKey};
pub use symmetric::sign_hs256;
pub use verify::{Header, JoseError, Verified, VerifyingKey, verify};

#[cfg(test)]
mod tests;
