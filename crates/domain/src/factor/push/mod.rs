//! A request to an authenticator app, answered by a signature over the number that the page shows [MET-1, AUT-7].
//!
//! What lives here: the key of an app, the bytes that it signs, the number, the code that binds a new app, how a request is
//! judged and how soon another may follow. What does not: JSON and HTTP (`wardkey_wire`, `wardkey_protocols`), waking the
//! app (the outbox, `wardkey_gateway`), the codes that the same app shows (`totp`). The protocol is written down in
//! `docs/reference/authenticator-protocol.md`. Read [`AskedApp`] next, then [`Statement`].

mod answer;
mod binding;
mod context;
mod key;
mod number;
mod pace;
mod rules;
mod state;
mod statement;

pub use answer::{Answer, AnswerVerdict, Decision, FraudReason, OpenRequest, UnknownReason};
pub use binding::{BINDING_BYTES, BadBindingCode, BindingCode, NewBinding, proves_move};
pub use context::ContextText;
pub use key::{AppKey, BadKey, BadSignature, Signature};
pub use number::{BadNumber, Digits, MatchNumber};
pub use pace::{Asking, Pace, PaceRules};
pub use rules::PushRules;
pub use state::{AskedApp, PushFailure, PushStanding, Verdict};
pub use statement::{BadField, Statement};
