//! "This was not me": a page for whoever gets a text message that they did not ask for [CMP-6].

use serde::Serialize;
use wardkey_usecases::Error;
use wardkey_usecases::message::{self, Reported};

use crate::drawn::Answer;
use crate::error::PageError;
use crate::form::Checked;
use crate::goto::Goto;
use crate::page::Page;
use crate::person::Visitor;
use crate::{routes, words};

/// What the page shows.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReportView {
    /// The reference as typed.
    pub(crate) reference: Option<String>,
}

/// What is said after a report.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct ReportedView {
    /// Whether accounts are held until somebody in charge has looked at them.
    pub(crate) locked: bool,
}

/// `GET /not-me`: looks at nothing and changes nothing, whoever or whatever follows the link.
pub(crate) async fn report_form(visitor: Visitor) -> Page {
    page(&visitor, None)
}

/// `POST /not-me`
pub(crate) async fn report(visitor: Visitor, form: Checked) -> Result<Answer, PageError> {
    let typed = form.text("reference");
    match message::report(visitor.app(), &visitor.op, typed).await {
        Ok(Reported::Taken) => Ok(Goto::to(routes::NOT_ME_DONE).into()),
        Ok(Reported::Unknown) => {
            Ok(page(&visitor, Some(typed)).error("reference", words::sentence("unknown_reference")).into())
        }
        Err(error @ Error::Invalid(_)) => Ok(page(&visitor, Some(typed)).refused(error)?.into()),
        Err(error) => Err(error.into()),
    }
}

/// `GET /not-me/done`
pub(crate) async fn reported(visitor: Visitor) -> Page {
    let locked = visitor.app().settings().message.lock_reported;
    Page::new("signin/reported.html", visitor.frame(), ReportedView { locked })
}

fn page(visitor: &Visitor, typed: Option<&str>) -> Page {
    let view = ReportView { reference: typed.map(str::to_owned) };
    Page::new("signin/report.html", visitor.form_frame(), view)
}
