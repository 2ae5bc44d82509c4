//! A decision in words: the same for whoever was asked, for what-if and for the command line [CA-10].

use wardkey_domain::access::history::{Experience, Reported};
use wardkey_domain::access::{
    Access, Applies, Baseline, BlockedBy, Condition, Considered, Decision, Frequency, GraceLeft, Grant, PolicyState,
    Reason, Registration, Requirement,
};
use wardkey_domain::factor::definition;
use wardkey_domain::session::Strength;

use super::Compiled;
use crate::moment::{ending, moment, span};

/// A decision in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// What it comes to, in a few words.
    pub outcome: String,
    /// What the person would be shown, step by step.
    pub steps: Vec<String>,
    /// Why, a sentence each, without a full stop.
    pub reasons: Vec<String>,
    /// What holds for the session, a sentence each.
    pub controls: Vec<String>,
    /// What it would come to if the policies that only report were on, where that is something else.
    pub would_be: Option<String>,
    /// Every policy, with what it made of it.
    pub policies: Vec<ExplainedPolicy>,
}

/// What one policy made of a sign-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedPolicy {
    /// Its name.
    pub name: String,
    /// Its state.
    pub state: PolicyState,
    /// Whether it applied, or would have.
    pub applies: bool,
    /// What it made of it, and if it did not apply, the first condition that was not met.
    pub words: &'static str,
}

impl Explained {
    /// A decision in words; `has_factor` says whether the person has a second factor.
    pub fn of(compiled: &Compiled, decision: &Decision, has_factor: bool) -> Self {
        let (controls, steps) = match &decision.access {
            Access::Blocked(_) => (Vec::new(), vec!["is told that they cannot sign in like this".to_owned()]),
            Access::Granted(grant) => (controls(grant), steps(grant, has_factor)),
        };
        let considered = compiled.policies.list().iter().zip(&decision.considered);
        Self {
            outcome: outcome(&decision.access),
            steps,
            reasons: reasons(compiled, &decision.access),
            controls,
            would_be: decision.would_be.as_ref().map(outcome),
            policies: considered
                .map(|(policy, Considered { applies, .. })| ExplainedPolicy {
                    name: policy.name.clone(),
                    state: policy.state,
                    applies: matches!(applies, Applies::Yes | Applies::WouldApply),
                    words: words(*applies),
                })
                .collect(),
        }
    }
}

/// Why a decision came to what it does, a sentence each, without a full stop.
pub(super) fn reasons(compiled: &Compiled, access: &Access) -> Vec<String> {
    match access {
        Access::Blocked(by) => vec![blocked(compiled, *by)],
        Access::Granted(grant) => grant.reasons.iter().map(|why| reason(compiled, *why)).collect(),
    }
}

/// What somebody met, in a few words.
pub const fn experience(met: Experience) -> &'static str {
    match met {
        Experience::Unprompted => "not asked for a second factor",
        Experience::Prompted => "asked for a second factor",
        Experience::MayRegister => "asked to set up a second way to sign in, and could skip it",
        Experience::MustRegister => "had to set up a way to sign in",
        Experience::Stranded => "could not come in with what they have",
        Experience::Blocked => "not let in",
    }
}

/// What a policy made of a sign-in, in a few words; `only_reported` where it was not on.
pub const fn reported(result: Reported, only_reported: bool) -> &'static str {
    match (result, only_reported) {
        (Reported::Success, _) => "what was shown is enough",
        (Reported::ActionRequired, false) => "asked for more",
        (Reported::ActionRequired, true) => "would have asked for more",
        (Reported::Failure, false) => "did not let the person in",
        (Reported::Failure, true) => "would not have let the person in",
    }
}

/// What a decision comes to, in a few words.
pub fn outcome(access: &Access) -> String {
    match access {
        Access::Blocked(_) => "nobody comes in".to_owned(),
        Access::Granted(grant) => {
            let required = requirement(grant.required);
            match grant.registration {
                Registration::NotNeeded => required,
                Registration::Due => format!("{required}; a way to sign in must be set up first"),
                Registration::CanWait(left) => {
                    format!("{required}; setting up a way to sign in can be skipped {}", wait(left))
                }
            }
        }
    }
}

fn requirement(required: Requirement) -> String {
    let strength = match required.strength {
        Strength::OneFactor => "the password is enough",
        Strength::MultiFactor => "the password and a second factor",
        Strength::MultiFactorUnrestricted => "the password and a second factor that is no text message and no call",
        Strength::PhishingResistant => "a factor that cannot be phished",
    };
    match required.among {
        None => strength.to_owned(),
        Some(among) => {
            let names: Vec<_> = among.iter().map(|kind| definition(kind).name.to_lowercase()).collect();
            format!("{strength}, one of: {}", names.join(", "))
        }
    }
}

fn wait(left: GraceLeft) -> String {
    match left {
        GraceLeft::Nothing => "no more".to_owned(),
        GraceLeft::Open { until, skips } => {
            let times = skips.map(|skips| format!("{skips} more {}", if skips == 1 { "time" } else { "times" }));
            let until = until.map(|until| format!("until {}", ending(until)));
            [times, until].into_iter().flatten().collect::<Vec<_>>().join(", ")
        }
    }
}

