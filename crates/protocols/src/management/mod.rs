//! The management API: what administrators do on pages, for other programs.
//!
//! Here: parsing a call, calling the use case that the page calls, too, and presenting its answer as JSON. Each call is a function
//! of `endpoint/`, written down for OpenAPI [OpenAPI 3.1.0] where it stands; `document` puts these together. Whoever calls has an
//! access token for itself with the scope of the call (`call`). What goes wrong is a problem [RFC 9457] (`problem`).
//!
//! Not here: rules, and what an application may do (`wardkey_domain::permission`), which every use case asks for itself. Read next:
//! `router`, then `endpoint/people`.

mod call;
mod content;
mod document;
mod endpoint;
mod parameter;
mod paths;
mod problem;
mod router;
mod state;
mod view;
mod word;

pub use document::document;
pub use problem::{ProblemCode, problem_codes};
pub use router::router;
