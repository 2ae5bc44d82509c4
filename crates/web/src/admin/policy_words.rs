//! A policy in words: what it is about, and what it asks for.

use std::collections::HashMap;

use serde::Serialize;
use wardkey_domain::access::{ClientKind, Device, OutcomeText, PolicyState, PolicyText, Risk, ScopeText};
use wardkey_domain::directory::Role;
use wardkey_domain::id::PolicyId;
use wardkey_domain::session::Strength;

use super::policy::factor_names;
use crate::routes;

/// One policy.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PolicyRow {
    /// Where its page is.
    pub(crate) href: Option<String>,
    pub(crate) name: String,
    /// `on`, `report-only` or `off`.
    pub(crate) state: &'static str,
    /// What it is about, a line each; none for everybody, everywhere.
    pub(crate) about: Vec<String>,
    /// What it is not about.
    pub(crate) except: Vec<String>,
    /// What it asks for.
    pub(crate) asks: Vec<String>,
}

/// A policy in words.
pub(crate) fn row(policy: &PolicyText, names: &HashMap<PolicyId, String>) -> PolicyRow {
    let mut about = scope(&policy.include);
    about.extend(
        policy.holds_less_than.map(|least| format!("people whose factors reach less than {}", strength(least))),
    );
    about.extend(policy.risk_from.map(|risk| format!("sign-ins of {} risk or more", risk_word(risk))));
    let id = names.iter().find(|(_, name)| **name == policy.name).map(|(id, _)| id);
    PolicyRow {
        href: id.map(|id| format!("{}/impact/{id}", routes::ADMIN_POLICIES)),
        name: policy.name.clone(),
        state: match policy.state {
            PolicyState::On => "on",
            PolicyState::ReportOnly => "report-only",
            PolicyState::Off => "off",
        },
        about,
        except: scope(&policy.exclude),
        asks: asks(policy),
    }
}

/// Whom `group:NAME` and its like stand for.
pub(crate) fn people(text: &str) -> String {
    match text.split_once(':') {
        Some(("account", address)) => address.to_owned(),
        Some(("group", name)) => format!("group “{name}”"),
        Some(("organisation", code)) => format!("organisation {code}"),
        Some(("role", role)) => match role.parse::<Role>() {
            Ok(role) => format!("role {}", role.words()),
            Err(_) => text.to_owned(),
        },
        _ => text.to_owned(),
    }
}

fn scope(scope: &ScopeText) -> Vec<String> {
    let listed = |what: &str, list: &[String]| (!list.is_empty()).then(|| format!("{what} {}", list.join(", ")));
    let kinds: Vec<_> = scope.kinds.iter().map(|kind| kind.words().to_owned()).collect();
    let clients: Vec<_> = scope.clients.iter().map(|kind| client(*kind).to_owned()).collect();
    let devices: Vec<_> = scope.devices.iter().map(|device| device_word(*device).to_owned()).collect();
    let locations: Vec<_> =
        scope.locations.iter().map(|name| if name == "any" { "any".to_owned() } else { format!("“{name}”") }).collect();
    [
        listed("people:", &scope.people.iter().map(|text| people(text)).collect::<Vec<_>>()),
        listed("accounts of the kind", &kinds),
        listed("applications:", &scope.applications),
        listed("programs:", &clients),
        listed("named locations:", &locations),
        listed("countries:", &scope.countries),
        listed("devices:", &devices),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn asks(policy: &PolicyText) -> Vec<String> {
    let mut asks = match policy.then {
        OutcomeText::Block => vec!["nobody comes in".to_owned()],
        OutcomeText::Register => vec!["a factor must be registered now".to_owned()],
        OutcomeText::ControlsOnly => Vec::new(),
        OutcomeText::Require => {
            let mut required = vec![strength(policy.strength.unwrap_or(Strength::MultiFactor)).to_owned()];
            if !policy.factors.is_empty() {
                required.push(format!("by one of: {}", factor_names(&policy.factors)));
            }
            required
        }
    };
    asks.extend(policy.grace.as_ref().map(|grace| format!("registering can be put off: {grace}")));
    asks.extend(policy.frequency.as_ref().map(|often| match often.as_str() {
        "every time" => "asked every time".to_owned(),
        time => format!("asked again after {time}"),
    }));
    asks.extend(policy.idle.as_ref().map(|idle| format!("the session ends after {idle} without use")));
    asks.extend(policy.remember.as_ref().map(|most| format!("a browser is remembered for {most} at most")));
    asks.extend(policy.not_persistent.then(|| "the session ends with the browser, which is not remembered".to_owned()));
    asks
}

const fn strength(strength: Strength) -> &'static str {
    match strength {
        Strength::OneFactor => "one factor",
        Strength::MultiFactor => "two factors",
        Strength::MultiFactorUnrestricted => "two factors, no text message and no call",
        Strength::PhishingResistant => "a factor that cannot be phished",
    }
}

const fn client(kind: ClientKind) -> &'static str {
    match kind {
        ClientKind::Browser => "web browsers",
        ClientKind::Native => "programs on desktops and phones",
        ClientKind::Radius => "network devices",
    }
}

const fn device_word(device: Device) -> &'static str {
    match device {
        Device::Known => "known",
        Device::New => "new",
    }
}

const fn risk_word(risk: Risk) -> &'static str {
    match risk {
        Risk::None => "no",
        Risk::Low => "low",
        Risk::Medium => "medium",
        Risk::High => "high",
    }
}
