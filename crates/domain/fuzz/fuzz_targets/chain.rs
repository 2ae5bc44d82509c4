//! Whatever a card shows: it is taken only when its own certificate is one that an authority has signed, unchanged.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use wardkey_domain::factor::smartcard::{
    Authorities, Card, CardIdentifier, SmartcardRules, Standing, inspect, present,
};
use wardkey_domain_fuzz::{BELOW, DIRECT, LATE, MAKER, MIDDLE, NOW, card_rules, cards, certificates, holds, signed};

static RULES: LazyLock<[(SmartcardRules, [Card; 2]); 5]> = LazyLock::new(|| {
    CardIdentifier::ALL.map(|identifier| {
        let rules = card_rules(identifier);
        let cards = cards(&rules);
        (rules, cards)
    })
});
static ELSEWHERE: LazyLock<SmartcardRules> = LazyLock::new(|| SmartcardRules {
    authorities: Authorities::new(vec![MAKER.to_vec()]).unwrap(),
    ..SmartcardRules::default()
});

fuzz_target!(|data: &[u8]| {
    let chain = certificates(data);
    for (rules, good) in RULES.iter() {
        let Ok(card) = inspect(rules, &chain, NOW) else { continue };
        let place = [DIRECT, BELOW].iter().position(|good| signed(good) == signed(&chain[0]));
        let place = place.expect("a certificate that nobody has signed");
        assert_eq!([DIRECT, BELOW][place], chain[0]);
        assert!(place == 0 || holds(data, signed(MIDDLE)), "nobody stands between");
        assert_eq!((card.identity(), card.identifier()), (good[place].identity(), good[place].identifier()));
        assert_eq!((card.addresses(), card.questions()), (good[place].addresses(), good[place].questions()));
        // It proves nothing before somebody was asked about each of its certificates.
        let standing = Some(Standing::Good { fresh_until: NOW });
        assert!(present(rules, &card, &vec![standing; place + 1], NOW).is_ok());
        assert!(present(rules, &card, &vec![standing; place], NOW).is_err());
        assert!(inspect(rules, &chain, LATE).is_err(), "out of date");
    }
    assert!(inspect(&ELSEWHERE, &chain, NOW).is_err(), "another authority's");
});
