//! The texts of codes and tokens, and how each is kept.
//!
//! All are opaque: a fixed beginning, so that scanners for leaked secrets know them, and random bytes. Codes and refresh
//! tokens begin with their grant's identifier, so that one that was spent long ago is still known for what it is.

use data_encoding::BASE64URL_NOPAD;
use uuid::Uuid;

use crate::id::GrantId;
use crate::secret::{Secret, TokenHash};
use crate::time::Timestamp;

const ACCESS: &str = "wka_";
const CODE: &str = "wkc_";
const REFRESH: &str = "wkr_";
const DEVICE: &str = "wkd_";
const CLIENT_SECRET: &str = "wks_";

/// Bytes of a secret part: 256 bits.
const SECRET: usize = 32;
/// Bytes of a grant's identifier.
const GRANT: usize = 16;
/// Bytes of a moment: milliseconds since 1970, the highest first.
const MOMENT: usize = 6;

/// Makes an access token that is a reference: its text, which is the moment of its issue and 256 random bits, and what
/// [`access_token_hash`] will find in it.
pub fn access_token(now: Timestamp, entropy: [u8; SECRET]) -> (Secret<String>, TokenHash) {
    let milliseconds = u64::try_from(now.as_micros() / 1_000).unwrap_or(0).to_be_bytes();
    let moment = milliseconds.last_chunk::<MOMENT>().copied().unwrap_or_default();
    let text = written(ACCESS, &[&moment, &entropy]);
    let hash = dated(moment, TokenHash::of(text.expose()));
    (text, hash)
}

/// What the store keeps of an access token that is a reference; `None` when it cannot be one of ours.
///
/// The moment stands before the hash as it is, so that rows of tokens lie in the order of their issue: new ones share the
/// pages that are written, and expired ones the pages that are emptied.
pub fn access_token_hash(text: &str) -> Option<TokenHash> {
    let bytes = read(ACCESS, text)?;
    let (moment, secret) = bytes.expose().split_first_chunk::<MOMENT>()?;
    (secret.len() == SECRET).then(|| dated(*moment, TokenHash::of(text)))
}

/// The hash after a moment. 208 bits of it are left, of a secret that nobody can guess.
fn dated(moment: [u8; MOMENT], hash: TokenHash) -> TokenHash {
    let mut bytes = [0; 32];
    for (to, from) in bytes.iter_mut().zip(moment.iter().chain(hash.as_bytes())) {
        *to = *from;
    }
    TokenHash::from_bytes(bytes)
}

/// Makes the text of a device code [RFC 8628 §3.2].
pub fn device_code(entropy: [u8; SECRET]) -> Secret<String> {
    plain(DEVICE, entropy)
}

/// Makes the secret of an application: 256 random bits, so that a plain hash keeps it safe.
pub fn client_secret(entropy: [u8; SECRET]) -> Secret<String> {
    plain(CLIENT_SECRET, entropy)
}

fn plain(prefix: &str, entropy: [u8; SECRET]) -> Secret<String> {
    let mut text = String::with_capacity(prefix.len() + 43);
    text.push_str(prefix);
    BASE64URL_NOPAD.encode_append(&entropy, &mut text);
    Secret::new(text)
}

/// What the store keeps of a signed access token: a hash of its `jti`, which is a UUID that begins with a moment.
///
/// SECURITY: the words before it keep a `jti`, which others may log, from being usable as a reference.
pub fn signed_token_reference(jti: &str) -> TokenHash {
    let hash = TokenHash::of(&format!("jti of a signed access token: {jti}"));
    let moment = Uuid::try_parse(jti).ok().and_then(|jti| jti.as_bytes().first_chunk::<MOMENT>().copied());
    moment.map_or(hash, |moment| dated(moment, hash))
}

/// An authorization code, taken apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Code {
    /// Its grant.
    pub grant: GrantId,
    /// The hash of its secret part.
    pub hash: TokenHash,
}

impl Code {
    /// Makes the text of a code.
    pub fn text(grant: GrantId, entropy: [u8; SECRET]) -> Secret<String> {
        written(CODE, &[grant.uuid().as_bytes(), &entropy])
    }

    /// Takes a code apart; `None` when it cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = read(CODE, text)?;
        let (grant, secret) = bytes.expose().split_first_chunk::<GRANT>()?;
        (secret.len() == SECRET)
            .then(|| Self { grant: GrantId::from_uuid(Uuid::from_bytes(*grant)), hash: hash(secret) })
    }
}

/// A refresh token, taken apart.
///
/// It has two secret parts. The *family* stays the same as long as the grant lives and proves that the token was once
/// ours; the *turn* changes at every use. Right family and wrong turn is a token that was used before
/// [RFC 9700 §4.14.2], which a single row can tell without keeping every token there ever was.
#[derive(Clone, Debug)]
pub struct RefreshToken {
    /// Its grant.
    pub grant: GrantId,
    /// The family part as its bearer presents it: the next token carries it on.
    family: Secret<[u8; SECRET]>,
    /// The hash of the part that changes.
    pub turn: TokenHash,
}

