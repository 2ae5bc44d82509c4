//! Smartcards: how many are read in a second on one core, beside how many signatures can be checked; and what a long list of those
//! that were revoked costs, beside hashing it.

use std::io;
use std::time::{Duration, Instant};

use aws_lc_rs::digest::{SHA256, digest};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_ASN1, ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair as _, UnparsedPublicKey,
};
use wardkey_domain::factor::smartcard::{
    Card, CardFailure, Grace, RevocationList, SmartcardRules, Standing, inspect, present,
};
use wardkey_domain::time::Timestamp;
use wardkey_testkit::CardAuthority;

/// How many certificates the long list has. An NHS-wide authority issues about a million cards.
const REVOKED: u64 = 200_000;
/// Figure and limit are measured in so many turns.
const TURNS: u32 = 4;
const TURN: Duration = Duration::from_millis(500);
/// The day on which the lists are good: 1 June 2026.
const NOW: Timestamp = Timestamp::from_seconds(1_780_272_000);

/// What was measured.
pub struct Figures {
    /// ECDSA on P-256, with SHA-256, on one core: the limit.
    pub verifications_per_second: f64,
    /// From the certificate that was shown to the card that is in order, with a short list that was read before.
    pub cards_per_second: f64,
    /// SHA-256 of the long list, which checking its signature needs at least.
    pub hash_ms: f64,
    /// From the bytes of the long list to the standing of the first card.
    pub first_card_ms: f64,
    /// The standing of another card on a list that was read.
    pub next_card_us: f64,
}

/// Measures all of it.
pub fn measure() -> io::Result<Figures> {
    let authority = CardAuthority::new("Bench smartcards");
    let rules = SmartcardRules { authorities: authority.trusted(), ..SmartcardRules::default() };
    let chain = authority.card_with_list("555254240107", "http://crl.example/list");
    let short = parsed(&authority.list(false))?;
    let verify = verification()?;
    let (mut verifications, mut cards) = (0.0, 0.0);
    for _ in 0..TURNS {
        verifications += rate(&verify)? / f64::from(TURNS);
        cards += rate(|| read(&rules, &chain, &short).map(drop))? / f64::from(TURNS);
    }
    let long = authority.list_of((0..REVOKED).map(|number| 1_000 + number * 7_919));
    let hash_ms = shortest_ms(|| {
        std::hint::black_box(digest(&SHA256, &long));
        Ok(())
    })?;
    let first_card_ms = shortest_ms(|| read(&rules, &chain, &parsed(&long)?).map(drop))?;
    let list = parsed(&long)?;
    let card = read(&rules, &chain, &list)?;
    let next_card_us = 1_000_000.0 / rate(|| judged(&rules, &card, &list).map(drop))?;
    Ok(Figures {
        verifications_per_second: verifications,
        cards_per_second: cards,
        hash_ms,
        first_card_ms,
        next_card_us,
    })
}

fn parsed(list: &[u8]) -> io::Result<RevocationList> {
    RevocationList::parse(list).map_err(io::Error::other)
}

/// Reads a card as the server does, but for fetching the list.
fn read(rules: &SmartcardRules, chain: &[Vec<u8>], list: &RevocationList) -> io::Result<Card> {
    let card = inspect(rules, chain, NOW).map_err(refused)?;
    let standing = judged(rules, &card, list)?;
    present(rules, &card, &[Some(standing)], NOW).map_err(refused)?;
    Ok(card)
}

fn refused(why: CardFailure) -> io::Error {
    io::Error::other(why.to_string())
}

fn judged(rules: &SmartcardRules, card: &Card, list: &RevocationList) -> io::Result<Standing> {
    card.judge_list(0, list, &rules.revocation, NOW, Grace::None).map_err(io::Error::other)
}

/// Checks one signature of a key.
fn verification() -> io::Result<impl Fn() -> io::Result<()>> {
    let random = SystemRandom::new();
    let pkcs8 = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &random).map_err(io::Error::other)?;
    let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, pkcs8.as_ref()).map_err(io::Error::other)?;
    let message = [7; 400];
    let signature = key.sign(&random, &message).map_err(io::Error::other)?;
    let public = key.public_key().as_ref().to_vec();
    Ok(move || {
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_ASN1, &public)
            .verify(&message, signature.as_ref())
            .map_err(io::Error::other)
    })
}

/// How often `work` is done in a second.
fn rate(work: impl Fn() -> io::Result<()>) -> io::Result<f64> {
    let (began, mut done) = (Instant::now(), 0_u32);
    while began.elapsed() < TURN {
        work()?;
        done += 1;
    }
    Ok(f64::from(done) / began.elapsed().as_secs_f64())
}

/// The shortest of a few times, in milliseconds.
fn shortest_ms(work: impl Fn() -> io::Result<()>) -> io::Result<f64> {
    let mut shortest = Duration::MAX;
    for _ in 0..7 {
        let began = Instant::now();
        work()?;
        shortest = shortest.min(began.elapsed());
    }
    Ok(shortest.as_secs_f64() * 1_000.0)
}
