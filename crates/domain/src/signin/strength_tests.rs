//! The property that no set of enrolled factors reaches a strength it should not, by whatever way through a sign-in.

use proptest::prelude::*;

use super::card_tests::{self, card_factor};
use super::key_tests::{journey, key, registers, shows_key, shows_passkey};
use super::pass_tests::{RIGHT, is_spent, pass_factor, types};
use super::recovery_tests::{self, are_used_up, puts_off, recovers, recovery_factor};
use super::telephone_tests::{dispatch, number};
use super::tests::{Journey, NEW_SEED, SEED, code, enrolled, factor, fresh_key, new_binding, person};
use super::*;
use crate::credential::Permit;
use crate::factor::webauthn::{KeyChallenge, vectors};
use crate::factor::{CoreFactors, FactorKind};
use crate::id::CredentialId;

/// What was really shown, as somebody who watches would say, whatever the engine makes of it.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Watched {
    pub(super) password: bool,
    pub(super) key: bool,
    pub(super) card: bool,
    pub(super) code: bool,
    pub(super) text: bool,
    pub(super) pass: bool,
    pub(super) recovery: bool,
    pub(super) new_key: bool,
    pub(super) new_card: bool,
    pub(super) new_code: bool,
    pub(super) new_text: bool,
}

impl Watched {
    /// The most that this is worth, said again without the registry of factors: a mistake there is a mistake here only if it is
    /// made twice.
    pub(super) fn worth(self, setting: &Setting, pass_signs_in: bool) -> Option<Strength> {
        let app = self.code || self.new_code;
        let has = self.key || self.new_key || self.card || self.new_card || app || (self.pass && pass_signs_in);
        let text = self.text || self.new_text || self.recovery;
        // A key checks who holds it.
        let is_known = self.password || self.key || self.new_key;
        if has && is_known {
            // A card does not say whether it checked who holds it, and counts beside what somebody knows.
            // What is enrolled just now resists phishing where the strongest that there was has been shown before it.
            let was_shown = if setting.has_totp { self.code } else { self.text };
            let resists = self.key || self.card || ((self.new_key || self.new_card) && was_shown);
            Some(if resists { Strength::PhishingResistant } else { Strength::MultiFactorUnrestricted })
        } else if text && is_known {
            Some(Strength::MultiFactor)
        } else {
            (has || is_known || text).then_some(Strength::OneFactor)
        }
    }

    fn of_its_owner(self) -> bool {
        let held = self.key || self.new_key || self.card || self.new_card;
        held || self.code || self.new_code || self.text || self.new_text
    }
}

/// What the account has, what an organisation has set, and what is asked for.
#[derive(Clone, Debug)]
pub(super) struct Setting {
    pub(super) has_key: bool,
    pub(super) has_card: bool,
    pub(super) has_totp: bool,
    pub(super) has_text: bool,
    pub(super) pass: Option<GivenPass>,
    pub(super) has_codes: bool,
    pub(super) passkey_alone: bool,
    /// Whether the vectors' new key answers in this sign-in, or the one that is enrolled: each signs one challenge.
    pub(super) makes_key: bool,
    pub(super) asked: Strength,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct GivenPass {
    multi_use: bool,
    only_to_enrol: bool,
}

pub(super) fn setting() -> impl Strategy<Value = Setting> {
    let pass = prop::option::of((any::<bool>(), any::<bool>()));
    let pass = pass.prop_map(|pass| pass.map(|(multi_use, only_to_enrol)| GivenPass { multi_use, only_to_enrol }));
    let asked = prop::sample::select(vec![
        Strength::MultiFactor,
        Strength::MultiFactor,
        Strength::MultiFactorUnrestricted,
        Strength::PhishingResistant,
    ]);
    let has = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (has, pass, any::<bool>(), any::<bool>(), asked).prop_map(
        |((has_key, has_card, has_totp, has_text, has_codes), pass, passkey_alone, makes_key, asked)| Setting {
            has_key,
            has_card,
            has_totp,
            has_text,
            has_codes,
            pass,
            passkey_alone,
            makes_key,
            asked,
        },
    )
}

impl Setting {
    pub(super) fn challenge(&self) -> KeyChallenge {
        if self.makes_key { vectors::registering().1 } else { vectors::showing(None).0 }
    }