impl RefreshToken {
    /// Makes the first token of a family.
    pub fn first(grant: GrantId, family: [u8; SECRET], turn: [u8; SECRET]) -> Secret<String> {
        written(REFRESH, &[grant.uuid().as_bytes(), &family, &turn])
    }

    /// Makes the token that takes this one's place.
    pub fn next(&self, turn: [u8; SECRET]) -> Secret<String> {
        Self::first(self.grant, *self.family.expose(), turn)
    }

    /// Takes a token apart; `None` when it cannot be one of ours.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = read(REFRESH, text)?;
        let (grant, rest) = bytes.expose().split_first_chunk::<GRANT>()?;
        let (family, turn) = rest.split_first_chunk::<SECRET>()?;
        (turn.len() == SECRET).then(|| Self {
            grant: GrantId::from_uuid(Uuid::from_bytes(*grant)),
            family: Secret::new(*family),
            turn: hash(turn),
        })
    }

    /// The hash of the family part.
    pub fn family(&self) -> TokenHash {
        hash(self.family.expose())
    }
}

/// The hash of one secret part, as the store keeps it.
pub fn hash(part: &[u8]) -> TokenHash {
    TokenHash::of(&BASE64URL_NOPAD.encode(part))
}

fn written(prefix: &str, parts: &[&[u8]]) -> Secret<String> {
    let bytes = Secret::new(parts.concat());
    let mut text = String::with_capacity(prefix.len() + bytes.expose().len() * 4 / 3 + 3);
    text.push_str(prefix);
    BASE64URL_NOPAD.encode_append(bytes.expose(), &mut text);
    Secret::new(text)
}

fn read(prefix: &str, text: &str) -> Option<Secret<Vec<u8>>> {
    // Longer than any of ours: not worth decoding.
    if text.len() > 256 {
        return None;
    }
    BASE64URL_NOPAD.decode(text.strip_prefix(prefix)?.as_bytes()).ok().map(Secret::new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant() -> GrantId {
        GrantId::new(Timestamp::from_seconds(1), [7; 10])
    }

    #[test]
    fn a_code_reads_back() {
        let text = Code::text(grant(), [3; 32]);
        assert_eq!(Code::parse(text.expose()), Some(Code { grant: grant(), hash: hash(&[3; 32]) }));
        for bad in
            ["", "wkc_", "wkc_AAAA", "wkr_AAAA", &text.expose().replace("wkc_", "wkx_"), &format!("{}A", text.expose())]
        {
            assert_eq!(Code::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_refresh_token_keeps_its_family_and_changes_its_turn() {
        let first = RefreshToken::parse(RefreshToken::first(grant(), [1; 32], [2; 32]).expose()).unwrap();
        let second = RefreshToken::parse(first.next([3; 32]).expose()).unwrap();
        assert_eq!((first.grant, first.family()), (second.grant, second.family()));
        assert_eq!((first.turn, second.turn), (hash(&[2; 32]), hash(&[3; 32])));
    }

    #[test]
    fn a_jti_is_no_token() {
        assert_ne!(signed_token_reference("abc"), TokenHash::of("abc"));
    }

    #[test]
    fn every_kind_of_token_is_known_by_its_beginning() {
        let (access, _) = access_token(Timestamp::from_seconds(1), [0; 32]);
        assert!(access.expose().starts_with("wka_"));
        assert_eq!(access.expose().len(), 55);
    }

    #[test]
    fn access_tokens_are_kept_in_the_order_of_their_issue() {
        let kept = |second, byte| {
            let (text, hash) = access_token(Timestamp::from_seconds(second), [byte; 32]);
            assert_eq!(access_token_hash(text.expose()), Some(hash));
            *hash.as_bytes()
        };
        assert!(kept(1_700_000_000, 9) < kept(1_700_000_001, 1));
        assert_ne!(kept(1_700_000_000, 9), kept(1_700_000_000, 8));
        for bad in ["", "wka_", "wka_AAAA", "wkr_AAAA", "abc"] {
            assert!(access_token_hash(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn signed_access_tokens_are_kept_in_the_order_of_their_issue() {
        let kept = |jti| *signed_token_reference(jti).as_bytes();
        let (earlier, later) = ("018bcfe5-6800-7000-8000-00000000000f", "018bcfe5-6be8-7000-8000-000000000001");
        assert!(kept(earlier) < kept(later));
        assert_ne!(kept(earlier), kept("018bcfe5-6800-7000-8000-000000000001"));
    }
}
