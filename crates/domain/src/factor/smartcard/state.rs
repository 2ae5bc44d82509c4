//! What is kept of a card, and what one that was presented proves.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::card::Card;
use super::failure::CardFailure;
use super::rules::{SmartcardRules, Unpublished};
use super::status::{Standing, StatusQuestion};
use crate::directory::AccountAddress;
use crate::factor::{FactorKind, Proof};
use crate::id::{AccountId, CredentialId};
use crate::secret::TokenHash;
use crate::time::Timestamp;

/// How long after it was read a card still counts: as long as a browser takes to come back from the card's own address.
pub const PRESENTED_FOR: Duration = Duration::from_secs(2 * 60);

/// A card that was shown, is in order and is not revoked.
///
/// INVARIANT: [`present`] makes it of a card whose every certificate has a good standing; a provider of card sign-ins vouches for
/// one by [`PresentedCard::vouched`]; and [`PresentedCard::restore`] takes one back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PresentedCard {
    identity: [u8; 32],
    identifier: String,
    addresses: Vec<String>,
    /// When it was shown.
    shown_at: Timestamp,
    /// When we heard of it.
    at: Timestamp,
}

/// What is kept of a card: the identifier that the rule names, and nothing else of its certificate.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CardRecord {
    identity: [u8; 32],
    identifier: String,
}

/// Bytes that are no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no record of a smartcard")]
pub struct BadCardRecord;

/// A linked card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardState {
    /// The credential.
    pub credential: CredentialId,
    /// Whose.
    pub account: AccountId,
    /// The record.
    pub record: CardRecord,
}

/// What a card that was shown amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It proves the factor.
    Accept {
        /// The proof.
        proof: Proof,
        /// Whose it is.
        credential: CredentialId,
    },
    /// It proves nothing.
    Refuse(CardFailure),
}

/// What a card that is to be linked amounts to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Linking {
    /// It may be linked; whoever sits before it has shown it.
    Accept {
        /// The proof.
        proof: Proof,
        /// The card.
        record: CardRecord,
        /// Whether its authority says by it whose account this is.
        names_owner: bool,
    },
    /// It may not.
    Refuse(CardFailure),
}

/// The card, if each of its certificates is known not to be revoked.
///
/// # Errors
/// SECURITY: [`CardFailure::StatusUnknown`] unless every question has been answered; it fails closed.
pub fn present(
    rules: &SmartcardRules,
    card: &Card,
    standings: &[Option<Standing>],
    now: Timestamp,
) -> Result<PresentedCard, CardFailure> {
    if standings.contains(&Some(Standing::Revoked)) {
        return Err(CardFailure::Revoked);
    }
    let accepts_unpublished = rules.revocation.unpublished == Unpublished::Accept;
    let is_good = |(question, standing): (&StatusQuestion, &Option<Standing>)| {
        matches!(standing, Some(Standing::Good { .. })) || (question.is_unpublished() && accepts_unpublished)
    };
    let questions = card.questions();
    if standings.len() != questions.len() || !questions.iter().zip(standings).all(is_good) {
        return Err(CardFailure::StatusUnknown);
    }
    Ok(PresentedCard {
        identity: *card.identity().as_bytes(),
        identifier: card.identifier().to_owned(),
        addresses: card.addresses().to_vec(),
        shown_at: now,
        at: now,
    })
}

/// Checks a card that was shown against those of the account.
pub fn verify(cards: &[CardState], presented: &PresentedCard, now: Timestamp) -> Verdict {
    if !presented.is_fresh(now) {
        return Verdict::Refuse(CardFailure::TooLate);
    }
    match cards.iter().find(|card| card.record.identity == presented.identity) {
        Some(card) => Verdict::Accept {
            proof: Proof::of(FactorKind::Smartcard, Some(card.credential), presented.shown_at),
            credential: card.credential,
        },
        None => Verdict::Refuse(CardFailure::UnknownCard),
    }
}

/// Checks whether a card that was shown may be linked to the account at `address`, as `credential`.
pub fn link(
    rules: &SmartcardRules,
    presented: &PresentedCard,
    credential: CredentialId,
    address: &AccountAddress,
    now: Timestamp,
) -> Linking {
    if !presented.is_fresh(now) {
        return Linking::Refuse(CardFailure::TooLate);
    }
    // SECURITY: where cards name their owner, nobody links another's, and nobody links their own to another's account.
    let names_owner = presented.addresses.iter().any(|named| named.eq_ignore_ascii_case(address.as_str()));
    if rules.match_address && !names_owner {
        return Linking::Refuse(CardFailure::OtherPerson);
    }
    Linking::Accept {
        proof: Proof::of(FactorKind::Smartcard, Some(credential), presented.shown_at),
        record: CardRecord { identity: presented.identity, identifier: presented.identifier.clone() },
        names_owner: rules.match_address,
    }
}

impl PresentedCard {
    /// A card that a provider of card sign-ins has seen at `shown_at`, of the person whom it calls `subject` [OpenID Connect
    /// Core §2].
    ///
    /// SECURITY: only for what a provider has said in a signed token that was checked.
    pub fn vouched(issuer: &str, subject: &str, addresses: Vec<String>, shown_at: Timestamp, now: Timestamp) -> Self {
        let mut named = b"vouched smartcard\0".to_vec();
        named.extend(u64::try_from(issuer.len()).unwrap_or(u64::MAX).to_be_bytes());
        named.extend(issuer.as_bytes());
        named.extend(subject.as_bytes());
        let identity = *TokenHash::of_bytes(&named).as_bytes();
        // A clock that runs ahead proves nothing of the future.
        Self { identity, identifier: subject.to_owned(), addresses, shown_at: shown_at.min(now), at: now }
    }

