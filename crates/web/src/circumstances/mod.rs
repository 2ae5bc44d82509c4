//! What is known of a request before anybody is asked for anything: address, browser, device, cookies.
//!
//! Here: the layer that reads them once for every router. Not here: who signed in (`person`). Read next: `layer`.

mod browser;
mod client_address;
mod layer;

pub(crate) use layer::read;
