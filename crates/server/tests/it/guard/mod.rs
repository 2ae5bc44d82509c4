//! What must stay true, whoever changes what.

mod bad_input;
mod headers;
mod reference;
mod routes;
