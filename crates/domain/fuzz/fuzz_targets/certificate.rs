//! Whatever an authority signs: what is read of a certificate keeps its bounds, and answers about other certificates say
//! nothing of it.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use url::Url;
use wardkey_domain::factor::smartcard::{
    Card, CardIdentifier, Grace, RevocationList, RevocationRules, SmartcardRules, StatusSource, fuzz,
};
use wardkey_domain_fuzz::{NOW, card_rules, cards, certificates, holds};

const GOOD: &[u8] = include_bytes!("../fixtures/good.der");

static RULES: LazyLock<[SmartcardRules; 5]> = LazyLock::new(|| CardIdentifier::ALL.map(card_rules));
static DIRECT: LazyLock<Card> = LazyLock::new(|| {
    let [direct, _] = cards(&card_rules(CardIdentifier::Certificate));
    direct
});
static LIST: LazyLock<RevocationList> =
    LazyLock::new(|| RevocationList::parse(include_bytes!("../fixtures/list.der")).unwrap());

fuzz_target!(|data: &[u8]| {
    let path = certificates(data);
    if path.len() < 2 {
        return;
    }
    let (rules, length) = (RevocationRules::default(), path.len());
    for rules_of_card in RULES.iter() {
        let Ok(card) = fuzz::unchecked(rules_of_card, path.clone()) else { continue };
        let text = card.identifier();
        assert!((1..=200).contains(&text.len()) && !text.trim().is_empty() && !text.chars().any(char::is_control));
        for (place, address) in card.addresses().iter().enumerate() {
            let is_plain = address.is_ascii() && !address.bytes().any(|byte| byte.is_ascii_uppercase());
            assert!(is_plain && !address.is_empty() && !card.addresses()[..place].contains(address));
        }
        assert_eq!(card.questions().len(), length - 1);
        for (number, question) in card.questions().iter().enumerate() {
            assert!(question.sources.len() <= 4);
            assert!(question.sources.is_empty() || !question.is_unpublished());
            for source in &question.sources {
                let (StatusSource::Responder { address, .. } | StatusSource::List { address }) = source;
                let url = Url::parse(address).expect("an address");
                assert!(address.len() <= 2048 && ["http", "https"].contains(&url.scheme()) && url.has_host());
                if let StatusSource::Responder { request, .. } = source {
                    assert_eq!(fuzz::rewritten(request).as_ref(), Some(request));
                }
            }
            // Whoever has the same issuer and number is the same certificate.
            if card.judge_response(number, GOOD, &rules, NOW, Grace::None).is_ok() {
                assert_eq!(card.certificate(number), DIRECT.certificate(0));
            }
            if card.judge_list(number, &LIST, &rules, NOW, Grace::None).is_ok() {
                assert!(holds(&path[number], b"Example Root"), "another issuer's list");
            }
        }
    }
});
