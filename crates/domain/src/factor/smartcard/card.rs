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
    read(rules, &chain::build(rules, chain, now)?)
}

/// Reads what a card says of itself, once its path was checked.
pub(super) fn read(rules: &SmartcardRules, path: &Path) -> Result<Card, CardFailure> {
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
    let (questions, links) = questions(path).ok_or(CardFailure::Unreadable)?;
    Ok(Card { identity: identity(&parts), addresses: identifier::addresses(&leaf), identifier, questions, links })
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

    /// What tells the certificate of a question from every other: its issuer and its number [RFC 5280 §4.1.2.2].
    ///
    /// # Errors
    /// There is no question of this number.
    pub fn certificate(&self, question: usize) -> Result<TokenHash, StatusFailure> {
        let link = self.link(question)?;
        Ok(identity(&[&link.issuer_name, &link.issuer_key_hash, &link.serial]))
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

#[cfg(test)]
mod tests {
    use rcgen::string::{BmpString, PrintableString, TeletexString};
    use rcgen::{CertificateParams, CrlDistributionPoint, DnType, DnValue, OtherNameValue, SanType, SerialNumber};

    use super::super::testing::{self, LIST, NOW, RESPONDER, below, card, responders, root, rules};
    use super::super::{StatusSource, der};
    use super::*;

    type Change = fn(&mut CertificateParams);

    const UPN: [u64; 10] = [1, 3, 6, 1, 4, 1, 311, 20, 2, 3];

    fn name(params: &mut CertificateParams, oid: &[u64], value: impl Into<DnValue>) {
        params.distinguished_name.push(DnType::CustomDnType(oid.to_vec()), value);
    }

    fn principal(params: &mut CertificateParams, value: &str) {
        params.subject_alt_names.push(SanType::OtherName((UPN.to_vec(), OtherNameValue::Utf8String(value.to_owned()))));
    }

    fn read(identifier: CardIdentifier, change: Change) -> Result<String, CardFailure> {
        let root = root("Root");
        let rules = SmartcardRules { identifier, ..rules(&[&root]) };
        inspect(&rules, &[card(&root, change)], NOW).map(|card| card.identifier().to_owned())
    }

    #[test]
    fn a_card_says_who_holds_it_where_the_rules_look() {
        let cases: [(CardIdentifier, Change, &str); 7] = [
            (CardIdentifier::CommonName, |_| {}, "555000111222"),
            (CardIdentifier::SerialNumber, |params| name(params, &[2, 5, 4, 5], "GB-7"), "GB-7"),
            (
                CardIdentifier::UserId,
                |params| name(params, &[0, 9, 2342, 19_200_300, 100, 1, 1], "oloughlin"),
                "oloughlin",
            ),
            (CardIdentifier::PrincipalName, |params| principal(params, "O.Jones@Example.org"), "O.Jones@Example.org"),
            (CardIdentifier::Certificate, |_| {}, "123456789abcdef0"),
            (
                CardIdentifier::SerialNumber,
                |params| name(params, &[2, 5, 4, 5], DnValue::BmpString(BmpString::try_from("Zoë").unwrap())),
                "Zoë",
            ),
            (
                CardIdentifier::SerialNumber,
                |params| name(params, &[2, 5, 4, 5], DnValue::PrintableString(PrintableString::try_from("7").unwrap())),
                "7",
            ),
        ];
        for (identifier, change, expected) in cases {
            assert_eq!(read(identifier, change).as_deref(), Ok(expected));
        }
    }

    #[test]
    fn a_card_that_does_not_say_once_who_holds_it_is_refused() {
        let cases: [(CardIdentifier, Change, &str); 11] = [
            (CardIdentifier::SerialNumber, |_| {}, "missing"),
            (CardIdentifier::PrincipalName, |_| {}, "no other names at all"),
            (
                CardIdentifier::PrincipalName,
                |params| params.subject_alt_names.push(SanType::Rfc822Name("a@example.org".try_into().unwrap())),
                "another kind of name",
            ),
            (CardIdentifier::CommonName, |params| name(params, &[2, 5, 4, 3], "Mary Jones"), "two common names"),
            (CardIdentifier::CommonName, |params| name(params, &[2, 5, 4, 3], "555000111222"), "the same one twice"),
            (
                CardIdentifier::PrincipalName,
                |params| {
                    principal(params, "a@example.org");
                    principal(params, "b@example.org");
                },
                "two principal names",
            ),
            (CardIdentifier::SerialNumber, |params| name(params, &[2, 5, 4, 5], ""), "empty"),
            (CardIdentifier::SerialNumber, |params| name(params, &[2, 5, 4, 5], " "), "blank"),
            (CardIdentifier::SerialNumber, |params| name(params, &[2, 5, 4, 5], "a".repeat(201)), "too long"),
            (CardIdentifier::SerialNumber, |params| name(params, &[2, 5, 4, 5], "a\0b"), "with a control character"),
            (
                CardIdentifier::SerialNumber,
                |params| {
                    let text = TeletexString::try_from("7").unwrap();
                    name(params, &[2, 5, 4, 5], DnValue::TeletexString(text));
                },
                "in letters that nobody reads alike",
            ),
        ];
        for (identifier, change, why) in cases {
            assert_eq!(read(identifier, change), Err(CardFailure::NoIdentifier), "{why}");
        }
        let longest = read(CardIdentifier::SerialNumber, |params| name(params, &[2, 5, 4, 5], "a".repeat(200)));
        assert_eq!(longest.map(|text| text.len()), Ok(200));
    }

    #[test]
    fn the_same_person_has_the_same_identity() {
        let (root, other) = (root("Root"), other_root());
        let middle = below(&root, "Middle", |_| {});
        let rules = rules(&[&root, &other]);
        let of = |chain: &[Vec<u8>], rules: &SmartcardRules| inspect(rules, chain, NOW).unwrap().identity();
        let first = of(&[card(&root, |_| {})], &rules);
        let renewed = card(&root, |params| params.serial_number = Some(SerialNumber::from_slice(&[9])));
        assert_eq!(of(std::slice::from_ref(&renewed), &rules), first, "another certificate");
        assert_eq!(of(&[card(&middle, |_| {}), middle.der().to_vec()], &rules), first, "another authority between");
        assert_ne!(of(&[card(&other, |_| {})], &rules), first, "another authority");
        let somebody = card(&root, |params| params.distinguished_name.push(DnType::CommonName, "555000111223"));
        assert_ne!(of(&[somebody], &rules), first, "another name");
        let by_number = SmartcardRules { identifier: CardIdentifier::Certificate, ..rules };
        let numbered = of(&[card(&root, |_| {})], &by_number);
        assert_eq!(of(&[card(&root, |_| {})], &by_number), numbered);
        assert_ne!(of(&[renewed], &by_number), numbered, "another number");
        let below = of(&[card(&middle, |_| {}), middle.der().to_vec()], &by_number);
        assert_ne!(below, numbered, "the same number of another issuer");
        let named = SmartcardRules { identifier: CardIdentifier::SerialNumber, ..by_number };
        let same_text = card(&root, |params| name(params, &[2, 5, 4, 5], "123456789abcdef0"));
        assert_ne!(of(&[same_text], &named), numbered, "the same text in another place");
    }

    fn other_root() -> testing::Issuer {
        root("Other")
    }

    #[test]
    fn a_card_carries_addresses() {
        let root = root("Root");
        let certificate = card(&root, |params| {
            for address in ["Olwen.Jones@Example.org", "second@example.org"] {
                params.subject_alt_names.push(SanType::Rfc822Name(address.try_into().unwrap()));
            }
            params.subject_alt_names.push(SanType::DnsName("host.example.org".try_into().unwrap()));
            principal(params, "OLWEN.JONES@example.org");
            principal(params, "ojones@Corp.Example.org");
        });
        let card = inspect(&rules(&[&root]), &[certificate], NOW).unwrap();
        assert_eq!(card.addresses(), ["olwen.jones@example.org", "second@example.org", "ojones@corp.example.org"]);
        assert_eq!(format!("{card:?}"), "Card(..)");
    }

    #[test]
    fn each_certificate_of_the_path_is_asked_about() {
        let root = root("Root");
        let middle = below(&root, "Middle", |_| {});
        let card = inspect(&rules(&[&root]), &[card(&middle, |_| {}), middle.der().to_vec()], NOW).unwrap();
        let [own, above] = card.questions() else { panic!("two questions") };
        let [StatusSource::Responder { address, request }, StatusSource::List { address: list }] =
            own.sources.as_slice()
        else {
            panic!("a responder and a list")
        };
        assert_eq!((address.as_str(), list.as_str()), (RESPONDER, LIST));
        let item = der::Der::only(request, der::tag::SEQUENCE).unwrap();
        assert!(item.whole.ends_with(&testing::SERIAL));
        let [StatusSource::Responder { request: other, .. }] = above.sources.as_slice() else { panic!("a responder") };
        assert!(other.ends_with(&[0x02, 0x02, 0x4d, 0x01]) && !own.is_unpublished());
    }

    #[test]
    fn only_addresses_of_the_web_are_asked_and_four_at_most() {
        let root = root("Root");
        let of = |change: &dyn Fn(&mut CertificateParams)| {
            let certificate = card(&root, |params| {
                params.custom_extensions.clear();
                params.crl_distribution_points.clear();
                change(params);
            });
            inspect(&rules(&[&root]), &[certificate], NOW).unwrap().questions()[0].clone()
        };
        let lists = |addresses: &[&str]| {
            let uris = addresses.iter().map(|address| (*address).to_owned()).collect();
            vec![CrlDistributionPoint { uris }]
        };
        let unpublished = of(&|_| {});
        assert!(unpublished.is_unpublished() && unpublished.sources.is_empty());
        let issuer_only = of(&|params| params.custom_extensions.push(responders(&[])));
        assert!(issuer_only.is_unpublished());
        let directory = of(&|params| params.crl_distribution_points = lists(&["ldap://ldap.example.org/cn=list"]));
        assert!(!directory.is_unpublished() && directory.sources.is_empty());
        let many = of(&|params| {
            params.custom_extensions.push(responders(&[
                "http://a.example/",
                "file:///etc/passwd",
                "https://b.example/",
            ]));
            params.crl_distribution_points =
                lists(&["ldap://c.example/", "http:", "http://d.example/", "http://e.example/"]);
            params.crl_distribution_points.extend(lists(&["http://f.example/"]));
        });
        let addresses: Vec<&str> = many
            .sources
            .iter()
            .map(|source| match source {
                StatusSource::Responder { address, .. } | StatusSource::List { address } => address.as_str(),
            })
            .collect();
        assert_eq!(addresses, ["http://a.example/", "https://b.example/", "http://d.example/", "http://e.example/"]);
    }
}
