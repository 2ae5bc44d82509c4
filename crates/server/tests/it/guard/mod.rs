//! What must stay true, whoever changes what.

mod bad_input;
mod headers;
mod management;
mod reference;
mod routes;
