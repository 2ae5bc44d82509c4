//! The encryption of one message [RFC 8291 §3, RFC 8188 §2].

use aws_lc_rs::agreement::{ECDH_P256, PrivateKey, UnparsedPublicKey, agree};
use aws_lc_rs::hkdf::{HKDF_SHA256, KeyType, Prk, Salt};
use aws_lc_rs::{aead, hkdf};
use zeroize::Zeroize;

/// The size of the one record, as its header says it [RFC 8291 §4].
const RECORD: u32 = 4_096;
/// What a record holds besides the message: a delimiter and the tag.
const OVERHEAD: usize = 17;
/// Salt, record size, length of the key, and the key.
const HEADER: usize = 16 + 4 + 1 + 65;
/// The longest message that fits into what a push service must take [RFC 8030 §7.2].
pub const MAX_PLAIN: usize = 4_096 - HEADER - OVERHEAD;

/// For whom a message is: what a browser's subscription says of itself [RFC 8291 §2].
#[derive(Clone)]
pub struct Recipient {
    point: [u8; 65],
    auth: [u8; 16],
}

/// A key that is used for one message only.
pub struct SenderKey(PrivateKey);

/// Why a message cannot be encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PushError {
    /// The subscription's key or secret is none.
    #[error("not a push subscription's keys")]
    BadRecipient,
    /// The random bytes are no private key, which happens once in four thousand million times.
    #[error("these bytes are no private key")]
    BadSender,
    /// The message is too long.
    #[error("the message is too long")]
    TooLong,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Library,
}

impl Recipient {
    /// Takes the keys of a subscription.
    ///
    /// # Errors
    /// They have not the right lengths.
    pub fn parse(p256dh: &[u8], auth: &[u8]) -> Result<Self, PushError> {
        let point: [u8; 65] = p256dh.try_into().map_err(|_| PushError::BadRecipient)?;
        let auth = auth.try_into().map_err(|_| PushError::BadRecipient)?;
        if point.first() != Some(&4) {
            return Err(PushError::BadRecipient);
        }
        Ok(Self { point, auth })
    }
}

impl SenderKey {
    /// Makes the key of one message from 32 random bytes.
    ///
    /// # Errors
    /// They happen to be no private key: draw others.
    pub fn new(mut entropy: [u8; 32]) -> Result<Self, PushError> {
        let key = PrivateKey::from_private_key(&ECDH_P256, &entropy).map_err(|_| PushError::BadSender);
        entropy.zeroize();
        key.map(Self)
    }
}

/// Encrypts `plain` as a body of `aes128gcm`, padded with zeros to `pad_to` bytes, so that its length tells nothing.
///
/// # Errors
/// Says why not.
pub fn encrypt(
    recipient: &Recipient,
    sender: &SenderKey,
    salt: [u8; 16],
    plain: &[u8],
    pad_to: usize,
) -> Result<Vec<u8>, PushError> {
    if plain.len() > MAX_PLAIN || pad_to > MAX_PLAIN {
        return Err(PushError::TooLong);
    }
    let ours = sender.0.compute_public_key().map_err(|_| PushError::Library)?;
    let theirs = UnparsedPublicKey::new(&ECDH_P256, &recipient.point);
    let mut keying: [u8; 32] = agree(&sender.0, theirs, PushError::BadRecipient, |secret| {
        let extracted = Salt::new(HKDF_SHA256, &recipient.auth).extract(secret);
        expand(&extracted, &[b"WebPush: info\0", &recipient.point, ours.as_ref()])
    })?;
    let extracted = Salt::new(HKDF_SHA256, &salt).extract(&keying);
    keying.zeroize();
    let mut key: [u8; 16] = expand(&extracted, &[b"Content-Encoding: aes128gcm\0"])?;
    let nonce: [u8; 12] = expand(&extracted, &[b"Content-Encoding: nonce\0"])?;

    // A delimiter of 2 says that this record is the last; zeros after it are padding [RFC 8188 §2].
    let mut record = Vec::with_capacity(plain.len().max(pad_to) + OVERHEAD);
    record.extend_from_slice(plain);
    record.push(2);
    record.resize(record.len().max(pad_to + 1), 0);
    let sealing = aead::UnboundKey::new(&aead::AES_128_GCM, &key).map_err(|_| PushError::Library)?;
    key.zeroize();
    aead::LessSafeKey::new(sealing)
        .seal_in_place_append_tag(aead::Nonce::assume_unique_for_key(nonce), aead::Aad::empty(), &mut record)
        .map_err(|_| PushError::Library)?;

    let mut body = Vec::with_capacity(HEADER + record.len());
    body.extend_from_slice(&salt);
    body.extend_from_slice(&RECORD.to_be_bytes());
    body.push(65);
    body.extend_from_slice(ours.as_ref());
    body.extend_from_slice(&record);
    Ok(body)
}

struct Length(usize);

impl KeyType for Length {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(extracted: &Prk, info: &[&[u8]]) -> Result<[u8; N], PushError> {
    let mut out = [0; N];
    let okm: hkdf::Okm<'_, Length> = extracted.expand(info, Length(N)).map_err(|_| PushError::Library)?;
    okm.fill(&mut out).map_err(|_| PushError::Library)?;
    Ok(out)
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD as B64;

    use super::*;

    fn bytes<const N: usize>(text: &str) -> [u8; N] {
        B64.decode(text).unwrap().try_into().unwrap()
    }

    /// [RFC 8291 §5 and Appendix A].
    #[test]
    fn the_example_of_the_standard_comes_out_as_printed() {
        let recipient = Recipient::parse(
            &bytes::<65>("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            &bytes::<16>("BTBZMqHH6r4Tts7J_aSIgg"),
        )
        .unwrap();
        let sender = SenderKey::new(bytes("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")).unwrap();
        let salt = bytes("DGv6ra1nlYgDCS1FRnbzlw");
        let body = encrypt(&recipient, &sender, salt, b"When I grow up, I want to be a watermelon", 0).unwrap();
        assert_eq!(
            B64.encode(body),
            "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
        );
    }

    #[test]
    fn padded_messages_all_have_one_length() {
        let recipient = Recipient::parse(
            &bytes::<65>("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
            &[1; 16],
        )
        .unwrap();
        let length = |plain: &[u8]| {
            let sender = SenderKey::new([7; 32]).unwrap();
            encrypt(&recipient, &sender, [1; 16], plain, 256).unwrap().len()
        };
        assert_eq!(length(b""), length(&[b'x'; 256]));
        assert_eq!(length(b""), HEADER + 256 + OVERHEAD);
    }

    #[test]
    fn bad_keys_are_refused() {
        assert!(Recipient::parse(&[4; 64], &[0; 16]).is_err());
        assert!(Recipient::parse(&[2; 65], &[0; 16]).is_err());
        assert!(Recipient::parse(&[4; 65], &[0; 15]).is_err());
        assert!(SenderKey::new([0; 32]).is_err());
        let nowhere = Recipient::parse(&[4; 65], &[0; 16]).unwrap();
        let sender = SenderKey::new([7; 32]).unwrap();
        assert_eq!(encrypt(&nowhere, &sender, [0; 16], b"", 0), Err(PushError::BadRecipient), "not on the curve");
        assert_eq!(encrypt(&nowhere, &sender, [0; 16], &[0; MAX_PLAIN + 1], 0), Err(PushError::TooLong));
    }
}