/// What the person is shown, as the end of a sentence about them.
fn steps(grant: &Grant, has_factor: bool) -> Vec<String> {
    let mut steps = vec!["enters their password".to_owned()];
    let asked = match grant.registration {
        Registration::CanWait(_) => grant.meanwhile,
        Registration::NotNeeded | Registration::Due => grant.required,
    };
    if asked.asks_for_second_factor() && has_factor {
        steps.push("is asked for a second way to sign in".to_owned());
    }
    match grant.registration {
        Registration::NotNeeded => {}
        Registration::Due if grant.may_register || has_factor => {
            steps.push(format!("must set up a {} way to sign in", if has_factor { "stronger" } else { "second" }));
        }
        Registration::Due => steps.push("is told to set up a second way at work, or with a pass".to_owned()),
        Registration::CanWait(left) => {
            steps.push(format!("is asked to set up a second way to sign in, and can skip this {}", wait(left)));
        }
    }
    if steps.len() == 1 {
        steps.push("is not asked for anything else".to_owned());
    }
    steps
}

fn controls(grant: &Grant) -> Vec<String> {
    let frequency = grant.controls.frequency.map(|frequency| match frequency {
        Frequency::EveryTime => "they are asked every time".to_owned(),
        Frequency::After(time) => format!("they are asked again after {}", span(time)),
    });
    let idle = grant.controls.idle.map(|idle| format!("the session ends after {} without use", span(idle)));
    let remember = grant.controls.remember.map(|most| match most.is_zero() {
        true => "the browser is never remembered".to_owned(),
        false => format!("the browser is remembered for {} at most", span(most)),
    });
    let closes = grant.controls.not_persistent.then(|| "the session ends with the browser".to_owned());
    [frequency, idle, remember, closes].into_iter().flatten().collect()
}

fn blocked(compiled: &Compiled, by: BlockedBy) -> String {
    match by {
        BlockedBy::Hold => "somebody else had the account, and it is held".to_owned(),
        BlockedBy::Policy(policy) => format!("the policy “{}” lets nobody in like this", name(compiled, policy)),
        BlockedBy::BrokenPolicy(policy) => {
            format!("the policy “{}” names something that is not there any more", name(compiled, policy))
        }
    }
}

fn name(compiled: &Compiled, policy: wardkey_domain::id::PolicyId) -> &str {
    compiled.names.get(&policy).map_or("?", String::as_str)
}

fn reason(compiled: &Compiled, why: Reason) -> String {
    match why {
        Reason::BreakGlass => "the account is for breaking glass: no policy is about it".to_owned(),
        Reason::Privileged => {
            "the account holds a privileged role: two factors everywhere, no text message and no call".to_owned()
        }
        Reason::Pinned => "somebody else had the account: two factors everywhere, for good".to_owned(),
        Reason::Excepted(until) => format!("prompts are suspended until {}", moment(until)),
        Reason::Postponed(until) => format!("an administrator has given the account until {}", ending(until)),
        Reason::Remembered(until) => {
            format!("a second factor was shown in this browser, which is remembered until {}", moment(until))
        }
        Reason::Baseline(Baseline::Standard) => "the standard baseline always asks for two factors".to_owned(),
        Reason::Baseline(Baseline::NamedLocation) => {
            "the named-location baseline asks for two factors outside of named locations".to_owned()
        }
        Reason::InLocation(location) => {
            let place = compiled.places.get(&location).map_or("a named location", String::as_str);
            format!("the network belongs to the named location “{place}”, where the baseline does not ask")
        }
        Reason::Policy(policy) => format!("the policy “{}” asks for more", name(compiled, policy)),
        Reason::AskedByApplication(_) => "the application asks for it".to_owned(),
    }
}

const fn words(applies: Applies) -> &'static str {
    match applies {
        Applies::Off => "off",
        Applies::Yes => "applied",
        Applies::WouldApply => "would apply, but only reports",
        Applies::NotMet(condition) => match condition {
            Condition::People => "did not apply: not about this person",
            Condition::Kind => "did not apply: not about this kind of account",
            Condition::Application => "did not apply: not about this application",
            Condition::Client => "did not apply: not about this kind of program",
            Condition::Location => "did not apply: not about this network",
            Condition::Country => "did not apply: not about this country",
            Condition::Device => "did not apply: not about this device",
            Condition::Held => "did not apply: not about the factors that this person has",
            Condition::Risk => "did not apply: the risk is lower",
        },
        Applies::Excluded(condition) => match condition {
            Condition::People => "did not apply: this person is excluded",
            Condition::Kind => "did not apply: this kind of account is excluded",
            Condition::Application => "did not apply: this application is excluded",
            Condition::Client => "did not apply: this kind of program is excluded",
            Condition::Location => "did not apply: this network is excluded",
            Condition::Country => "did not apply: this country is excluded",
            Condition::Device => "did not apply: this device is excluded",
            Condition::Held => "did not apply: the factors that this person has are excluded",
            Condition::Risk => "did not apply: this risk is excluded",
        },
    }
}
