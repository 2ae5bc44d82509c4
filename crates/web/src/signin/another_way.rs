//! "Sign in another way": every factor of whoever signs in, and why one cannot be used now.

use serde::Serialize;
use wardkey_domain::factor::definition;
use wardkey_domain::signin::Refusal;
use wardkey_usecases::signin::{Advance, ChoiceView as Choice, Input, ScreenKind, advance, choices};

use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::page::{Frame, Page};
use crate::person::{InFlow, Visitor};
use crate::signin::screen::{self, Typed};
use crate::signin::steps::current;
use crate::signin::submit::{answer, restart, told};
use crate::view::NumberView;
use crate::words;

/// What "sign in another way" offers.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AnotherWayView {
    pub(crate) application: Option<String>,
    /// Every factor, the default first and then the strongest.
    pub(crate) choices: Vec<ChoiceView>,
    /// Where the sign-in stands.
    pub(crate) back: &'static str,
}

/// One factor.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChoiceView {
    pub(crate) value: String,
    pub(crate) label: String,
    /// What it is, in words.
    pub(crate) name: &'static str,
    pub(crate) number: Option<NumberView>,
    pub(crate) is_default: bool,
    /// The word of the reason why it cannot be used now.
    pub(crate) unusable: Option<&'static str>,
    pub(crate) checked: bool,
}

impl From<Choice> for ChoiceView {
    fn from(choice: Choice) -> Self {
        Self {
            value: choice.id.to_string(),
            label: choice.label,
            name: definition(choice.kind).name,
            number: choice.masked.as_deref().map(NumberView::of),
            is_default: choice.is_default,
            unusable: choice.unusable.map(wardkey_domain::access::Unusable::as_str),
            checked: false,
        }
    }
}

/// `GET /signin/another-way`
pub(crate) async fn another_way(flow: InFlow) -> Result<Answer, PageError> {
    if !awaits_second_factor(&flow.screen.kind) {
        return Ok(Goto::to(screen::place(&flow.screen)).into());
    }
    Ok(page(&flow, flow.frame()).await?.into())
}

/// `POST /signin/another-way`: the factor that was chosen is asked for, and a code or a call is on its way at once.
pub(crate) async fn choose(
    visitor: Visitor,
    flow: Option<InFlow>,
    form: Result<Checked, PageError>,
) -> Result<Answer, PageError> {
    let (Some(form), Some(flow)) = (current(form)?, flow) else { return Ok(restart(&Typed::default())) };
    if !awaits_second_factor(&flow.screen.kind) {
        return Ok(Goto::to(screen::place(&flow.screen)).into());
    }
    let Ok(chosen) = form.text("way").parse() else {
        let page = page(&flow, flow.frame()).await?;
        return Ok(page.error("way", words::sentence("no_way_chosen")).into());
    };
    match advance(visitor.app(), &visitor.op, flow.token.expose(), Input::Choose(chosen)).await? {
        // The list says why, next to the one that was chosen.
        Advance::Refused { refusal: refusal @ Refusal::FactorNotUsable, screen } => {
            let page = page(&flow, flow.frame()).await?;
            Ok(told(page, &screen.kind, &refusal, &visitor).into())
        }
        advanced => Ok(answer(&visitor, &flow.token, advanced, &Typed::default())),
    }
}

async fn page(flow: &InFlow, frame: Frame) -> Result<Page, PageError> {
    let found = choices(flow.visitor.app(), &flow.visitor.op, flow.token.expose()).await?;
    let mut choices: Vec<ChoiceView> = found.into_iter().map(ChoiceView::from).collect();
    // The first that works; without one there is nothing to send.
    if let Some(first) = choices.iter_mut().find(|choice| choice.unusable.is_none()) {
        first.checked = true;
    }
    let application = flow.screen.application.as_ref().map(|application| application.name.clone());
    let back = screen::place(&flow.screen);
    Ok(Page::new("signin/another-way.html", frame, AnotherWayView { application, choices, back }))
}

/// Whether an enrolled factor is asked for.
const fn awaits_second_factor(kind: &ScreenKind) -> bool {
    match kind {
        ScreenKind::Code { .. }
        | ScreenKind::Pass { .. }
        | ScreenKind::RecoveryCode { .. }
        | ScreenKind::Key { .. }
        | ScreenKind::Card { .. }
        | ScreenKind::App { .. }
        | ScreenKind::Send { .. }
        | ScreenKind::TextCode { .. }
        | ScreenKind::Call { .. } => true,
        ScreenKind::Password { .. }
        | ScreenKind::Activation
        | ScreenKind::NewPassword { .. }
        | ScreenKind::SelfEnrol
        | ScreenKind::Recovered { .. }
        | ScreenKind::Register { .. }
        | ScreenKind::ChooseFactor { .. }
        | ScreenKind::EnrolTotp { .. }
        | ScreenKind::EnrolNumber { .. }
        | ScreenKind::EnrolKey { .. }
        | ScreenKind::EnrolCard { .. }
        | ScreenKind::ActivateToken { .. }
        | ScreenKind::BindApp { .. }
        | ScreenKind::ConfirmApp { .. }
        | ScreenKind::ConfirmText { .. }
        | ScreenKind::ConfirmCall { .. }
        | ScreenKind::Ended { .. } => false,
    }
}
