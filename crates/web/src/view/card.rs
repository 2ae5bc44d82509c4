//! The forms by which a smartcard is shown.

use serde::Serialize;
use wardkey_domain::secret::Secret;

use crate::routes;
use crate::web::Web;

/// The forms by which a smartcard is shown: to us, to NHS Care Identity, or to either.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CardForm {
    /// The address where cards are shown to us.
    pub(crate) action: Option<String>,
    /// Where the sign-in at NHS Care Identity begins.
    pub(crate) care_identity: Option<&'static str>,
    /// What says there what the card is shown for.
    pub(crate) ticket: String,
}

impl CardForm {
    pub(crate) fn of(web: &Web, ticket: &Secret<String>) -> Self {
        let origin = web.app().settings().card_origin.as_deref();
        Self {
            action: origin.map(|origin| format!("{origin}{}", routes::SHOW_CARD)),
            care_identity: web.app().care_identity().map(|_| routes::CARE_IDENTITY),
            ticket: ticket.expose().clone(),
        }
    }
}
