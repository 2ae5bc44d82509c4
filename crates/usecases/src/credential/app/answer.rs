//! An app answers a request.

use wardkey_domain::audit::Event;
use wardkey_domain::credential::NetworkPrefix;
use wardkey_domain::factor::push::{
    Answer, AnswerVerdict, Decision, FraudReason, MatchNumber, PushStanding, Signature,
};
use wardkey_domain::id::{CredentialId, PushRequestId};
use wardkey_domain::message::Channel;
use wardkey_domain::op::Op;
use wardkey_store::credential::{StoredApp, StoredPushRequest};
use wardkey_store::{self as store, Tx};

use super::AppRefusal;
use crate::message::{self, FraudReport};
use crate::{App, Result};

/// An answer, as the app wrote it.
#[derive(Clone, Debug)]
pub struct GivenAnswer {
    /// The account.
    pub account: String,
    /// The request.
    pub request: String,
    /// What was typed, or why it is refused.
    pub said: std::result::Result<String, String>,
    /// The signature over it.
    pub signature: Vec<u8>,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// The number was right.
    Approved,
    /// It was another number.
    WrongNumber,
    /// The sign-in was reported.
    Refused,
    /// The request was over before; nothing changed.
    Over,
}

/// Takes an answer. A request takes one: the first that is properly signed, right or wrong.
pub async fn answer(app: &App, op: &Op, given: GivenAnswer) -> Result<std::result::Result<Answered, AppRefusal>> {
    let (Ok(credential), Ok(request)) = (given.account.parse::<CredentialId>(), given.request.parse::<PushRequestId>())
    else {
        return Ok(Err(AppRefusal::Malformed));
    };
    let decision = match &given.said {
        Ok(number) => MatchNumber::parse(number).map(Decision::Approve).map_err(|_| ()),
        Err(reason) => reason.parse::<FraudReason>().map(Decision::Refuse).map_err(|_| ()),
    };
    let (Ok(decision), Ok(signature)) = (decision, Signature::parse(&given.signature)) else {
        return Ok(Err(AppRefusal::Malformed));
    };
    // SECURITY: nothing is written, and no writer's turn taken, before a signature was checked.
    let mut tx = app.store().read().await?;
    // One that is over keeps nothing that a signature could be held against. SECURITY: what is said before a signature was
    // checked depends on the request only: nobody learns which accounts there are.
    let Some(stored) = store::credential::find_push_request(&mut tx, request).await? else {
        return Ok(Ok(Answered::Over));
    };
    if stored.open.credential != credential {
        return Ok(Err(AppRefusal::NotAccepted));
    }
    let apps = store::credential::list_apps(&mut tx, credential).await?;
    let Some(asked) = apps.into_iter().find(|app| app.joining == stored.joining) else {
        return Ok(Err(AppRefusal::Gone));
    };
    let answer = Answer { decision, signature };
    let Ok(verdict) = stored.open.judge(app.settings().issuer.origin(), &asked.key, &answer, op.now) else {
        return Ok(Err(AppRefusal::NotAccepted));
    };
    let (standing, answered, reason) = match verdict {
        AnswerVerdict::Approved => (PushStanding::Approved, Answered::Approved, None),
        AnswerVerdict::WrongNumber => (PushStanding::WrongNumber, Answered::WrongNumber, None),
        AnswerVerdict::Refused(reason) => (PushStanding::Refused, Answered::Refused, Some(reason)),
        AnswerVerdict::TooLate => return Ok(Ok(Answered::Over)),
    };
    drop(tx);
    let mut tx = app.store().begin().await?;
    // SECURITY: an app that a stranger may have enrolled neither approves nor reports anything [CMP-1].
    if store::access::is_quarantined(&mut tx, asked.account, credential).await? {
        return Ok(Err(AppRefusal::NotAccepted));
    }
    let word = reason.map(FraudReason::as_str);
    if !store::credential::settle_push_request(&mut tx, request, standing, word, op.now).await? {
        return Ok(Ok(Answered::Over));
    }
    let outcome = word.unwrap_or(standing.as_str()).into();
    let event = Event::AppAnswered { account: asked.account, credential, request, outcome };
    store::audit::append(&mut tx, op, Some(asked.organisation), event).await?;
    if reason.is_some() {
        report(app, &mut tx, op, &asked, &stored).await?;
    }
    tx.commit().await?;
    metrics::counter!("wardkey_push_answers_total", "outcome" => standing.as_str()).increment(1);
    if reason.is_some() {
        app.wake().ring(Channel::Mail);
    }
    Ok(Ok(answered))
}

/// Ends the sign-in, tells everybody who must know, and asks nothing more on behalf of that network.
async fn report(app: &App, tx: &mut Tx, op: &Op, asked: &StoredApp, stored: &StoredPushRequest) -> Result<()> {
    let ours = op.origin.address.map(|address| store::credential::network_mac(tx, NetworkPrefix::of(address)));
    // SECURITY: the network in which the phone itself is, is the victim's own, where the attacker may sit, too. To refuse it
    // would lock the victim out, and so would a browser of theirs that is known (privacyidea #5731).
    if let Some(network) = stored.network.filter(|network| Some(*network) != ours && !stored.known) {
        let until = op.now.plus(app.settings().signin.push.refuse_network_for);
        store::credential::refuse_network(tx, asked.account, asked.organisation, &network, until).await?;
    }
    message::report_app(
        app,
        tx,
        op,
        FraudReport { account: asked.account, flow: stored.flow, enrolling: stored.joining, known: stored.known },
    )
    .await
}
