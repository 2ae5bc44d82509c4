//! Asking for a code or a call, entering a number, and going on after a call.

use wardkey_domain::factor::push::{Digits, MatchNumber};
use wardkey_domain::factor::telephone::{PhoneNumber, Reach};
use wardkey_domain::factor::{Code, FactorKind, definition};
use wardkey_domain::id::{CredentialId, MessageId, PushRequestId};
use wardkey_domain::message::{Channel, Sending};
use wardkey_domain::op::Op;
use wardkey_domain::signin::{Dispatch, DispatchTo, Event, Flow, Person, Previous, Refusal, Step};
use wardkey_store::{self as store, Tx};

use crate::signin::advance::{known_person, label_of, over, wrong_step};
use crate::signin::perform::{Guess, Settling};
use crate::signin::step::step;
use crate::signin::{Advance, ask, flow_token};
use crate::{App, Error, Result, access, message};

/// Sends a code or makes a call to the factor that is awaited, or to the number that is being enrolled.
pub(super) async fn advance(app: &App, op: &Op, token: &str) -> Result<Advance> {
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let Some(person) = known_person(app, &mut tx, op, &resumed).await? else {
        return Settling::of(&resumed, Guess::none()).settle(app, op, tx, wrong_step(resumed)).await;
    };
    let settling = Settling::of(&resumed, Guess::none());
    let step = request(app, op, &mut tx, resumed.flow, person).await?;
    settling.settle(app, op, tx, step).await
}

/// Asks the budgets, and then the engine.
pub(super) async fn request(app: &App, op: &Op, tx: &mut Tx, flow: Flow, person: Person) -> Result<Step> {
    let policies = access::policies(app, tx, op.now).await?;
    // SECURITY: what the engine would refuse spends nothing: or reloading a page would empty an organisation's budget.
    let previous = previous(tx, &flow).await?;
    let to = match flow.dispatch_to(op, &policies, &person, previous) {
        Ok(to) => to,
        Err(refusal) => return Ok(Step::Refused(Some(flow), refusal)),
    };
    let (number, reach, is_proved) = match to {
        DispatchTo::App(_) | DispatchTo::NewApp(_) => {
            let (refused, digits) = match to {
                DispatchTo::App(_) => {
                    (ask::reserve(app, op, tx, flow.id(), &person).await?, app.settings().signin.push.digits)
                }
                _ => (None, Digits::JOINING),
            };
            let event = Event::DispatchRequested { person, dispatch: draw(app, op, previous, refused, digits) };
            return Ok(flow.step(op, &app.settings().signin, &policies, event));
        }
        DispatchTo::Number(number) => {
            let kind = flow.awaits_number().ok_or_else(|| Error::fault("find the factor of a number"))?;
            (number, definition(kind).telephone.unwrap_or(Reach::Call), false)
        }
        DispatchTo::Credential(credential, reach) => {
            let number = store::credential::find_number(tx, credential).await?;
            (number.ok_or(Error::NotFound("telephone number"))?, reach, true)
        }
    };
    let dispatch = dispatch(app, tx, op, Asked { reach, number: &number, is_proved, previous }, &person).await?;
    let event = Event::DispatchRequested { person, dispatch };
    Ok(flow.step(op, &app.settings().signin, &policies, event))
}

/// Where something would go.
#[derive(Clone, Copy, Debug)]
struct Asked<'a> {
    reach: Reach,
    number: &'a PhoneNumber,
    /// Whether the number is a factor already.
    is_proved: bool,
    /// What is known of the message before.
    previous: Previous,
}

/// What would be sent, and whether budgets allow it.
async fn dispatch(app: &App, tx: &mut Tx, op: &Op, asked: Asked<'_>, person: &Person) -> Result<Dispatch> {
    let channel = Channel::of(asked.reach);
    let (account, organisation) = (person.id, person.organisation);
    let sending = Sending { channel, number: asked.number, is_proved: asked.is_proved, account, organisation };
    let spent = message::reserve(app, tx, op, &sending).await?;
    let refused = spent.map(|until| Refusal::TooManyMessages { until });
    Ok(draw(app, op, asked.previous, refused, app.settings().signin.push.digits))
}