    pub(super) fn begin(&self) -> Journey {
        let mut factors = Vec::new();
        factors.extend(self.pass.map(|_| pass_factor()));
        factors.extend(self.has_key.then(|| factor(key(), FactorKind::WebAuthn)));
        factors.extend(self.has_card.then(card_factor));
        factors.extend(self.has_totp.then(|| factor(enrolled(), FactorKind::Totp)));
        factors.extend(self.has_text.then(|| factor(mobile(), FactorKind::Sms)));
        // Whoever has codes has made them beside something else.
        factors.extend(
            (self.has_codes && factors.iter().any(|own| own.kind != FactorKind::TemporaryAccessPass))
                .then(recovery_factor),
        );
        let challenge = self.challenge();
        let request = SignInRequest { strength: self.asked, ..SignInRequest::portal() };
        let pass = self.pass.map(|given| PassUse { only_to_enrol: given.only_to_enrol });
        let mut journey = journey(Person { factors, pass, ..person() }, challenge, request);
        journey.rules.webauthn.passkey_alone = self.passkey_alone;
        let core = CoreFactors::default().with(FactorKind::WebAuthn, true);
        journey.rules.core = core.with(FactorKind::Smartcard, true);
        journey.rules.pass.only_to_enrol = self.pass.is_some_and(|pass| pass.only_to_enrol);
        journey
    }
}

fn mobile() -> CredentialId {
    CredentialId::new(super::tests::op(0).now, [60; 10])
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Deed {
    /// What the page asks for; where it offers a choice, this one.
    AsAsked {
        new: FactorKind,
    },
    Password,
    WrongPassword,
    Key,
    Card,
    Passkey,
    Code,
    AskText,
    Text,
    Pass,
    WrongPass,
    Recover,
    WrongRecover,
    PutOff,
    Choose(FactorKind),
    Confirm,
    ChooseNew(FactorKind),
    NewCode,
    NewKey,
    NewCard,
    Number,
    NewText,
    Look,
}

pub(super) fn deed() -> impl Strategy<Value = Deed> {
    use FactorKind::{RecoveryCode, Smartcard, Sms, TemporaryAccessPass, Totp, WebAuthn};
    let choose = prop::sample::select(vec![RecoveryCode, Smartcard, Sms, TemporaryAccessPass, Totp, WebAuthn])
        .prop_map(Deed::Choose);
    let new = || prop::sample::select(vec![Totp, WebAuthn, Smartcard, Sms]);
    let choose_new = new().prop_map(Deed::ChooseNew);
    prop_oneof![
        30 => new().prop_map(|new| Deed::AsAsked { new }),
        6 => Just(Deed::Password),
        1 => Just(Deed::WrongPassword),
        3 => Just(Deed::Key),
        3 => Just(Deed::Card),
        1 => Just(Deed::Passkey),
        3 => Just(Deed::Code),
        2 => Just(Deed::AskText),
        3 => Just(Deed::Text),
        3 => Just(Deed::Pass),
        1 => Just(Deed::WrongPass),
        3 => Just(Deed::Recover),
        1 => Just(Deed::WrongRecover),
        3 => Just(Deed::PutOff),
        4 => choose,
        4 => Just(Deed::Confirm),
        4 => choose_new,
        3 => Just(Deed::NewCode),
        3 => Just(Deed::NewKey),
        3 => Just(Deed::NewCard),
        2 => Just(Deed::Number),
        2 => Just(Deed::NewText),
        1 => Just(Deed::Look),
    ]
}

/// What somebody does who follows the page.
fn as_asked(page: Option<&str>, new: FactorKind) -> Deed {
    match page {
        None | Some("password") => Deed::Password,
        Some("key") => Deed::Key,
        Some("card") => Deed::Card,
        Some("pass") => Deed::Pass,
        Some("recovery-code") => Deed::Recover,
        Some("code") => Deed::Code,
        Some("send?") => Deed::AskText,
        Some("text") => Deed::Text,
        Some("self-enrol" | "recovered" | "recovered-must") => Deed::Confirm,
        Some("choose") => Deed::ChooseNew(new),
        Some("enrol") => Deed::NewCode,
        Some("enrol-key") => Deed::NewKey,
        Some("enrol-card") => Deed::NewCard,
        Some("number") => Deed::Number,
        Some("confirm-text") => Deed::NewText,
        Some(_) => Deed::Look,
    }
}

/// Does `deed`, and says what a watcher has seen since.
pub(super) fn does(journey: &mut Journey, setting: &Setting, deed: Deed, second: i64, mut seen: Watched) -> Watched {
    let person = journey.person.clone();
    match deed {
        Deed::AsAsked { new } => {
            let asked = as_asked(journey.log.last().map(String::as_str), new);
            seen = does(journey, setting, asked, second, seen);
        }
        Deed::Password => {
            journey.password(second, true);
            seen.password = true;
        }
        Deed::WrongPassword => {
            journey.password(second, false);
        }
        Deed::Key => {
            shows_key(journey, second);
            seen.key |= setting.has_key && !setting.makes_key;
        }
        Deed::Card => {
            card_tests::shows(journey, second, Ok(card_tests::presented(second, "5")));
            seen.card |= setting.has_card;
        }
        Deed::Passkey => {
            shows_passkey(journey, second);
            seen.key |= setting.has_key && !setting.makes_key;
        }
        Deed::Code => {
            journey.code(second, code(&SEED, second));
            seen.code |= setting.has_totp;
        }
        Deed::AskText => {
            journey.event(second, Event::DispatchRequested { person, dispatch: dispatch(second) });
        }
        Deed::Text => {
            if let Some((_, sent)) = journey.texts.last() {
                let code = sent.code;
                journey.event(second, Event::CodeSubmitted { person, permit: Permit::Now, states: vec![], code });
                seen.text = true;
            }
        }
        Deed::Pass => {
            let Some(pass) = setting.pass.filter(|_| journey.person.pass.is_some()) else { return seen };
            let before = journey.log.len();
            types(journey, second, pass.multi_use, RIGHT);
            seen.pass = true;
            let was_taken =
                journey.log.get(before).is_some_and(|word| !word.contains("factor") && !word.contains("step"));
            if was_taken && !pass.multi_use {
                is_spent(journey);
            }
        }
        Deed::WrongPass => {
            types(journey, second, true, "wrwr-wrwr-wrwr");
        }
        Deed::Recover => {
            let before = journey.log.len();
            recovers(journey, second, recovery_tests::RIGHT);
            let word = journey.log.get(before).map_or("", String::as_str);
            if word != "factor_not_usable" && word != "wrong_step" {
                seen.recovery = true;
                are_used_up(journey);
            }
        }
        Deed::WrongRecover => {
            recovers(journey, second, "333333333333333");
        }
        Deed::PutOff => {
            puts_off(journey, second);
        }
        Deed::Choose(kind) => {
            if let Some(credential) = person.factors.iter().find(|factor| factor.kind == kind).map(|f| f.credential) {
                journey.event(second, Event::CredentialChosen { person, credential });
            }
        }
        Deed::Confirm => {
            journey.confirm_enrolment(second);
        }
        Deed::ChooseNew(kind) => {
            let (new, binding) = (fresh_key(), new_binding());
            journey.event(second, Event::FactorChosen { person, kind, new, binding });
        }
        Deed::NewCode => {
            journey.enrolment_code(second, code(&NEW_SEED, second));
            seen.new_code = true;
        }
        Deed::NewKey => {
            registers(journey, second);
            seen.new_key |= setting.makes_key;
        }
        Deed::NewCard => {
            card_tests::links(journey, second, Ok(card_tests::presented(second, "7")));
            seen.new_card = true;
        }
        Deed::Number => {
            journey.event(second, Event::NumberEntered { person, number: number(), dispatch: dispatch(second) });
        }
        Deed::NewText => {
            if let Some((_, sent)) = journey.texts.last() {
                let code = sent.code;
                journey.enrolment_code(second, code);
                seen.new_text = true;
            }
        }
        Deed::Look => {
            journey.event(second, Event::Looked { person: Some(person) });
        }
    }
    seen
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2_000))]

    #[test]
    fn no_set_of_enrolled_factors_reaches_a_strength_that_it_should_not(
        setting in setting(),
        deeds in prop::collection::vec(deed(), 1..12),
    ) {
        let mut journey = setting.begin();
        let has_own = journey.person.has_own_factor();
        let pass_signs_in = setting.pass.is_some_and(|pass| !pass.only_to_enrol && (pass.multi_use || has_own));
        let mut seen = Watched::default();
        for (index, deed) in deeds.into_iter().enumerate() {
            seen = does(&mut journey, &setting, deed, i64::try_from(index).unwrap() * 40 + 1, seen);
            let Some(signed_in) = &journey.done else { continue };
            let strength = signed_in.strength();
            prop_assert!(strength >= setting.asked, "{:?} is less than was asked for", strength);
            prop_assert!(Some(strength) <= seen.worth(&setting, pass_signs_in), "{:?} for {:?}", strength, seen);
            prop_assert!(seen.password || setting.passkey_alone, "without a password");
            prop_assert!(
                setting.pass.is_some() || !has_own || seen.key || seen.card || seen.code || seen.text || seen.recovery,
                "what is enrolled was passed by"
            );
            if setting.pass.is_some_and(|pass| pass.only_to_enrol) {
                prop_assert!(seen.of_its_owner() || seen.recovery, "a pass that is for enrolling signed somebody in");
            }
            break;
        }
    }
}

