//! An answer to a request, and what the server makes of it.

use std::str::FromStr;

use super::context::ContextText;
use super::key::{AppKey, BadSignature, Signature};
use super::number::MatchNumber;
use super::statement::Statement;
use crate::id::{CredentialId, PushRequestId};
use crate::time::Timestamp;

/// What a person decided.
#[derive(Clone, Copy, Debug)]
pub enum Decision {
    /// It is theirs: they typed this number.
    Approve(MatchNumber),
    /// It is not theirs.
    Refuse(FraudReason),
}

/// Why a person refuses. Each is a report of fraud [AUT-3, CMP-6].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FraudReason {
    /// They are not signing in.
    NotStarted,
    /// Somebody asked them to approve it.
    AskedBySomebody,
    /// What is said of the sign-in is not what they are doing.
    WrongDetails,
}

/// A text that names no reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown reason")]
pub struct UnknownReason;

/// An answer as it arrived.
#[derive(Clone, Copy, Debug)]
pub struct Answer {
    /// What was decided.
    pub decision: Decision,
    /// The signature over it.
    pub signature: Signature,
}

/// An open request as the store keeps it: everything that an answer must cover.
#[derive(Clone, Debug)]
pub struct OpenRequest {
    /// The request.
    pub id: PushRequestId,
    /// The account's app that is asked.
    pub credential: CredentialId,
    /// Random bytes that no other request has.
    pub nonce: [u8; 32],
    /// What the app was told about it.
    pub context: ContextText,
    /// The number on the page.
    pub number: MatchNumber,
    /// From when on it takes no answer.
    pub expires_at: Timestamp,
}

/// What an answer amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerVerdict {
    /// The number is right.
    Approved,
    /// It is another number.
    WrongNumber,
    /// The person says that it is not them.
    Refused(FraudReason),
    /// It came too late.
    TooLate,
}

impl FraudReason {
    /// Every reason.
    pub const ALL: [Self; 3] = [Self::NotStarted, Self::AskedBySomebody, Self::WrongDetails];

    /// The word for it in messages and in the audit.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotStarted => "not_started",
            Self::AskedBySomebody => "asked_by_somebody",
            Self::WrongDetails => "wrong_details",
        }
    }
}

impl FromStr for FraudReason {
    type Err = UnknownReason;

    fn from_str(text: &str) -> Result<Self, UnknownReason> {
        Self::ALL.into_iter().find(|reason| reason.as_str() == text).ok_or(UnknownReason)
    }
}

impl OpenRequest {
    /// The nonce as the protocol writes it.
    pub fn nonce_text(&self) -> String {
        data_encoding::BASE64URL_NOPAD.encode(&self.nonce)
    }

    /// Judges an answer. The caller holds the request's row, so that of any number of answers one counts.
    ///
    /// # Errors
    /// When the signature does not fit: then it is no answer, and the request stays open.
    pub fn judge(
        &self,
        origin: &str,
        key: &AppKey,
        answer: &Answer,
        now: Timestamp,
    ) -> Result<AnswerVerdict, BadSignature> {
        let statement = Statement::Answer {
            origin,
            account: &self.credential.to_string(),
            request: &self.id.to_string(),
            nonce: &self.nonce_text(),
            context: &self.context.hash(),
            decision: answer.decision,
        };
        // SECURITY: first the signature, whatever else is wrong, so that nobody but the app learns anything or ends it.
        statement.verify(key, &answer.signature)?;
        if now >= self.expires_at {
            return Ok(AnswerVerdict::TooLate);
        }
        Ok(match answer.decision {
            Decision::Approve(number) if number.is(self.number) => AnswerVerdict::Approved,
            Decision::Approve(_) => AnswerVerdict::WrongNumber,
            Decision::Refuse(reason) => AnswerVerdict::Refused(reason),
        })
    }
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
    use proptest::prelude::*;

    use super::*;

    const ORIGIN: &str = "https://id.example";
    const NOW: Timestamp = Timestamp::from_seconds(1_000);

    struct App {
        pair: EcdsaKeyPair,
        key: AppKey,
    }

    fn app() -> App {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let key = AppKey::parse(pair.public_key().as_ref()).unwrap();
        App { pair, key }
    }

    impl App {
        /// Answers `request` as an honest app does, which believes to be at `origin`.
        fn answer(&self, origin: &str, request: &OpenRequest, decision: Decision) -> Answer {
            let statement = Statement::Answer {
                origin,
                account: &request.credential.to_string(),
                request: &request.id.to_string(),
                nonce: &request.nonce_text(),
                context: &request.context.hash(),
                decision,
            };
            let text = statement.text().unwrap();
            let signature = self.pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap();
            Answer { decision, signature: Signature::parse(signature.as_ref()).unwrap() }
        }
    }

    fn number(text: &str) -> MatchNumber {
        MatchNumber::parse(text).unwrap()
    }

