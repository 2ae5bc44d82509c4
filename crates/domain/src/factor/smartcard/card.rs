//! A card whose certificate was found good, but for whether it was revoked.

use std::fmt;

use super::chain::{self, Path};
use super::failure::CardFailure;
use super::identifier::{self, CardIdentifier};
use super::link::Link;
use super::list::RevocationList;
use super::rules::{RevocationRules, SmartcardRules};
use super::status::{Grace, Standing, StatusFailure, StatusQuestion};
use super::{fields, ocsp};
use crate::secret::TokenHash;
use crate::time::Timestamp;

/// A card whose certificate was found good, but for whether it was revoked. It has one maker: [`inspect`].
#[derive(Clone)]
pub struct Card {
    identity: TokenHash,
    identifier: String,
    addresses: Vec<String>,
    not_after: Timestamp,
    questions: Vec<StatusQuestion>,
    /// One for each question.
    links: Vec<Link>,
}

/// Judges the certificates that a card has shown in a handshake, its own first, in DER.
///
/// What it says is true when the handshake proved that the card has the key, and when every one of its
/// [`Card::questions`] has a good answer.
///
/// # Errors
/// Says why the card is not taken.
pub fn inspect(rules: &SmartcardRules, chain: &[Vec<u8>], now: Timestamp) -> Result<Card, CardFailure> {
    let path = chain::build(rules, chain, now)?;
    let leaf = fields::certificate(path.leaf()).ok_or(CardFailure::Unreadable)?;
    let identifier = rules.identifier.read(&leaf).ok_or(CardFailure::NoIdentifier)?;
    let anchor = fields::certificate(path.anchor()).ok_or(CardFailure::Unreadable)?;
    let mut parts = vec![
        b"smartcard".as_slice(),
        anchor.subject().as_raw(),
        rules.identifier.as_str().as_bytes(),
        identifier.as_bytes(),
    ];
    // A number is its issuer's: two authorities below the same one may give the same.
    if rules.identifier == CardIdentifier::Certificate {
        parts.push(leaf.issuer().as_raw());
    }
    let (questions, links) = questions(&path).ok_or(CardFailure::Unreadable)?;
    Ok(Card {
        identity: identity(&parts),
        addresses: identifier::addresses(&leaf),
        not_after: fields::timestamp(leaf.validity().not_after),
        identifier,
        questions,
        links,
    })
}

impl Card {
    /// What the store finds it by: the same for two certificates of which the same authority says that the same person
    /// holds them.
    pub const fn identity(&self) -> TokenHash {
        self.identity
    }

    /// Who holds it, as it says itself: personal data.
    pub fn identifier(&self) -> &str {
        &self.identifier
    }

    /// The addresses that it carries, in lower case: personal data.
    pub fn addresses(&self) -> &[String] {
        &self.addresses
    }

    /// The last second in which its own certificate is valid.
    pub const fn not_after(&self) -> Timestamp {
        self.not_after
    }

    /// Whom to ask about its certificate, and about each above it but the one that is trusted by itself.
    pub fn questions(&self) -> &[StatusQuestion] {
        &self.questions
    }

    /// Judges what a responder answered to the question of this number, in DER.
    ///
    /// # Errors
    /// Says why the answer says nothing. It never means that the certificate is good.
    pub fn judge_response(
        &self,
        question: usize,
        response: &[u8],
        rules: &RevocationRules,
        now: Timestamp,
        grace: Grace,
    ) -> Result<Standing, StatusFailure> {
        ocsp::judge(self.link(question)?, response, rules, now, grace)
    }

    /// Judges a list that was fetched for the question of this number.
    ///
    /// # Errors
    /// Says why the list says nothing. It never means that the certificate is good.
    pub fn judge_list(
        &self,
        question: usize,
        list: &RevocationList,
        rules: &RevocationRules,
        now: Timestamp,
        grace: Grace,
    ) -> Result<Standing, StatusFailure> {
        list.judge(self.link(question)?, rules, now, grace)
    }

    fn link(&self, question: usize) -> Result<&Link, StatusFailure> {
        self.links.get(question).ok_or(StatusFailure::OtherCertificate)
    }
}

// Nothing of a person.
impl fmt::Debug for Card {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Card(..)")
    }
}

/// Each part with its length before it, so that no two lists of parts are the same bytes.
fn identity(parts: &[&[u8]]) -> TokenHash {
    let mut bytes = Vec::new();
    for part in parts {
        bytes.extend_from_slice(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    TokenHash::of_bytes(&bytes)
}

fn questions(path: &Path) -> Option<(Vec<StatusQuestion>, Vec<Link>)> {
    let (mut questions, mut links) = (Vec::new(), Vec::new());
    for (height, (own, issuer)) in path.pairs().enumerate() {
        let link = Link::new(own, issuer, height > 0)?;
        questions.push(link.question(own)?);
        links.push(link);
    }
    Some((questions, links))
}
