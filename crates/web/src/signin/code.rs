//! Choosing which enrolled authenticator to use.

use serde::{Deserialize, Serialize};
use wardkey_domain::id::CredentialId;
use wardkey_usecases::signin::ScreenKind;

use crate::drawn::Answer;
use crate::error::PageError;
use crate::goto::Goto;
use crate::page::Page;
use crate::person::InFlow;
use crate::signin::screen;

/// The authenticator that the address of the code page names.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct With {
    with: Option<String>,
}

impl With {
    pub(crate) fn credential(&self) -> Option<CredentialId> {
        self.with.as_deref().and_then(|text| text.parse().ok())
    }
}

/// What "sign in another way" offers.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct AnotherWayView {
    pub(crate) choices: Vec<ChoiceView>,
}

/// One choice, as the radios component takes it.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ChoiceView {
    pub(crate) value: String,
    pub(crate) text: String,
    pub(crate) checked: bool,
}

/// `GET /signin/another-way`
pub(crate) async fn another_way(flow: InFlow) -> Result<Answer, PageError> {
    let ScreenKind::Code { credentials } = &flow.screen.kind else {
        return Ok(Goto::to(screen::place(&flow.screen)).into());
    };
    let choices = credentials
        .iter()
        .enumerate()
        .map(|(index, credential)| ChoiceView {
            value: credential.id.to_string(),
            text: credential.label.clone(),
            checked: index == 0,
        })
        .collect();
    Ok(Page::new("signin/another-way.html", flow.frame(), AnotherWayView { choices }).into())
}
