//! What tests drive the product with: the product in one process, people with browsers and phones, applications.
//!
//! What lives here: clients that know the standards and our pages, and nothing else of the product. What does not: tests;
//! they lie beside what they test, and in `server/tests`. Start with [`TestApp`] and [`Person`].
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop loudly"
)]

mod authenticator;
mod browser;
mod builder;
mod clock;
mod folder;
mod history;
mod maker;
mod oidc;
mod phone;
mod security_key;
mod signed_in;
mod smartcard;
mod telephone;
mod test_app;
mod transport;
mod walk;
mod wiretap;

pub use authenticator::{Authenticator, number_on};
pub use browser::{Browser, Button, Cookies, Departure, Field, Form, Page};
pub use builder::PASSWORD;
pub use clock::TestClock;
pub use folder::Folder;
pub use maker::{Maker, SIGNER};
pub use oidc::{Authorization, ClientAuthentication, IdToken, OAuthError, OidcClient, Pkce, Tokens};
pub use phone::Phone;
pub use security_key::{Attestation, SecurityKey, options_on};
pub use smartcard::{CARD_ORIGIN, CardAuthority, Chain, Shown};
pub use telephone::Telephone;
pub use test_app::{EngineKind, ISSUER, TestApp};
pub use transport::Transport;
pub use walk::{Person, key_on};
pub use wiretap::{Balancer, CutLink};
