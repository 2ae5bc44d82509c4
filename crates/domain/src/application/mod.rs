//! Applications: the relying parties that people sign in to, and what they are given.
//!
//! Here: registrations and their rules, what to answer an authorization request, and how codes, tokens and signing keys
//! live and die. Not here: messages and signatures (`wire`), and who is signed in (`session`). The standards' words are used
//! for what they define: an application is a *client* where OAuth speaks of it.
//!
//! Read next: [`Application`], [`ClientSettings`], then [`AuthorizationRequest`] and [`Grant`].

pub mod acr;
pub mod device;
pub mod key;
pub mod scope;
pub mod token;

mod address;
mod authorization;
mod claim;
mod client;
mod grant;
mod logout;
mod page_refusal;
mod pkce;
mod protocol;
mod registration;

pub use acr::AcrRequest;
pub use address::{BadAddress, RedirectUri, ServerUri};
pub use authorization::{Answer, AuthorizationRefusal, AuthorizationRequest, Prompts, ResponseMode, SignedInFor};
pub use claim::{ClaimName, ClaimValue, ClaimsRequest, Person, RequestedSubject};
pub use client::{
    AccessTokens, BrokenClientRule, ClientAuthentication, ClientKeys, ClientSettings, GrantType, Introspection, Pkce,
    standard_scopes,
};
pub use grant::{
    CodeRefusal, CodeVerdict, Grant, GrantDetails, Lifetimes, PresentedCode, RefreshRefusal, RefreshVerdict,
    StoredCode, StoredRefresh,
};
pub use key::{KeyMove, KeySchedule, KeyState, KeyTurn, SigningAlgorithm};
pub use logout::{LogoutAnswer, LogoutHint, LogoutRequest};
pub use page_refusal::PageRefusal;
pub use pkce::{BadChallenge, CodeChallenge};
pub use protocol::{ProtocolKind, UnknownProtocol};
pub use registration::{
    Application, ApplicationStatus, BadClientId, BadName, ClientId, ClientSecret, UnknownStatus, application_name,
    is_a_secret,
};
pub use scope::Scopes;
