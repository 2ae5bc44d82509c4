//! The form that leads to the address where smartcards are shown.

use serde::Serialize;
use wardkey_domain::secret::Secret;

use crate::routes;
use crate::web::Web;

/// The form that leads to the address where smartcards are shown.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct CardForm {
    /// That address.
    pub(crate) action: String,
    /// What says there what the card is shown for.
    pub(crate) ticket: String,
}

impl CardForm {
    pub(crate) fn of(web: &Web, ticket: &Secret<String>) -> Self {
        let origin = web.app().settings().card_origin.as_deref().unwrap_or_default();
        Self { action: format!("{origin}{}", routes::SHOW_CARD), ticket: ticket.expose().clone() }
    }
}
