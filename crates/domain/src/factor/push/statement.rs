//! The bytes that an app signs (`docs/reference/authenticator-protocol.md`, "What is signed").

use super::answer::{Decision, FraudReason};
use super::key::{AppKey, BadSignature, Signature};
use super::number::MatchNumber;

const VERSION: &str = "wardkey-authenticator/1";

/// What an app states. Every field is text as the protocol writes it.
#[derive(Clone, Copy, Debug)]
pub enum Statement<'a> {
    /// "I hold this key, and was given this code."
    Register {
        /// The server.
        origin: &'a str,
        /// The binding code.
        code: &'a str,
        /// The public key, in base64url.
        key: &'a str,
        /// What its owner calls the app.
        device: &'a str,
    },
    /// "I am this app, now."
    Hello {
        /// The server.
        origin: &'a str,
        /// The account.
        account: &'a str,
        /// Seconds since 1970.
        at: i64,
    },
    /// "Wake me here."
    Subscribe {
        /// The server.
        origin: &'a str,
        /// The account.
        account: &'a str,
        /// Seconds since 1970.
        at: i64,
        /// Where wake-ups are sent.
        endpoint: &'a str,
        /// The subscription's key, in base64url [RFC 8291 §2].
        p256dh: &'a str,
        /// The subscription's secret, in base64url [RFC 8291 §2].
        auth: &'a str,
    },
    /// An answer to a request.
    Answer {
        /// The server.
        origin: &'a str,
        /// The account.
        account: &'a str,
        /// The request.
        request: &'a str,
        /// The request's nonce, in base64url.
        nonce: &'a str,
        /// The hash of what was shown, in base64url.
        context: &'a str,
        /// What the person decided.
        decision: Decision,
    },
}

/// A field that holds a line break, so that what is signed could be read in two ways.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a field contains a line break")]
pub struct BadField;

impl Statement<'_> {
    /// The text that is signed.
    ///
    /// # Errors
    /// When a field contains a line break.
    pub fn text(&self) -> Result<String, BadField> {
        match *self {
            Self::Register { origin, code, key, device } => lines("register", &[origin, code, key, device]),
            Self::Hello { origin, account, at } => lines("hello", &[origin, account, &at.to_string()]),
            Self::Subscribe { origin, account, at, endpoint, p256dh, auth } => {
                lines("subscribe", &[origin, account, &at.to_string(), endpoint, p256dh, auth])
            }
            Self::Answer { origin, account, request, nonce, context, decision } => {
                let (what, said) = said(decision);
                lines(what, &[origin, account, request, nonce, context, &said])
            }
        }
    }

    /// Checks that the holder of `key` has signed this.
    ///
    /// # Errors
    /// When it has not, or when a field is not one.
    pub fn verify(&self, key: &AppKey, signature: &Signature) -> Result<(), BadSignature> {
        let text = self.text().map_err(|_| BadSignature)?;
        key.verify(text.as_bytes(), signature)
    }
}

fn said(decision: Decision) -> (&'static str, String) {
    match decision {
        Decision::Approve(number) => ("approve", MatchNumber::text(number)),
        Decision::Refuse(reason) => ("refuse", FraudReason::as_str(reason).to_owned()),
    }
}

/// SECURITY: a line break inside a field would let one statement be read as another.
fn lines(what: &str, fields: &[&str]) -> Result<String, BadField> {
    let mut text = format!("{VERSION} {what}");
    for field in fields {
        if field.contains(['\n', '\r']) {
            return Err(BadField);
        }
        text.push('\n');
        text.push_str(field);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};

    use super::*;

    const ORIGIN: &str = "https://id.example";

    fn pair() -> (EcdsaKeyPair, AppKey) {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let key = AppKey::parse(pair.public_key().as_ref()).unwrap();
        (pair, key)
    }

    fn sign(pair: &EcdsaKeyPair, text: &str) -> Signature {
        Signature::parse(pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap().as_ref()).unwrap()
    }

    #[test]
    fn statements_are_the_lines_that_the_protocol_describes() {
        let register = Statement::Register { origin: ORIGIN, code: "ABC", key: "BP", device: "Work phone" };
        assert_eq!(
            register.text().unwrap(),
            "wardkey-authenticator/1 register\nhttps://id.example\nABC\nBP\nWork phone"
        );
        let hello = Statement::Hello { origin: ORIGIN, account: "0199", at: 17 };
        assert_eq!(hello.text().unwrap(), "wardkey-authenticator/1 hello\nhttps://id.example\n0199\n17");
        let subscribe = Statement::Subscribe {
            origin: ORIGIN,
            account: "0199",
            at: 17,
            endpoint: "https://push.example/1",
            p256dh: "BQ",
            auth: "aa",
        };
        assert_eq!(
            subscribe.text().unwrap(),
            "wardkey-authenticator/1 subscribe\nhttps://id.example\n0199\n17\nhttps://push.example/1\nBQ\naa"
        );
        let answer = |decision| Statement::Answer {
            origin: ORIGIN,
            account: "0199",
            request: "0200",
            nonce: "nn",
            context: "cc",
            decision,
        };
        assert_eq!(
            answer(Decision::Approve(MatchNumber::parse("42").unwrap())).text().unwrap(),
            "wardkey-authenticator/1 approve\nhttps://id.example\n0199\n0200\nnn\ncc\n42"
        );
        assert_eq!(
            answer(Decision::Refuse(FraudReason::NotStarted)).text().unwrap(),
            "wardkey-authenticator/1 refuse\nhttps://id.example\n0199\n0200\nnn\ncc\nnot_started"
        );
    }

    #[test]
    fn a_signature_fits_its_own_statement_and_key_only() {
        let (pair_one, key) = pair();
        let (pair_two, other) = pair();
        let hello = Statement::Hello { origin: ORIGIN, account: "0199", at: 17 };
        let signature = sign(&pair_one, &hello.text().unwrap());
        assert_eq!(hello.verify(&key, &signature), Ok(()));
        assert_eq!(hello.verify(&other, &signature), Err(BadSignature));
        assert_eq!(hello.verify(&key, &sign(&pair_two, &hello.text().unwrap())), Err(BadSignature));
        for else_stated in [
            Statement::Hello { origin: "https://evil.example", account: "0199", at: 17 },
            Statement::Hello { origin: ORIGIN, account: "0200", at: 17 },
            Statement::Hello { origin: ORIGIN, account: "0199", at: 18 },
        ] {
            assert_eq!(else_stated.verify(&key, &signature), Err(BadSignature));
        }
    }

    #[test]
    fn a_line_break_in_a_field_is_refused() {
        for device in ["a\nb", "a\rb", "\n"] {
            let register = Statement::Register { origin: ORIGIN, code: "ABC", key: "BP", device };
            assert_eq!(register.text(), Err(BadField));
        }
    }

    proptest::proptest! {
        #[test]
        fn no_two_statements_share_their_text(
            one in proptest::collection::vec("[a-z0-9 ]{0,6}", 4),
            two in proptest::collection::vec("[a-z0-9 ]{0,6}", 4),
        ) {
            let text = |fields: &[String]| {
                Statement::Register { origin: &fields[0], code: &fields[1], key: &fields[2], device: &fields[3] }.text()
            };
            proptest::prop_assert_eq!(text(&one) == text(&two), one == two);
        }
    }
}
