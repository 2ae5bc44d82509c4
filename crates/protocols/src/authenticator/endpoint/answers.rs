//! An answer to a request.

use axum::extract::{Request, State};
use axum::response::Response;
use http::StatusCode;
use wardkey_usecases::App;
use wardkey_usecases::credential::app::{Answered, GivenAnswer, answer as take};
use wardkey_wire::authenticator::{Answer, Outcome, Said, from_base64url};

use crate::authenticator::error::Failure;
use crate::authenticator::message::{count, json, read};

const CALL: &str = "answers";

/// `POST /authenticator/v1/answers`
pub async fn answer(State(app): State<App>, request: Request) -> Response {
    match answered(&app, request).await {
        Ok(word) => {
            count(CALL, word);
            json(StatusCode::OK, &Outcome { outcome: word.to_owned(), now: app.now().as_seconds() })
        }
        Err(failure) => failure.answer(&app, CALL),
    }
}

async fn answered(app: &App, request: Request) -> Result<&'static str, Failure> {
    let (op, body) = read(app, request).await?;
    let answer = Answer::parse(&body)?;
    let said = match answer.said()? {
        Said::Number(number) => Ok(number.to_owned()),
        Said::Reason(reason) => Err(reason.to_owned()),
    };
    let signature = from_base64url(&answer.signature)?;
    let given = GivenAnswer { account: answer.account, request: answer.request, said, signature };
    Ok(match take(app, &op, given).await?? {
        Answered::Approved => "approved",
        Answered::WrongNumber => "wrong_number",
        Answered::Refused => "refused",
        Answered::Over => "over",
    })
}
