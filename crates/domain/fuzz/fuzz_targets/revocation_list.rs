//! Whatever is fetched as a list: what is read can be looked up, is the same as text, and says something only with what the
//! issuer has signed.
#![no_main]

use std::sync::LazyLock;

use data_encoding::BASE64;
use libfuzzer_sys::fuzz_target;
use wardkey_domain::factor::smartcard::{Card, CardIdentifier, Grace, RevocationList, RevocationRules, Standing, fuzz};
use wardkey_domain_fuzz::{LATE, NOW, card_rules, cards, holds, signed};

/// Revokes the card below the root.
const LIST: &[u8] = include_bytes!("../fixtures/list.der");
/// Of the one in the middle, revokes nothing.
const EMPTY: &[u8] = include_bytes!("../fixtures/empty_list.der");

static CARDS: LazyLock<[Card; 2]> = LazyLock::new(|| {
    let cards = cards(&card_rules(CardIdentifier::CommonName));
    for (card, question, list) in [(0, 0, LIST), (1, 1, LIST), (1, 0, EMPTY)] {
        let list = RevocationList::parse(list).unwrap();
        let judged = cards[card].judge_list(question, &list, &RevocationRules::default(), NOW, Grace::None);
        assert!(judged.is_ok(), "a good list: {judged:?}");
    }
    cards
});

fuzz_target!(|data: &[u8]| {
    let Ok(list) = RevocationList::parse(data) else { return };
    assert!(fuzz::revoked(&list).is_sorted());
    let is_der = data.first() == Some(&0x30);
    if is_der {
        let text = format!("-----BEGIN X509 CRL-----\n{}\n-----END X509 CRL-----\n", BASE64.encode(data));
        let again = RevocationList::parse(text.as_bytes()).expect("the same as text");
        assert!(fuzz::revoked(&again).eq(fuzz::revoked(&list)));
        assert_eq!(format!("{again:?}"), format!("{list:?}"));
    }
    let rules = RevocationRules::default();
    let [direct, below] = &*CARDS;
    let judge = |card: &Card, question| card.judge_list(question, &list, &rules, NOW, Grace::None).ok();
    let good = Standing::Good { fresh_until: NOW.plus(rules.lifetime) };
    for (found, expected, made) in
        [(judge(direct, 0), Standing::Revoked, LIST), (judge(below, 1), good, LIST), (judge(below, 0), good, EMPTY)]
    {
        let Some(standing) = found else { continue };
        assert_eq!(standing, expected);
        assert!(!is_der || holds(data, signed(made)), "nobody has signed it");
    }
    assert!(direct.judge_list(0, &list, &rules, LATE, Grace::Allowed).is_err(), "out of date");
});
