//! What an authenticator app does: it uses a binding code, greets, hears of requests, answers, and says where it is woken.
//!
//! What lives here: the calls of `docs/reference/authenticator-protocol.md`, each proved by a signature of the app's own key.
//! What does not: JSON and HTTP (the protocol's edge), what an answer means for a sign-in (`signin`), and what the account's
//! owner does on pages (`bind_app.rs` beside this folder). Nobody here has a session. Read `greet.rs` next, then `answer.rs`.

mod answer;
mod bind;
mod greet;
mod refused;
mod requests;
mod subscribe;

pub use answer::{Answered, GivenAnswer, answer};
pub use bind::{Bound, NewAppKey, bind};
pub use greet::{Greeting, await_requests};
pub use refused::AppRefusal;
pub use requests::{OpenRequests, ShownRequest, requests};
pub use subscribe::{GivenSubscription, subscribe};
