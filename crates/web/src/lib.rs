//! Pages: what a person sees in a browser, and nothing else.
//!
//! Here: parsing of forms, drawing of pages, cookies, security headers. Not here: rules and SQL; a handler parses, calls one
//! use case and presents what it says. Templates hold all words; views, never domain types, reach them.
//!
//! [`router`] is the pages; [`wrap`] puts the layers around them and around the routers of other edges, whose
//! [`wardkey_usecases::Handover`] pages are drawn here too.

mod address;
mod admin;
mod asset;
mod authenticator;
mod card_door;
mod catch_panic;
mod circumstances;
mod cookie;
mod csrf;
mod download;
mod draw;
mod drawn;
mod edge;
mod error;
mod form;
mod goto;
mod headers;
mod notice;
mod page;
mod person;
mod portal;
mod prepared;
mod qr;
mod router;
mod routes;
#[cfg(test)]
mod samples;
mod session_check;
mod settings;
mod signin;
mod template;
mod view;
mod waiting;
mod web;
mod words;

pub mod demo;

pub use card_door::card_router;
pub use error::{PageCode, page_codes};
pub use router::{router, wrap};
pub use settings::{AddressReader, CardChain, ForwardingHeader, PeerAddress, TokenReader, WebSettings};