/// What would be sent, made of fresh random bytes whether or not it will be.
pub(super) fn draw(app: &App, op: &Op, previous: Previous, refused: Option<Refusal>, digits: Digits) -> Dispatch {
    Dispatch {
        message: MessageId::new(op.now, app.id_entropy()),
        code: Code::draw(app.random()),
        request: PushRequestId::new(op.now, app.id_entropy()),
        number: MatchNumber::draw(app.random(), digits),
        credential: CredentialId::new(op.now, app.id_entropy()),
        previous,
        refused,
    }
}

/// What is known of the last message that a sign-in asked for.
async fn previous(tx: &mut Tx, flow: &Flow) -> Result<Previous> {
    match flow.last_message() {
        Some(message) => message::previous(tx, message).await,
        None => Ok(Previous::Underway),
    }
}

/// Takes the number that somebody wants to enrol, and sends to it.
pub(super) async fn number(app: &App, op: &Op, token: &str, typed: &str, extension: &str) -> Result<Advance> {
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let settling = Settling::of(&resumed, Guess::none());
    let person = known_person(app, &mut tx, op, &resumed).await?;
    let Some(person) = person else {
        return settling.settle(app, op, tx, wrong_step(resumed)).await;
    };
    let policies = access::policies(app, &mut tx, op.now).await?;
    let previous = previous(&mut tx, &resumed.flow).await?;
    // SECURITY: what the engine would refuse spends nothing: or typing numbers would empty other people's budgets.
    let reach = match resumed.flow.number_reach(op, &app.settings().signin, &policies, &person, previous) {
        Ok(reach) => reach,
        Err(refusal) => {
            return settling.settle(app, op, tx, Step::Refused(Some(resumed.flow), refusal)).await;
        }
    };
    let number = parse(app, typed, extension, reach)?;
    let asked = Asked { reach, number: &number, is_proved: false, previous };
    let dispatch = dispatch(app, &mut tx, op, asked, &person).await?;
    let event = Event::NumberEntered { person, number, dispatch };
    let step = resumed.flow.step(op, &app.settings().signin, &policies, event);
    settling.settle(app, op, tx, step).await
}

/// Reads a number as typed.
///
/// # Errors
/// `Invalid` with a sentence that says what is allowed.
pub(crate) fn parse(app: &App, typed: &str, extension: &str, reach: Reach) -> Result<PhoneNumber> {
    use wardkey_domain::factor::telephone::BadNumber;
    PhoneNumber::parse(typed, extension, reach, app.settings().telephone).map_err(|why| {
        let field = match why {
            BadNumber::BadExtension | BadNumber::MobileExtension => "extension",
            BadNumber::Empty
            | BadNumber::NotANumber
            | BadNumber::NotUk
            | BadNumber::CrownDependency
            | BadNumber::NotOrdinary
            | BadNumber::Personal
            | BadNumber::Pager
            | BadNumber::Virtual
            | BadNumber::Landline => "number",
        };
        Error::invalid(field, why.to_string())
    })
}

/// Goes on after a call: looks up how it ended.
pub(super) async fn call_done(app: &App, op: &Op, token: &str, label: Option<String>) -> Result<Advance> {
    let mut tx = app.store().begin().await?;
    let resumed = match flow_token::resume(&mut tx, op, token).await? {
        Ok(resumed) => resumed,
        Err(refusal) => return Ok(over(app, op, refusal)),
    };
    let settling = Settling::of(&resumed, Guess::none());
    let person = known_person(app, &mut tx, op, &resumed).await?;
    let (Some(person), Some(call)) = (person, resumed.flow.awaits_call()) else {
        return settling.settle(app, op, tx, wrong_step(resumed)).await;
    };
    let standing = store::message::call_standing(&mut tx, call).await?;
    let event = if resumed.flow.is_confirming_number() {
        Event::EnrolmentCallChecked { person, label: label_of(label, FactorKind::VoiceCall)?, standing }
    } else {
        Event::CallChecked { person, standing }
    };
    let step = step(app, op, &mut tx, resumed.flow, event).await?;
    settling.settle(app, op, tx, step).await
}
