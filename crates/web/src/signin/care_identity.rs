//! To NHS Care Identity and back.

use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use serde::Deserialize;
use wardkey_usecases::credential::{
    CardFor, CardReading, CareIdentityReply, CareIdentityStart, begin_care_identity, care_identity_answered,
};
use wardkey_usecases::signin::Input;

use crate::address::Params;
use crate::card_door;
use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::person::{Person, Visitor};
use crate::signin::screen::Typed;
use crate::signin::submit::submit;
use crate::{portal, routes};

/// `POST /care-identity`: on to the provider.
pub(crate) async fn go_to_care_identity(visitor: Visitor, form: Checked) -> Result<Answer, PageError> {
    match begin_care_identity(visitor.app(), &visitor.op, form.text("ticket")).await? {
        CareIdentityStart::Go(address) => Ok(Goto::away(address).into()),
        CareIdentityStart::Refused(CardReading::Refused { failure, shown_for }) => {
            Ok(card_door::refused(failure, card_door::place(shown_for)).into())
        }
        CareIdentityStart::Refused(CardReading::Read { .. } | CardReading::NoTicket) => {
            Ok(Goto::to(routes::SIGN_IN).into())
        }
    }
}

/// What the provider's answer has in its address [OpenID Connect Core §3.1.2.5].
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct AnswerQuery {
    state: String,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
}

/// `GET /care-identity/callback`: back from the provider.
pub(crate) async fn care_identity_callback(
    visitor: Visitor,
    person: Option<Person>,
    Params(query): Params<AnswerQuery>,
) -> Result<Answer, PageError> {
    let AnswerQuery { state, code, iss, error } = query;
    let reply = CareIdentityReply { state, code, iss, error };
    match care_identity_answered(visitor.app(), &visitor.op, &reply).await? {
        CardReading::Read { receipt, shown_for: CardFor::SignIn(_) | CardFor::Enrolment(_) } => {
            submit(&visitor, Input::Card { receipt }, &Typed::default()).await
        }
        CardReading::Read { receipt, shown_for: CardFor::Adding(credential) } => match person {
            Some(person) => portal::take_card(&person, credential, receipt.expose()).await,
            None => Ok(Goto::to(routes::SIGN_IN).into()),
        },
        CardReading::Refused { failure, shown_for } => {
            Ok(card_door::refused(failure, card_door::place(shown_for)).into())
        }
        CardReading::NoTicket => Ok(Goto::to(routes::SIGN_IN).into()),
    }
}

/// `GET /care-identity/jwks`: the key by which the provider knows us [RFC 7517 §5].
pub(crate) async fn care_identity_keys(visitor: Visitor) -> Result<Response, PageError> {
    let provider = visitor.app().care_identity().ok_or(PageError::NotFound)?;
    Ok(([(CONTENT_TYPE, "application/jwk-set+json")], provider.key_set()).into_response())
}