    /// The card as bytes to seal.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Takes up a card.
    ///
    /// SECURITY: only bytes whose seal was just checked.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn restore(bytes: &[u8]) -> Result<Self, BadCardRecord> {
        serde_json::from_slice(bytes).map_err(|_| BadCardRecord)
    }

    fn is_fresh(&self, now: Timestamp) -> bool {
        now < self.at.plus(PRESENTED_FOR)
    }
}

impl CardRecord {
    /// What the store finds it by: no two accounts have the same card.
    pub const fn identity(&self) -> TokenHash {
        TokenHash::from_bytes(self.identity)
    }

    /// The end of its identifier, by which its owner tells it from another: the last four characters of a longer one.
    pub fn ending(&self) -> Option<String> {
        const SHOWN: usize = 4;
        // Of an address the part before its domain, which all have in common.
        let own = self.identifier.split('@').next().unwrap_or_default();
        let letters: Vec<char> = own.chars().filter(|letter| letter.is_alphanumeric()).collect();
        let from = letters.len().checked_sub(SHOWN).filter(|hidden| *hidden >= SHOWN)?;
        Some(letters.into_iter().skip(from).collect())
    }

    /// The record as bytes to seal.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Takes up a record.
    ///
    /// # Errors
    /// When the bytes are none.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadCardRecord> {
        serde_json::from_slice(bytes).map_err(|_| BadCardRecord)
    }
}

impl fmt::Debug for PresentedCard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PresentedCard").field("at", &self.at).finish_non_exhaustive()
    }
}

impl fmt::Debug for CardRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CardRecord(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_seconds(1_800_000_000);

    fn card(subject: &str) -> PresentedCard {
        PresentedCard::vouched("https://cards.example", subject, vec!["Nurse@a.example".to_owned()], NOW, NOW)
    }

    fn linked(subject: &str) -> CardState {
        let presented = card(subject);
        CardState {
            credential: CredentialId::new(NOW, [1; 10]),
            account: AccountId::new(NOW, [2; 10]),
            record: CardRecord { identity: presented.identity, identifier: presented.identifier },
        }
    }

    fn at(seconds: u64) -> Timestamp {
        NOW.plus(Duration::from_secs(seconds))
    }

    #[test]
    fn a_linked_card_proves_itself_for_a_short_while() {
        let cards = [linked("555254240107"), linked("555254240108")];
        assert!(matches!(verify(&cards, &card("555254240108"), at(119)), Verdict::Accept { .. }));
        assert_eq!(verify(&cards, &card("555254240108"), at(120)), Verdict::Refuse(CardFailure::TooLate));
        assert_eq!(verify(&cards, &card("555254240109"), NOW), Verdict::Refuse(CardFailure::UnknownCard));
        assert_eq!(verify(&[], &card("555254240108"), NOW), Verdict::Refuse(CardFailure::UnknownCard));
    }

    #[test]
    fn a_proof_is_as_old_as_the_card_was_shown() {
        let Verdict::Accept { proof, .. } = verify(&[linked("5")], &card("5"), at(60)) else { panic!("refused") };
        assert_eq!((proof.factor(), proof.at()), (FactorKind::Smartcard, NOW));
    }

    #[test]
    fn a_card_that_somebody_else_saw_is_as_old_as_they_say_and_never_of_tomorrow() {
        for (shown_at, expected) in [(NOW, NOW), (at(30), at(30)), (at(90), at(60))] {
            let seen = PresentedCard::vouched("https://cards.example", "5", Vec::new(), shown_at, at(60));
            let Verdict::Accept { proof, .. } = verify(&[linked("5")], &seen, at(70)) else { panic!("refused") };
            assert_eq!(proof.at(), expected);
        }
    }

    #[test]
    fn one_issuers_card_is_not_anothers() {
        let other = PresentedCard::vouched("https://cards.exampl", "e5", Vec::new(), NOW, NOW);
        assert_ne!(other.identity, PresentedCard::vouched("https://cards.example", "5", Vec::new(), NOW, NOW).identity);
    }

    #[test]
    fn where_cards_name_their_owner_nobody_links_anothers() {
        let credential = CredentialId::new(NOW, [1; 10]);
        let link_to = |match_address, address: &str| {
            let rules = SmartcardRules { match_address, ..SmartcardRules::default() };
            match link(&rules, &card("5"), credential, &AccountAddress::parse(address).unwrap(), NOW) {
                Linking::Accept { names_owner, .. } => Ok(names_owner),
                Linking::Refuse(failure) => Err(failure),
            }
        };
        assert_eq!(link_to(true, "nurse@a.example"), Ok(true));
        assert_eq!(link_to(true, "other@a.example"), Err(CardFailure::OtherPerson));
        assert_eq!(link_to(false, "other@a.example"), Ok(false));
    }

    #[test]
    fn a_card_is_told_from_another_by_its_end() {
        let ending = |identifier: &str| linked(identifier).record.ending();
        assert_eq!(ending("5552-5424-0107").as_deref(), Some("0107"));
        assert_eq!(ending("jo.nurse-practitioner@a.example").as_deref(), Some("oner"));
        assert_eq!(ending("1234567"), None, "most of a short one must not be shown");
    }

    #[test]
    fn what_is_printed_names_nobody() {
        let printed = format!("{:?} {:?}", card("555254240107"), linked("555254240107").record);
        assert!(!printed.contains("5552") && !printed.contains("urse"), "{printed}");
    }
}