    fn request(byte: u8) -> OpenRequest {
        OpenRequest {
            id: PushRequestId::new(NOW, [byte; 10]),
            credential: CredentialId::new(NOW, [byte; 10]),
            nonce: [byte; 32],
            context: ContextText::new(format!("{{\"application\":\"{byte}\"}}")),
            number: number("42"),
            expires_at: NOW.plus(std::time::Duration::from_secs(300)),
        }
    }

    #[test]
    fn the_number_on_the_page_is_the_only_one_that_approves() {
        let (app, request) = (app(), request(1));
        for (typed, expected) in [
            ("42", AnswerVerdict::Approved),
            ("43", AnswerVerdict::WrongNumber),
            ("000042", AnswerVerdict::WrongNumber),
        ] {
            let answer = app.answer(ORIGIN, &request, Decision::Approve(number(typed)));
            assert_eq!(request.judge(ORIGIN, &app.key, &answer, NOW), Ok(expected), "{typed}");
        }
        for reason in FraudReason::ALL {
            let answer = app.answer(ORIGIN, &request, Decision::Refuse(reason));
            assert_eq!(request.judge(ORIGIN, &app.key, &answer, NOW), Ok(AnswerVerdict::Refused(reason)));
            assert_eq!(reason.as_str().parse(), Ok(reason));
        }
    }

    #[test]
    fn an_answer_that_comes_too_late_changes_nothing() {
        let (app, request) = (app(), request(1));
        let answer = app.answer(ORIGIN, &request, Decision::Approve(number("42")));
        assert_eq!(request.judge(ORIGIN, &app.key, &answer, request.expires_at), Ok(AnswerVerdict::TooLate));
    }

    #[test]
    fn an_answer_counts_for_its_own_request_account_server_and_key_only() {
        let (app, stranger, request) = (app(), self::app(), request(1));
        let good = app.answer(ORIGIN, &request, Decision::Approve(number("42")));
        let judged = |request: &OpenRequest, key: &AppKey, answer: &Answer| request.judge(ORIGIN, key, answer, NOW);
        assert_eq!(judged(&request, &app.key, &good), Ok(AnswerVerdict::Approved));
        assert_eq!(judged(&request, &stranger.key, &good), Err(BadSignature), "another account's app");
        for (what, other) in [
            ("another request", OpenRequest { id: PushRequestId::new(NOW, [2; 10]), ..request.clone() }),
            ("another account", OpenRequest { credential: CredentialId::new(NOW, [2; 10]), ..request.clone() }),
            ("asked before", OpenRequest { nonce: [2; 32], ..request.clone() }),
            ("shown otherwise", OpenRequest { context: ContextText::new("{}".to_owned()), ..request.clone() }),
        ] {
            assert_eq!(judged(&other, &app.key, &good), Err(BadSignature), "{what}");
        }
        let elsewhere = app.answer("https://evil.example", &request, Decision::Approve(number("42")));
        assert_eq!(judged(&request, &app.key, &elsewhere), Err(BadSignature), "another server");
        let refused = app.answer(ORIGIN, &request, Decision::Refuse(FraudReason::NotStarted));
        let turned = Answer { decision: Decision::Approve(number("42")), signature: refused.signature };
        assert_eq!(judged(&request, &app.key, &turned), Err(BadSignature), "a refusal turned into an approval");
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]

        /// Whatever answers are replayed, swapped or reordered between two requests of two apps: one is approved only by
        /// its own app's answer to itself with its own number.
        #[test]
        fn nothing_but_the_right_answer_approves(
            made_for in 0_u8..2, by in 0_u8..2, shown_to in 0_u8..2, typed in 10_u32..100, late in 0_u64..600,
        ) {
            let (apps, requests) = ([app(), app()], [request(1), request(2)]);
            let typed = typed.to_string();
            let made = &requests[usize::from(made_for)];
            let answer = apps[usize::from(by)].answer(ORIGIN, made, Decision::Approve(number(&typed)));
            let shown = &requests[usize::from(shown_to)];
            let now = NOW.plus(std::time::Duration::from_secs(late));
            let verdict = shown.judge(ORIGIN, &apps[usize::from(shown_to)].key, &answer, now);
            let right = made_for == shown_to && by == shown_to && typed == "42" && late < 300;
            prop_assert_eq!(verdict == Ok(AnswerVerdict::Approved), right);
        }

        #[test]
        fn no_bytes_are_a_signature_by_chance(bytes: [u8; 32], more: [u8; 32]) {
            let (app, request) = (app(), request(1));
            let signature = Signature::parse(&[bytes, more].concat()).unwrap();
            let answer = Answer { decision: Decision::Approve(number("42")), signature };
            prop_assert_eq!(request.judge(ORIGIN, &app.key, &answer, NOW), Err(BadSignature));
        }
    }
}
