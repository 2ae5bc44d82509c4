//! Asking an app whether a sign-in is the person's own, and going on with its answer.

use serde::Serialize;
use wardkey_domain::audit::Event as AuditEvent;
use wardkey_domain::credential::{Label, NetworkPrefix};
use wardkey_domain::factor::push::{AskedApp, Asking, ContextText, Digits, OpenRequest};
use wardkey_domain::factor::{FactorKind, definition};
use wardkey_domain::id::{AccountId, CredentialId, FlowId, OrganisationId};
use wardkey_domain::op::Op;
use wardkey_domain::signin::{Event, Person, Previous, Refusal};
use wardkey_store::credential::NewPushRequest;
use wardkey_store::{self as store, Tx};

use crate::signin::Advance;
use crate::signin::advance::{known_device, known_person, label_of, over, wrong_step};
use crate::signin::dispatch::draw;
use crate::signin::flow_token;
use crate::signin::perform::{Guess, Settling};
use crate::signin::step::step;
use crate::{App, Error, Result, message};

/// Goes on once something has happened to the app that is awaited: it was bound, or has answered.
pub(super) async fn advance(app: &App, op: &Op, token: &str, label: Option<String>) -> Result<Advance> {
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let settling = Settling::of(&resumed, Guess::none());
    let Some(person) = known_person(app, &mut tx, op, &resumed).await? else {
        return settling.settle(app, op, tx, wrong_step(resumed)).await;
    };
    let flow = &resumed.flow;
    let event = if let Some(asked) = flow.awaits_app() {
        let standing = store::credential::push_standing(&mut tx, asked.request).await?;
        if flow.is_confirming_app() {
            let label = match label.filter(|label| !label.trim().is_empty()) {
                Some(typed) => label_of(Some(typed), FactorKind::Push)?,
                None => device_label(&mut tx, flow.id(), asked.credential).await?,
            };
            Event::EnrolmentAppChecked { person, label, standing }
        } else {
            Event::AppChecked { person, standing }
        }
    } else if let Some(binding) = flow.awaits_binding() {
        let holder = flow.id().uuid();
        let standing = store::credential::binding_standing(&mut tx, binding.credential, holder).await?;
        let bound = standing.is_some_and(|standing| standing.device.is_some());
        Event::BindingChecked { person, bound, dispatch: draw(app, op, Previous::Underway, None, Digits::JOINING) }
    } else {
        return settling.settle(app, op, tx, wrong_step(resumed)).await;
    };
    let step = step(app, op, &mut tx, resumed.flow, event).await?;
    settling.settle(app, op, tx, step).await
}

/// The name that the app brought with it.
async fn device_label(tx: &mut Tx, flow: FlowId, credential: CredentialId) -> Result<Label> {
    let standing = store::credential::binding_standing(tx, credential, flow.uuid()).await?;
    let device = standing.and_then(|standing| standing.device).and_then(|device| Label::parse(&device).ok());
    Ok(device.unwrap_or_else(|| Label::numbered(definition(FactorKind::Push).name, 1)))
}

/// Why an app may not be asked now, if it may not; counts the request otherwise [AUT-5].
///
/// SECURITY: what is counted for browsers that are not known is counted apart from the others, and an open request of one of
/// them stands in the way of no known browser: whoever has stolen the password displaces and delays no browser that is known.
pub(super) async fn reserve(app: &App, op: &Op, tx: &mut Tx, flow: FlowId, person: &Person) -> Result<Option<Refusal>> {
    let rules = &app.settings().signin.push;
    let known = known_device(tx, op, Some(person.id)).await?.is_some();
    // Locked first: of two browsers at once on two nodes the second sees what the first has asked.
    let pace = store::credential::lock_pace(tx, person.id, person.organisation, known).await?;
    let network = op.origin.address.map(NetworkPrefix::of);
    if let Some(network) = network.filter(|_| !known)
        && store::credential::is_network_refused(tx, person.id, network, op.now).await?
    {
        return Ok(Some(Refusal::NetworkReported));
    }
    let next = match pace.ask(&rules.pace, op.now) {
        Asking::Wait { until } => return Ok(Some(Refusal::AskedTooOften { until })),
        Asking::Now(next) => next,
    };
    if !known && let Some(refusal) = of_unknown(tx, op, flow, person.id).await? {
        return Ok(Some(refusal));
    }
    store::credential::save_pace(tx, person.id, known, next).await?;
    Ok(None)
}

/// Whether another sign-in of a browser that is not known has a request open: there is one at a time.
async fn of_unknown(tx: &mut Tx, op: &Op, flow: FlowId, account: AccountId) -> Result<Option<Refusal>> {
    for open in store::credential::list_unknown_push_requests(tx, account, op.now).await? {
        if open.flow == Some(flow) {
            continue;
        }
        return Ok(Some(Refusal::AnotherRequestOpen { until: open.expires_at }));
    }
    Ok(None)
}

/// Whose app is asked, and by which sign-in.
#[derive(Clone, Debug)]
pub(crate) struct Asker {
    /// Whose.
    pub(crate) account: AccountId,
    /// The organisation of that account.
    pub(crate) organisation: OrganisationId,
    /// The sign-in; none in a session.
    pub(crate) flow: Option<FlowId>,
    /// The application that is signed in to.
    pub(crate) application: Option<String>,
    /// Whether the app was just bound.
    pub(crate) joining: bool,
}

/// What an app is told of a sign-in, in the words of the protocol.
#[derive(Serialize)]
struct Context<'a> {
    application: Option<&'a str>,
    place: Option<&'a str>,
    address: Option<String>,
    browser: Option<&'a str>,
    at: i64,
    known: bool,
}

/// Makes a request, and wakes the app if it said where.
pub(crate) async fn ask(app: &App, op: &Op, tx: &mut Tx, asker: &Asker, asked: &AskedApp) -> Result<()> {
    // What is done in a session is done by a browser that has signed in.
    let known = asker.flow.is_none() || known_device(tx, op, Some(asker.account)).await?.is_some();
    let context = Context {
        application: asker.application.as_deref(),
        place: op.origin.address.and_then(|address| app.settings().places.of(address)),
        address: op.origin.address.map(|address| address.to_canonical().to_string()),
        browser: op.origin.browser.as_deref(),
        at: asked.asked_at.as_seconds(),
        known,
    };
    let text =
        serde_json::to_string(&context).map_err(|error| Error::internal("write down what a request says", error))?;
    let open = OpenRequest {
        id: asked.request,
        credential: asked.credential,
        nonce: app.random(),
        context: ContextText::new(text),
        number: asked.number,
        expires_at: asked.expires_at,
    };
    let new = NewPushRequest {
        open: &open,
        account: asker.account,
        organisation: asker.organisation,
        flow: asker.flow,
        joining: asker.joining,
        known,
        network: op.origin.address.map(NetworkPrefix::of),
    };
    store::credential::insert_push_request(tx, &new, op.now).await?;
    let (account, credential, request) = (asker.account, asked.credential, asked.request);
    let event = AuditEvent::AppAsked { account, credential, request, known };
    store::audit::append(tx, op, Some(asker.organisation), event).await?;
    if !asker.joining {
        message::wake_app(app, tx, op, asker, asked).await?;
    }
    metrics::counter!("wardkey_push_requests_total", "known" => if known { "yes" } else { "no" }).increment(1);
    Ok(())
}