/// Every set of factors there is, each proved by what was enrolled before or just now.
#[test]
fn more_proofs_are_never_worth_less_and_only_what_resists_resists() {
    let kinds = FactorKind::ALL;
    let sets = 1_u32 << kinds.len();
    let set_of = |bits: u32| {
        kinds.into_iter().enumerate().filter(move |(index, _)| bits >> index & 1 == 1).map(|(_, kind)| kind)
    };
    for bits in 0..sets {
        let reached = Strength::of(set_of(bits));
        for more in 0..kinds.len() {
            assert!(Strength::of(set_of(bits | 1 << more)) >= reached, "{bits:b} and {more}");
        }
        let has = |wanted| set_of(bits).any(|kind| kind == wanted);
        let resists = has(FactorKind::WebAuthn) || (has(FactorKind::Smartcard) && has(FactorKind::Password));
        assert_eq!(reached == Some(Strength::PhishingResistant), resists, "{bits:b}");
        let enrolled_now = Strength::of_proofs(set_of(bits).map(|kind| (kind, true)));
        assert_eq!(enrolled_now, reached.map(|reached| reached.min(Strength::MultiFactorUnrestricted)), "{bits:b}");
        assert_eq!(Strength::of_proofs(set_of(bits).map(|kind| (kind, false))), reached);
    }
}
