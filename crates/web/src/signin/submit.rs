//! One form of a sign-in, handed to the engine, and what it says drawn or followed.

use http::StatusCode;
use wardkey_domain::secret::Secret;
use wardkey_domain::signin::Refusal;
use wardkey_usecases::Error;
use wardkey_usecases::signin::{Advance, Input, Screen, ScreenKind, Stopover, advance, view};

use crate::cookie::Cookie;
use crate::drawn::Answer;
use crate::error::PageError;
use crate::goto::Goto;
use crate::notice::Notice;
use crate::page::Page;
use crate::person::Visitor;
use crate::routes;
use crate::signin::refusal;
use crate::signin::screen::{self, Typed};

/// Hands `input` to the sign-in of this browser.
pub(crate) async fn submit(visitor: &Visitor, input: Input, typed: &Typed) -> Result<Answer, PageError> {
    let Some(token) = visitor.cookies.flow.clone() else {
        return Ok(restart(typed));
    };
    let advanced = match advance(visitor.app(), &visitor.op, token.expose(), input).await {
        Ok(advanced) => advanced,
        // Not even an attempt: the page is shown again with what is missing.
        Err(error @ Error::Invalid(_)) => {
            let screen = view(visitor.app(), &visitor.op, token.expose()).await?;
            return Ok(screen::page(&visitor.web, &screen, &token, typed).refused(error)?.into());
        }
        Err(error) => return Err(error.into()),
    };
    Ok(answer(visitor, &token, advanced, typed))
}

/// What the browser gets for what became of an input.
pub(crate) fn answer(visitor: &Visitor, token: &Secret<String>, advanced: Advance, typed: &Typed) -> Answer {
    match advanced {
        Advance::Ask(screen) => Goto::to(screen::place(&screen)).into(),
        Advance::Refused { screen, refusal } => refused(visitor, token, &screen, &refusal, typed),
        Advance::Done { session, device, destination, stopover } => {
            let next = match stopover {
                None => Goto::towards(&destination),
                Some(Stopover::Enrolled) => Goto::to(routes::on_the_way(routes::ENROLLED, &destination)),
                Some(Stopover::Remember) => Goto::to(routes::on_the_way(routes::REMEMBER, &destination)),
                Some(Stopover::RenewCodes) => Goto::to(routes::on_the_way(routes::RENEW_CODES, &destination)),
            };
            let goto = next.set(Cookie::Session, session).set(Cookie::Device, device).clear(Cookie::Flow);
            goto.into()
        }
    }
}

fn refused(visitor: &Visitor, token: &Secret<String>, screen: &Screen, refusal: &Refusal, typed: &Typed) -> Answer {
    if matches!(refusal, Refusal::WrongStep)
        && !matches!(screen.kind, ScreenKind::Ended { .. } | ScreenKind::Password { .. })
    {
        // A form of a page that is behind, from another tab or pressed twice: nothing is lost by it.
        return Goto::to(screen::place(screen)).into();
    }
    if is_over(refusal) {
        return restart(typed);
    }
    let page = screen::page(&visitor.web, screen, token, typed);
    if let ScreenKind::Ended { .. } = screen.kind {
        return page.status(StatusCode::FORBIDDEN).into();
    }
    told(page, &screen.kind, refusal, visitor).into()
}

/// The page with the refusal in its error summary.
pub(crate) fn told(mut page: Page, asked: &ScreenKind, refusal: &Refusal, visitor: &Visitor) -> Page {
    page.errors = refusal::sentences(asked, refusal, visitor.op.now);
    match refusal::retry_after(refusal, visitor.op.now) {
        Some(wait) => page.status(StatusCode::TOO_MANY_REQUESTS).retry_after(wait),
        None => page.status(StatusCode::UNPROCESSABLE_ENTITY),
    }
}

/// Whether only a new sign-in helps.
pub(crate) const fn is_over(refusal: &Refusal) -> bool {
    matches!(refusal, Refusal::FlowExpired | Refusal::WrongStep)
}

/// Begins anew, to the same destination as far as it is known.
pub(crate) fn restart(typed: &Typed) -> Answer {
    let address = typed.action.clone().unwrap_or_else(|| routes::SIGN_IN.to_owned());
    Goto::to(address).clear(Cookie::Flow).notice(Notice::SignInRestarted).into()
}
