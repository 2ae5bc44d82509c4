//! What an operator may set about smartcards.

use std::time::Duration;

use super::authorities::Authorities;
use super::identifier::CardIdentifier;
use super::policy::PolicyOid;

/// What an operator may set about smartcards.
#[derive(Clone, Debug)]
pub struct SmartcardRules {
    /// Whose cards are taken.
    pub authorities: Authorities,
    /// The policies of which a card must be issued under one; none means that any will do.
    pub policies: Vec<PolicyOid>,
    /// Where a card says who holds it.
    pub identifier: CardIdentifier,
    /// Whether a card must carry the address of the account that it is registered for.
    pub match_address: bool,
    /// What is asked about revocation.
    pub revocation: RevocationRules,
    /// How many one account may have.
    pub max_cards: usize,
}

/// What is asked about revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RevocationRules {
    /// What becomes of a certificate that does not say where its status is published.
    pub unpublished: Unpublished,
    /// How long an answer is used without asking again.
    pub lifetime: Duration,
    /// How long the last good answer still counts after its end, when no newer one can be had.
    pub grace: Duration,
}

/// What becomes of a certificate that names neither a responder nor a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unpublished {
    /// It is refused: nobody can say whether it was revoked.
    #[default]
    Refuse,
    /// It is taken: its authority revokes nothing, or issues for hours only.
    Accept,
}

impl Default for SmartcardRules {
    /// As shipped: nobody's cards.
    fn default() -> Self {
        Self {
            authorities: Authorities::none(),
            policies: Vec::new(),
            identifier: CardIdentifier::CommonName,
            match_address: false,
            revocation: RevocationRules::default(),
            max_cards: 3,
        }
    }
}

impl Default for RevocationRules {
    fn default() -> Self {
        Self { unpublished: Unpublished::Refuse, lifetime: Duration::from_secs(600), grace: Duration::from_secs(3600) }
    }
}
