//! How long it takes to publish a thousand policies for a thousand organisations, and to replay a million sign-ins under them.

use std::io;
use std::time::{Duration, Instant};

use wardkey_domain::access::history::{KeptSignIn, Shown};
use wardkey_domain::access::{ClientKind, Country, Device, FactorSet, GraceUsed, Hold, Risk};
use wardkey_domain::directory::{AccountKind, Role};
use wardkey_domain::factor::FactorKind;
use wardkey_domain::id::{AccountId, OrganisationId};
use wardkey_domain::session::Strength;
use wardkey_testkit::{EngineKind, TestApp};
use wardkey_usecases::access::{Publication, publish_policies, replay_now};

const ORGANISATIONS: u32 = 1_000;
const POLICIES: u32 = 1_000;
const SIGN_INS: u32 = 1_000_000;
const PEOPLE: u32 = 50_000;
/// How many are written in one transaction.
const PAGE: u32 = 10_000;

/// What was measured.
pub struct Figures {
    /// Checking and publishing the set, until it counts.
    pub publish_ms: f64,
    /// Replaying every sign-in under it.
    pub replay_s: f64,
    /// How many sign-ins would have been harder, of a thousand: the replay has something to find.
    pub harder_per_mille: f64,
}

/// Measures both on an engine.
pub async fn measure(engine: EngineKind) -> io::Result<Figures> {
    let test = TestApp::on_engine(engine).await;
    let mut organisations = Vec::new();
    for number in 0..ORGANISATIONS {
        let (code, address) = (format!("Y{number:05}"), format!("administrator@practice-{number}.example"));
        test.add_organisation(&code, "").await;
        organisations.push(test.add_account(&code, &address).await.organisation);
        test.give_role(&address, Role::LocalAdministrator, &code).await;
        test.hold_factor(&address, FactorKind::Totp).await;
    }
    test.add_account("Y00000", "safe@practice-0.example").await;
    test.give_role("safe@practice-0.example", Role::TenantAdministrator, "Y00000").await;
    test.hold_factor("safe@practice-0.example", FactorKind::WebAuthn).await;

    let text = document();
    let began = Instant::now();
    let published = publish_policies(&test.app, &test.operator(), &text, None, "measure it").await;
    let publish_ms = began.elapsed().as_secs_f64() * 1_000.0;
    if !matches!(published, Ok(Publication::Published(_))) {
        return Err(io::Error::other(format!("the policies are not published: {published:?}")));
    }

    for page in 0..SIGN_INS / PAGE {
        let sign_ins = (page * PAGE..(page + 1) * PAGE).filter_map(|number| sign_in(&test, &organisations, number));
        test.keep_sign_ins(sign_ins).await;
    }
    let began = Instant::now();
    let replayed = replay_now(&test.app, &test.operator(), &text, |_| ()).await.map_err(io::Error::other)?;
    let replay_s = began.elapsed().as_secs_f64();
    let found = replayed.map_err(|problems| io::Error::other(problems.join("; ")))?;
    if found.sign_ins != u64::from(SIGN_INS) || found.totals.harder() == 0 {
        return Err(io::Error::other(format!("{} sign-ins were replayed", found.sign_ins)));
    }
    let harder_per_mille = found.totals.harder() as f64 * 1_000.0 / f64::from(SIGN_INS);
    Ok(Figures { publish_ms, replay_s, harder_per_mille })
}

/// A policy for each organisation: from abroad nobody comes in, or a key is asked for, or an hour is the limit.
fn document() -> String {
    let mut text = "break-glass = [\"safe@practice-0.example\"]\n".to_owned();
    for number in 0..POLICIES {
        let then = match number % 3 {
            0 => "then = \"block\"",
            1 => "then = \"require\"\nstrength = \"phishing_resistant\"",
            _ => "then = \"controls-only\"\nfrequency = \"1 h\"",
        };
        text.push_str(&format!(
            "\n[[policy]]\nname = \"Policy {number}\"\nstate = \"on\"\n{then}\n\n[policy.include]\n\
             people = [\"organisation:Y{number:05}\"]\n\n[policy.exclude]\ncountries = [\"GB\"]\n"
        ));
    }
    text
}

/// Each person signs in many times, from home or abroad, on the way to our own pages.
fn sign_in(test: &TestApp, organisations: &[OrganisationId], number: u32) -> Option<(OrganisationId, KeptSignIn)> {
    let person = number % PEOPLE;
    let organisation = *organisations.get(usize::try_from(person % ORGANISATIONS).ok()?)?;
    let entropy = {
        let mut entropy = [0; 10];
        entropy.iter_mut().zip(person.to_be_bytes()).for_each(|(byte, digit)| *byte = digit);
        entropy
    };
    let now = test.app.now();
    let at = now.minus(Duration::from_secs(u64::from(SIGN_INS - number) * 2));
    let shown = |factor| Shown { factor, at, is_enrolment: false };
    let known = KeptSignIn {
        account: AccountId::new(now, entropy),
        kind: AccountKind::User,
        created_at: now.minus(Duration::from_secs(86_400 * 400)),
        roles: Vec::new(),
        groups: Vec::new(),
        organisations: vec![organisation],
        factors: [FactorKind::Totp].into_iter().collect::<FactorSet>(),
        hold: Hold::None,
        excepted_until: None,
        postponed_until: None,
        grace: GraceUsed { was_registered: true, ..GraceUsed::default() },
        application: None,
        asked: Strength::OneFactor,
        client: ClientKind::Browser,
        address: "198.51.100.7".parse().ok(),
        country: Country::parse(if number % 25 == 0 { "FR" } else { "GB" }).ok(),
        device: Device::Known,
        risk: Some(Risk::None),
        remembered: None,
        at,
        shown: vec![shown(FactorKind::Password), shown(FactorKind::Totp)],
        by_session: false,
    };
    Some((organisation, known))
}
