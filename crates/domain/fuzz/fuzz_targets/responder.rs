//! Whatever a responder answers: it says something only with what the issuer, or whom it certified for that, has signed.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wardkey_domain::factor::smartcard::{Card, CardIdentifier, Grace, RevocationRules, Standing};
use wardkey_domain_fuzz::{LATE, NOW, card_rules, cards, holds, inside, signed};

const GOOD: &[u8] = include_bytes!("../fixtures/good.der");
const DELEGATED: &[u8] = include_bytes!("../fixtures/delegated.der");
const REVOKED: &[u8] = include_bytes!("../fixtures/revoked.der");

static CARDS: LazyLock<[Card; 2]> = LazyLock::new(|| {
    let cards = cards(&card_rules(CardIdentifier::CommonName));
    for (card, answer) in [(0, GOOD), (0, DELEGATED), (1, REVOKED)] {
        let judged = cards[card].judge_response(0, answer, &RevocationRules::default(), NOW, Grace::None);
        assert!(judged.is_ok(), "a good answer: {judged:?}");
    }
    cards
});
/// What was signed of them.
static SIGNED: LazyLock<[&[u8]; 3]> = LazyLock::new(|| [GOOD, DELEGATED, REVOKED].map(statement));

/// `ResponseData` in an `OCSPResponse` [RFC 6960 §4.2.1].
fn statement(response: &'static [u8]) -> &'static [u8] {
    let (content, _) = inside(response).unwrap();
    let (_, rest) = inside(content).unwrap();
    let (bytes, _) = inside(rest).unwrap();
    let (bytes, _) = inside(bytes).unwrap();
    let (_, rest) = inside(bytes).unwrap();
    let (basic, _) = inside(rest).unwrap();
    signed(basic)
}

fuzz_target!(|response: &[u8]| {
    let rules = RevocationRules::default();
    let [direct, below] = &*CARDS;
    let good = Standing::Good { fresh_until: NOW.plus(rules.lifetime) };
    if let Ok(standing) = direct.judge_response(0, response, &rules, NOW, Grace::None) {
        assert_eq!(standing, good);
        assert!(holds(response, SIGNED[0]) || holds(response, SIGNED[1]), "nobody has signed it");
    }
    if let Ok(standing) = below.judge_response(0, response, &rules, NOW, Grace::None) {
        assert_eq!(standing, Standing::Revoked);
        assert!(holds(response, SIGNED[2]), "nobody has signed it");
    }
    // Nobody has answered about the one in the middle, and no answer lives that long.
    assert!(below.judge_response(1, response, &rules, NOW, Grace::None).is_err());
    assert!(direct.judge_response(0, response, &rules, LATE, Grace::Allowed).is_err());
    assert!(below.judge_response(0, response, &rules, LATE, Grace::Allowed).is_err());
});
