//! The moves around a smartcard: as the second factor, and a new one.

use crate::access::Policies;
use crate::directory::AccountAddress;
use crate::factor::FactorKind;
use crate::factor::smartcard::{self, CardFailure, CardState, Linking, PresentedCard, Verdict};
use crate::op::Op;
use crate::signin::proceed::still_counts;
use crate::signin::stage::Stage;
use crate::signin::{Effect, EnrolledFactor, Flow, Person, Refusal, SignInRules, Step};

impl Flow {
    pub(super) fn card_presented(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        cards: &[CardState],
        card: Result<PresentedCard, CardFailure>,
    ) -> Step {
        if !self.stage.awaits_second_factor() || self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        let verdict = card.map_or_else(Verdict::Refuse, |card| smartcard::verify(cards, &card, op.now));
        match verdict {
            // SECURITY: one that was shown elsewhere before this was asked for.
            Verdict::Accept { proof, .. } if self.request.fresh_since.is_some_and(|since| proof.at() < since) => {
                Step::Refused(Some(self), Refusal::CardFailed(CardFailure::TooLate))
            }
            Verdict::Accept { proof, credential } => {
                // SECURITY: a card that was removed meanwhile, or that the account may not use, proves nothing.
                let ours =
                    |factor: &&EnrolledFactor| factor.credential == credential && factor.kind == FactorKind::Smartcard;
                if !person.factors.iter().find(ours).is_some_and(|factor| still_counts(person, factor)) {
                    return Step::Refused(Some(self), Refusal::FactorNotUsable);
                }
                let mut effects = self.withdraw();
                effects.push(Effect::NoteUse { credential });
                self.stage = Stage::SecondFactor { chosen: None };
                self.add(proof);
                self.proceed(rules, policies, person, effects)
            }
            Verdict::Refuse(failure) => Step::Refused(Some(self), Refusal::CardFailed(failure)),
        }
    }

    pub(super) fn enrolment_card_presented(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        address: &AccountAddress,
        card: Result<PresentedCard, CardFailure>,
    ) -> Step {
        let Stage::EnrolCard(credential) = self.stage else {
            return Step::Refused(Some(self), Refusal::WrongStep);
        };
        if !self.may_enrol(policies, person) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        if !self.may_finish(rules, policies, person, FactorKind::Smartcard) {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
        let linking = card
            .map_or_else(Linking::Refuse, |card| smartcard::link(&rules.smartcard, &card, credential, address, op.now));
        match linking {
            Linking::Accept { proof, record, names_owner } => {
                let effects = vec![Effect::EnrolCard { credential, account: person.id, card: record }];
                self.stage = Stage::SecondFactor { chosen: None };
                // A card that names its owner says who the person is, as an activation code does.
                if names_owner {
                    self.add(proof);
                } else {
                    self.add_enrolled(proof);
                }
                self.proceed(rules, policies, person, effects)
            }
            Linking::Refuse(failure) => Step::Refused(Some(self), Refusal::CardFailed(failure)),
        }
    }
}
