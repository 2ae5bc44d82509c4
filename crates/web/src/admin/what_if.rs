//! What if: what a sign-in would come to, and why [CA-10].

use serde::{Deserialize, Serialize};
use wardkey_domain::access::{ClientKind, Device, PolicyState, Risk};
use wardkey_domain::session::Strength;
use wardkey_domain::time::Timestamp;
use wardkey_usecases::access::{Explained, Supposed, WouldBe, what_if};
use wardkey_usecases::london;

use crate::address::Params;
use crate::error::PageError;
use crate::page::Page;
use crate::person::Person;
use crate::view::today;

/// The page that asks, and answers.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct WhatIfView {
    pub(crate) account: String,
    pub(crate) application: String,
    pub(crate) address: String,
    pub(crate) country: String,
    pub(crate) client: String,
    pub(crate) device: String,
    pub(crate) risk: String,
    pub(crate) date: [String; 3],
    pub(crate) time: String,
    pub(crate) answer: Option<AnswerView>,
}

/// What it would come to.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AnswerView {
    pub(crate) name: String,
    pub(crate) outcome: String,
    pub(crate) steps: Vec<String>,
    pub(crate) reasons: Vec<String>,
    pub(crate) controls: Vec<String>,
    pub(crate) would_be: Option<String>,
    pub(crate) country: Option<String>,
    pub(crate) policies: Vec<PolicyAnswer>,
}

/// What one policy made of it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct PolicyAnswer {
    pub(crate) name: String,
    /// `on`, `report-only` or `off`.
    pub(crate) state: &'static str,
    pub(crate) applies: bool,
    pub(crate) words: &'static str,
}

/// What was asked, as it stands in the address.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Question {
    account: Option<String>,
    application: String,
    address: String,
    country: String,
    client: String,
    device: String,
    risk: String,
    day: String,
    month: String,
    year: String,
    time: String,
}

/// `GET /admin/what-if`: a question is an address that can be sent to a colleague. Nothing in it is secret.
pub(crate) async fn ask(person: Person, Params(asked): Params<Question>) -> Result<Page, PageError> {
    let is_asked = asked.account.is_some();
    let mut view = WhatIfView::of(asked, person.op.now);
    if !is_asked {
        // Whoever may not ask sees no page, either.
        let nobody = what_if(person.app(), &person.op, &supposed(&view, None)).await;
        if let Err(wardkey_usecases::Error::NotFound(_)) = nobody {
            return Err(PageError::NotFound);
        }
        return Ok(page(&person, view));
    }
    let at = match view.time.as_str() {
        "" => None,
        time => match london(view.date.each_ref().map(String::as_str), time) {
            Some(at) => Some(at),
            None => {
                let text = "Enter a day and a time such as 14:30, or leave the time empty for now";
                return Ok(page(&person, view).error("time", text.to_owned()));
            }
        },
    };
    match what_if(person.app(), &person.op, &supposed(&view, at)).await {
        Ok(found) => {
            view.answer = Some(AnswerView::of(found));
            Ok(page(&person, view))
        }
        Err(error @ wardkey_usecases::Error::Invalid(_)) => page(&person, view).refused(error),
        Err(error) => Err(error.into()),
    }
}

fn page(person: &Person, view: WhatIfView) -> Page {
    Page::new("admin/what-if.html", person.admin_frame(), view)
}

fn or(text: String, usual: &str) -> String {
    if text.is_empty() { usual.to_owned() } else { text }
}

fn supposed(view: &WhatIfView, at: Option<Timestamp>) -> Supposed {
    Supposed {
        account: view.account.clone(),
        application: view.application.clone(),
        address: view.address.clone(),
        country: view.country.clone(),
        client: match view.client.as_str() {
            "native" => ClientKind::Native,
            "radius" => ClientKind::Radius,
            _ => ClientKind::Browser,
        },
        device: if view.device == "new" { Device::New } else { Device::Known },
        is_remembered: view.device == "remembered",
        risk: match view.risk.as_str() {
            "unknown" => None,
            "low" => Some(Risk::Low),
            "medium" => Some(Risk::Medium),
            "high" => Some(Risk::High),
            _ => Some(Risk::None),
        },
        asked: Strength::OneFactor,
        at,
    }
}

impl WhatIfView {
    fn of(asked: Question, now: Timestamp) -> Self {
        let text = |text: String| text.trim().to_owned();
        let date = match [text(asked.day), text(asked.month), text(asked.year)] {
            typed if typed.iter().all(String::is_empty) => today(now),
            typed => typed,
        };
        Self {
            account: text(asked.account.unwrap_or_default()),
            application: text(asked.application),
            address: text(asked.address),
            country: text(asked.country),
            client: or(text(asked.client), "browser"),
            device: match text(asked.device).as_str() {
                known @ ("known" | "remembered") => known.to_owned(),
                _ => "new".to_owned(),
            },
            risk: or(text(asked.risk), "none"),
            date,
            time: text(asked.time),
            answer: None,
        }
    }
}

impl AnswerView {
    fn of(found: WouldBe) -> Self {
        let Explained { outcome, steps, reasons, controls, would_be, policies } = found.explained;
        let policies = policies.into_iter().map(|policy| PolicyAnswer {
            name: policy.name,
            state: match policy.state {
                PolicyState::On => "on",
                PolicyState::ReportOnly => "report-only",
                PolicyState::Off => "off",
            },
            applies: policy.applies,
            words: policy.words,
        });
        Self {
            name: found.account.display_name,
            outcome,
            steps,
            reasons,
            controls,
            would_be,
            country: found.country,
            policies: policies.collect(),
        }
    }
}
