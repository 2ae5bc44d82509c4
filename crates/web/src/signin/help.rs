//! Pages for somebody who is stuck.

use serde::{Deserialize, Serialize};
use wardkey_usecases::directory::{Asker, Helpers, who_helps};

use crate::address::Params;
use crate::error::PageError;
use crate::page::Page;
use crate::person::{InFlow, Person, Visitor};
use crate::view::HelpView;
use crate::words;

/// A page that shows nothing but its words.
#[derive(Clone, Copy, Debug, Serialize)]
pub(crate) struct NothingView {}

/// The organisation whose helpers are asked for.
#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Asked {
    organisation: Option<String>,
}

/// What "I cannot sign in" shows.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CannotView {
    /// Who helps, when it is known where the person belongs.
    pub(crate) helpers: Option<HelpersView>,
    /// The code of the organisation as typed.
    pub(crate) typed: Option<String>,
    /// Whether to ask for the code of the organisation.
    pub(crate) asks_organisation: bool,
}

/// Who helps the people of an organisation.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct HelpersView {
    pub(crate) organisation: String,
    pub(crate) contact: HelpView,
    pub(crate) administrators: Vec<String>,
}

impl From<Helpers> for HelpersView {
    fn from(helpers: Helpers) -> Self {
        Self {
            organisation: helpers.organisation,
            contact: HelpView::from(&helpers.contact),
            administrators: helpers.administrators,
        }
    }
}

/// `GET /signin/help`
pub(crate) async fn cannot_sign_in(
    visitor: Visitor,
    person: Option<Person>,
    flow: Option<InFlow>,
    Params(asked): Params<Asked>,
) -> Result<Page, PageError> {
    // Whoever has proved a password is told who looks after their organisation.
    let proved = match (&person, &flow) {
        (Some(person), _) => Some(person.account.address.as_str().to_owned()),
        (None, Some(flow)) => flow.screen.account.as_ref().map(|account| account.address.clone()),
        (None, None) => None,
    };
    let typed = asked.organisation.filter(|typed| !typed.trim().is_empty());
    let asker = match (&proved, &typed) {
        (Some(address), _) => Some(Asker::Proved(address)),
        (None, Some(typed)) => Some(Asker::OrganisationCode(typed)),
        (None, None) => None,
    };
    let helpers = match asker {
        Some(asker) => who_helps(visitor.app(), &visitor.op, asker).await?,
        None => None,
    };
    let unknown = typed.is_some() && helpers.is_none();
    let view = CannotView { helpers: helpers.map(HelpersView::from), typed, asks_organisation: proved.is_none() };
    let page = Page::new("signin/help.html", frame(&visitor, person.as_ref()), view);
    Ok(if unknown { page.error("organisation", words::sentence("unknown_organisation")) } else { page })
}

/// `GET /accessibility`
pub(crate) async fn accessibility(visitor: Visitor, person: Option<Person>) -> Page {
    Page::new("signin/accessibility.html", frame(&visitor, person.as_ref()), NothingView {})
}

fn frame(visitor: &Visitor, person: Option<&Person>) -> crate::page::Frame {
    person.map_or_else(|| visitor.frame(), Person::frame)
}
