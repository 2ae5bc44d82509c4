//! The moves around an app that is asked: what its answer means, the codes that it shows instead, and binding a new one.

use crate::access::Policies;
use crate::credential::Label;
use crate::factor::push::{AskedApp, PushFailure, PushStanding, Verdict};
use crate::factor::{FactorKind, Proof, definition};
use crate::id::CredentialId;
use crate::op::Op;
use crate::signin::proceed::still_counts;
use crate::signin::stage::Stage;
use crate::signin::{Challenge, Dispatch, DispatchTo, Effect, Flow, Person, Refusal, SignInRules, Step};

impl Flow {
    /// Asks an app, in place of whatever `effects` take back.
    #[expect(clippy::too_many_arguments, reason = "what `dispatch_requested` has found out")]
    pub(super) fn ask_app(
        mut self,
        op: &Op,
        rules: &SignInRules,
        person: &Person,
        credential: CredentialId,
        to: DispatchTo,
        dispatch: &Dispatch,
        mut effects: Vec<Effect>,
    ) -> Step {
        self.dispatches = self.dispatches.saturating_add(1);
        self.again_at = Some(op.now.plus(rules.wait_after(self.dispatches)));
        let asked = AskedApp {
            credential,
            request: dispatch.request,
            number: dispatch.number,
            asked_at: op.now,
            expires_at: op.now.plus(rules.push.lifetime),
        };
        let is_new = matches!(to, DispatchTo::NewApp(_));
        effects.push(Effect::AskApp { to, asked });
        if is_new {
            self.stage = Stage::ConfirmApp(asked);
            return Step::Ask(self, Challenge::ConfirmApp { asked }, effects);
        }
        self.stage = Stage::App(asked);
        Step::Ask(self, Challenge::App { asked, several: person.factors.len() > 1 }, effects)
    }

    /// Goes from the request to an app to the code that it shows; what was asked is taken back.
    pub(super) fn code_instead(mut self, rules: &SignInRules, policies: &Policies, person: &Person) -> Step {
        let chosen = self.stage.credential().filter(|_| self.stage.awaits_second_factor());
        let factor = person.factors.iter().find(|factor| Some(factor.credential) == chosen);
        let Some(factor) = factor.filter(|_| self.account == Some(person.id)) else {
            return Step::Refused(Some(self), Refusal::WrongStep);
        };
        if !definition(factor.kind).has_codes {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if !self.takes_app_codes() {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
        let effects = self.withdraw();
        self.stage = Stage::AppCode(factor.credential);
        self.proceed(rules, policies, person, effects)
    }

    /// Whether a code of an app that is asked counts here.
    ///
    /// SECURITY: not in a step-up, nor where an app moves: a backup that was stolen has its codes, and whoever has those must
    /// neither add nor remove nor move anything.
    pub const fn takes_app_codes(&self) -> bool {
        self.request.moving.is_none() && !self.is_step_up()
    }

    pub(super) fn app_checked(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        standing: PushStanding,
    ) -> Step {
        let Stage::App(asked) = self.stage else {
            return Step::Refused(Some(self), Refusal::WrongStep);
        };
        if self.account != Some(person.id) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        let ours = person.factors.iter().find(|factor| factor.credential == asked.credential);
        // SECURITY: an app that was removed meanwhile proves nothing.
        if ours.is_none_or(|factor| !still_counts(person, factor)) {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
        match judge(asked, standing, op) {
            Judged::Accepted(proof) => {
                let used = Effect::NoteUse { credential: asked.credential };
                // SECURITY: what was asked is let go of, so that its answer is good once.
                self.stage = Stage::SecondFactor { chosen: None };
                self.add(proof);
                self.proceed(rules, policies, person, vec![used])
            }
            Judged::Pending => {
                let several = person.factors.len() > 1;
                Step::Ask(self, Challenge::App { asked, several }, Vec::new())
            }
            Judged::Reported => Step::Refused(None, Refusal::Reported),
            // The page stays: it says what became of the request, and offers another.
            Judged::Failed(refusal) => Step::Refused(Some(self), refusal),
        }
    }

    /// Goes on once an app has used the code that binds it: asks it for the number on the page, so that whoever saw the code
    /// from afar cannot finish.
    pub(super) fn binding_checked(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        bound: bool,
        dispatch: &Dispatch,
    ) -> Step {
        let Stage::BindApp(binding) = &self.stage else {
            return Step::Refused(Some(self), Refusal::WrongStep);
        };
        if !self.may_enrol(policies, person) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        if !self.may_finish(rules, policies, person, FactorKind::Push) {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
        if !bound {
            let binding = binding.clone();
            return Step::Ask(self, Challenge::BindApp { binding }, Vec::new());
        }
        let credential = binding.credential;
        self.again_at = None;
        self.ask_app(op, rules, person, credential, DispatchTo::NewApp(credential), dispatch, Vec::new())
    }

    pub(super) fn enrolment_app_checked(
        mut self,
        op: &Op,
        rules: &SignInRules,
        policies: &Policies,
        person: &Person,
        label: Label,
        standing: PushStanding,
    ) -> Step {
        let Stage::ConfirmApp(asked) = self.stage else {
            return Step::Refused(Some(self), Refusal::WrongStep);
        };
        if !self.may_enrol(policies, person) {
            return Step::Refused(Some(self), Refusal::WrongStep);
        }
        if let Err(refusal) = person.admit() {
            return Step::Refused(None, refusal);
        }
        if !self.may_finish(rules, policies, person, FactorKind::Push) {
            return Step::Refused(Some(self), Refusal::FactorNotUsable);
        }
        match judge(asked, standing, op) {
            Judged::Accepted(proof) => {
                let effects = vec![Effect::EnrolApp { credential: asked.credential, account: person.id, label }];
                self.stage = Stage::SecondFactor { chosen: None };
                self.add_enrolled(proof);
                self.proceed(rules, policies, person, effects)
            }
            Judged::Pending => Step::Ask(self, Challenge::ConfirmApp { asked }, Vec::new()),
            Judged::Reported => Step::Refused(None, Refusal::Reported),
            Judged::Failed(refusal) => Step::Refused(Some(self), refusal),
        }
    }
}

/// What a request amounts to for a flow.
enum Judged {
    Accepted(Proof),
    Pending,
    Reported,
    Failed(Refusal),
}

fn judge(asked: AskedApp, standing: PushStanding, op: &Op) -> Judged {
    match asked.verify(standing, op.now) {
        Verdict::Accept(proof) => Judged::Accepted(proof),
        Verdict::Pending => Judged::Pending,
        Verdict::Refuse(PushFailure::Reported) => Judged::Reported,
        Verdict::Refuse(failure) => Judged::Failed(Refusal::AppFailed(failure)),
    }
}
